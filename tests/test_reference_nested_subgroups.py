"""The product's nested subgroups, delayed entry, spline, type S and M errors against R.

coxph on the shipped virtual cohort; integrate for the normal density; ns for the spline.
Tolerances: 1e-7 relative for what is iterated on either side, 1e-9 for the integrals, and
1e-10 for what is not.
"""

import hashlib
import json

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from secondline import biomarkers
from secondline.cohort import read_cohort

ITERATED, INTEGRATED, EXACT = 1e-7, 1e-9, 1e-10
PARTS = ("hazard_ratio", "lower", "upper", "p")


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/nested_subgroups.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def patients():
    return read_cohort("virtual")


def same_effect(ours, theirs):
    assert [getattr(ours, part) for part in PARTS] == pytest.approx(
        [float(theirs[part]) for part in PARTS], rel=ITERATED
    )


def same_step(step, theirs):
    assert (step.n, step.events) == (theirs["n"], theirs["events"])
    same_effect(step.effect, theirs)


def test_the_reference_names_its_script_and_was_made_of_this_cohort(r, root):
    assert {"r", "survival", "script"} <= set(r["source"])
    assert (root / r["source"]["script"]).is_file()
    data = (root / "data/virtual/zuma7_reference.csv").read_bytes()
    assert hashlib.md5(data).hexdigest() == r["source"]["md5"], "run the R script again"


def test_type_s_and_type_m_errors(r):
    assert len(r["errors"]) == 100
    for case in r["errors"]:
        ours = biomarkers.design_errors(
            float(case["hazard_ratio"]), float(case["events"]), share=float(case["share"]),
            alpha=float(case["alpha"]),
        )  # fmt: skip
        for part in ("power", "wrong_sign", "exaggeration"):
            assert getattr(ours, part) == pytest.approx(float(case[part]), rel=INTEGRATED), case


def test_the_product_in_all_on_three_clocks(r, patients):
    rows = biomarkers.product_rows(patients, "SII")
    same_step(biomarkers.nested_steps(rows, "SII")[1], r["all"])
    found = biomarkers.clocks(patients, rows)
    same_effect(found.randomised, r["all"])
    same_effect(found.entry, r["entry"])
    same_effect(found.infusion, r["infusion"])


@pytest.mark.parametrize("marker", ["SII", "cd19_h_score"])
def test_both_levels_their_ratio_and_the_marker_by_product(r, patients, marker):
    theirs = r["markers"][marker]
    rows = biomarkers.product_rows(patients, marker)
    ours = biomarkers.product_by_marker(rows, marker)
    same_step(ours.unfavourable, theirs["unfavourable"])
    same_step(ours.favourable, theirs["favourable"])
    same_step(biomarkers.nested_steps(rows, marker)[3], theirs["unfavourable"])
    for part in ("ratio", "marker_at_low", "marker_at_high"):
        same_effect(getattr(ours, part), theirs[part])
    late = biomarkers.product_rows(patients, marker, from_infusion=True)
    same_step(biomarkers.nested_steps(late, marker)[3], theirs["from_infusion"])


def test_the_share_as_a_number_straight_and_bent(r, patients):
    rows = biomarkers.product_rows(patients, "SII")
    poor = biomarkers.share_models(rows, "SII")[1]
    assert poor.name == "SII high"
    same_effect(poor.per_sd, r["per_sd"])
    assert poor.p_bend == pytest.approx(float(r["spline"]["p_bend"]), rel=1e-6)
    at = np.array(r["spline"]["share"], dtype=float)
    # ours is drawn on a fine grid, and read between its points
    for ours, theirs in ((poor.straight, "straight"), (poor.bent, "hazard_ratio")):
        read = np.exp(CubicSpline(poor.share, np.log(ours))(at))
        assert read == pytest.approx(np.array(r["spline"][theirs], dtype=float), rel=1e-4)


def test_correlations_and_the_adjusted_effect(r, patients):
    table = biomarkers.share_and_others(patients).set_index("name")
    for name, theirs in r["ranks"].items():
        ours = table.loc[name]
        assert ours["n"] == theirs["n"]
        assert [ours["r"], ours["lower"], ours["upper"]] == pytest.approx(
            [float(theirs[part]) for part in ("r", "lower", "upper")], abs=EXACT
        )
    rows = biomarkers.product_rows(patients, "SII")
    _, together, n = biomarkers.adjusted_effect(patients, rows)
    assert n == r["adjusted"]["n"]
    same_effect(together, r["adjusted"])
