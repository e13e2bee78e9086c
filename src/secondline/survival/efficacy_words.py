"""A two-arm trial's efficacy in sentences that fit the numbers, whatever they are."""

from math import floor

import numpy as np

from secondline.intervals import p_value
from secondline.survival.arms import Milestone
from secondline.survival.efficacy import Efficacy, quantiles
from secondline.survival.printed import Printed
from secondline.survival.tabulate import months_range, months_text

ALPHA = 0.05


def curves_reading(result: Efficacy) -> str:
    """Say what the curves show: how far they fall, and where they lie apart."""
    effect = result.effect
    parts = [
        f"{name}: median {months_text(arm.median.estimate)} "
        f"({months_range(arm.median.lower, arm.median.upper)}), "
        f"{_percent(result.shares, name)} free of the event at {result.shares.at:g} months"
        for name, arm in result.curves.items()
        if name in ("axi-cel", "SOC")
    ]
    change = 100 * (1 - effect.hazard_ratio)
    return (
        f"{'; '.join(parts)}. The hazard ratio is {effect.hazard_ratio:.3f} "
        f"({effect.lower:.3f} to {effect.upper:.3f}, {p_value(effect.p)}): over the follow-up "
        f"the hazard is on average {abs(change):.0f} % {'lower' if change >= 0 else 'higher'} "
        f"with axi-cel.{_left_out(result)}"
    )


def prediction_reading(result: Efficacy) -> str:
    """Say what proportional hazards predicts at the milestone, and what the curve gives."""
    shares, ratio = result.shares, result.effect.hazard_ratio
    predicted, found = shares.survival[0] ** ratio, shares.survival[1]
    text = (
        f"From the SOC curve and the hazard ratio, {100 * predicted:.1f} % would be free of the "
        f"event with axi-cel at {shares.at:g} months. The curve gives {100 * found:.1f} %"
    )
    if np.isnan(shares.lower[1]):
        return f"{text}."
    inside = shares.lower[1] <= predicted <= shares.upper[1]
    return (
        f"{text} ({100 * shares.lower[1]:.1f} to {100 * shares.upper[1]:.1f}). The prediction lies "
        f"{'inside' if inside else 'outside'} that interval."
    )


def hazards_reading(result: Efficacy) -> str:
    """Say what the test of proportional hazards gives, and how the ratio moves."""
    test, periods = result.test, result.view.periods
    verdict = (
        "speaks against a constant ratio"
        if test.p <= ALPHA
        else "does not show that the ratio changes (nor that it stays)"
    )
    known = periods[periods["hazard_ratio"].notna()]
    counted = {"km": "by the share of events", "rank": "by ranks", "identity": "in months",
               "log": "by its logarithm"}[test.transform]  # fmt: skip
    text = f"The test with time counted {counted} ({p_value(test.p)}) {verdict}."
    if len(known):
        ratios = [f"{period.hazard_ratio:.2f} {_span(period)}" for period in known.itertuples()]
        events = int(known.iloc[-1][["axi_events", "soc_events"]].sum())
        text += (
            f" The hazard ratio is {', '.join(ratios)}. The last of these rests on {events} "
            f"{'event' if events == 1 else 'events'}."
        )
    silent = periods[(periods["axi_events"] == 0) | (periods["soc_events"] == 0)]
    if len(silent):
        text += f" {_span(silent.iloc[0]).capitalize()} one arm has no event, so there is no ratio."
    return text


def milestone_reading(shares: Milestone) -> str:
    """Say the contrast at a milestone in points and in patients."""
    text = (
        f"At {shares.at:g} months {_percent(shares, 'axi-cel')} are free of the event with axi-cel "
        f"and {_percent(shares, 'SOC')} with SOC: a difference of "
        f"{100 * shares.difference:.1f} points"
    )
    if np.isnan(shares.difference_lower):
        return f"{text}. Where nobody is left free of the event there is no interval."
    text += f" ({100 * shares.difference_lower:.1f} to {100 * shares.difference_upper:.1f})."
    if np.isnan(shares.needed):
        return f"{text} The interval does not exclude zero, so no number needed to treat is given."
    return (
        f"{text} That is one more patient free of the event for every {shares.needed:.1f} treated "
        f"with axi-cel instead ({shares.needed_lower:.1f} to {shares.needed_upper:.1f})."
    )


def means_reading(result: Efficacy) -> str:
    """Say the difference in restricted means."""
    means = result.means
    return (
        f"Within the first {means.horizon:g} months a patient is free of the event for "
        f"{means.mean[1]:.1f} months on average with axi-cel and {means.mean[0]:.1f} with SOC: "
        f"{abs(means.difference):.1f} months {'more' if means.difference >= 0 else 'fewer'} "
        f"({means.lower:.1f} to {means.upper:.1f}, {p_value(means.p)})."
    )


def median_reading(result: Efficacy) -> str:
    """Say how flat the curves are around their medians."""
    texts = []
    for name in ("axi-cel", "SOC"):
        arm = result.curves[name]
        texts.append(
            f"{name}: {months_text(arm.median.estimate)}, with an interval from "
            f"{months_text(arm.median.lower)} to {months_text(arm.median.upper)}"
        )
    axi, soc = result.medians
    text = f"{'. '.join(texts)}."
    if not np.isfinite([axi, soc]).all():
        return text
    return (
        f"{text} Their ratio is {axi / soc:.1f}; constant hazards with the hazard ratio of the "
        f"Cox model would make it {1 / result.effect.hazard_ratio:.1f}."
    )


def quantile_reading(result: Efficacy) -> str:
    """Say how the factor between the curves' times changes from share to share."""
    found = {share: times for share, times in quantiles(result).items()}
    known = {share: axi / soc for share, (axi, soc) in found.items() if soc > 0 and axi > 0}
    factors = [f"{ratio:.1f} at {100 * share:.0f} %" for share, ratio in known.items()]
    text = f"The factor between the arms is {', '.join(factors)}." if factors else ""
    for i, name in ((0, "axi-cel"), (1, "SOC")):
        missing = [share for share, times in found.items() if not np.isfinite(times[i])]
        if missing:
            text += (
                f" The curve of {name} does not come down to {100 * max(missing):.0f} %, so there "
                "is no factor from there on."
            )
            break
    return text.strip()


def early_reading(result: Efficacy) -> str:
    """Say how steeply the SOC curve falls around its median."""
    curve = result.curves["SOC"].curve
    median = result.curves["SOC"].median.estimate
    if not np.isfinite(median):
        return "The SOC curve does not come down to one half."
    fall = float(_survival(curve, median - 0.5) - _survival(curve, median + 0.5))
    return (
        f"Within half a month on either side of its median, {median:.1f} months, the SOC curve of "
        f"this cohort falls by {100 * fall:.0f} points."
    )


def six_months_reading(result: Efficacy) -> str:
    """Say what the cohort gives at 6 months, beside the milestone."""
    six, later = result.shares_6, result.shares
    text = (
        f"At 6 months {_percent(six, 'axi-cel')} are free of the event with axi-cel and "
        f"{_percent(six, 'SOC')} with SOC"
    )
    if later.at == 6:
        return f"{text}."
    return (
        f"{text}; at {later.at:g} months {_percent(later, 'axi-cel')} and {_percent(later, 'SOC')}."
    )


def cure_reading(cures: dict) -> str:
    """Say each arm's cure fraction over the models, with every caution."""
    sentences = []
    for name, cure in cures.items():
        if isinstance(cure, str):
            sentences.append(f"{name}: {cure}")
            continue
        best, values = cure.best, [100 * fit.fraction for fit in cure.fits]
        limits = (
            "" if np.isnan(best.lower) else f" ({100 * best.lower:.0f} to {100 * best.upper:.0f} %)"
        )
        text = f"{name}: {100 * best.fraction:.0f} %{limits} by the {best.base} model"
        if len(values) > 1:
            lowest, highest = f"{min(values):.0f}", f"{max(values):.0f}"
            alike = lowest == highest
            text += ", the same with the others" if alike else f", {lowest} to {highest} % over all"
        sentences.append(f"{text}.{' ' + cure.caution if cure.caution else ''}")
    return " ".join(sentences)


def frequencies(share_axi: float, share_soc: float, at: float) -> str:
    """Say two shares free of the event in whole people out of 100."""
    axi, soc = people_of_100(share_axi), people_of_100(share_soc)
    gain = axi - soc
    if gain > 0:
        change = f"{gain} more with axi-cel than with SOC"
    elif gain < 0:
        change = f"{-gain} fewer with axi-cel than with SOC"
    else:
        change = "as many with one as with the other"
    return (
        f"Of 100 people given axi-cel, about {axi} are free of the event at {at:g} months and "
        f"{100 - axi} are not. Of 100 people given SOC, about {soc} are free of it and "
        f"{100 - soc} are not. That is {change} ({100 * abs(share_axi - share_soc):.1f} before "
        "rounding to whole people)."
    )


def people_of_100(share: float) -> int:
    """Return a share as whole people out of 100, a half upwards."""
    return floor(100 * share + 0.5 + 1e-9)


def printed_frequencies(printed: Printed) -> str:
    """Say a trial's printed shares in whole people out of 100."""
    return frequencies(printed.share_axi, printed.share_soc, printed.at)


def efficacy_report(result: Efficacy, cures: dict, *, cohort: str) -> str:
    """Return a paragraph that reports the analysis.

    Parameters
    ----------
    result : Efficacy
    cures : dict
        From :func:`secondline.survival.cure_by_arm`.
    cohort : str
        What the patients are, as a phrase that opens the sentence.
    """
    effect, shares, means = result.effect, result.shares, result.means
    model, test = result.model, result.test
    n = {name: arm.curve for name, arm in result.curves.items()}
    best = [
        f"{name} {100 * cure.best.fraction:.0f} % ({cure.best.base})"
        for name, cure in cures.items()
        if not isinstance(cure, str)
    ]
    cured = f" Cure fractions of mixture models: {', '.join(best)}." if best else ""
    return (
        f"{cohort}: {n['axi-cel'].n} patients in the axi-cel arm ({n['axi-cel'].events} events) "
        f"and {n['SOC'].n} in the SOC arm ({n['SOC'].events} events); clock from randomisation. "
        f"{curves_reading(result)} Unstratified Cox model, Efron's ties, {100 * model.level:g} % "
        f"Wald interval. Proportional hazards: {p_value(test.p)} (score test on time "
        "transformed by the Kaplan-Meier curve). "
        f"{milestone_reading(shares)} {means_reading(result)}{cured} "
        f"Intervals at {100 * shares.level:g} %: shares on the log-log scale, restricted means to "
        f"{means.horizon:g} months with Greenwood's variance. Hazard ratio and difference in "
        f"shares answer different questions; {_both(effect, shares)}."
    )


def _both(effect, shares: Milestone) -> str:
    favours = (effect.hazard_ratio < 1, shares.difference > 0)
    if all(favours):
        return "here both favour axi-cel"
    if not any(favours):
        return "here neither favours axi-cel"
    return "here they point in different directions"


def _percent(shares: Milestone, name: str) -> str:
    return f"{100 * shares.survival[int(name == 'axi-cel')]:.1f} %"


def _span(period) -> str:
    if np.isinf(period.end):
        return f"after month {period.start:g}"
    if period.start == 0:
        return f"in the first {period.end:g} months"
    return f"from month {period.start:g} to {period.end:g}"


def _left_out(result: Efficacy) -> str:
    if not result.left_out:
        return ""
    if result.left_out == 1:
        return " 1 patient has no time or event status and is left out."
    return f" {result.left_out} patients have no time or event status and are left out."


def _survival(curve, month: float) -> float:
    place = np.searchsorted(curve.times, month, side="right")
    return float(np.concatenate([[1.0], curve.survival])[place])
