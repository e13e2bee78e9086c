"""The correlation of two markers against R, and what the patients of the reference hold.

The curves along a marker are compared in test_reference_marker_agreement.py.
"""

import json

import pandas as pd
import pytest

from secondline import biomarkers


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/dose_response.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def patients(r):
    table = pd.DataFrame(r["patients"])
    assert table["efs_months"].duplicated().any()  # ties are there to be handled
    return table


def test_the_reference_holds_the_hard_cases(r):
    assert len(r["hazards"]) == 5 * 3
    # patients without an assessment are left out, or counted as without a response
    assert r["responses"][0]["arms"][0]["n"] < r["responses"][1]["arms"][0]["n"]


def test_the_correlation_of_two_markers(r, patients):
    for case in r["together"]:
        found = biomarkers.together(patients, case["arm"])
        assert found.r == pytest.approx(float(case["r"]), abs=1e-10)
        assert found.r_p == pytest.approx(float(case["r_p"]), rel=1e-8)
