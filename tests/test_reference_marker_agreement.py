"""The analyses of markers against R, value by value, and the table that the page shows.

R's side: coxph with natural splines (the bases differ and span one space, so that curves,
limits and tests must agree), glm, wilcox.test, survfit, martingale residuals, kruskal.test,
p.adjust, the trend by Kendall's test with the groups' numbers (which is Jonckheere's),
power.t.test and integrate. Tolerances are relative: 1e-10 for what is not iterated, 1e-9 for
integrals, 1e-7 or 1e-6 for what either side iterates or takes on a grid.
"""

import hashlib
import json

import pytest

from secondline import biomarkers
from secondline.biomarkers import against_r

ROOM_AND_VALUES = {
    "hazard along a marker, with splines": (1e-6, 540),
    "chance of response along a marker": (1e-6, 92),
    "two markers in one model": (1e-6, 12),
    "rank sums": (1e-10, 12),
    "a marker in two arms, and its interaction": (1e-6, 8),
    "shares at a month by a marker": (1e-10, 4),
    "scores of patients and sizes of every cut": (1e-10, 162),
    "tests of three lines": (1e-10, 159),
    "power of pairs and of two groups": (1e-7, 11),
    "a marker among those who are left": (1e-6, 12),
    "biopsies by timing": (1e-7, 6),
    "HGBL beside BPI": (1e-7, 7),
    "errors of type S and type M": (1e-9, 300),
    "the product in nested subgroups, on three clocks": (1e-7, 99),
    "correlations of the product": (1e-10, 12),
    "two markers in four groups, and their interaction": (1e-7, 150),
    "gene and protein in one model": (1e-7, 11),
}


@pytest.fixture(scope="module")
def pairs():
    return (
        against_r.dose_response()
        | against_r.predictive()
        | against_r.lines()
        | against_r.nested_subgroups()
        | against_r.marker_pairs()
    )


@pytest.mark.parametrize("quantity", ROOM_AND_VALUES)
def test_every_value_equals_that_of_r(pairs, quantity):
    room, values = ROOM_AND_VALUES[quantity]
    assert len(pairs[quantity]) == values
    for here, there in pairs[quantity]:
        # limits of groups of one are none on both sides
        assert here == pytest.approx(float(there), rel=room, nan_ok=True)


def test_the_page_shows_the_same_comparison(pairs):
    table = biomarkers.marker_agreement_table().set_index("quantity")
    assert list(table.index) == list(pairs) == list(ROOM_AND_VALUES)
    for quantity, (room, values) in ROOM_AND_VALUES.items():
        assert table.loc[quantity, "values"] == values
        assert 0 <= table.loc[quantity, "difference"] <= room


@pytest.mark.parametrize("name", ["lines", "nested_subgroups", "two_markers"])
def test_the_reference_was_made_of_this_cohort(root, name):
    path = root / f"tests/reference/{name}.json"
    source = json.loads(path.read_text(encoding="utf-8"))["source"]
    assert {"r", "survival", "script"} <= set(source)
    assert (root / source["script"]).is_file()
    data = (root / "data/virtual/zuma7_reference.csv").read_bytes()
    assert hashlib.md5(data).hexdigest() == source["md5"], "run the R script again"


def test_a_value_on_one_side_alone_differs_without_end():
    nan = float("nan")
    table = against_r.largest_differences(
        {"both": [(nan, "nan"), (0.5, "0.25")], "one": [(nan, "1")], "large": [(110.0, "100")]}
    ).set_index("quantity")["difference"]
    assert table.to_dict() == {"both": 0.25, "one": float("inf"), "large": 0.1}
