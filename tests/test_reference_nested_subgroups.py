"""The spline of the product's share against R's coxph and ns.

The other values of the file are compared in test_reference_marker_agreement.py.
"""

import json

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from secondline import biomarkers
from secondline.cohort import read_cohort


def test_the_share_as_a_number_straight_and_bent(root):
    path = root / "tests/reference/nested_subgroups.json"
    r = json.loads(path.read_text(encoding="utf-8"))
    rows = biomarkers.product_rows(read_cohort("virtual"), "SII")
    poor = biomarkers.share_models(rows, "SII")[1]
    assert poor.name == "SII high"
    assert poor.p_bend == pytest.approx(float(r["spline"]["p_bend"]), rel=1e-6)
    at = np.array(r["spline"]["share"], dtype=float)
    # ours is drawn on a fine grid, and read between its points
    for ours, theirs in ((poor.straight, "straight"), (poor.bent, "hazard_ratio")):
        read = np.exp(CubicSpline(poor.share, np.log(ours))(at))
        assert read == pytest.approx(np.array(r["spline"][theirs], dtype=float), rel=1e-4)
