"""secondline.survival's contrasts of arms against R survival.

Tolerances: 1e-10 where there is a formula, 1e-8 where an equation is solved by iteration.
The maximum of a cure model's likelihood is flat, so that its place is known to about
half the digits of its height: 1e-8 for the log-likelihood, 1e-4 for the parameters, which
two optimisers (lifelines', and R's optim and nlm with numerical derivatives) found.
"""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from scipy.integrate import IntegrationWarning

from secondline.survival import (
    arm_curves,
    contrast_agreement_table,
    cox_model,
    hazard_view,
    milestone,
    mixture_cure,
    proportional_hazards_test,
    restricted_mean,
)
from secondline.trials import restricted_means, survival_at

REFERENCE = json.loads((ROOT / "tests/reference/survival.json").read_text(encoding="utf-8"))
SETS = REFERENCE["datasets"]
EACH = pytest.mark.parametrize("data", SETS, ids=[d["name"] for d in SETS])
NAMES = {1: "axi-cel", 0: "SOC"}


def numbers(values):
    return np.array(values, dtype=float)


def patients(data):
    return numbers(data["time"]), np.array(data["event"]), np.array(data["arm"])


def table(data):
    time, event, arm = patients(data)
    return pd.DataFrame(
        {"efs_months": time, "efs_event": event == 1, "arm": arm, "marker": numbers(data["marker"])}
    )


@EACH
def test_curves_limits_and_numbers_at_risk_equal_survfit(data):
    curves = arm_curves(*patients(data), at=data["times"])
    for expected in data["curves"]:
        mine = curves[NAMES[expected["arm"]]]
        assert list(mine.at_risk) == expected["at_risk"]
        survival = numbers(expected["survival"])
        np.testing.assert_allclose(mine.survival, survival, atol=1e-10)
        # where the curve is 1, R says 1 for the limits and SciPy none
        inside = survival < 1
        for name in ("lower", "upper"):
            limits = numbers(expected[name])[inside]
            np.testing.assert_allclose(getattr(mine, name)[inside], limits, atol=1e-10)


@EACH
@pytest.mark.parametrize("place", [2, 4])
def test_milestones_equal_survfit_and_their_formulas(data, place):
    result = milestone(*patients(data), data["times"][place])
    axi, soc = ({k: float(v[place]) for k, v in c.items() if k != "arm"} for c in data["curves"])
    assert result.survival == pytest.approx([soc["survival"], axi["survival"]], abs=1e-10)
    assert result.lower == pytest.approx([soc["lower"], axi["lower"]], abs=1e-10)
    assert result.upper == pytest.approx([soc["upper"], axi["upper"]], abs=1e-10)
    z = 1.959963984540054
    difference, spread = axi["survival"] - soc["survival"], np.hypot(axi["se"], soc["se"])
    assert result.difference == pytest.approx(difference, abs=1e-10)
    assert result.difference_lower == pytest.approx(difference - z * spread, abs=1e-10)
    assert result.difference_upper == pytest.approx(difference + z * spread, abs=1e-10)
    log_spread = np.hypot(axi["se"] / axi["survival"], soc["se"] / soc["survival"])
    ratio = axi["survival"] / soc["survival"]
    assert result.ratio_lower == pytest.approx(ratio * np.exp(-z * log_spread), abs=1e-10)
    # the batch version of the library agrees as well
    batch = survival_at(*patients(data), [data["times"][place]])
    assert result.survival == pytest.approx(batch.survival[0, :, 0], abs=1e-10)
    assert spread == pytest.approx(np.hypot(*batch.se[0, :, 0]), abs=1e-10)


@EACH
def test_restricted_means_equal_survfit_and_the_batch_version(data):
    result = restricted_mean(*patients(data), data["horizon"])
    assert result.mean == pytest.approx(numbers(data["rmean"]), abs=1e-10)
    assert result.se == pytest.approx(numbers(data["rmean_se"]), abs=1e-10)
    batch = restricted_means(*patients(data), horizon=data["horizon"])
    assert result.mean == pytest.approx(batch.mean[0], abs=1e-10)
    assert result.se == pytest.approx(batch.se[0], abs=1e-10)
    assert result.p == pytest.approx(batch.p[0], abs=1e-10)


@pytest.mark.parametrize("data", SETS[:2], ids=[d["name"] for d in SETS[:2]])
def test_lifelines_has_the_area_but_the_variance_of_one_patient(data):
    """Why the variance is computed here: lifelines 0.30.3 gives about n times Greenwood's."""
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    time, event, arm = patients(data)
    result = restricted_mean(time, event, arm, data["horizon"])
    for i in (0, 1):
        fitter = KaplanMeierFitter().fit(time[arm == i], event[arm == i])
        with warnings.catch_warnings():
            # lifelines integrates a step function by adaptive quadrature, which complains
            warnings.simplefilter("ignore", IntegrationWarning)
            area, variance = restricted_mean_survival_time(
                fitter, t=data["horizon"], return_variance=True
            )
        assert area == pytest.approx(result.mean[i], rel=1e-4)
        # exactly n where nobody is censored before the horizon
        unseen = (time[arm == i] < data["horizon"]) & (event[arm == i] == 0)
        assert not unseen.any()
        n = (arm == i).sum()
        assert variance / result.se[i] ** 2 == pytest.approx(n, rel=2e-3)


@EACH
@pytest.mark.parametrize(
    ("name", "covariates", "interaction"),
    [("arm", ["arm"], ""), ("both", ["arm", "marker"], ""), ("product", ["arm", "marker"], "marker")],
)
def test_cox_models_equal_coxph(data, name, covariates, interaction):
    model, expected = cox_model(table(data), covariates, interaction=interaction), data["cox"][name]
    assert model.log_hazard_ratio == pytest.approx(np.atleast_1d(numbers(expected["beta"])), abs=1e-8)
    assert model.se == pytest.approx(np.atleast_1d(numbers(expected["se"])), abs=1e-8)
    null, fitted = numbers(expected["log_likelihood"])
    assert model.log_likelihood_null == pytest.approx(null, abs=1e-8)
    assert model.log_likelihood == pytest.approx(fitted, abs=1e-8)


@EACH
def test_interaction_and_the_effect_at_a_marker_equal_coxph(data):
    model = cox_model(table(data), ["arm", "marker"], interaction="marker")
    assert model.interaction_p == pytest.approx(float(data["interaction_p"]), abs=1e-8)
    effect, expected = model.arm_effect(1), data["arm_at_one"]
    assert np.log(effect.hazard_ratio) == pytest.approx(float(expected["beta"]), abs=1e-8)
    width = np.log(effect.upper / effect.lower) / 2 / 1.959963984540054
    assert width == pytest.approx(float(expected["se"]), abs=1e-8)


@EACH
def test_the_score_test_of_proportional_hazards_equals_cox_zph(data):
    for expected in data["zph"]:
        test = proportional_hazards_test(*patients(data), transform=expected["transform"])
        assert test.statistic == pytest.approx(float(expected["statistic"]), rel=1e-8)
        assert test.p == pytest.approx(float(expected["p"]), rel=1e-7)


@EACH
def test_lifelines_has_the_older_test_for_time_as_it_is_and_for_its_logarithm(data):
    for expected in data["old_zph"]:
        test = proportional_hazards_test(*patients(data), transform=expected["transform"])
        assert test.residual_statistic == pytest.approx(float(expected["statistic"]), rel=1e-8)


@EACH
def test_hazard_ratios_by_period_equal_coxph_on_split_times(data):
    periods = hazard_view(*patients(data), cuts=data["cuts"]).periods
    for (_, mine), expected in zip(periods.iterrows(), data["periods"], strict=True):
        assert mine["axi_events"] + mine["soc_events"] == expected["events"]
        if np.isnan(mine["hazard_ratio"]):
            # events of one arm only: R stops on the way to infinity
            assert 0 in (mine["axi_events"], mine["soc_events"])
            assert abs(float(expected["beta"])) > 10
            continue
        assert np.log(mine["hazard_ratio"]) == pytest.approx(float(expected["beta"]), abs=1e-8)
        se = np.log(mine["upper"] / mine["lower"]) / 2 / 1.959963984540054
        assert se == pytest.approx(float(expected["se"]), abs=1e-8)


@EACH
@pytest.mark.parametrize("arm", [1, 0])
def test_cure_models_reach_the_maximum_that_r_finds(data, arm):
    time, event, group = patients(data)
    result = mixture_cure(time[group == arm], event[group == arm])
    fits = {fit.base: fit for fit in result.fits}
    for expected in data["cure"][1 - arm]:
        fit = fits[expected["base"]]
        assert fit.log_likelihood == pytest.approx(float(expected["log_likelihood"]), abs=1e-8)
        assert fit.fraction == pytest.approx(float(expected["fraction"]), abs=1e-4)
        assert fit.parameters == pytest.approx(numbers(expected["parameters"]), abs=1e-4)
    assert [f.aic for f in result.fits] == sorted(f.aic for f in result.fits)


def test_grid_is_complete_and_holds_the_hard_cases():
    assert len(SETS) == 5
    tied = [len(set(d["time"])) < len(d["time"]) for d in SETS]
    assert sum(tied) == 4
    assert all(len(d["zph"]) == 4 and len(d["cure"][0]) == 3 for d in SETS)
    assert {"r", "survival", "script"} <= set(REFERENCE["source"])


def test_the_page_shows_the_same_comparison():
    shown = contrast_agreement_table().set_index("quantity")
    assert (shown["values"] > 0).all()
    closed = ["share at a time and its limits", "restricted mean and its standard error"]
    assert (shown.loc[closed, "difference"] <= 1e-10).all()
    assert shown.loc["cure fraction", "difference"] <= 1e-4
    assert (shown.drop(["cure fraction", *closed])["difference"] <= 1e-7).all()
