"""Small-study effects: do small trials report other proportions than large ones?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.intervals import as_printed
from secondline.proportions.report import TRANSFORM_NAMES, p_value
from secondline.proportions.transforms import SCALES, effects

KEYS = ["rows", "scale", "predictor", "weights"]


@dataclass(frozen=True)
class RegressionTest:
    """A weighted straight line through the trials' effects.

    Attributes
    ----------
    intercept, slope, slope_se : float
    p_slope : float
        Two-sided P of the slope, t with `df` degrees of freedom. This is Egger's
        test when the predictor is the standard error and the weights are inverse
        variances.
    df : int
    """

    intercept: float
    slope: float
    slope_se: float
    p_slope: float
    df: int


def regression_test(effect, predictor, weights) -> RegressionTest:
    """Regress effects on a measure of trial size by weighted least squares.

    The residual variance is estimated (multiplicative overdispersion), as in
    Egger, Davey Smith, Schneider and Minder, BMJ 1997;315:629.

    Parameters
    ----------
    effect, predictor, weights : array_like, shape (k,)
        k >= 3; weights above 0.

    Returns
    -------
    RegressionTest

    Raises
    ------
    InputError
        If there are fewer than three trials, a value is missing, a weight is not
        above 0, or the predictor does not vary.
    """
    y, x, w = (np.asarray(column, dtype=float) for column in (effect, predictor, weights))
    if not y.shape == x.shape == w.shape or y.ndim != 1:
        raise InputError("effect, predictor and weights must be columns of one length.")
    if len(y) < 3:
        raise InputError(f"A regression test needs at least 3 trials, but there are {len(y)}.")
    if not (np.isfinite(y).all() and np.isfinite(x).all() and (w > 0).all()):
        raise InputError("Every trial needs a finite effect and predictor and a weight above 0.")
    centre = np.average(x, weights=w)
    spread = np.sum(w * (x - centre) ** 2)
    if spread <= 1e-12 * np.sum(w) * max(1.0, centre**2):
        raise InputError("The predictor is the same in all trials, so there is no slope.")
    slope = float(np.sum(w * (x - centre) * y) / spread)
    intercept = float(np.average(y, weights=w) - slope * centre)
    df = len(y) - 2
    residual = np.sum(w * (y - intercept - slope * x) ** 2) / df
    slope_se = float(np.sqrt(residual / spread))
    t = slope / slope_se if slope_se > 0 else np.inf
    return RegressionTest(intercept, slope, slope_se, float(2 * stats.t.sf(abs(t), df)), df)


def egger_specifications(trials: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Return the P value of Egger's test under every specification that comes to mind.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    outcome : {"ORR", "CR"}

    Returns
    -------
    DataFrame
        Columns rows, scale, predictor, weights, trials, p: which cohorts enter,
        the scale of the effect, what stands for trial size, the weights, the
        number of cohorts and the P value of the slope.
    """
    prefix = outcome.lower()
    reported = trials[trials[f"{prefix}_events"].notna()]
    exposed = reported["prior_car_t"] == "yes"
    chosen = {
        "all cohorts": reported,
        "after CAR-T": reported[exposed],
        "after CAR-T monotherapy": reported[exposed & (reported["backbone"] == "none")],
    }
    results = []
    for rows, table in chosen.items():
        events = table[f"{prefix}_events"].to_numpy(dtype=float)
        totals = table["n"].to_numpy(dtype=float)
        for scale in SCALES.values():
            effect, variance, _ = effects(scale, events, totals)
            predictors = {"standard error": np.sqrt(variance), "1/sqrt(n)": 1 / np.sqrt(totals)}
            weights = {"1/variance": 1 / variance, "n": totals, "equal": np.ones_like(totals)}
            for predictor, x in predictors.items():
                for name, w in weights.items():
                    results.append(
                        {
                            "rows": rows,
                            "scale": scale.name,
                            "predictor": predictor,
                            "weights": name,
                            "trials": len(table),
                            "p": regression_test(effect, x, w).p_slope,
                        }
                    )
    return pd.DataFrame(results)


def egger_matches(specifications: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the specifications that give a printed P value of Shen 2025.

    Parameters
    ----------
    specifications : dict
        "ORR" and "CR", each from :func:`egger_specifications`.

    Returns
    -------
    DataFrame
        Columns rows, scale, predictor, weights, trials, p_orr, p_cr and both
        ("yes" where the two P values are those printed).
    """
    merged = specifications["ORR"].merge(
        specifications["CR"], on=KEYS, suffixes=("_orr", "_cr"), validate="one_to_one"
    )
    hits = {}
    for outcome in ("orr", "cr"):
        printed = get_claim(f"bsab-egger-{outcome}-p").value
        hits[outcome] = [as_printed(p, printed) == printed for p in merged[f"p_{outcome}"]]
    both = np.array(hits["orr"]) & np.array(hits["cr"])
    either = np.array(hits["orr"]) | np.array(hits["cr"])
    table = merged.assign(trials=merged["trials_orr"], both=np.where(both, "yes", "no"))[either]
    columns = [*KEYS, "trials", "p_orr", "p_cr", "both"]
    return table[columns].sort_values("both", ascending=False, kind="stable", ignore_index=True)


def egger_table(matches: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`egger_matches` as it is to be read."""
    return pd.DataFrame(
        {
            "Cohorts": matches["rows"],
            "Effect": matches["scale"].map(TRANSFORM_NAMES),
            "Against": matches["predictor"],
            "Weights": matches["weights"],
            "P, ORR": [f"{p:.3f}" for p in matches["p_orr"]],
            "P, CR": [f"{p:.3f}" for p in matches["p_cr"]],
            "Both printed": matches["both"],
        }
    )


def egger_usual(specifications: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the usual form of the test, by cohorts and scale, as it is to be read."""
    orr, cr = (
        table[(table["predictor"] == "standard error") & (table["weights"] == "1/variance")]
        for table in (specifications["ORR"], specifications["CR"])
    )
    return pd.DataFrame(
        {
            "Cohorts": orr["rows"],
            "Effect": orr["scale"].map(TRANSFORM_NAMES),
            "P, ORR": [p_value(p).removeprefix("P ").removeprefix("= ") for p in orr["p"]],
            "P, CR": [p_value(p).removeprefix("P ").removeprefix("= ") for p in cr["p"]],
        }
    ).reset_index(drop=True)


def egger_significant(
    specifications: dict[str, pd.DataFrame], scales, level: float = 0.05
) -> int:
    """Count the P values below `level` in the usual form of the test on these scales."""
    return sum(
        int((usual["p"] < level).sum())
        for table in specifications.values()
        for usual in [
            table[
                (table["predictor"] == "standard error")
                & (table["weights"] == "1/variance")
                & table["scale"].isin(scales)
            ]
        ]
    )
