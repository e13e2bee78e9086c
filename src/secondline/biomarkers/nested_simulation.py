"""Virtual trials: one true effect in ever smaller subgroups, and the wait for infusion."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.nested_subgroups import YEAR, level_name, product_rows
from secondline.biomarkers.type_s_m import design_errors, observed_errors
from secondline.cohort import generate
from secondline.errors import InputError
from secondline.trials import cox

HALVINGS = 3
MOST_EVENTS_SHARE = 0.999
MOST = (0.025, 0.975)  # between these quantiles lie 95 % of the estimates


@dataclass(frozen=True, eq=False)
class Nesting:
    """Estimates of one true hazard ratio in nested subgroups of many virtual trials.

    Attributes
    ----------
    true_hazard_ratio : float
    table : DataFrame
        One row a size: n; events (mean); spread (standard deviation of the log hazard
        ratios), expected (twice the inverse root of the events); middle half of the
        hazard ratios, lower and upper; reversed (share of estimates on the other side of 1);
        power, wrong_sign, exaggeration; and the last three by formula.
    log_hazard_ratio, p : ndarray, shape (sizes, trials)
        NaN where a trial has no finite estimate.
    alpha : float
    """

    true_hazard_ratio: float
    table: pd.DataFrame = field(repr=False)
    log_hazard_ratio: np.ndarray = field(repr=False)
    p: np.ndarray = field(repr=False)
    alpha: float


@dataclass(frozen=True, eq=False)
class FreshCohorts:
    """The product's effect in fresh draws of the cohort's model, and in very many patients.

    Attributes
    ----------
    marker : str
    table : DataFrame
        One row a subgroup: name; true (hazard ratio of high against low share in a very
        large draw); n and events (means), lower and upper (between which 95 % of the
        estimates lie), power (share with P below `alpha`), reversed (above 1).
    ratio_true : float
        Of the unfavourable over the favourable level.
    ratio_lower, ratio_upper, ratio_power : float
        The same summaries of the interaction.
    contradict : float
        Share of the cohorts in which one level has P below `alpha` and the other has not.
    n_cohorts : int
    """

    marker: str
    table: pd.DataFrame = field(repr=False)
    ratio_true: float
    ratio_lower: float
    ratio_upper: float
    ratio_power: float
    contradict: float
    n_cohorts: int


def nesting(
    true_hazard_ratio: float,
    *,
    n: int = 180,
    event_share: float = 0.6,
    halvings: int = HALVINGS,
    n_trials: int = 2000,
    level: float = 0.95,
    seed: int = 1,
) -> Nesting:
    """Estimate one true hazard ratio in all patients, a half, a quarter, ... of each trial.

    Half of the patients have a high share. Times are exponential and follow-up ends where
    `event_share` of the patients with a low share have had their event; only the order of
    times matters to a Cox model.

    Parameters
    ----------
    true_hazard_ratio : float
        Above 0, the same in every subgroup.
    n : int
        Treated patients; at least 8 in the smallest subgroup.
    event_share : float
        Above 0, below 1.
    halvings : int
        How often the subgroup is halved, by lot.
    n_trials : int
    level : float
    seed : int

    Raises
    ------
    InputError
        If a number cannot be used.
    """
    if not true_hazard_ratio > 0 or not 0 < event_share <= MOST_EVENTS_SHARE:
        raise InputError(
            f"true_hazard_ratio is {true_hazard_ratio!r} and event_share {event_share!r}; the "
            "ratio must be above 0, and the share above 0 and below 1."
        )
    if n // 2**halvings < 8 or n_trials < 2:
        raise InputError(
            f"n is {n}; halved {halvings} times, at least 8 patients must be left, in 2 or more "
            "trials."
        )
    rng = np.random.default_rng(seed)
    high = rng.permuted(np.tile(np.arange(n) % 2, (n_trials, 1)), axis=1)
    time = rng.standard_exponential((n_trials, n)) / np.where(high == 1, true_hazard_ratio, 1.0)
    end = -np.log(1 - event_share)
    event, seen = time <= end, np.minimum(time, end)
    alpha = 1 - level
    rows, logs, ps = [], [], []
    for k in range(halvings + 1):
        # the order of patients is by lot, so the first of them are a subgroup by lot
        size = n // 2**k
        fit = cox(seen[:, :size], event[:, :size], high[:, :size])
        events = float(event[:, :size].sum(axis=1).mean())
        known = fit.log_hazard_ratio[np.isfinite(fit.se)]
        lower, upper = np.exp(np.quantile(known, (0.25, 0.75)))
        side = np.log(true_hazard_ratio)
        if true_hazard_ratio == 1:
            # without an effect there is no sign to get wrong, and nothing to exaggerate
            found = (float((fit.p < alpha).mean()), np.nan, np.nan)
            formula = (alpha, np.nan, np.nan)
        else:
            found = observed_errors(fit.log_hazard_ratio, fit.p, true_hazard_ratio, alpha=alpha)
            by = design_errors(true_hazard_ratio, events, alpha=alpha)
            formula = (by.power, by.wrong_sign, by.exaggeration)
        rows.append((size, events, known.std(), 2 / np.sqrt(events), lower, upper,
                     float((known * np.sign(side) < 0).mean()), *found, *formula))  # fmt: skip
        logs.append(fit.log_hazard_ratio)
        ps.append(fit.p)
    names = ("power", "wrong_sign", "exaggeration")
    table = pd.DataFrame(rows, columns=[
        "n", "events", "spread", "expected", "lower", "upper", "reversed", *names,
        *(f"{name}_formula" for name in names),
    ])  # fmt: skip
    return Nesting(float(true_hazard_ratio), table, np.array(logs), np.array(ps), alpha)


def fresh_cohorts(
    marker: str,
    *,
    cut: float = 0.5,
    level: float = 0.95,
    n_cohorts: int = 200,
    seed: int = 1,
    large: int = 100_000,
) -> FreshCohorts:
    """Draw the cohort's model anew, many times and once with very many patients.

    Parameters
    ----------
    marker : str
        As for :func:`product_rows`.
    cut, level : float
    n_cohorts : int
        Cohorts of the trial's size.
    seed : int
    large : int
        Patients of the large draw, both arms.
    """
    size = 360  # one more than the trial, so that cohorts are of one size
    alpha = 1 - level
    everyone = generate(size * n_cohorts, seed)
    # each half of the rows is an arm
    axi, soc = (half.reshape(n_cohorts, -1) for half in np.split(everyone.index.to_numpy(), 2))
    fits = np.array([
        _fits(everyone.loc[np.concatenate(here)], marker, cut)
        for here in zip(axi, soc, strict=True)
    ])  # fmt: skip
    log, se, p, n, events = np.moveaxis(fits, 2, 0)
    true = _fits(generate(large, seed + 1), marker, cut)[:, 0]
    with np.errstate(invalid="ignore"):
        found = p < alpha
        ratio = log[:, 1] - log[:, 2]
        ratio_found = np.abs(ratio) > stats.norm.isf(alpha / 2) * np.hypot(se[:, 1], se[:, 2])
        on_other_side = log > 0
    lower, upper = np.exp(np.nanquantile(log, MOST, axis=0))
    low, top = np.exp(np.nanquantile(ratio, MOST))
    names = ["all with a product", level_name(marker), level_name(marker, unfavourable=False)]
    table = pd.DataFrame({
        "name": names, "true": np.exp(true), "n": n.mean(axis=0), "events": events.mean(axis=0),
        "lower": lower, "upper": upper, "power": found.mean(axis=0),
        "reversed": on_other_side.mean(axis=0),
    })  # fmt: skip
    return FreshCohorts(
        marker, table, float(np.exp(true[1] - true[2])), float(low), float(top),
        float(ratio_found.mean()), float((found[:, 1] != found[:, 2]).mean()), n_cohorts,
    )  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A treatment that does nothing, given after a wait to those still free of the event.

    Attributes
    ----------
    median_wait : float
        Months from randomisation to infusion.
    not_infused : float
        Share of the patients whose event came first.
    randomised, infused_only, landmark : float
        Hazard ratio against the control arm: of all randomised; of the infused, from
        randomisation; of those free of the event at a landmark in both arms, from there.
    landmark_months : float
    free_randomised, free_infused, free_from_infusion : float
        Percentage free of the event at a year: all randomised; the infused, from
        randomisation; the infused, from infusion.
    """

    median_wait: float
    not_infused: float
    randomised: float
    infused_only: float
    landmark: float
    landmark_months: float
    free_randomised: float
    free_infused: float
    free_from_infusion: float


def waiting(
    median_wait: float, *, median_event: float = 6.0, pace: float = 0.8, spread: float = 0.3,
    n: int = 20_000, seed: int = 1,
) -> Waiting:  # fmt: skip
    """Compare arms of which one waits for an infusion that does nothing.

    Parameters
    ----------
    median_wait : float
        Months; waits are lognormal.
    median_event : float
        Months to the event of a patient with a middling lymphoma, in both arms; exponential.
    pace : float
        How lymphomas differ: standard deviation of the log hazard, 0 or more.
    spread : float
        Of the logarithm of the wait.
    n : int
        Patients in an arm.
    seed : int

    Notes
    -----
    The landmark is the time by which 95 % of the waits are over.

    Raises
    ------
    InputError
        If a number is not above 0, or fewer than 100 patients are asked for.
    """
    if not (median_wait > 0 and median_event > 0 and spread > 0 and pace >= 0 and n >= 100):
        raise InputError(
            "Waits, times and their spread must be above 0, pace 0 or more, and n 100 or more."
        )
    rng = np.random.default_rng(seed)
    hazard = np.log(2) / median_event * np.exp(pace * rng.standard_normal((2, n)))
    time = rng.standard_exponential((2, n)) / hazard
    wait = median_wait * np.exp(spread * rng.standard_normal(n))
    infused = wait < time[0]
    landmark = median_wait * float(np.exp(spread * stats.norm.ppf(0.95)))

    def ratio(one, other):
        arms = np.repeat([1, 0], [len(one), len(other)])
        both = np.concatenate([one, other])
        return float(cox(both, np.ones(len(both), dtype=bool), arms).hazard_ratio[0])

    def free(months):
        return 100 * float(np.mean(months > YEAR))

    return Waiting(
        median_wait, float(1 - infused.mean()), ratio(time[0], time[1]),
        ratio(time[0][infused], time[1]),
        ratio(*(arm[arm > landmark] - landmark for arm in (time[0], time[1]))), landmark,
        free(time[0]), free(time[0][infused]), free((time[0] - wait)[infused]),
    )  # fmt: skip


def _fits(patients: pd.DataFrame, marker: str, cut: float) -> np.ndarray:
    """Return log hazard ratio, its error, P, patients and events: of all, and of both levels."""
    rows = product_rows(patients, marker, cut=cut)
    rows = rows[rows["high"].notna() & rows["months"].notna()]
    found = []
    for part in (rows, rows[rows["bad"] == 1], rows[rows["bad"] == 0]):
        counts = (len(part), part["event"].sum())
        if not part["event"].any():
            found.append((np.nan, np.nan, np.nan, *counts))
            continue
        fit = cox(part["months"], part["event"], part["high"])
        found.append((fit.log_hazard_ratio[0], fit.se[0], fit.p[0], *counts))
    return np.array(found, dtype=float)
