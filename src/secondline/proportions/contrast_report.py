"""Contrasts within trials as they are read on the page: tables and sentences."""

import numpy as np
import pandas as pd

from secondline.proportions.contrasts import CONTRAST_METHODS, MEASURE_NAMES, PooledContrast
from secondline.proportions.moderators import MODERATORS, Moderated
from secondline.proportions.paired import PairedAnalysis, Rung
from secondline.proportions.report import CI_NAMES, METHOD_NAMES, bare_p, p_value, percent
from secondline.proportions.subgroup_report import as_markdown
from secondline.proportions.subgroup_tests import holm
from secondline.proportions.tabulate import named

P_COLUMNS = (
    "P (Knapp-Hartung)",
    "P, corrected (Knapp-Hartung)",
    "P (permutation)",
    "P, corrected (permutation)",
)
POOL_NAMES = {**METHOD_NAMES, "MH": "Mantel-Haenszel"}


def contrast_text(measure: str, value: float) -> str:
    """Write a difference in percentage points, or a ratio; an en dash if there is none."""
    if not np.isfinite(value):
        return "–"
    if measure == "RD":
        return signed(100 * value)
    if value >= 1000:
        return "> 999"
    return "< 0.01" if value < 0.005 else f"{value:.2f}"


def contrast_range(measure: str, low: float, high: float) -> str:
    """Write two limits of a contrast; an en dash if there are none."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return "–"
    return f"{contrast_text(measure, low)} to {contrast_text(measure, high)}"


def signed(value: float, digits: int = 1) -> str:
    """Write a number with a true minus sign."""
    text = f"{value:.{digits}f}"
    return text.replace("-", "" if float(text) == 0 else "−")


def paired_table(analysis: PairedAnalysis) -> pd.DataFrame:
    """Return each trial's two cohorts, their contrast, its interval and weight."""
    paired, contrasts, pooled = analysis.cohorts, analysis.contrasts, analysis.pooled
    if pooled is None:
        return pd.DataFrame([{"Trial": "none", "Why": analysis.reason}])
    head = _head(pooled.measure)
    rows = [
        {
            "Trial": named(row),
            "After CAR-T": _share(row.events_exposed, row.totals_exposed),
            "CAR-T-naive": _share(row.events_naive, row.totals_naive),
            head: contrast_text(pooled.measure, estimate),
            "95 % CI": contrast_range(pooled.measure, low, high),
            "Weight %": percent(weight),
        }
        for row, estimate, low, high, weight in zip(
            paired.itertuples(),
            contrasts.estimate,
            contrasts.lower,
            contrasts.upper,
            pooled.weights,
            strict=True,
        )
    ]
    rows.append(
        {
            "Trial": "Pooled",
            "After CAR-T": "–",
            "CAR-T-naive": "–",
            head: contrast_text(pooled.measure, pooled.estimate),
            "95 % CI": contrast_range(pooled.measure, pooled.lower, pooled.upper),
            "Weight %": "–",
        }
    )
    return pd.DataFrame(rows)


def mix_table(paired: pd.DataFrame) -> pd.DataFrame:
    """Return how each group's patients spread over the trials, beside the trial's rates."""
    if paired.empty:
        return pd.DataFrame([{"Trial": "no trial has both groups", "Treatment": "–"}])
    exposed, naive = paired["totals_exposed"], paired["totals_naive"]
    return pd.DataFrame(
        {
            "Trial": named(row),
            "Treatment": row.treatment or "–",
            "% of those after CAR-T": percent(row.totals_exposed / exposed.sum()),
            "% of the naive": percent(row.totals_naive / naive.sum()),
            "Response after CAR-T %": percent(row.events_exposed / row.totals_exposed),
            "Response if naive %": percent(row.events_naive / row.totals_naive),
        }
        for row in paired.itertuples()
    )


def ladder_table(rungs: list[Rung]) -> pd.DataFrame:
    """Return the five comparisons, the naive one first."""
    return pd.DataFrame(
        {
            "Compared": rung.name,
            "After CAR-T %": percent(rung.exposed),
            "CAR-T-naive %": percent(rung.naive),
            "Difference, points": contrast_text("RD", rung.difference),
        }
        for rung in rungs
    )


def ways_of_contrast_table(results: list[PooledContrast]) -> pd.DataFrame:
    """Return one row for each measure and model, with its three intervals.

    Models of one measure that read alike in all cells share a row.
    """
    rows: dict[tuple[str, str], dict] = {}
    for result in results:
        row = rows.setdefault(
            (result.measure, result.method),
            {
                "Measure": MEASURE_NAMES[result.measure],
                "Model": result.method,
                "Pooled": contrast_text(result.measure, result.estimate),
                "Wald": "–",
                "Hartung-Knapp": "–",
                "conservative H-K": "–",
            },
        )
        head = {"wald": "Wald", "hksj": "Hartung-Knapp"}.get(result.ci, "conservative H-K")
        row[head] = contrast_range(result.measure, result.lower, result.upper)
    if not rows:
        return pd.DataFrame([{"Measure": "no trial has both groups", "Pooled": "–"}])
    alike: dict[tuple, list[str]] = {}
    for row in rows.values():
        alike.setdefault(tuple(v for k, v in row.items() if k != "Model"), []).append(row["Model"])
    return pd.DataFrame(
        {
            "Measure": measure,
            "Model": _models(models),
            **dict(
                zip(("Pooled", "Wald", "Hartung-Knapp", "conservative H-K"), cells, strict=True)
            ),
        }
        for (measure, *cells), models in alike.items()
    )


def contrast_reading(analysis: PairedAnalysis, *, outcome: str) -> str:
    """Return what a pooled contrast means, in sentences that fit its numbers."""
    pooled = analysis.pooled
    if pooled is None:
        return analysis.reason
    name = MEASURE_NAMES[pooled.measure]
    trials = f"{pooled.k} trial{'s' if pooled.k > 1 else ''}"
    value = contrast_text(pooled.measure, pooled.estimate)
    unit = " percentage points" if pooled.measure == "RD" else ""
    null = 0.0 if pooled.measure == "RD" else 1.0
    sentences = [
        f"Inside {trials}, the {name} of {outcome} (after CAR-T against CAR-T-naive) is "
        f"**{value}**{unit}, with a {100 * pooled.level:g} % confidence interval from "
        f"{contrast_range(pooled.measure, pooled.lower, pooled.upper)}."
    ]
    if pooled.se == 0:
        pass  # the note says that there is no interval to read
    elif pooled.lower > null:
        sentences.append("Patients after CAR-T had it more often.")
    elif pooled.upper < null:
        sentences.append("Patients after CAR-T had it less often.")
    elif np.isfinite(pooled.lower) and np.isfinite(pooled.upper):
        sentences.append(
            "The interval holds no difference as well as a sizeable one, in at least one "
            "direction: the trials do not decide."
        )
    if pooled.k > 1:
        spread = (
            f"Q is {pooled.q:.2f} where chance alone gives {pooled.k - 1} on average "
            f"({p_value(pooled.p_heterogeneity)})"
        )
        if pooled.p_heterogeneity < 0.1:
            sentences.append(
                f"The contrast differs between the trials by more than chance readily explains: "
                f"{spread}. Its average then hides unlike trials."
            )
        else:
            sentences.append(
                f"The contrasts differ by no more than chance readily explains: {spread}. With "
                f"{trials} that is weak evidence that they are alike."
            )
    sentences += list(pooled.notes)
    return " ".join(sentences)


def contrast_sentence(analysis: PairedAnalysis, *, outcome: str) -> str:
    """Return a paragraph for a results section."""
    pooled, paired = analysis.pooled, analysis.cohorts
    if pooled is None:
        return analysis.reason
    name = MEASURE_NAMES[pooled.measure]
    how = f"{POOL_NAMES[pooled.method]}, {CI_NAMES[pooled.ci]} interval"
    model = "common-effect" if pooled.method in ("common", "MH") else "random-effects"
    unit = " percentage points" if pooled.measure == "RD" else ""
    exposed = f"{paired['events_exposed'].sum()} of {paired['totals_exposed'].sum()}"
    naive = f"{paired['events_naive'].sum()} of {paired['totals_naive'].sum()}"
    test = f", {p_value(pooled.p)}" if np.isfinite(pooled.p) else ""
    spread = ""
    if pooled.k > 1:
        spread = (
            f" Heterogeneity: Cochran's Q {pooled.q:.2f} on {pooled.k - 1} "
            f"degree{'s' if pooled.k > 2 else ''} of freedom, "
            f"{p_value(pooled.p_heterogeneity)}, I² {pooled.i2:.1f} %."
        )
    return (
        f"Of patients treated after CAR-T {exposed} had {outcome}, of CAR-T-naive patients in "
        f"the same {pooled.k} trial{'s' if pooled.k > 1 else ''} {naive}. Compared within each "
        f"trial and pooled, the {name} was {contrast_text(pooled.measure, pooled.estimate)}{unit} "
        f"({100 * pooled.level:g} % CI "
        f"{contrast_range(pooled.measure, pooled.lower, pooled.upper)}{test}; {model} model, "
        f"{how}).{spread} The groups were not randomised."
        + "".join(f" {note}" for note in pooled.notes if note.startswith("Half"))
    )


def contrast_numbers(pooled: PooledContrast | None) -> dict[str, float]:
    """Return what a chapter records of a pooled contrast; NaN where there is none."""
    names = ("estimate", "lower", "upper", "p", "tau2", "q", "i2")
    return {f"contrast_{n}": float(getattr(pooled, n, float("nan"))) for n in names}


def moderator_table(results: list[Moderated]) -> pd.DataFrame:
    """Return one row for each moderator: its odds ratio, its P values, or why there is none.

    Each kind of P is corrected by Holm's method on its own.
    """
    rows = []
    p = [np.nan if r.fit is None else r.fit.p_values[1] for r in results]
    shuffled = [r.p_permutation for r in results]
    for result, corrected, again in zip(results, holm(p), holm(shuffled), strict=True):
        label, levels = MODERATORS[result.name]
        row = {"Moderator": label, "Cohorts": str(len(result.cohorts))}
        if result.fit is None:
            row |= {"Odds ratio (95 % CI)": "–", "for": result.reason}
            rows.append(row | dict.fromkeys(P_COLUMNS, "–"))
            continue
        step, words = 1.0, "one more"
        if levels:
            words = f"{levels[1]} against {levels[0]}"
        elif result.name == "refractory_share":
            step, words = 0.1, "10 points more"
        ratio, low, high = np.exp(
            step
            * np.array([result.fit.coefficients[1], result.fit.lower[1], result.fit.upper[1]])
        )
        text = f"{contrast_text('OR', ratio)} ({contrast_range('OR', low, high)})"
        row |= {"Odds ratio (95 % CI)": text, "for": words}
        values = (result.fit.p_values[1], corrected, result.p_permutation, again)
        rows.append(row | dict(zip(P_COLUMNS, map(bare_p, values), strict=True)))
    return pd.DataFrame(rows)


def bubble_table(result: Moderated) -> pd.DataFrame:
    """Return the cohorts behind a meta-regression: the property, the counts, the share."""
    label, levels = MODERATORS[result.name]
    if result.cohorts.empty:
        return pd.DataFrame([{"Cohort": "none", label[:1].upper() + label[1:]: "–"}])
    return pd.DataFrame(
        {
            "Cohort": row.trial,
            label[:1].upper() + label[1:]: levels[int(row.value)] if levels else f"{row.value:g}",
            "Events / n": f"{row.events} / {row.totals}",
            "%": percent(row.events / row.totals),
        }
        for row in result.cohorts.itertuples()
    )


def moderator_reading(result: Moderated) -> str:
    """Return what one meta-regression says, in sentences that fit its numbers."""
    label = MODERATORS[result.name][0]
    if result.fit is None:
        return f"No meta-regression on the {label}: {result.reason}"
    p = result.fit.p_values[1]
    parts = [f"Response and the {label}, {result.fit.k} cohorts: {p_value(p)} (Knapp-Hartung)"]
    if np.isfinite(result.p_permutation):
        parts[0] += (
            f", {p_value(result.p_permutation)} by permutation "
            f"({result.arrangements} arrangements)"
        )
    parts[0] += "."
    if p < 0.05:
        parts.append(
            f"Taken alone this looks like a finding; it is one of {len(MODERATORS)} "
            "that were tried."
        )
    else:
        parts.append("That is no evidence of a slope, and none against one.")
    if result.left_out:
        parts.append(f"Without a value and left out: {as_markdown(', '.join(result.left_out))}.")
    return " ".join([*parts, *result.fit.notes])


def _models(names: list[str]) -> str:
    if len(names) == len(CONTRAST_METHODS) - 1 and "MH" not in names:
        return f"inverse variance ({', '.join(names)} alike)"
    return ", ".join(POOL_NAMES["MH"] if name == "MH" else name for name in names)


def _share(events: int, total: int) -> str:
    return f"{events} / {total} ({percent(events / total)})"


def _head(measure: str) -> str:
    return "Difference, points" if measure == "RD" else MEASURE_NAMES[measure].capitalize()
