"""Only what Microsoft has signed for us comes in: T1, T3 and T4, case by case."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.channels.teams.token import LONGEST
from tests.teams.jwks import (
    APP_ID,
    ISSUER,
    KEYS,
    SERVICE,
    STAMP,
    Json,
    claims,
    header,
    jwk,
    private_key,
    sealed,
    segment,
    token,
)
from tests.teams.porch import HELLO, Porch, activity, porch

GONE = object()
"""Stands for a name that is not there."""


@pytest.fixture
async def there() -> AsyncIterator[Porch]:
    async with porch() as open_porch:
        yield open_porch


def without(whole: Json, changes: Json) -> Json:
    return {name: value for name, value in (whole | changes).items() if value is not GONE}


def said(**changes: Any) -> str:
    """A token with other claims, or without some."""
    return sealed(header(), without(claims(), changes), private_key("one"))


def headed(name: str = "one", **changes: Any) -> str:
    """A token with another header, or without parts of it, signed with the key of this name."""
    return sealed(without(header(), changes), claims(), private_key(name))


def message(**changes: Any) -> bytes:
    return json.dumps(without(activity(), changes)).encode()


async def test_t1_what_microsoft_has_signed_for_us_comes_in(there: Porch) -> None:
    assert await there.post() == 200
    assert there.came == [activity()]
    assert there.log == []


# --- claims --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [("exp", "time"), ("iss", "issuer"), ("aud", "audience"), ("serviceurl", "no_service")],
)
@pytest.mark.parametrize("value", [GONE, None, "", [], {}, True, ["x"], {"x": 1}])
async def test_t4_a_claim_that_is_missing_or_odd_is_refused(there: Porch, name: str, code: str, value: object) -> None:
    assert await there.refuses(code, bearer=said(**{name: value})) == 401


@pytest.mark.parametrize(
    "issuer",
    ["https://api.botframework.us", ISSUER + "/", ISSUER.upper(), "http://api.botframework.com",
     "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/", [ISSUER], ISSUER + " ", 1],
)  # fmt: skip
async def test_t1_another_issuer_is_refused(there: Porch, issuer: object) -> None:
    assert await there.refuses("issuer", bearer=said(iss=issuer)) == 401


@pytest.mark.parametrize(
    "audience", [APP_ID[:-1] + "0", APP_ID.upper(), [APP_ID], [APP_ID, "x"], {APP_ID: 1}, ISSUER, APP_ID + " ", 0]
)
async def test_t1_a_token_for_somebody_else_is_refused(there: Porch, audience: object) -> None:
    assert await there.refuses("audience", bearer=said(aud=audience)) == 401


@pytest.mark.parametrize("exp", [STAMP - 299, STAMP - 299.5, STAMP, STAMP + 1, 10**300, 1e300])
async def test_t1_a_token_lives_five_minutes_longer_than_it_says(there: Porch, exp: float) -> None:
    assert await there.post(bearer=said(exp=exp)) == 200


@pytest.mark.parametrize("exp", [STAMP - 300, STAMP - 301, 0, -1, -(10**300), -1e300])
async def test_t1_and_no_longer(there: Porch, exp: float) -> None:
    assert await there.refuses("expired", bearer=said(exp=exp)) == 401


@pytest.mark.parametrize("nbf", [STAMP + 300, STAMP, 0, -(10**300), GONE])
async def test_t1_a_token_begins_five_minutes_earlier_than_it_says(there: Porch, nbf: object) -> None:
    assert await there.post(bearer=said(nbf=nbf)) == 200


@pytest.mark.parametrize("nbf", [STAMP + 301, STAMP + 3600, 10**300, 1e300])
async def test_t1_and_no_earlier(there: Porch, nbf: float) -> None:
    assert await there.refuses("not_yet", bearer=said(nbf=nbf)) == 401


@pytest.mark.parametrize("value", [str(STAMP + 60), None, True, [STAMP], {}])
@pytest.mark.parametrize("name", ["exp", "nbf"])
async def test_t1_a_time_is_a_number(there: Porch, name: str, value: object) -> None:
    assert await there.refuses("time", bearer=said(**{name: value})) == 401


async def test_t4_the_claim_is_written_in_small_letters(there: Porch) -> None:
    assert await there.refuses("no_service", bearer=said(serviceurl=GONE, serviceUrl=SERVICE)) == 401


@pytest.mark.parametrize(
    "payload",
    [
        b" ", b"null", b"[]", b'"x"', b"1", b"{", b"\xff\xfe", b"[" * 2000, json.dumps(claims()).encode() + b"x",
        json.dumps(claims())[:-1].encode() + b', "iss": "https://api.botframework.com"}',
        json.dumps(claims())[:-1].encode() + b', "a": NaN}', json.dumps(claims())[:-1].encode() + b', "a": 1e400}',
    ],
)  # fmt: skip
async def test_t1_claims_that_are_none_are_refused(there: Porch, payload: bytes) -> None:
    assert await there.refuses("claims", bearer=sealed(header(), payload, private_key("one"))) == 401


# --- what the token was made for -----------------------------------------------------------------


@pytest.mark.parametrize(
    "service",
    [SERVICE[:-1], SERVICE + "/", SERVICE.replace("https", "http"), SERVICE.upper(), SERVICE + "x", "", None, GONE, 1,
     [SERVICE], {"x": SERVICE}, "https://evil.example/", SERVICE.replace("net", "net.evil.example")],
)  # fmt: skip
async def test_t1_the_service_is_the_very_one_of_the_token(there: Porch, service: object) -> None:
    assert await there.refuses("service", message(serviceUrl=service)) == 403


@pytest.mark.parametrize("service", [SERVICE[:-1], SERVICE.upper(), "https://evil.example/", "x"])
async def test_t1_a_token_from_another_service_does_not_fit(there: Porch, service: str) -> None:
    assert await there.refuses("service", bearer=token(serviceurl=service)) == 403
    assert await there.post(message(serviceUrl=service), token(serviceurl=service)) == 200


@pytest.mark.parametrize(
    "channel",
    ["emulator", "webchat", "MSTEAMS", "msteams ", "msteams:x", "", None, GONE, 1, ["msteams"], {"msteams": 1}],
)
async def test_t3_only_teams_comes_in(there: Porch, channel: object) -> None:
    there.microsoft.keys = [jwk(endorsements=["msteams", str(channel)])]
    assert await there.refuses("channel", message(channelId=channel)) == 403


@pytest.mark.parametrize(
    "endorsements",
    [GONE, None, [], "msteams", ["skype"], ["MSTeams"], ["msteams "], [["msteams"]], {"msteams": 1}, [None, 1]],
)
async def test_t3_a_key_that_may_not_speak_for_teams_is_refused(there: Porch, endorsements: object) -> None:
    there.microsoft.keys = [without(jwk(), {"endorsements": endorsements})]
    assert await there.refuses("endorsement") == 403


# --- keys ----------------------------------------------------------------------------------------


async def test_t1_the_signature_of_another_key_is_refused(there: Porch) -> None:
    there.microsoft.keys = [jwk("one"), jwk("two")]
    assert await there.refuses("signature", bearer=headed("two")) == 401
    assert await there.refuses("signature", bearer=headed("one", kid="two")) == 401


async def test_t1_each_of_the_keys_is_good_for_its_own(there: Porch) -> None:
    there.microsoft.keys = [jwk("one"), jwk("two")]
    assert (await there.post(bearer=token("one")), await there.post(bearer=token("two"))) == (200, 200)


@pytest.mark.parametrize("kid", ["two", "ONE", "one ", "", "../one", "\ud800", "one\x00"])
async def test_t1_an_unknown_key_id_is_refused(there: Porch, kid: str) -> None:
    assert await there.refuses("unknown_key", bearer=headed(kid=kid)) == 401


@pytest.mark.parametrize("kid", [GONE, None, 1, True, ["one"], {"one": 1}])
async def test_t1_a_key_id_is_a_text(there: Porch, kid: object) -> None:
    assert await there.refuses("malformed", bearer=headed(kid=kid)) == 401


async def test_t2_a_rolled_key_comes_in_and_the_old_one_does_not(there: Porch) -> None:
    assert await there.post() == 200
    there.microsoft.keys = [jwk("two")]
    there.clock.move_to(there.clock.now().replace(minute=1))
    assert await there.post(bearer=token("two")) == 200
    there.came.clear()
    assert await there.refuses("unknown_key") == 401


# --- the algorithm is ours to say ----------------------------------------------------------------

PUBLIC = private_key("one").public_key()
SECRETS = {
    "PEM": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "PEM without its last line": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
    "PKCS1": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
    "DER": PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "modulus": PUBLIC.public_numbers().n.to_bytes(256, "big"),
    "modulus as listed": jwk()["n"].encode(),
    "empty": b"",
}


@pytest.mark.parametrize("alg", ["HS256", "RS256"])
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
async def test_t1_the_public_key_is_no_secret_to_sign_with(there: Porch, secret: bytes, alg: str) -> None:
    signed = f"{segment(header(alg=alg))}.{segment(claims())}"
    forged = f"{signed}.{segment(hmac.digest(secret, signed.encode(), sha256))}"
    assert await there.refuses("signature", bearer=forged) == 401


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, GONE, "HS256", "rs256", "RS256 ", 1, {}])
async def test_t1_a_well_signed_token_that_names_another_algorithm_is_refused(there: Porch, alg: object) -> None:
    assert await there.refuses("signature", bearer=headed(alg=alg)) == 401


@pytest.mark.parametrize("alg", ["none", "RS256"])
@pytest.mark.parametrize("signature", ["", "AA"])
async def test_t1_without_a_signature_nothing_comes_in(there: Porch, alg: str, signature: str) -> None:
    bearer = f"{segment(header(alg=alg))}.{segment(claims())}.{signature}"
    assert await there.refuses("signature" if signature else "no_token", bearer=bearer) == 401


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
async def test_t1_another_way_to_sign_with_the_right_key_is_refused(there: Porch, alg: str) -> None:
    bearer = jwt.encode(claims(), private_key("one"), algorithm=alg, headers={"kid": "one"})
    assert await there.refuses("signature", bearer=bearer) == 401


async def test_t1_another_kind_of_key_is_refused(there: Porch) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    there.microsoft.keys = [jwk(), {"kty": "EC", "crv": "P-256", "kid": "curve", "x": "AA", "y": "AA"}]
    bearer = jwt.encode(claims(), key, algorithm="ES256", headers={"kid": "curve"})
    assert await there.refuses("unknown_key", bearer=bearer) == 401


# --- nothing that a token brings along is believed ------------------------------------------------


def brought(there: Porch) -> dict[str, Json]:
    evil = str(there.client.make_url("/evil/keys"))
    own = b64encode(private_key("evil").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return {
        "jku": {"jku": evil}, "x5u": {"x5u": evil}, "jwk": {"jwk": jwk("evil", kid="one")},
        "x5c": {"x5c": [own.decode()]}, "all": {"jku": evil, "x5u": evil, "jwk": jwk("evil"), "x5c": [own.decode()]},
    }  # fmt: skip


@pytest.mark.parametrize("way", ["jku", "x5u", "jwk", "x5c", "all"])
async def test_t1_a_key_that_comes_with_the_token_is_not_looked_at(there: Porch, way: str) -> None:
    parts = brought(there)[way]
    assert await there.refuses("signature", bearer=headed("evil", **parts)) == 401
    assert await there.refuses("unknown_key", bearer=headed("evil", **parts, kid="evil")) == 401
    assert await there.post(bearer=headed("one", **parts)) == 200
    assert set(there.microsoft.asked) == {"/v1/.well-known/openidconfiguration", KEYS}


@pytest.mark.parametrize(
    "parts",
    [{"crit": ["exp"]}, {"crit": ["b64"], "b64": False}, {"b64": False}, {"crit": "b64"}, {"crit": []}, {"crit": 1}],
)
async def test_t1_what_must_be_understood_and_is_not_is_refused(there: Porch, parts: Json) -> None:
    assert await there.refuses("malformed", bearer=headed(**parts)) == 401


@pytest.mark.parametrize("part", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 2000, b'"x"', b'{"alg":"RS256"}'])
async def test_t1_a_header_that_is_none_is_refused(there: Porch, part: bytes) -> None:
    status = await there.refuses("malformed" if part else "no_token", bearer=sealed(part, claims(), private_key("one")))
    assert status == 401


# --- the shape -----------------------------------------------------------------------------------

GOOD = token()
HEAD, BODY, SEAL = GOOD.split(".")


SHAPES = [
    "", "Bearer", "Bearer ", GOOD, f"bearer {GOOD}", f"BEARER {GOOD}", f"Basic {GOOD}", f"Bearer  {GOOD}",
    f"Bearer\t{GOOD}", f"Bearer {GOOD} x", f"Bearer {GOOD},", f"Bearer {GOOD}, Bearer {GOOD}", f"Bearer {HEAD}",
    f"Bearer {HEAD}.{BODY}", f"Bearer {HEAD}.{BODY}.", f"Bearer {HEAD}..{SEAL}", f"Bearer .{BODY}.{SEAL}",
    f"Bearer {GOOD}.", f"Bearer {GOOD}.x", f"Bearer {GOOD}.x.y", "Bearer " + "." * 3000, "Bearer ..",
    "Bearer " + "a." * 2000 + "a", f"Bearer {GOOD}=", f"Bearer {GOOD}+/", f"Bearer {HEAD}.{BODY}.{SEAL[:-1]}æ",
    f"Bearer {HEAD}.{BODY}.٣", "Bearer æøå.æøå.æøå", f"Bearer {HEAD}.{BODY}.{'A' * (LONGEST - len(HEAD + BODY))}",
]  # fmt: skip


@pytest.mark.parametrize("authorization", SHAPES, ids=range(len(SHAPES)))
async def test_t1_a_header_of_another_shape_is_refused_before_anything_is_asked(
    there: Porch, authorization: str
) -> None:
    assert await there.refuses("no_token", Authorization=authorization) == 401
    assert there.microsoft.asked == []


async def test_t1_a_header_too_large_for_the_server_is_refused_too(there: Porch) -> None:
    assert await there.post(Authorization="Bearer " + "A" * 20_000) == 400
    assert there.came == []


async def test_t1_without_the_header_or_with_two_nothing_comes_in(there: Porch) -> None:
    one = ("Authorization", f"Bearer {GOOD}")
    kind = ("Content-Type", "application/json")
    for headers in ([kind], [kind, one, one], [kind, one, ("authorization", "Bearer x")], [kind, one, (one[0], "")]):
        response = await there.client.post("/api/messages", data=HELLO, headers=headers)
        assert response.status == 401
    assert there.came == []


@pytest.mark.parametrize("place", [0, len(BODY) // 2, len(BODY) - 2])
async def test_t1_each_character_of_the_claims_is_signed(there: Porch, place: int) -> None:
    other = BODY[:place] + ("A" if BODY[place] != "A" else "B") + BODY[place + 1 :]
    assert await there.refuses("signature", bearer=f"{HEAD}.{other}.{SEAL}") == 401


OTHER_SEALS = {
    "shorter": SEAL[:-4],
    "longer": SEAL[:-2] + "AAAA",
    "of another token": token(exp=STAMP + 1).split(".")[2],
    "of zeros": "A" * len(SEAL),
}


@pytest.mark.parametrize("seal", OTHER_SEALS.values(), ids=OTHER_SEALS.keys())
async def test_t1_another_seal_is_refused(there: Porch, seal: str) -> None:
    assert await there.post(bearer=f"{HEAD}.{BODY}.{seal}") == 401
    assert there.came == []
    assert there.log[0]["code"] in {"signature", "malformed"}  # what is no whole number of bytes is malformed
