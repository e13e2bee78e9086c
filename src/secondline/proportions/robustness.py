"""Tables and sentences on how far a reading of a pool rests on choices."""

import numpy as np
import pandas as pd

from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions.cumulative import CumulativeStep, cumulative
from secondline.proportions.denominators import PoolOfReading
from secondline.proportions.influence import Influence
from secondline.proportions.pooling import PooledProportion
from secondline.proportions.report import TRANSFORM_NAMES, bare_p, percent
from secondline.proportions.small_study import egger_test, peters_test
from secondline.proportions.stated_value import ways_that_hold
from secondline.proportions.tabulate import named
from secondline.proportions.transforms import SCALES
from secondline.proportions.trim_and_fill import FILL_ESTIMATORS, SIDES, trim_and_fill

NOTHING = "–"
FEW_TRIALS = 10  # below which Sterne and others, BMJ 2011;343:d4002, advise against the tests


def small_study_tests(events, totals) -> pd.DataFrame:
    """Return Egger's test on every scale and Peters' test.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)

    Returns
    -------
    DataFrame
        Columns test, scale, slope, slope_se, p, df and why: why there is no P, in a
        sentence, or "". Slopes are NaN where there is none.
    """
    rows = []
    seen = float(np.sum(events))
    nothing = seen in (0, float(np.sum(totals)))
    for test, scale in [*(("Egger", scale) for scale in SCALES), ("Peters", "logit")]:
        row = {"test": test, "scale": scale, "slope": np.nan, "slope_se": np.nan}
        row |= {"p": np.nan, "df": 0, "why": ""}
        if nothing:
            row["why"] = "All the trials have the same share, 0 or 100 %, so nothing is compared."
            rows.append(row)
            continue
        try:
            if test == "Egger":
                result = egger_test(events, totals, transform=scale)
            else:
                result = peters_test(events, totals)
            row |= {"slope": result.slope, "slope_se": result.slope_se}
            row |= {"p": result.p_slope, "df": result.df}
            if np.isnan(result.p_slope):
                row["why"] = "The trials lie exactly on a line."
        except InputError as error:
            row["why"] = str(error)
        rows.append(row)
    return pd.DataFrame(rows)


def small_study_table(tests: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`small_study_tests` as it is to be read."""
    against = {"Egger": "standard error", "Peters": "1/n"}
    return pd.DataFrame(
        {
            "Test": row.test,
            "Scale": TRANSFORM_NAMES[row.scale],
            "Effect against": against[row.test],
            "Slope (SE)": _pair(row.slope, row.slope_se),
            "P": bare_p(row.p),
            "Degrees of freedom": str(row.df) if row.df else NOTHING,
        }
        for row in tests.itertuples()
    )


def small_study_reading(tests: pd.DataFrame, alpha: float = 0.05) -> str:
    """Return what the tests show and cannot show, in a few sentences."""
    known = tests[tests["p"].notna()]
    if known.empty:
        return f"No test can be done. {tests['why'].iloc[0]}"
    low, high = known["p"].min(), known["p"].max()
    text = (
        f"Over the {len(known)} forms of the test that can be computed, P runs from "
        f"{bare_p(low)} to {bare_p(high)}. "
    )
    below = int((known["p"] < alpha).sum())
    if below == 0:
        text += (
            f"None is below {alpha:g}. With {known['df'].max() + 2} trials that is what one "
            "expects whether or not small trials differ from large ones."
        )
    elif below == len(known):
        text += (
            f"All are below {alpha:g}: small trials report other shares than large ones. Why, "
            "the test cannot tell; publication bias is one of several reasons."
        )
    else:
        several = "One of them is" if below == 1 else f"{below} of them are"
        text += (
            f"{several} below {alpha:g}, so the answer "
            "depends on the scale, which nobody fixed beforehand."
        )
    return text


def influence_table(result: Influence | None, cohorts: pd.DataFrame) -> pd.DataFrame:
    """Return the case diagnostics as they are to be read; None: too few trials."""
    if result is None:
        return pd.DataFrame([{"Trial": "too few trials to leave one out", "Flag": NOTHING}])
    return pd.DataFrame(
        {
            "Trial": named(cohort),
            "Residual": f"{result.rstudent[i]:.2f}",
            "DFFITS": f"{result.dffits[i]:.2f}",
            "Cook's distance": f"{result.cooks_distance[i]:.2f}",
            "Covariance ratio": f"{result.covariance_ratio[i]:.2f}",
            "τ² without": f"{result.tau2_without[i]:.4f}",
            "Q without": f"{result.q_without[i]:.2f}",
            "Weight %": percent(result.weight[i]),
            "Flag": "influential" if result.influential[i] else NOTHING,
        }
        for i, cohort in enumerate(cohorts.itertuples())
    )


def cumulative_by_year(reported: pd.DataFrame, **settings) -> tuple[list, pd.DataFrame]:
    """Return the cumulative pool by year of report, and the trials that have a year.

    Parameters
    ----------
    reported : DataFrame
        Rows of :func:`secondline.tables.select_cohorts` that report events.
    **settings
        As for :func:`secondline.proportions.cumulative`.

    Returns
    -------
    list of CumulativeStep, DataFrame
        No steps if fewer than two trials have a year.
    """
    dated = reported.dropna(subset=["year"]).reset_index(drop=True)
    if len(dated) < 2:
        return [], dated
    return cumulative(dated["events"], dated["totals"], dated["year"], **settings), dated


def cumulative_table(steps: list[CumulativeStep], dated: pd.DataFrame) -> pd.DataFrame:
    """Return the growth of the pool as it is to be read."""
    if not steps:
        return pd.DataFrame([{"Up to": "fewer than two trials have a year", "Pooled %": NOTHING}])
    return pd.DataFrame(
        {
            "Up to": f"{step.value:g}",
            "Joined": ", ".join(dated["trial"].iloc[i] for i in step.added),
            "Trials": str(step.k),
            "Pooled %": percent(step.estimate),
            "Interval": _range(step.lower, step.upper),
            "I² %": f"{step.i2:.1f}" if step.k > 1 and np.isfinite(step.i2) else NOTHING,
        }
        for step in steps
    )


def trim_and_fill_table(events, totals, *, transform: str, method: str) -> pd.DataFrame:
    """Return what trim and fill adds by either estimator on either side.

    Returns
    -------
    DataFrame
        Columns Estimator, Side, Added, Filled pool %, Interval, Shares of the added
        trials %; with "–" where there is no answer.
    """
    rows = []
    for estimator in FILL_ESTIMATORS:
        for side in (None, "left", "right"):
            row = {"Estimator": estimator, "Side": side or "chosen by the data", "Added": NOTHING}
            row |= dict.fromkeys(("Filled pool %", "Interval", "Added trials %"), NOTHING)
            try:
                t = trim_and_fill(
                    events,
                    totals,
                    transform=transform,
                    method=method,
                    estimator=estimator,
                    side=side,
                )
                row["Side"] = side or f"{t.side} (chosen by the data)"
                row["Added"] = str(t.k0)
                row["Filled pool %"] = percent(t.estimate)
                row["Interval"] = _range(t.lower, t.upper)
                if t.k0:
                    row["Added trials %"] = ", ".join(percent(s, 0) for s in t.imputed_shares)
            except NoFiniteEstimate:
                row["Added"] = "does not settle"
            except InputError:
                row["Added"] = "too few trials"
            rows.append(row)
    return pd.DataFrame(rows)


def filled_span(events, totals, *, transform: str, method: str) -> float:
    """Return how far apart the filled pools of both estimators and sides lie.

    Returns
    -------
    float
        In percentage points; NaN where trim and fill has no answer.
    """
    if len(events) < 3 or transform == "glmm":
        return float("nan")
    pools = []
    for estimator in FILL_ESTIMATORS:
        for side in SIDES:
            try:
                t = trim_and_fill(
                    events,
                    totals,
                    transform=transform,
                    method=method,
                    estimator=estimator,
                    side=side,
                )
                pools.append(100 * t.estimate)
            except NoFiniteEstimate:
                continue
    return max(pools) - min(pools) if pools else float("nan")


def prior_table(posteriors) -> pd.DataFrame:
    """Return :func:`secondline.proportions.prior_sensitivity` as it is to be read."""
    return pd.DataFrame(
        {
            "Prior of the average": mean,
            "Prior of the spread": spread,
            "Average % (median)": percent(r.estimate),
            "95 % interval": _range(r.lower, r.upper),
            "ρ (median)": f"{r.rho:.3f}",
            "New trial": _range(r.new_lower, r.new_upper),
        }
        for mean, spread, r in posteriors
    )


def denominators_table(readings: dict[str, list[PoolOfReading]]) -> pd.DataFrame:
    """Return the pools under each reading of the doubtful cells.

    Parameters
    ----------
    readings : dict
        For each outcome the list from :func:`secondline.proportions.pool_each_reading`.
    """
    return pd.DataFrame(
        {
            "Outcome": outcome,
            "Read otherwise": "; ".join(reading.changed) or "nothing (as printed)",
            "Events / n": f"{reading.result.events} / {reading.result.patients}",
            "Pooled %": percent(reading.result.estimate, 2),
            "95 % CI": _range(reading.result.lower, reading.result.upper),
            "I² %": f"{reading.result.i2:.1f}",
        }
        for outcome, rows in readings.items()
        for reading in rows
    )


def power_table(curves) -> pd.DataFrame:
    """Return the values behind :func:`secondline.figures.egger_power`."""
    return pd.DataFrame(
        {"Difference": f"{100 * curve[0].difference:.0f} points"}
        | {f"{p.k} trials": f"{100 * p.power:.1f} %" for p in curve}
        for curve in curves
    )


def report_robustness(
    results: list[PooledProportion],
    rest: list[PooledProportion | None],
    tests: pd.DataFrame,
    threshold: float,
) -> str:
    """Return a paragraph for a results section on sensitivity.

    Parameters
    ----------
    results : list of PooledProportion
        From :func:`secondline.proportions.pool_all_ways`.
    rest : list of PooledProportion or None
        From :func:`secondline.proportions.leave_one_out`; empty with two trials.
    tests : DataFrame
        From :func:`small_study_tests`.
    threshold : float
    """
    holds = ways_that_hold(results, threshold)
    estimates = [100 * r.estimate for r in results]
    sentences = [
        f"Pooled in {len(results)} ways (scales, estimators of τ² and intervals), the proportion "
        f"ran from {min(estimates):.1f} to {max(estimates):.1f} %; the lower limit lay above the "
        f"stated {100 * threshold:g} % in {holds.sum()} of them."
    ]
    left = [r for r in rest if r is not None]
    if left:
        shares = [100 * r.estimate for r in left]
        spread = [r.i2 for r in left]
        sentences.append(
            f"Without any one trial it ran from {min(shares):.1f} to {max(shares):.1f} %, and I² "
            f"from {min(spread):.0f} to {max(spread):.0f} %."
        )
    known = tests[tests["p"].notna()]
    if known.empty:
        sentences.append("No test of small-study effects could be done.")
    else:
        egger = known[(known["test"] == "Egger") & (known["scale"] == "arcsine")]
        shown = egger if len(egger) else known
        name = "Egger's test on the arcsine scale" if len(egger) else "A regression test"
        sentences.append(
            f"{name} (effect on standard error, weights 1/variance, {shown['df'].iloc[0] + 2} "
            f"trials): P {_equals(shown['p'].iloc[0])}; so few trials cannot exclude small-study "
            "effects."
            if known["df"].max() + 2 < FEW_TRIALS
            else f"{name} (effect on standard error, weights 1/variance, "
            f"{shown['df'].iloc[0] + 2} trials): P {_equals(shown['p'].iloc[0])}."
        )
    return " ".join(sentences)


def _equals(p: float) -> str:
    text = bare_p(p)
    return text if text.startswith("<") else f"= {text}"


def _pair(value, se) -> str:
    return f"{value:.2f} ({se:.2f})" if np.isfinite(value) else NOTHING


def _range(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}" if np.isfinite(low) else NOTHING
