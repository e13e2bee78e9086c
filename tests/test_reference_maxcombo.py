"""The MaxCombo test against R's multivariate normal integral: 1e-10 for sums, 1e-4 for P."""

import json

import numpy as np
import pytest
from conftest import ROOT

from secondline.trials import logrank, maxcombo

REFERENCE = json.loads((ROOT / "tests/reference/maxcombo.json").read_text(encoding="utf-8"))
CASES = [(data, test) for data in REFERENCE["datasets"] for test in data["tests"]]
EACH = pytest.mark.parametrize(
    ("data", "expected"), CASES, ids=[f"{d['name']}, {t['label']}" for d, t in CASES]
)


def result(data, expected):
    time = np.array(data["time"], dtype=float)
    return maxcombo(time, data["event"], data["arm"], exponents=expected["exponents"])


@EACH
def test_z_values_equal_their_sums(data, expected):
    test = result(data, expected)
    np.testing.assert_allclose(test.z[0], np.array(expected["z"], dtype=float), atol=1e-10)
    assert test.statistic[0] == pytest.approx(float(expected["statistic"]), abs=1e-10)


@EACH
def test_p_equals_the_integral(data, expected):
    assert float(expected["error"]) < 1e-5
    assert result(data, expected).p[0] == pytest.approx(float(expected["p"]), abs=1e-4)


@EACH
def test_the_decision_is_that_of_p(data, expected):
    """Bounds and integral decide alike, on both sides of the P value."""
    p, test = float(expected["p"]), result(data, expected)
    for alpha in (0.3 * p, 0.9 * p, 0.99 * p - 1e-4):
        if alpha > 0:
            assert not test.rejects(alpha)[0]
    for alpha in (1.01 * p + 1e-4, 1.1 * p, 3 * p):
        if 0 < alpha < 1:
            assert test.rejects(alpha)[0]


def test_one_weight_is_the_log_rank_test():
    rng = np.random.default_rng(4)
    time = rng.exponential(size=(5, 40))
    event, arm = rng.random(time.shape) < 0.8, np.arange(40) % 2
    np.testing.assert_allclose(
        maxcombo(time, event, arm, exponents=[(0, 0)]).p, logrank(time, event, arm).p, atol=1e-12
    )
