"""secondline.trials against R survival: 1e-10 for sums, 1e-8 for iterated Cox fits."""

import json

import numpy as np
import pytest
from conftest import ROOT

from secondline.trials import (
    cox,
    fleming_harrington,
    logrank,
    medians,
    restricted_means,
    survival_at,
)

REFERENCE = json.loads((ROOT / "tests/reference/trials.json").read_text(encoding="utf-8"))
SETS = REFERENCE["datasets"]
EACH = pytest.mark.parametrize("data", SETS, ids=[d["name"] for d in SETS])


def numbers(values):
    return np.array(values, dtype=float)


def patients(data):
    return numbers(data["time"]), np.array(data["event"]), np.array(data["arm"])


@EACH
def test_log_rank_equals_survdiff(data):
    test = logrank(*patients(data))
    assert test.observed_less_expected[0] == pytest.approx(float(data["logrank"]["oe"]), abs=1e-10)
    assert test.variance[0] == pytest.approx(float(data["logrank"]["variance"]), abs=1e-10)


@EACH
def test_weighted_tests_equal_their_sums(data):
    for entry in data["weighted"]:
        test = fleming_harrington(*patients(data), rho=entry["rho"], gamma=entry["gamma"])
        assert test.observed_less_expected[0] == pytest.approx(float(entry["oe"]), abs=1e-10)
        assert test.variance[0] == pytest.approx(float(entry["variance"]), abs=1e-10)


@EACH
def test_survdiff_with_rho_1_is_the_weight_of_survival(data):
    test = fleming_harrington(*patients(data), rho=1)
    assert test.observed_less_expected[0] == pytest.approx(float(data["peto"]["oe"]), abs=1e-10)
    assert test.variance[0] == pytest.approx(float(data["peto"]["variance"]), abs=1e-10)


@EACH
def test_kaplan_meier_and_greenwood_equal_survfit(data):
    curves = survival_at(*patients(data), data["times"])
    for arm in (0, 1):
        for name in ("survival", "se"):
            np.testing.assert_allclose(
                getattr(curves, name)[0, arm], numbers(data["at"][arm][name]), atol=1e-10
            )


@EACH
def test_medians_equal_survfit(data):
    expected = numbers(data["median"])
    expected[np.isnan(expected)] = np.inf
    np.testing.assert_allclose(medians(*patients(data))[0], expected, atol=1e-10)


@EACH
def test_restricted_means_equal_survfit(data):
    result = restricted_means(*patients(data), horizon=float(data["horizon"]))
    np.testing.assert_allclose(result.mean[0], numbers(data["rmean"]), atol=1e-10)
    np.testing.assert_allclose(result.se[0], numbers(data["rmean_se"]), atol=1e-10)


@EACH
@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("covariate", ["arm", "x"])
def test_cox_equals_coxph(data, ties, covariate):
    fit = cox(numbers(data["time"]), data["event"], numbers(data[covariate]), ties=ties)
    expected = data["cox"][f"{ties} {covariate}"]
    assert fit.log_hazard_ratio[0] == pytest.approx(float(expected["beta"]), abs=1e-8)
    assert fit.se[0] == pytest.approx(float(expected["se"]), abs=1e-8)
