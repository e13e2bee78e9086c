"""Data frames for the page: results as they are to be read, rounded and in words."""

import re

import numpy as np
import pandas as pd

from secondline.errors import InputError
from secondline.intervals import percentage_agrees
from secondline.proportions.pooling import CI_METHODS, PooledProportion
from secondline.proportions.printed import PrintedPool, i2_class
from secondline.proportions.report import CI_NAMES, TRANSFORM_NAMES, bare_p, percent
from secondline.proportions.transforms import back_transform_freeman_tukey, harmonic_mean
from secondline.tables import POPULATIONS

# short enough for three columns side by side
CI_COLUMNS = {"wald": "Wald", "hksj": "Hartung-Knapp", "hksj-conservative": "conservative H-K"}


def percentage_verdicts(trials: pd.DataFrame) -> pd.DataFrame:
    """Compare every printed percentage of a table of trials with its count.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.

    Returns
    -------
    DataFrame
        Columns trial, prior_car_t, outcome, events, totals, printed, agrees; one
        row for each cohort and outcome that has both.
    """
    rows = []
    for trial in trials.to_dict("records"):
        for outcome in ("ORR", "CR"):
            events = trial[f"{outcome.lower()}_events"]
            printed = trial.get(f"{outcome.lower()}_printed", "")
            if pd.isna(events) or not _is_number(printed):
                continue
            rows.append(
                {
                    "trial": trial["trial"],
                    "prior_car_t": trial["prior_car_t"],
                    "outcome": outcome,
                    "events": events,
                    "totals": trial["n"],
                    "printed": printed,
                    "agrees": percentage_agrees(events, trial["n"], printed),
                }
            )
    return pd.DataFrame(rows)


def cohort_table(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Return each cohort's counts, its percentage, the printed one, and whether they agree."""
    rows = []
    for cohort in cohorts.itertuples():
        reported = not pd.isna(cohort.events)
        printed = cohort.printed or "–"
        verdict = "–"
        if reported and _is_number(printed):
            agrees = percentage_agrees(cohort.events, cohort.totals, printed)
            verdict = "yes" if agrees else "no"
        rows.append(
            {
                "Trial": named(cohort),
                "Treatment": cohort.treatment or "–",
                "Events / n": f"{cohort.events if reported else '–'} / {cohort.totals}",
                "Events / n in %": percent(cohort.events / cohort.totals, 2) if reported else "–",
                "Printed %": printed,
                "Agree": verdict,
            }
        )
    return pd.DataFrame(rows)


def printed_pool_table(pools: list[PrintedPool]) -> pd.DataFrame:
    """Return printed against recomputed pooled values."""
    return pd.DataFrame(
        {
            "Pool": f"{p.outcome}, {POPULATIONS[p.population]}",
            "Trials": p.result.k,
            "Printed % (95 % CI)": f"{p.printed.value} ({p.printed.interval})",
            "Recomputed % (95 % CI)": "{} ({} to {})".format(*p.recomputed),
            "Agree": "yes" if p.agrees else "no",
        }
        for p in pools
    )


def heterogeneity_table(pools: list[PrintedPool]) -> pd.DataFrame:
    """Return the source's words on heterogeneity against its numbers."""
    return pd.DataFrame(
        {
            "Pool": f"{p.outcome}, {POPULATIONS[p.population]}",
            "The paper says": p.words.value,
            "Q (df)": f"{p.result.q:.2f} ({p.result.df})",
            "P": bare_p(p.result.p_heterogeneity),
            "I² %": f"{p.result.i2:.1f}",
            "On its own scale": i2_class(p.result.i2),
            "Holds": "yes" if p.words_hold else "no",
        }
        for p in pools
    )


def methods_table(results: list[PooledProportion]) -> pd.DataFrame:
    """Return one row for each scale and model, one column for each interval.

    The prediction interval for a new trial is that beside the Wald interval.
    """
    rows: dict[tuple[str, str], dict] = {}
    for result in results:
        row = rows.setdefault(
            (result.transform, result.method),
            {
                "Scale": TRANSFORM_NAMES[result.transform],
                "Model": result.method,
                "Pooled %": percent(result.estimate),
                **{CI_COLUMNS[ci]: "–" for ci in CI_METHODS},
                "New trial": _range(result.prediction_lower, result.prediction_upper),
            },
        )
        row[CI_COLUMNS[result.ci]] = _range(result.lower, result.upper)
    return pd.DataFrame(list(rows.values()))


def one_change(
    results: list[PooledProportion], chosen: PooledProportion
) -> list[PooledProportion]:
    """Return the ways of pooling that differ from one in the scale or in the model alone.

    Parameters
    ----------
    results : list of PooledProportion
        From :func:`secondline.proportions.pool_all_ways`.
    chosen : PooledProportion
        The pool that they are to be near to. The binomial-normal model has no scale; the
        fits of the other kind stand for its neighbours.

    Returns
    -------
    list of PooledProportion
        In the order given, with all their intervals, and with the binomial-normal fits.
    """
    # maximum likelihood is the neighbour of restricted maximum likelihood
    model = "REML" if chosen.method == "ML" else chosen.method
    return [
        result
        for result in results
        if result.transform in (chosen.transform, "glmm") or result.method == model
    ]


def forest_table(
    result: PooledProportion,
    cohorts: pd.DataFrame,
    limits,
    *,
    study_level: float | None = None,
) -> pd.DataFrame:
    """Return the values behind a forest plot.

    Parameters
    ----------
    result, cohorts, limits, study_level
        As for :func:`secondline.figures.forest`.
    """
    same = study_level in (None, result.level)
    interval = f"{100 * result.level:g} % CI" if same else "CI"
    rows = []
    reported = iter(zip(*limits, result.weights, strict=True))
    for cohort in cohorts.itertuples():
        row = {"Trial": named(cohort), "Events / n": f"– / {cohort.totals}", "%": "–"}
        row |= {interval: "–", "Weight %": "–"}
        if not pd.isna(cohort.events):
            low, high, weight = next(reported)
            row["Events / n"] = f"{cohort.events} / {cohort.totals}"
            row |= {"%": percent(cohort.events / cohort.totals), "Weight %": percent(weight)}
            row[interval] = _range(low, high)
        rows.append(row)
    rows.append(
        {
            "Trial": "Pooled",
            "Events / n": f"{result.events} / {result.patients}",
            "%": percent(result.estimate),
            interval: _range(result.lower, result.upper),
            "Weight %": "–",
        }
    )
    return pd.DataFrame(rows)


def leave_one_out_table(
    results: list[PooledProportion | None], cohorts: pd.DataFrame
) -> pd.DataFrame:
    """Return the pool without each trial in turn; "–" where there is none.

    Parameters
    ----------
    results : list of PooledProportion or None
        From :func:`secondline.proportions.leave_one_out`.
    cohorts : DataFrame
        The trials, in the same order.
    """
    if not results:
        return pd.DataFrame([{"Without": "too few trials to leave one out", "Pooled %": "–"}])
    return pd.DataFrame(
        {
            "Without": named(cohort),
            "Pooled %": percent(result.estimate) if result else "–",
            "Interval": _range(result.lower, result.upper) if result else "–",
            "I² %": f"{result.i2:.1f}" if result else "–",
            "New trial": (
                _range(result.prediction_lower, result.prediction_upper) if result else "–"
            ),
        }
        for cohort, result in zip(cohorts.itertuples(), results, strict=True)
    )


def named(cohort) -> str:
    """Return a trial's label with the name that clinicians know it by."""
    return f"{cohort.trial} ({cohort.study})" if cohort.study else cohort.trial


def ways_table(ways: pd.DataFrame, largest: int = 5) -> pd.DataFrame:
    """Return the ways of pooling that give most of the printed numbers, in words.

    Parameters
    ----------
    ways : DataFrame
        From :func:`secondline.proportions.identify_method`.
    largest : int
        How many to show.
    """
    best = ways.head(largest)
    return pd.DataFrame(
        {
            "Scale": best["scale"].map(TRANSFORM_NAMES),
            "Model": best["model"],
            "Interval": best["interval"].map(CI_NAMES),
            "Printed numbers that come out": best["numbers"],
        }
    )


def spread_of_methods(results: list[PooledProportion]) -> dict[str, float]:
    """Return how far the ways of pooling lie apart.

    Parameters
    ----------
    results : list of PooledProportion
        From :func:`secondline.proportions.pool_all_ways`.

    Returns
    -------
    dict
        ways (number), ways_lowest and ways_highest (pooled value in percent),
        random_lowest and random_highest (without the common-effect ones), and
        hksj_width_ratio (median width against Wald under random effects).
    """
    estimates = [100 * r.estimate for r in results]
    random = [r for r in results if r.method != "common"]
    width = {(r.transform, r.method, r.ci): r.upper - r.lower for r in random}
    ratios = [
        width[transform, method, "hksj"] / width[transform, method, "wald"]
        for transform, method, ci in width
        if ci == "hksj" and width[transform, method, "wald"] > 0
    ]
    return {
        "ways": len(results),
        "ways_lowest": min(estimates),
        "ways_highest": max(estimates),
        "random_lowest": min(100 * r.estimate for r in random),
        "random_highest": max(100 * r.estimate for r in random),
        "hksj_width_ratio": float(np.median(ratios)),
    }


def back_transform_table(result: PooledProportion, totals) -> pd.DataFrame:
    """Return the Freeman-Tukey pool carried back at five group sizes.

    Parameters
    ----------
    result : PooledProportion
        A pool on the Freeman-Tukey scale.
    totals : array_like of int, shape (k,)
    """
    if result.transform != "freeman-tukey":
        raise InputError(
            f"The pool is on the scale {result.transform!r}; only 'freeman-tukey' needs a "
            "group size to be carried back."
        )
    totals = pd.Series(totals, dtype=float)
    sizes = {
        "smallest trial": totals.min(),
        "harmonic mean": harmonic_mean(totals),
        "arithmetic mean": totals.mean(),
        "largest trial": totals.max(),
        "all patients": totals.sum(),
    }
    return pd.DataFrame(
        {
            "Carried back at": name,
            "n": f"{n:.1f}",
            "Pooled %": percent(back_transform_freeman_tukey(result.effect, n), 2),
        }
        for name, n in sizes.items()
    )


def _range(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}" if np.isfinite(low) else "–"


def _is_number(printed: str) -> bool:
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", printed) is not None
