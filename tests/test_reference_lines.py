"""The trend over lines by all orders of small groups, pairs needed and how HGBL ranks against R.

The other values of the file are compared in test_reference_marker_agreement.py. Tolerance:
1e-10 relative, as nothing is iterated.
"""

import itertools
import json

import numpy as np
import pytest

from secondline import biomarkers
from secondline.cohort import read_cohort

EXACT = 1e-10


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/lines.json").read_text(encoding="utf-8"))


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


def test_pairs_needed(r):
    assert len(r["power"]) == 9
    for case in r["power"]:
        shift, correlation = float(case["shift"]), float(case["correlation"])
        assert biomarkers.pairs_needed(shift, correlation) == case["pairs"]


def test_the_chance_that_a_patient_with_hgbl_has_the_higher_index(r):
    ours = biomarkers.hgbl_beside(read_cohort("virtual"), "axi-cel")
    assert ours.share == pytest.approx(float(r["beside"]["share"]), rel=EXACT)
