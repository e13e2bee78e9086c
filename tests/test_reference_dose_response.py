"""Curves along a marker against R's survival, splines and glm.

The spline bases differ and span one space, so that curves, limits and tests must agree.
Tolerances: 1e-6, as both sides iterate; 1e-10 for what does not.
"""

import json

import numpy as np
import pandas as pd
import pytest

from secondline import biomarkers

EXACT, ITERATED = 1e-10, 1e-6


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/dose_response.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def patients(r):
    table = pd.DataFrame(r["patients"])
    assert table["efs_months"].duplicated().any()  # ties are there to be handled
    return table


def numbers(texts):
    return np.array(texts, dtype=float)


def test_hazards_along_a_marker_equal_coxph_with_natural_splines(r, patients):
    at = r["shown"]
    assert len(r["hazards"]) == 5 * 3
    for case in r["hazards"]:
        found = biomarkers.hazard_curve(patients, "spd_mm2", case["arm"], knots=case["knots"])
        assert (found.n, found.events) == (case["n"], case["events"])
        for ours, theirs in ((found.hazard_ratio, "hazard_ratio"), (found.lower, "lower"),
                             (found.upper, "upper")):  # fmt: skip
            np.testing.assert_allclose(ours[at], numbers(case["curve"][theirs]), rtol=ITERATED)
        for ours, theirs in ((found.straight, "hazard_ratio"), (found.straight_lower, "lower"),
                             (found.straight_upper, "upper")):  # fmt: skip
            np.testing.assert_allclose(ours[at], numbers(case["straight"][theirs]), rtol=ITERATED)
        assert found.per_doubling.hazard_ratio == pytest.approx(float(case["slope"]), rel=ITERATED)
        assert found.per_doubling.p == pytest.approx(float(case["slope_p"]), rel=ITERATED)
        assert found.p_any == pytest.approx(float(case["any"]), rel=ITERATED)
        assert found.p_bend == pytest.approx(float(case["bend"]), rel=ITERATED)


def test_chances_of_response_equal_glm(r, patients):
    for case in r["responses"]:
        handled = case["unassessed"]
        for theirs in case["arms"]:
            found = biomarkers.response_curve(
                patients, "spd_mm2", theirs["arm"], unassessed=handled
            )
            assert (found.n, found.cases) == (theirs["n"], theirs["cases"])
            for name in ("odds_ratio", "lower", "upper", "p"):
                assert getattr(found, name) == pytest.approx(float(theirs[name]), rel=ITERATED)
            assert found.p_bend == pytest.approx(float(theirs["bend"]), rel=ITERATED)
            for name in ("share", "share_lower", "share_upper"):
                np.testing.assert_allclose(
                    getattr(found, name)[r["shown"]], numbers(theirs[name]), rtol=ITERATED
                )
        ratio = biomarkers.response_interaction(patients, "spd_mm2", unassessed=handled)
        assert ratio.hazard_ratio == pytest.approx(float(case["ratio"]["estimate"]), rel=ITERATED)
        assert ratio.p == pytest.approx(float(case["ratio"]["p"]), rel=ITERATED)
    assert r["responses"][0]["arms"][0]["n"] < r["responses"][1]["arms"][0]["n"]


def test_two_markers_in_one_model_equal_coxph(r, patients):
    for case in r["together"]:
        found = biomarkers.together(patients, case["arm"])
        assert found.r == pytest.approx(float(case["r"]), abs=EXACT)
        assert found.r_p == pytest.approx(float(case["r_p"]), rel=1e-8)
        for i, name in enumerate(biomarkers.NAMES):
            assert found.alone[name].hazard_ratio == pytest.approx(
                float(case["alone"][i]), rel=ITERATED
            )
            assert found.both[name].hazard_ratio == pytest.approx(
                float(case["joint"][i]), rel=ITERATED
            )
            assert found.added_p[name] == pytest.approx(float(case["added"][i]), rel=ITERATED)


def test_rank_sums_of_many_draws_equal_wilcox_test(r):
    for case in r["ranked"]:
        outcome = np.array([case["outcome"], ~np.array(case["outcome"])])
        p = biomarkers.rank_sum_p(np.array(case["values"]), outcome)
        np.testing.assert_allclose(p, float(case["p"]), rtol=EXACT)
