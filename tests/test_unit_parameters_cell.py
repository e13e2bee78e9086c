"""What a chapter's parameters cell says, and what it and the check below it refuse."""

import pytest
from conftest import notebooks, write_notebook

from secondline.chapters import check_parameters
from secondline.chapters.checks_cell import allowed_words, check_chapter
from secondline.chapters.parameters_cell import (
    chosen_values,
    parse_parameters,
    read_parameters,
    typed_value,
)
from secondline.errors import InputError

CELL = '''
"""Settings."""
outcome: str = "ORR"  # ORR or CR
n: int = 5  # patients: 1 to 9
level: float = 0.95  # of intervals
log: bool = False  # True or False
trials: str = ""  # path of your own CSV
'''
PARAMETERS = parse_parameters(CELL, "made")


def test_names_types_defaults_and_meanings_are_read():
    assert list(PARAMETERS) == ["outcome", "n", "level", "log", "trials"]
    assert [p.kind for p in PARAMETERS.values()] == [str, int, float, bool, str]
    assert PARAMETERS["n"].meaning == "patients: 1 to 9"
    assert [p.name for p in PARAMETERS.values() if p.is_path] == ["trials"]


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("a, b = 1, 'x'", {"a": 1, "b": "x"}),
        ("a = b = 2.5", {"a": 2.5, "b": 2.5}),
        ("a = -3; b = 1", {"a": -3, "b": 1}),
        ("a: float = 1", {"a": 1.0}),
        ('a = ("two "\n     "lines")  # said', {"a": "two lines"}),
        ('a = "# no comment"', {"a": "# no comment"}),
    ],
)
def test_forms_that_a_line_by_line_reader_misses(source, values):
    found = {name: p.default for name, p in parse_parameters(source, "made").items()}
    assert found == values
    assert [type(v) for v in found.values()] == [type(v) for v in values.values()]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("a = 1\nb = 2 * a", "b in the parameters cell of made is worked out"),
        ("a = 1\na = 2", "sets a twice"),
        ("a, a = 1, 2", "sets a twice"),
        ("import os", "Line 1 of the parameters cell of made is no name with a value"),
        ("a = 1\na += 1", "Line 2 of the parameters cell"),
        ("a = [1]", "must be a text, a number, or True or False"),
        ("a: list = 1", "must be a text, a number, or True or False"),
        ("a = None", "must be a text, a number, or True or False"),
        ("a: int = 'x'", "a is 'x'; it must be a whole number"),
        ("a = (", "is no Python: line 1"),
        ("a: int", "Line 1 of the parameters cell"),
        ("a[0] = 1", "Line 1 of the parameters cell"),
        ("a = 1e999", "a is inf; it must be a finite number"),
    ],
)
def test_a_cell_that_cannot_be_changed_safely_is_refused(source, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_parameters(source, "made")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("outcome", "007", "007"),
        ("outcome", "null", "null"),
        ("outcome", 'say "no"\n\\ é 中', 'say "no"\n\\ é 中'),
        ("n", "007", 7),
        ("n", "-2", -2),
        ("level", "1", 1.0),
        ("level", "5e-1", 0.5),
        ("log", "true", True),
        ("log", "False", False),
    ],
)
def test_texts_of_the_command_line_take_the_parameters_type(name, text, value):
    found = typed_value(PARAMETERS[name], text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("n", "5.5", "n is '5.5'; it must be a whole number."),
        ("n", "٣", "it must be a whole number"),
        ("n", "", "n is ''; it must be a whole number."),
        ("level", "much", "level is 'much'; it must be a number."),
        ("log", "yes", "log is 'yes'; it must be True or False."),
    ],
)
def test_texts_of_another_type_get_a_sentence(name, text, sentence):
    with pytest.raises(InputError, match=sentence):
        typed_value(PARAMETERS[name], text)


def test_defaults_stand_in_for_what_is_not_given():
    values = chosen_values(PARAMETERS, {"level": 1}, "made")
    assert values == {"outcome": "ORR", "n": 5, "level": 1.0, "log": False, "trials": ""}
    assert type(values["level"]) is float


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"outcom": "CR"}, "made has no parameter 'outcom'; it has 'outcome', 'n'"),
        ({"x = 1; y": 1}, "'x = 1; y' is no name of a parameter"),
        ({1: 1}, "1 is no name"),
        ({"n": True}, "n is True; it must be a whole number"),
        ({"n": None}, "n is None"),
        ({"outcome": False}, "outcome is False; it must be a text. Put it in quotes."),
        ({"log": "no"}, "log is 'no'; it must be True or False"),
        ({"level": float("nan")}, "level is nan; it must be a finite number"),
        ({"level": 10**400}, "level is inf"),
        ({"trials": "a\0b"}, "a text has at most"),
        ({"trials": "x" * 10_001}, "a text has at most 10000 characters"),
        ({"trials": "\ud800"}, "one that a file can hold"),
    ],
)
def test_values_that_do_not_fit_get_a_sentence(given, sentence):
    with pytest.raises(InputError) as caught:
        chosen_values(PARAMETERS, given, "made")
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_tag_stands_on_one_cell(tmp_path):
    with pytest.raises(InputError, match="a has no cell with the tag 'parameters'; it needs one"):
        read_parameters(write_notebook(tmp_path / "a.ipynb", "x = 1"))
    twice = write_notebook(tmp_path / "b.ipynb", ("x = 1", "parameters"), ("y = 1", "parameters"))
    with pytest.raises(InputError, match="b has 2 cells with the tag 'parameters'"):
        read_parameters(twice)


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": 3}', '{"cells": [{}]}', ""])
def test_what_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "made.ipynb"
    path.write_text(content)
    with pytest.raises(InputError, match="made.ipynb is no readable notebook"):
        read_parameters(path)
    with pytest.raises(InputError, match="nowhere.ipynb cannot be read"):
        read_parameters(tmp_path / "nowhere.ipynb")


CHECK = """
from secondline.chapters import check_parameters

both = ("ORR", "CR")
check_parameters(outcome=(outcome, both), n=(n, range(1, 10)))
check_more(n)
print("too far")
"""


def test_a_chapters_own_check_is_made_without_running_the_rest(tmp_path, capsys):
    check = CHECK.replace("check_more(n)\n", "").replace('print("too far")', "1 / 0")
    path = write_notebook(tmp_path / "a.ipynb", (CELL, "parameters"), check)
    good = check_chapter(path, {"outcome": "CR", "n": 9})
    assert (good.fault, good.allowed) == ("", {"outcome": ("ORR", "CR"), "n": range(1, 10)})
    bad = check_chapter(path, {"outcome": "PR", "n": 10})
    assert bad.fault == (
        "outcome is 'PR'; allowed: 'ORR' or 'CR'. n is 10; it must be a whole number from 1 to 9."
    )
    # a check that cannot be made is no permission
    broken = write_notebook(tmp_path / "b.ipynb", (CELL, "parameters"), CHECK)
    with pytest.raises(InputError, match="parameters of b cannot be checked: NameError"):
        check_chapter(broken, {"outcome": "CR", "n": 9})
    assert capsys.readouterr().out == ""


def test_further_checks_in_a_row_count(tmp_path):
    check = (
        "from secondline.chapters import check_parameters\nfrom secondline import trials\n"
        "check_parameters(scan_weeks=(scan_weeks, (0.0, 26.0)))\ntrials.check_scan_weeks(scan_weeks)"
    )
    path = write_notebook(tmp_path / "a.ipynb", ("scan_weeks = 0.0", "parameters"), check)
    assert check_chapter(path, {"scan_weeks": 0.0}).fault == ""
    assert "scan" in check_chapter(path, {"scan_weeks": 1.0}).fault


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_every_chapter_says_what_each_parameter_may_be(path):
    parameters = read_parameters(path)
    checked = check_chapter(path, {name: p.default for name, p in parameters.items()})
    assert checked.fault == ""
    assert set(checked.allowed) == set(parameters)
    for name, parameter in parameters.items():
        assert parameter.meaning, f"{name} has no comment"
        assert allowed_words(checked.allowed[name])


def test_good_parameters_pass():
    check_parameters(
        outcome=("CR", ("ORR", "CR")),
        trials=("", str),
        seed=(3, int),
        k=(5, range(1, 10)),
        level=(0.9, (0.5, 0.99)),
        show=(True, bool),
    )


@pytest.mark.parametrize(
    ("value", "allowed", "words"),
    [
        ("XYZ", ("ORR", "CR"), "x is 'XYZ'; allowed: 'ORR' or 'CR'."),
        (1, ("ORR", "CR"), "x is 1; allowed: 'ORR' or 'CR'."),
        (7, str, "x is 7; it must be a text."),
        (True, int, "x is True; it must be a whole number."),
        (11, range(1, 10), "x is 11; it must be a whole number from 1 to 9."),
        (2.0, (0.5, 0.99), "x is 2.0; it must be a number from 0.5 to 0.99."),
        (float("nan"), (0.5, 0.99), "x is nan; it must be a number from 0.5 to 0.99."),
    ],
)
def test_bad_parameters_get_a_sentence(value, allowed, words):
    with pytest.raises(InputError) as caught:
        check_parameters(x=(value, allowed))
    assert str(caught.value) == words


def test_all_bad_parameters_are_named_together():
    with pytest.raises(InputError, match="a is 1; .* b is 2; "):
        check_parameters(a=(1, ("x", "y")), b=(2, str))


def test_bad_parameter_shows_no_traceback_in_jupyter():
    assert InputError("A sentence.")._render_traceback_() == ["InputError: A sentence."]
