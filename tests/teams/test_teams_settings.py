"""What an operator can set for Teams: one whole choice, and a sentence for all else (T5, T18, T19)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.teams.addresses import GOVERNMENT, PUBLIC, SERVICE_HOSTS
from bot.channels.teams.settings import NAMES, Teams, WrongTeams, choose
from bot.settings import Settings

APP = {"MicrosoftAppId": "1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e"}
SECRET = {"MicrosoftAppPassword": "aBc8Q~0123456789_abcdefghijklmnop.qrst-u"}
TENANT = {"MicrosoftAppTenantId": "9e8d7c6b-5a4f-4e3d-8c2b-1a0f4e3d2c1b"}
SINGLE = APP | SECRET | TENANT
MANAGED = APP | TENANT | {"MicrosoftAppType": "UserAssignedMSI"}
MANY = APP | SECRET | {"MicrosoftAppType": "MultiTenant"}
NEAR = {"TEAMS_SERVICE_HOSTS": "localhost:56150"}
OPEN = NEAR | {"TEAMS_DANGEROUSLY_ANONYMOUS": "1"}
GOV = {"TEAMS_OPENID_METADATA_URL": GOVERNMENT.openid}
SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-1111111111-2222222222-AbCdEfGhIjKlMnOp",
    "SLACK_APP_TOKEN": "xapp-1-A1111111111-2222222222-0123456789abcdef",
}
HERE = "https://vidsyn.kommune.dk"


def settings(tmp_path: Path, given: dict[str, str]) -> Settings:
    """Nothing of the machine's own."""
    values = {name.lower(): value for name, value in given.items()}
    return Settings.model_validate({"database_url": "", "vidsyn_master_keys": "", "vidsyn_data": tmp_path, **values})


def teams(values: dict[str, str], public_url: str = "", host: str = "127.0.0.1", alone: bool = True) -> Teams:
    chosen = choose(values, public_url, host, alone)
    assert chosen is not None
    return chosen


def refusal(values: dict[str, str], public_url: str = "", host: str = "127.0.0.1", alone: bool = True) -> str:
    """The sentence; it quotes no secret."""
    with pytest.raises(WrongTeams) as refused:
        choose(values, public_url, host, alone)
    sentence = str(refused.value)
    assert SECRET["MicrosoftAppPassword"] not in sentence
    return sentence


# Whole choices


@pytest.mark.parametrize(
    ("values", "kind"), [(SINGLE, "SingleTenant"), (MANAGED, "UserAssignedMSI"), (MANY, "MultiTenant")]
)
def test_t18_each_type_of_bot_is_taken_and_the_old_one_with_a_warning(values: dict[str, str], kind: str) -> None:
    chosen = teams(values)
    assert (chosen.kind, bool(chosen.warning)) == (kind, kind == "MultiTenant")
    assert chosen.app_id == APP["MicrosoftAppId"]
    assert chosen.secret.get_secret_value() == values.get("MicrosoftAppPassword", "")
    assert chosen.tenant == values.get("MicrosoftAppTenantId", "")


def test_t18_the_warning_says_since_when_and_what_to_do() -> None:
    warning = teams(MANY).warning
    assert "31 July 2025" in warning
    assert "SingleTenant" in warning


@pytest.mark.parametrize("kind", ["singletenant", " SingleTenant ", ""])
def test_t18_a_single_tenant_is_what_nothing_else_means(kind: str) -> None:
    assert teams(SINGLE | {"MicrosoftAppType": kind}) == teams(SINGLE)


def test_ids_are_kept_in_lower_case_and_space_is_no_part_of_a_value() -> None:
    shouted = {name: f" {value.upper() if name.endswith('Id') else value}\n" for name, value in SINGLE.items()}
    assert teams(shouted) == teams(SINGLE)


def test_what_a_type_has_no_use_for_may_stand_there_empty() -> None:
    assert teams(MANAGED | {"MicrosoftAppPassword": ""}) == teams(MANAGED)
    assert teams(MANY | {"MicrosoftAppTenantId": ""}) == teams(MANY)


def test_nothing_is_nothing() -> None:
    assert choose({}) is None
    assert choose({"TEAMS_DANGEROUSLY_ANONYMOUS": "0"}) is None


# Half and impossible ones


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (SECRET | TENANT, "MicrosoftAppId is missing"),
        (SECRET, "MicrosoftAppId is missing"),
        (TENANT, "MicrosoftAppId is missing"),
        (NEAR, "MicrosoftAppId is missing"),
        (GOV, "MicrosoftAppId is missing"),
        ({"MicrosoftAppType": "SingleTenant"}, "MicrosoftAppId is missing"),
        (dict.fromkeys(NAMES, ""), "MicrosoftAppId is missing"),
        (SINGLE | {"MicrosoftAppId": " "}, "MicrosoftAppId is missing"),
        (APP, "MicrosoftAppPassword is missing"),
        (APP | TENANT, "MicrosoftAppPassword is missing"),
        (SINGLE | {"MicrosoftAppPassword": ""}, "MicrosoftAppPassword is missing"),
        (APP | {"MicrosoftAppType": "MultiTenant"}, "MicrosoftAppPassword is missing"),
        (APP | SECRET, "MicrosoftAppTenantId is missing"),
        (APP | {"MicrosoftAppType": "UserAssignedMSI"}, "MicrosoftAppTenantId is missing"),
        (MANAGED | SECRET, "Remove MicrosoftAppPassword"),
        (MANY | TENANT, "Remove MicrosoftAppTenantId"),
        (SINGLE | {"MicrosoftAppType": "Tenant"}, "MicrosoftAppType is none that we know"),
        (SINGLE | {"MicrosoftAppType": "Anonymous"}, "MicrosoftAppType is none that we know"),
        (SINGLE | {"MicrosoftAppTenantId": APP["MicrosoftAppId"]}, "is the same as MicrosoftAppId"),
    ],
)
def test_t5_half_or_impossible_choices_are_refused(values: dict[str, str], sentence: str) -> None:
    assert sentence in refusal(values)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MicrosoftAppId", "<your app id>", "MicrosoftAppId is a placeholder"),
        ("MicrosoftAppId", "00000000-0000-0000-0000-000000000000", "MicrosoftAppId is a placeholder"),
        ("MicrosoftAppId", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "MicrosoftAppId is a placeholder"),
        ("MicrosoftAppId", "vidsyn", "MicrosoftAppId is something else"),
        ("MicrosoftAppId", APP["MicrosoftAppId"][:-1], "MicrosoftAppId is something else"),
        ("MicrosoftAppId", "{" + APP["MicrosoftAppId"] + "}", "MicrosoftAppId is something else"),
        ("MicrosoftAppId", "1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9æ", "MicrosoftAppId is something else"),
        ("MicrosoftAppPassword", "changeme", "MicrosoftAppPassword is a placeholder"),
        ("MicrosoftAppPassword", "your-client-secret-value", "MicrosoftAppPassword is a placeholder"),
        ("MicrosoftAppPassword", TENANT["MicrosoftAppTenantId"], "MicrosoftAppPassword is the secret's id"),
        ("MicrosoftAppPassword", "kort", "MicrosoftAppPassword is something else"),
        ("MicrosoftAppPassword", "with a space in between", "MicrosoftAppPassword is something else"),
        ("MicrosoftAppPassword", "hemmelighed-på-dansk", "MicrosoftAppPassword is something else"),
        ("MicrosoftAppTenantId", "<tenant>", "MicrosoftAppTenantId is a placeholder"),
        ("MicrosoftAppTenantId", "kommune.onmicrosoft.com", "MicrosoftAppTenantId is something else"),
        ("TEAMS_DANGEROUSLY_ANONYMOUS", "maybe", "TEAMS_DANGEROUSLY_ANONYMOUS is 1 or 0"),
    ],
)
def test_t5_placeholders_and_other_values_are_refused(name: str, value: str, sentence: str) -> None:
    assert sentence in refusal(SINGLE | {name: value})


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://vidsyn.kommune.dk", "PUBLIC_URL: Teams calls https only"),
        ("https://localhost:3978", "PUBLIC_URL: Teams cannot reach that machine"),
        ("https://vidsyn.kommune.dk/api/messages", "without a path"),
    ],
)
def test_an_address_that_teams_cannot_reach(address: str, sentence: str) -> None:
    said = refusal(SINGLE, address)
    assert sentence in said
    assert "Slack" not in said
    assert "Socket" not in said


def test_the_address_is_kept_and_may_be_missing() -> None:
    assert (teams(SINGLE, HERE + "/").address, teams(SINGLE).address) == (HERE, "")


VALUES = st.sampled_from([*SINGLE.values(), GOVERNMENT.openid, "MultiTenant", "1", "localhost:56150"]) | st.text()


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.text(), st.booleans())
def test_t5_any_values_make_a_whole_or_a_sentence(values: dict[str, str], address: str, alone: bool) -> None:
    try:
        chosen = choose(values, address, alone=alone)
    except WrongTeams:
        return
    if chosen is None:
        assert not set(values) - {"TEAMS_DANGEROUSLY_ANONYMOUS"}
    elif chosen.kind == "Anonymous":
        assert alone
        assert chosen.hosts == chosen.near != frozenset()
    else:
        assert chosen.app_id
        assert bool(chosen.secret.get_secret_value()) == (chosen.kind != "UserAssignedMSI")
        assert bool(chosen.tenant) == (chosen.kind != "MultiTenant")


# Clouds


def test_t19_the_public_cloud_needs_no_setting() -> None:
    chosen = teams(SINGLE)
    assert (chosen.openid, chosen.issuer) == (PUBLIC.openid, "https://api.botframework.com")
    assert chosen.openid == "https://login.botframework.com/v1/.well-known/openidconfiguration"
    assert (chosen.login, chosen.graph) == ("https://login.microsoftonline.com", "https://graph.microsoft.com")
    assert chosen.hosts == SERVICE_HOSTS
    assert not chosen.near


def test_t19_the_government_s_document_brings_the_rest_of_its_cloud() -> None:
    chosen = teams(SINGLE | GOV)
    assert chosen.issuer == "https://api.botframework.us"
    assert (chosen.login, chosen.graph) == ("https://login.microsoftonline.us", "https://graph.microsoft.us")
    defence = teams(SINGLE | GOV | {"TEAMS_GRAPH_URL": "https://dod-graph.microsoft.us/"})
    assert defence.graph == "https://dod-graph.microsoft.us"


def test_t19_the_hosts_of_every_cloud_are_known() -> None:
    assert {
        "smba.trafficmanager.net",
        "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
    } == SERVICE_HOSTS


def test_t19_two_clouds_do_not_go_together() -> None:
    login = {"TEAMS_LOGIN_URL": "https://login.microsoftonline.us"}
    said = refusal(SINGLE | login)
    assert said.startswith("TEAMS_LOGIN_URL: ")
    assert "TEAMS_OPENID_METADATA_URL" in said
    assert teams(SINGLE | login | GOV).login == "https://login.microsoftonline.us"


PLACES = ["TEAMS_OPENID_METADATA_URL", "TEAMS_LOGIN_URL", "TEAMS_GRAPH_URL"]


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    "address",
    [
        "http://login.microsoftonline.com", "http://login.botframework.com/v1", "http://graph.microsoft.com",
        "https://evil.example", "https://login.microsoftonline.com.evil.example", "login.microsoftonline.com",
        "https://me@login.microsoftonline.com", "https://login.microsoftonline.com:8443", "https://[",
        "https://login.microsoftonline.com?x", "https://localhost:1", "http://127.0.0.1:1", "ftp://localhost:56150",
        "http://localhost", "http://me@localhost:56150",
    ],
)  # fmt: skip
def test_t19_secrets_go_nowhere_else(name: str, address: str) -> None:
    assert refusal(SINGLE | NEAR | {name: address}).startswith(f"{name}: ")


@pytest.mark.parametrize("name", PLACES[1:])
def test_t19_a_base_has_no_path(name: str) -> None:
    usual = {"TEAMS_LOGIN_URL": PUBLIC.login, "TEAMS_GRAPH_URL": PUBLIC.graphs[0]}[name]
    assert "without a path" in refusal(SINGLE | {name: f"{usual}/common"})
    assert teams(SINGLE | {name: f" {usual.upper().replace('HTTPS', 'https')}/ "}) == teams(SINGLE)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("address", ["http://localhost:56150/x", "https://LOCALHOST:56150/x"])
def test_t19_for_development_it_may_be_on_this_machine(name: str, address: str) -> None:
    chosen = teams(SINGLE | NEAR | {name: address})
    assert address.lower() in (chosen.openid, chosen.login, chosen.graph)
    assert chosen.issuer == PUBLIC.issuer


@pytest.mark.parametrize(
    ("text", "near", "more"),
    [
        ("127.0.0.1:1,[::1]:65535, LOCALHOST:56150", {"127.0.0.1:1", "[::1]:65535", "localhost:56150"}, set()),
        ("smba.new.teams.microsoft.us", set(), {"smba.new.teams.microsoft.us"}),
        (" , ", set(), set()),
    ],
)
def test_t19_more_hosts_by_setting(text: str, near: set[str], more: set[str]) -> None:
    chosen = teams(SINGLE | {"TEAMS_SERVICE_HOSTS": text})
    assert chosen.near == near
    assert chosen.hosts == SERVICE_HOSTS | near | more


@pytest.mark.parametrize(
    "text",
    [
        "localhost", "127.0.0.1", "[::1]", "10.0.0.1", "10.0.0.1:80", "169.254.169.254", "evil.example:8080", "*",
        "*.trafficmanager.net", "smba.trafficmanager.net.", "smba.trafficmanager.net:443", "http://localhost:56150",
        "localhost:56150/x", "me@localhost:1", "localhost:0", "localhost:65536", "localhost:٣", "smbå.dk", "a b.dk",
        "2130706433", "0x7f.1", "localhost:56150;smba.trafficmanager.net", "xn--.", "-a.dk",
    ],
)  # fmt: skip
def test_t19_a_host_is_a_name_or_has_a_port_on_this_machine(text: str) -> None:
    assert refusal(SINGLE | {"TEAMS_SERVICE_HOSTS": text}).startswith("TEAMS_SERVICE_HOSTS: ")


# Without a lock


@pytest.mark.parametrize("switch", ["1", "true", "Yes", "ON"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_t20_anonymous_on_this_machine_sends_to_this_machine_alone(switch: str, host: str) -> None:
    chosen = teams(OPEN | {"TEAMS_DANGEROUSLY_ANONYMOUS": switch}, host=host)
    assert chosen == Teams("Anonymous", hosts=frozenset({"localhost:56150"}), near=frozenset({"localhost:56150"}))
    assert chosen.app_id == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "vidsyn.kommune.dk", "", "localhost."])
def test_t5_anonymous_never_listens_to_other_machines(host: str) -> None:
    assert "on this machine only" in refusal(OPEN, host=host)


@pytest.mark.parametrize("beside", [SINGLE, MANAGED, APP, SECRET, TENANT, GOV, {"MicrosoftAppId": ""}])
def test_t5_anonymous_never_runs_beside_what_is_real(beside: dict[str, str]) -> None:
    assert "beside nothing that is real" in refusal(OPEN | beside)


def test_t5_anonymous_never_runs_beside_slack(tmp_path: Path) -> None:
    assert "beside nothing that is real" in refusal(OPEN, alone=False)
    with pytest.raises(WrongTeams, match="beside nothing that is real"):
        _ = settings(tmp_path, OPEN | SLACK).url


@pytest.mark.parametrize("hosts", ["", "smba.trafficmanager.net", "localhost:1,smba.trafficmanager.net"])
def test_t20_anonymous_needs_hosts_on_this_machine(hosts: str) -> None:
    assert "localhost:56150" in refusal(OPEN | {"TEAMS_SERVICE_HOSTS": hosts})


# From the environment


def test_nothing_set_is_the_playground(tmp_path: Path) -> None:
    nothing = settings(tmp_path, {})
    assert nothing.teams is None
    assert nothing.url == f"sqlite:///{tmp_path}/playground.db"


@pytest.mark.parametrize("values", [SINGLE, MANAGED, MANY, SINGLE | SLACK, SLACK])
def test_both_platforms_share_a_database(tmp_path: Path, values: dict[str, str]) -> None:
    set_here = settings(tmp_path, values)
    assert set_here.url == f"sqlite:///{tmp_path}/vidsyn.db"
    assert (set_here.slack is not None, set_here.teams is not None) == (
        "SLACK_BOT_TOKEN" in values,
        "MicrosoftAppId" in values,
    )


def test_t5_anonymous_has_a_database_of_its_own(tmp_path: Path) -> None:
    anonymous = settings(tmp_path, OPEN)
    assert anonymous.url == f"sqlite:///{tmp_path}/anonymous.db"
    assert anonymous.url.endswith(str(anonymous.files[2]))
    elsewhere = settings(tmp_path, OPEN | {"DATABASE_URL": "sqlite:///elsewhere.db"})
    assert elsewhere.url == "sqlite:///elsewhere.db"


def test_the_environment_is_read_by_microsoft_s_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in SINGLE.items():
        monkeypatch.setenv(name, value)
    assert Settings().teams == teams(SINGLE)


def test_a_file_is_read_by_microsoft_s_names_unless_others_can_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in SINGLE.items()), "utf-8")
    file.chmod(0o600)
    assert Settings().teams == teams(SINGLE)
    file.chmod(0o644)
    with pytest.raises(WrongTeams, match="chmod 600"):
        _ = Settings().teams


def test_t5_secrets_are_not_shown(tmp_path: Path) -> None:
    for shown in (settings(tmp_path, SINGLE), teams(SINGLE)):
        assert SECRET["MicrosoftAppPassword"] not in repr(shown) + str(shown)


@pytest.mark.parametrize(
    "link",
    [
        "https://teams.microsoft.com/l/app/1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e",
        "https://teams.microsoft.com/l/app/1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e?tenantId=9b2c&source=x",
        "https://gov.teams.microsoft.us/l/app/1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e",
        "https://teams.cloud.microsoft/l/app/1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e?source=app-details",
    ],
)
def test_the_link_that_people_pass_on_is_one_to_an_app_in_teams(link: str) -> None:
    assert teams(SINGLE | {"TEAMS_APP_LINK": link}).way_in == link
    for wrong in (link.replace("https", "http"), "https://teams.microsoft.com.evil/l/app/" + link[-36:], "Vidsyn"):
        with pytest.raises(WrongTeams, match="no link to an app"):
            teams(SINGLE | {"TEAMS_APP_LINK": wrong})


def test_without_a_link_people_are_told_where_to_look() -> None:
    assert teams(SINGLE).way_in == "Teams > Apps > Vidsyn"
