"""Prognostic and predictive markers against R's survival and mvtnorm.

Tolerances: 1e-6 where both sides iterate, 1e-10 where neither does; for five findings
together the error of a simulation with 100,000 draws.
"""

import json

import numpy as np
import pandas as pd
import pytest

from secondline import biomarkers
from secondline.biomarkers import predictive

EXACT, ITERATED = 1e-10, 1e-6
MARKER = (("the marker", "marker", "high", "marker"),)


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/predictive.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def patients(r):
    data = r["data"]
    table = pd.DataFrame({
        "arm": data["arm"], "efs_months": np.array(data["months"], dtype=float),
        "efs_event": data["event"], "marker": np.array(data["marker"], dtype=float),
    })  # fmt: skip
    assert table["efs_months"].duplicated().any()  # ties are there to be handled
    assert table["marker"].isna().sum() == 15
    return table


def test_the_difference_is_the_interaction_of_a_cox_model_stratified_by_arm(r, patients):
    row = biomarkers.plane(patients, markers=MARKER).row("the marker")
    theirs = {k: float(v) for k, v in r["interaction"]["halves"].items()}
    assert row["difference"] == pytest.approx(theirs["log_ratio"], rel=ITERATED)
    assert row["se"] == pytest.approx(theirs["se"], rel=ITERATED)
    assert row["p"] == pytest.approx(theirs["p"], rel=1e-5)
    assert row["n"] == 165
    # and not that of a model with one baseline, which is near
    joint = float(r["interaction"]["joint"]["log_ratio"])
    assert row["difference"] == pytest.approx(joint, abs=0.1)
    assert row["difference"] != pytest.approx(joint, rel=1e-4)


def test_the_marker_as_a_number_has_the_same_model(r, patients):
    found = predictive.p_of_number(patients, "marker")
    assert found == pytest.approx(float(r["interaction"]["number"]["p"]), rel=1e-5)


def test_each_arm_is_that_of_coxph_and_survfit(r, patients):
    row = biomarkers.plane(patients, markers=MARKER).row("the marker")
    at = biomarkers.plane(patients, "milestone", horizon=24, markers=MARKER).row("the marker")
    for arm, column in zip(r["arms"], ("axi_cel", "soc"), strict=True):
        assert row[column] == pytest.approx(float(arm["log_hazard_ratio"]), rel=ITERATED)
        assert row[f"{column}_se"] == pytest.approx(float(arm["se"]), rel=ITERATED)
        low, high = map(float, arm["share"])
        assert at[column] == pytest.approx(100 * (high - low), rel=EXACT)
        assert at[f"{column}_se"] == pytest.approx(
            100 * np.hypot(*map(float, arm["share_se"])), rel=EXACT
        )


def test_rank_scores_are_martingale_residuals_and_cuts_are_standardised(r, patients):
    own = patients[(patients["arm"] == "axi-cel") & patients["marker"].notna()]
    own = own.sort_values("marker", kind="stable")
    scores = biomarkers.rank_scores(own["efs_months"], own["efs_event"])
    np.testing.assert_allclose(scores[0], np.array(r["cuts"]["scores"], dtype=float), atol=EXACT)
    at = biomarkers.cut_sizes(own["marker"], 0.2, 0.8)
    assert at.tolist() == r["cuts"]["at"]
    theirs = np.array(r["cuts"]["statistic"], dtype=float)
    np.testing.assert_allclose(biomarkers.standardised(scores, at)[0], theirs, atol=EXACT)
    scan = biomarkers.scan_cuts(own["efs_months"], own["efs_event"], own["marker"])
    assert scan.best == np.abs(theirs).argmax()


def test_five_findings_together_are_the_normal_integral(r):
    together = r["together"]
    z = np.array(together["z"], dtype=float)
    correlation = np.array(together["correlation"], dtype=float)
    made = [Finding(v) for v in z]
    n_first, _ = biomarkers.first_trial()
    for n, share, row, key in ((n_first, 0.5, 0, "true"), (2 * n_first, 0.5, 1, "half"),
                               (n_first, 0.5, 2, "integrated")):  # fmt: skip
        found = biomarkers.jointly(made, correlation, n, share=share, seed=3).table
        theirs = float(together[key])
        error = np.sqrt(theirs * (1 - theirs) / 100_000)
        assert found["all"][row] == pytest.approx(theirs, abs=4 * error)
        assert 0 < theirs < 1


class Finding:
    """A finding of which only z is known."""

    def __init__(self, z):
        self.z = float(z)
