"""Prognostic and predictive markers against R's survival and mvtnorm.

The models of each arm and the sizes of every cut are compared in
test_reference_marker_agreement.py. Tolerance for five findings together: the error of a
simulation with 100,000 draws.
"""

import json

import numpy as np
import pandas as pd
import pytest

from secondline import biomarkers

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


def test_the_difference_is_not_that_of_a_model_with_one_baseline(r, patients):
    row = biomarkers.plane(patients, markers=MARKER).row("the marker")
    assert row["n"] == 165
    # R's model with one baseline is near, and another
    joint = float(r["interaction"]["joint"]["log_ratio"])
    assert row["difference"] == pytest.approx(joint, abs=0.1)
    assert row["difference"] != pytest.approx(joint, rel=1e-4)


def test_the_best_cut_is_the_largest_statistic_of_r(r, patients):
    own = patients[(patients["arm"] == "axi-cel") & patients["marker"].notna()]
    scan = biomarkers.scan_cuts(own["efs_months"], own["efs_event"], own["marker"])
    assert scan.best == np.abs(np.array(r["cuts"]["statistic"], dtype=float)).argmax()


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
