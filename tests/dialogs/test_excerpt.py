from dialogs.engine import ECHO, excerpt


def test_a_short_text_is_shown_whole_on_one_line() -> None:
    assert excerpt("Før tænkte jeg, at de var sure.\n\nNu ved jeg bedre.") == (
        "Før tænkte jeg, at de var sure. Nu ved jeg bedre"
    )


def test_what_is_cut_says_so() -> None:
    cut = excerpt("De tager ti minutter om morgenen. " * 5)
    assert cut.endswith(" …")
    assert len(cut) <= ECHO + 2
    assert cut.removesuffix(" …").split()[-1] in ("De", "tager", "ti", "minutter", "om", "morgenen.")
