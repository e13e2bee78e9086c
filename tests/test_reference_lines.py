"""Tests over lines, paired power, selection by cures, timing and HGBL beside BPI against R.

kruskal.test, wilcox.test, p.adjust; the trend by Kendall's test with the groups' numbers,
which is Jonckheere's, and by all orders of small groups; power.t.test; integrate; coxph.
Tolerances: 1e-10 relative for what is not iterated, 1e-7 for what is, and 1e-6 for the means
on a grid.
"""

import hashlib
import itertools
import json

import numpy as np
import pytest

from secondline import biomarkers
from secondline.cohort import read_cohort, read_third_line

EXACT, ITERATED, GRID = 1e-10, 1e-7, 1e-6


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/lines.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def patients():
    return read_cohort("virtual")


def floats(values):
    return [float(v) for v in (values if isinstance(values, list) else [values])]


def same_comparison(ours, theirs):
    assert [len(g) for g in ours.groups.values()] == theirs["n"]
    assert ours.kruskal_p == pytest.approx(float(theirs["kruskal"]), rel=EXACT)
    assert ours.trend.z == pytest.approx(float(theirs["trend"]["z"]), rel=EXACT)
    assert ours.trend.p == pytest.approx(float(theirs["trend"]["p"]), rel=EXACT)
    for pair, other in zip(ours.pairs, theirs["pairs"], strict=True):
        for part in ("share", "shift", "p", "holm"):
            assert getattr(pair, part) == pytest.approx(float(other[part]), rel=EXACT, abs=1e-12)
        limits = [float(other[part]) for part in ("lower", "upper")]
        assert [pair.lower, pair.upper] == pytest.approx(limits, rel=EXACT, nan_ok=True)


def test_the_reference_names_its_script_and_was_made_of_this_cohort(r, root):
    assert {"r", "survival", "script"} <= set(r["source"])
    assert (root / r["source"]["script"]).is_file()
    data = (root / "data/virtual/zuma7_reference.csv").read_bytes()
    assert hashlib.md5(data).hexdigest() == r["source"]["md5"], "run the R script again"


@pytest.mark.parametrize("name", ["ties", "rounded", "two", "one"])
def test_made_groups_with_ties_and_of_all_sizes(r, name):
    theirs = r["made"][name]
    groups = {str(i): np.array(floats(g)) for i, g in enumerate(theirs["values"])}
    same_comparison(biomarkers.compare_lines(groups), theirs)


@pytest.mark.parametrize("marker", ["is21", "sig_b_cells", "sig_t_cells", "sig_b7_h3"])
def test_the_virtual_patients(r, patients, marker):
    groups = biomarkers.line_groups(patients, marker, read_third_line("virtual"))
    same_comparison(biomarkers.compare_lines(groups, marker), r["cohort"][marker])


def test_mean_and_variance_of_the_trend_over_all_orders(r):
    sizes = r["exact"]["sizes"]
    ends = np.cumsum(sizes)[:-1]
    ours = biomarkers.jonckheere(np.split(np.arange(sum(sizes)), ends))
    assert ours.expected == pytest.approx(float(r["exact"]["mean"]), rel=EXACT)
    assert ours.variance == pytest.approx(float(r["exact"]["variance"]), rel=EXACT)
    # and of values with ties, by this test's own count
    values = [1, 1, 2, 2, 2, 3]
    found = [
        biomarkers.jonckheere([order[:2], order[2:4], order[4:]])
        for order in itertools.permutations(values)
    ]
    statistics = np.array([f.statistic for f in found])
    assert found[0].expected == pytest.approx(statistics.mean(), rel=EXACT)
    assert found[0].variance == pytest.approx(statistics.var(), rel=EXACT)


def test_power_of_pairs_and_of_two_groups(r):
    assert len(r["power"]) == 9
    for case in r["power"]:
        shift, correlation = float(case["shift"]), float(case["correlation"])
        ours = biomarkers.power_paired(shift, 40, correlation)
        assert ours == pytest.approx(float(case["power"]), rel=ITERATED)
        assert biomarkers.pairs_needed(shift, correlation) == case["pairs"]
    for case in r["apart"]:
        ours = biomarkers.power_apart(0.41, (case["n"], case["n"]))
        assert ours == pytest.approx(float(case["power"]), rel=ITERATED)


def test_the_mean_of_those_who_are_left(r):
    for case in r["left"]:
        ours = biomarkers.selected_moments(float(case["odds_ratio"]), floats(case["cured"]))
        for (mean, spread), theirs in zip(ours[1:], case["left"], strict=True):
            assert mean == pytest.approx(float(theirs["mean"]), rel=GRID)
            assert spread == pytest.approx(float(theirs["sd"]), rel=GRID)


def test_markers_by_time_of_biopsy(r, patients):
    table = biomarkers.by_timing(patients).set_index("name")
    for name, theirs in r["timing"].items():
        for part in ("before", "after", "p"):
            assert table.loc[name, part] == pytest.approx(float(theirs[part]), rel=ITERATED)


def test_hgbl_beside_bpi(r, patients):
    ours, theirs = biomarkers.hgbl_beside(patients, "axi-cel"), r["beside"]
    assert (ours.n, ours.hgbl) == (theirs["n"], theirs["hgbl"])
    assert ours.share == pytest.approx(float(theirs["share"]), rel=EXACT)
    assert ours.alone["hgbl"].hazard_ratio == pytest.approx(float(theirs["alone"]), rel=ITERATED)
    both = [ours.both[k].hazard_ratio for k in ("hgbl", "index")]
    assert both == pytest.approx(floats(theirs["both"]), rel=ITERATED)
    assert [ours.both[k].p for k in ("hgbl", "index")] == pytest.approx(
        floats(theirs["p"]), rel=ITERATED
    )
