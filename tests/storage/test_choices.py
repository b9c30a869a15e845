from storage.store import Store, Work


def test_what_is_chosen_for_a_round_goes_before_what_holds_for_all(store: Store) -> None:
    def write(work: Work) -> None:
        work.choices.put("org", "", "track", "short")
        work.choices.put("org", "r1", "track", "full")
        work.choices.put("org", "", "coaches", ["a", "b"])
        work.choices.put("org", "", "track", "")
        work.choices.put("other", "", "track", "full")

    store.run_now(write)
    assert store.run_now(lambda work: work.choices.of("org", "r1")) == {"track": "full", "coaches": ["a", "b"]}
    assert store.run_now(lambda work: work.choices.of("org", "r2")) == {"track": "", "coaches": ["a", "b"]}
    assert store.run_now(lambda work: work.choices.remove("org", "r1", "track"))
    assert not store.run_now(lambda work: work.choices.remove("org", "r1", "track"))
    assert (store.run_now(lambda work: work.choices.of("org", "r1")))["track"] == ""


def test_an_own_sentence_goes_and_comes(store: Store) -> None:
    def write(work: Work) -> None:
        work.wordings.put("org", "", "da", "prep.done", "Så er du klar.")
        work.wordings.put("org", "r1", "da", "prep.done", "Klar til runden.")
        work.wordings.put("org", "", "nb", "prep.done", "Da er du klar.")

    store.run_now(write)
    assert store.run_now(lambda work: work.wordings.of("org", "r1")) == {
        ("da", "prep.done"): "Klar til runden.",
        ("nb", "prep.done"): "Da er du klar.",
    }
    assert store.run_now(lambda work: work.wordings.remove("org", "r1", "da", "prep.done"))
    assert (store.run_now(lambda work: work.wordings.of("org", "r1")))["da", "prep.done"] == "Så er du klar."
    assert store.run_now(lambda work: work.wordings.of("other")) == {}
