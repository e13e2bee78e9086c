"""The specification search for the two Egger P values that Shen 2025 prints."""

import numpy as np
import pandas as pd

from secondline.checks import check_choice
from secondline.claims import get_claim
from secondline.intervals import as_printed
from secondline.proportions.report import TRANSFORM_NAMES, bare_p
from secondline.proportions.small_study import regression_test
from secondline.proportions.small_study_power import simulate_egger_power
from secondline.proportions.transforms import SCALES, effects

KEYS = ["rows", "scale", "predictor", "weights"]


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
    results = []
    for rows, table in _choices_of_cohorts(trials, outcome).items():
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


def _choices_of_cohorts(trials: pd.DataFrame, outcome: str) -> dict[str, pd.DataFrame]:
    reported = trials[trials[f"{outcome.lower()}_events"].notna()]
    exposed = reported["prior_car_t"] == "yes"
    return {
        "all cohorts": reported,
        "after CAR-T": reported[exposed],
        "after CAR-T monotherapy": reported[exposed & (reported["backbone"] == "none")],
    }


def egger_power_by_cohorts(
    trials: pd.DataFrame,
    choices,
    *,
    probability: float = 0.5,
    difference: float = 0.2,
    spread: float = 0.1,
    n_sets: int = 20_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Simulate how often Egger's test finds an effect with the cohorts that entered.

    The Freeman-Tukey form of the test, as in :func:`simulate_egger_power`; near the
    middle of the scale raw proportions against 1/sqrt(n), weighted by n, do the same.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    choices : sequence of str
        Choices of cohorts, as named by :func:`egger_specifications`.
    probability, difference, n_sets, seed
        As for :func:`simulate_egger_power`.
    spread : float
        Standard deviation of further differences between the trials.

    Returns
    -------
    DataFrame
        One row a choice and outcome; columns rows, outcome, trials, power (nothing else
        differs) and power_spread (the trials also differ by `spread`).

    Raises
    ------
    InputError
        If the choice of cohorts is unknown, or as :func:`simulate_egger_power` does.
    """
    cohorts = {outcome: _choices_of_cohorts(trials, outcome) for outcome in ("ORR", "CR")}
    settings = {"difference": difference, "n_sets": n_sets, "seed": seed}
    results = []
    for rows in choices:
        for outcome, chosen in cohorts.items():
            check_choice("choices", rows, tuple(chosen))
            totals = chosen[rows]["n"].to_numpy()
            alike, scattered = (
                simulate_egger_power(totals, probability, spread=s, **settings).power
                for s in (0.0, spread)
            )
            row = {"rows": rows, "outcome": outcome, "trials": len(totals)}
            results.append(row | {"power": alike, "power_spread": scattered})
    return pd.DataFrame(results)


def egger_power_table(powers: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`egger_power_by_cohorts` as it is to be read."""
    return pd.DataFrame(
        {
            "Cohorts": powers["rows"],
            "Outcome": powers["outcome"],
            "Trials": [str(k) for k in powers["trials"]],
            "Found, nothing else differs": [f"{100 * p:.1f} %" for p in powers["power"]],
            "Found, trials also differ": [f"{100 * p:.1f} %" for p in powers["power_spread"]],
        }
    )


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
            "P, ORR": [bare_p(p) for p in orr["p"]],
            "P, CR": [bare_p(p) for p in cr["p"]],
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
