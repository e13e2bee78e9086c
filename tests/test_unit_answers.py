"""What a page says of a sweep is what its table holds."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from secondline import figures
from secondline.chapters import answers
from secondline.errors import InputError

NAMES = {"a": "Alpha", "b": "Beta"}


@pytest.fixture
def table():
    """a moves the answer by 10, b by 1 or 2; one cell is missing."""
    rows = [(a, b, 10 * a + (1 + a) * b) for a in (0, 1) for b in (0, 1)]
    return pd.DataFrame([*rows, (2, 0, np.nan)], columns=["a", "b", "x"])


def test_a_choice_is_changed_alone(table):
    found = answers.spread(table, "x", NAMES, table["x"] > 0.5)
    assert (found.n, found.known, found.lowest, found.highest, found.holding) == (5, 4, 0, 12, 3)
    a, b = (row for row in found.moved_by.itertuples())
    assert (a.choice, a.typical, a.largest) == ("a", 10.5, 11)
    assert (b.choice, b.typical, b.largest) == ("b", 1.5, 2)
    # with b at 0 changing a turns the reading, and with b at 1 it does not
    assert (a.turns, a.of) == (1, 2)
    assert (b.turns, b.of) == (1, 2)
    assert answers.mover(found, NAMES) == "alpha"


def test_changes_of_ratios_are_factors():
    table = pd.DataFrame({"a": [0, 1], "x": [0.4, 0.8]})
    found = answers.spread(table, "x", ["a"], [True, False], ratio=True)
    assert found.moved_by["largest"][0] == pytest.approx(2)
    page = answers.moved_page(found, {"a": "Alpha"}, unit="", ratio=True)
    assert page.iloc[0].tolist() == ["Alpha", "× 2.00", "× 2.00", "1 of 1"]
    assert (found.lowest, found.highest) == (0.4, 0.8)


def test_one_variant_and_no_answer_at_all():
    one = pd.DataFrame({"a": [0], "x": [np.nan]})
    found = answers.spread(one, "x", ["a"], [False])
    assert found.known == 0 and np.isnan(found.lowest)
    assert answers.moved_page(found, NAMES, unit="%").iloc[0].tolist() == ["Alpha", "–", "–", "0 of 0"]
    assert answers.spread_report(found, "it", "%", "y", NAMES) == "None of 1 variants gave a value for it."


@pytest.mark.parametrize(("holds", "words"), [
    ([1, 1, 1, 1, 1], "in all 5 variants"), ([0] * 5, "in none of 5 variants"),
    ([1, 0, 0, 0, 1], "in 2 of 5 variants"),
])  # fmt: skip
def test_how_often_a_reading_holds(table, holds, words):
    found = answers.spread(table, "x", NAMES, holds)
    assert answers.held_words(found) == words
    report = answers.spread_report(found, "the share", "%", "more than half", NAMES)
    assert report == (
        "In 5 variants (all combinations of alpha, beta that exist) the share ran from 0.0 to 12.0 %; "
        f"more than half was found {words}. Changing alpha alone moved it most, by up to 11.0 points."
    )


def test_what_does_not_fit_is_a_sentence(table):
    with pytest.raises(InputError, match="has no column 'y'; it has 'a', 'b' or 'x'"):
        answers.spread(table, "y", NAMES, [True] * 5)
    with pytest.raises(InputError, match="has no column 'c'"):
        answers.spread(table, "x", ["c"], [True] * 5)
    with pytest.raises(InputError, match="it must have one value for each of 5 rows"):
        answers.spread(table, "x", NAMES, [True])
    with pytest.raises(InputError, match="There is no sweep 'nothing' in data/sweeps; allowed: "):
        answers.read_answers("nothing")
    with pytest.raises(InputError, match="There is no sweep '../dictionary'"):
        answers.read_answers("../dictionary")


def test_cuts_are_told_before_and_after_the_search():
    table = pd.DataFrame({
        "marker": ["B", "A", "A"], "arm": ["SOC", "SOC", "axi-cel"], "cuts": [70.0, 71.0, 72.0],
        "best_p": [0.2, 0.01, 0.001], "permuted_p": [0.6, 0.09, 0.02],
    })  # fmt: skip
    page = answers.cuts_page(table, 0.05)
    assert page["Marker and arm"].tolist() == ["A, axi-cel", "A, SOC", "B, SOC"]
    assert page.iloc[:, -1].tolist() == ["yes", "no", "no"]
    best = answers.spread(table, "best_p", ["marker", "arm"], table["best_p"] < 0.05)
    left = answers.spread(table, "permuted_p", ["marker", "arm"], table["permuted_p"] < 0.05)
    text = answers.cuts_reading(best, left, 0.05)
    assert "below 0.05 in 2 of 3 variants" in text and "For 1 of them the small P was the search's" in text
    assert "the search's" not in answers.cuts_reading(best, best, 0.05)


def test_the_curve_shows_each_variant_and_its_choices(table):
    figure = figures.specification_curve(
        table, "x", NAMES, table["x"] > 5, ylabel="x", words=("yes", "no"), mark=5.0,
        provenance="virtual",
    )
    curve, below = figure.axes
    heights = sorted(y for c in curve.collections for y in c.get_offsets()[:, 1])
    assert heights == [0, 1, 10, 12]
    colours = [len(c.get_offsets()) for c in curve.collections]
    assert colours == [2, 2]
    marks = sum(len(c.get_offsets()) for c in below.collections)
    assert marks == 4 * len(NAMES)
    # row labels: both names and each level of those with an answer
    assert [t.get_text() for t in below.texts] == ["Alpha", "0", "1", "Beta", "0", "1"]
    assert "synthetic" in " ".join(t.get_text() for t in figure.texts)


def test_ratios_stand_on_a_scale_of_ratios():
    table = pd.DataFrame({"a": ["x", "y", "z"], "x": [0.4, 0.8, 0.9], "l": [0.3, 0.7, 0.8], "u": [0.5, 0.9, 1]})
    figure = figures.specification_curve(
        table, "x", {"a": "A"}, [True, False, False], ylabel="x", words=("yes", "no"),
        limits=("l", "u"), log=True, provenance="recomputed", source="made",
    )
    assert figure.axes[0].get_yscale() == "log"
    assert {"0.5", "0.8"} <= {t.get_text() for t in figure.axes[0].get_yticklabels()}


def test_the_dictionary_names_the_columns_of_the_tables():
    dictionary = pd.read_csv(ROOT / "data/dictionary.csv", dtype=str)
    for path in sorted((ROOT / "data/sweeps").glob("*.csv")):
        columns = dictionary.loc[dictionary["table"] == f"sweeps/{path.stem}", "column"]
        assert columns.tolist() == list(pd.read_csv(path, nrows=0)), path.stem
