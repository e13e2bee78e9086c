"""A pooled result in words."""

import numpy as np

from secondline import intervals

LEAST_P = 0.001  # smallest P that is written as a number
TRANSFORM_NAMES = {
    "freeman-tukey": "Freeman-Tukey",
    "logit": "logit",
    "arcsine": "arcsine",
    "raw": "untransformed",
    "log": "log",
    "glmm": "binomial-normal model",
}
METHOD_NAMES = {
    "common": "common effect",
    "DL": "DerSimonian-Laird",
    "REML": "restricted maximum likelihood",
    "PM": "Paule-Mandel",
    "ML": "maximum likelihood",
}
CI_NAMES = {
    "wald": "Wald",
    "hksj": "Hartung-Knapp",
    "hksj-conservative": "conservative Hartung-Knapp",
}
# of single trials
STUDY_INTERVAL_NAMES = {"exact": "exact", "wilson": "Wilson"}


def percent(share: float, digits: int = 1) -> str:
    """Write a proportion as a percentage without its sign; an en dash if there is none."""
    return f"{100 * share:.{digits}f}" if np.isfinite(share) else "–"


def p_value(p: float) -> str:
    """Write a P value as meta-analyses do: ``P = 0.013``, ``P < 0.001``."""
    return intervals.p_value(p, least=LEAST_P)


def bare_p(p: float) -> str:
    """Write a P value for a table: ``0.013``, ``< 0.001``, an en dash if there is none."""
    return intervals.bare_p(p, least=LEAST_P)


def heterogeneity_line(result) -> str:
    """Return Q, its P value, I2 and tau2 in one line."""
    name = "LR" if result.transform == "glmm" else "Q"
    spread = "" if result.method == "common" else f"; τ² = {result.tau2:.4f}"
    return (
        f"{name} = {result.q:.2f}, df = {result.df}, {p_value(result.p_heterogeneity)}; "
        f"I² = {result.i2:.2f} %{spread}"
    )


def describe(result) -> str:
    """Return a few plain lines that hold all of the result."""
    level = f"{100 * result.level:g} %"
    lines = [
        f"{percent(result.estimate)} % ({level} CI {percent(result.lower)} to "
        f"{percent(result.upper)}), {result.k} trials, {result.events} of "
        f"{result.patients} patients",
        f"Heterogeneity: {heterogeneity_line(result)}",
    ]
    if np.isfinite(result.prediction_lower):
        lines.append(
            f"{level} prediction interval: {percent(result.prediction_lower)} to "
            f"{percent(result.prediction_upper)} %"
        )
    how = f"{TRANSFORM_NAMES[result.transform]}, {result.method}, {CI_NAMES[result.ci]}"
    if np.isfinite(result.back_transform_n):
        how += f"; back-transformed at n = {result.back_transform_n:.1f} (harmonic mean)"
    return "\n".join([*lines, how, *result.notes])


def report_sentence(result, *, outcome: str, population: str, omitted=()) -> str:
    """Return a paragraph for a results section, with nothing left to look up.

    Parameters
    ----------
    result : PooledProportion
    outcome : str
        What the proportion is of, in words: "an objective response".
    population : str
        Whom the trials treated: "antibody alone, after CAR-T".
    omitted : sequence of str
        Trials that did not report the outcome.
    """
    level = f"{100 * result.level:g} %"
    model = METHOD_NAMES[result.method]
    if result.transform == "glmm":
        how = "binomial-normal model with a common effect"
        if result.method != "common":
            how = "binomial-normal random-intercept model, maximum likelihood"
    elif result.method == "common":
        how = f"common-effect model, {_scale(result)}"
    else:
        how = f"random-effects model, {_scale(result)}, {model} estimator of τ²"
    test = "likelihood ratio" if result.transform == "glmm" else "Cochran's Q"
    text = (
        f"In {result.k} cohorts ({population}; {result.patients} patients), "
        f"{result.events} patients had {outcome}. The pooled proportion was "
        f"{percent(result.estimate)} % ({level} CI {percent(result.lower)} to "
        f"{percent(result.upper)}; {how}, {CI_NAMES[result.ci]} interval). "
        f"Heterogeneity: {test} {result.q:.2f} on {result.df} "
        f"degree{'s' if result.df > 1 else ''} of freedom, "
        f"{p_value(result.p_heterogeneity)}, I² {result.i2:.1f} %"
    )
    if result.method != "common":
        text += f", τ² {result.tau2:.4f}"
    if np.isfinite(result.prediction_lower):
        text += (
            f"; {level} prediction interval for a new trial {percent(result.prediction_lower)} "
            f"to {percent(result.prediction_upper)} % (t with {result.k - 2} "
            f"degree{'s' if result.k > 3 else ''} of freedom)"
        )
    text += "."
    if omitted:
        verb = "was" if len(omitted) == 1 else "were"
        text += f" {', '.join(omitted)} did not report the outcome and {verb} left out."
    told = ("Half an event", "The group sizes", "The data are too sparse", "The trials' effects")
    corrections = [note for note in result.notes if note.startswith(told)]
    return " ".join([text, *corrections])


def _scale(result) -> str:
    if result.transform == "raw":
        return "untransformed proportions"
    if result.transform == "freeman-tukey":
        return (
            "Freeman-Tukey double-arcsine transformation carried back at the harmonic mean "
            f"of the group sizes ({result.back_transform_n:.1f})"
        )
    return f"{TRANSFORM_NAMES[result.transform]} transformation"


def reading(result, *, outcome: str, population: str) -> str:
    """Return what a pooled result means, in sentences that fit its numbers.

    Parameters
    ----------
    result : PooledProportion
    outcome : str
        What the proportion is of, in words.
    population : str
        Whom the trials treated.
    """
    level = f"{100 * result.level:g} %"
    sentences = [
        f"On average over these {result.k} cohorts ({population}), "
        f"**{percent(result.estimate)} %** had {outcome}.",
    ]
    if result.events in (0, result.patients):
        # a corrected or transformed average need not be what was seen
        sentences[0] = (
            f"In these {result.k} cohorts ({population}), {result.events} of {result.patients} "
            f"patients had {outcome}; the average is estimated at "
            f"**{percent(result.estimate)} %**."
        )
    flat = result.upper - result.lower < 1e-9
    if flat:
        sentences.append("Its interval has no width, which is no sign of certainty.")
    else:
        sentences.append(
            f"Averages from {percent(result.lower)} to {percent(result.upper)} % are compatible "
            f"with these trials ({level} confidence interval)."
        )
    sentences.append(_scatter(result))
    if not flat and np.isfinite(result.prediction_lower):
        low, high = 100 * result.prediction_lower, 100 * result.prediction_upper
        if low < 0.05 and high > 99.95:
            sentences.append(
                f"The {level} prediction interval for the true share in a new trial is 0 to "
                "100 %: these trials say nothing about the next one."
            )
        else:
            verdict = (
                "So wide a range means that these trials hardly tell what the next one will show."
                if high - low > 60
                else "The share observed there would scatter more, by chance."
            )
            sentences.append(
                f"The true share in a new trial of this kind is expected between {low:.1f} and "
                f"{high:.1f} % ({level} prediction interval). {verdict}"
            )
    sentences += [note for note in result.notes if "explicit weights" not in note]
    return " ".join(sentences)


def _scatter(result) -> str:
    name = "the likelihood-ratio statistic" if result.transform == "glmm" else "Q"
    numbers = (
        f"{name} is {result.q:.1f} where chance alone gives {result.df} on average "
        f"({p_value(result.p_heterogeneity)}), and I² is {result.i2:.0f} %."
    )
    if any(note.startswith("The data are too sparse") for note in result.notes):
        return f"{name[0].upper()}{name[1:]} is {result.q:.1f} on {result.df} df."
    if result.p_heterogeneity < 0.1:
        text = f"The trials differ by more than chance readily explains: {numbers}"
        if result.tau2 == 0 and result.method != "common":
            text += (
                " This estimator puts the spread between trials at zero all the same, so its "
                "interval is too narrow to trust."
            )
        return text
    return (
        f"The trials differ by no more than chance readily explains: {numbers} "
        "A test of few or small trials seldom finds a spread, so that does not show that they are "
        "alike."
    )
