"""CD19 beside other markers, in sentences that follow the results."""

import numpy as np
import pandas as pd

from secondline.biomarkers.cd19_printed import points_text, share_text
from secondline.biomarkers.cd19_protein import (
    GENE,
    PROTEIN,
    BothMeasures,
    HalfScreen,
    glycolysis_difference,
)
from secondline.biomarkers.marker_pair_worlds import PairTrials
from secondline.biomarkers.nested_pages import effect_text
from secondline.biomarkers.nested_subgroups import NAMES, level_name
from secondline.biomarkers.two_marker_cohorts import FreshPairs
from secondline.biomarkers.two_markers import TwoMarkers, WorstOfFour
from secondline.intervals import bare_p, p_value
from secondline.proportions import TwoGroups, fisher_power

NO_SCORE = "This cohort has no H-scores, so there is nothing to say here."


def scores_reading(patients: pd.DataFrame, arm: str, negative_below: float) -> str:
    """Say how many of an arm have an H-score, and how many of these are negative."""
    own = patients[patients["arm"] == arm]
    scores = own[PROTEIN].astype(float).dropna()
    if scores.empty:
        return f"Of {len(own)} patients of {arm} nobody has an H-score in this cohort."
    median = patients[PROTEIN].astype(float).median()
    negative = int((scores < negative_below).sum())
    at = int((scores == median).sum())
    return (
        f"Of {len(own)} patients of {arm}, {len(scores)} have an H-score. The median of both arms is "
        f"{median:g}; {int((scores > median).sum())} of them lie above it, {at} at it, and "
        f"{int((scores < median).sum())} below. {negative} lie below {negative_below:g} and count as "
        "negative."
    )


def negative_reading(two: TwoGroups | None, negative_below: float, level: float) -> str:
    """Say how well patients called negative respond, and what the numbers leave open."""
    if two is None:
        return "No arm, or one only, has patients with an H-score below the cut in this cohort."
    text = (
        f"With an H-score below {negative_below:g}, {two.events1} of {two.totals1} patients respond to "
        f"axi-cel and {two.events2} of {two.totals2} to SOC: "
        f"{share_text(two.events1, two.totals1, level)} % and "
        f"{share_text(two.events2, two.totals2, level)} %, exact {100 * level:g} % intervals. The "
        f"difference is {points_text(two)} percentage points, {p_value(two.p)}. "
    )
    rates = (two.events1 / two.totals1, two.events2 / two.totals2)
    if rates[0] != rates[1] and max(two.totals1, two.totals2) <= 500:
        power = fisher_power(rates[0], two.totals1, rates[1], two.totals2, alpha=1 - level)
        text += (
            "If the true rates were the ones seen, a trial with so many patients would have P below "
            f"{1 - level:.3g} in {100 * power:.0f} of 100 repetitions."
        )
    return text.strip()


def measures_reading(found: BothMeasures, correlations: pd.DataFrame) -> str:
    """Say how far gene and protein agree, and what is left of each beside the other."""
    pair = correlations[correlations["name"] == "CD19 gene and H-score"]
    if pair.empty or not found.n:
        return "Gene and protein are not known together in this cohort."
    r = float(pair["r"].iloc[0])
    text = (
        f"Gene and protein have a rank correlation of {_signed(r)}. {found.agree} of {found.n} patients "
        f"of {found.arm} fall on the same side of both medians; by lot about half would. "
    )
    if set(found.both) == {GENE, PROTEIN} == set(found.alone):
        alone, both = found.alone, found.both
        weaker = sum(
            abs(np.log(both[c].hazard_ratio)) < abs(np.log(alone[c].hazard_ratio)) for c in alone
        )
        text += (
            f"In one model the gene has a hazard ratio of {effect_text(both[GENE])}, the protein "
            f"{effect_text(both[PROTEIN])}. "
        )
        if weaker == 2:
            text += "Each is weaker than alone: part of what it says, the other says, too."
    return text.strip()


def dilution_reading(found: pd.DataFrame) -> str:
    """Say what noise in a measure does to a hazard ratio and to power."""
    best, worst = found.iloc[0], found.iloc[-1]
    return (
        f"The target on the cells has one and the same effect in every row. Measured without error its "
        f"halves differ by a hazard ratio of {best.hazard_ratio:.2f}, and "
        f"{100 * best.power:.0f} % of the trials find it. Where {100 * worst.reliability:.0f} % of the "
        f"measure is the truth, the hazard ratio is {worst.hazard_ratio:.2f}, and "
        f"{100 * worst.power:.0f} % find it."
    )


def groups_of_four_reading(found: TwoMarkers) -> str:
    """Say which group is the worst, and what adding the two markers gives for it."""
    known = [g for g in found.groups if g.ratio is not None]
    if not found.n or len(known) < 3:
        return (
            f"In {found.arm} the four groups cannot all be compared in this cohort: of "
            f"{found.n} patients with both markers some group is empty or has no events."
        )
    ratios = [1.0, *(g.ratio.hazard_ratio for g in known)]
    worst = int(np.argmax(ratios))
    text = f"The largest hazard is that of {found.groups[worst].name}. "
    last = found.groups[3]
    text += (
        f"{last.name} has {last.ratio.hazard_ratio:.2f} times the hazard of "
        f"{found.groups[0].name} ({100 * found.level:g} % interval {last.ratio.lower:.2f} to "
        f"{last.ratio.upper:.2f}). Adding the two markers, without any "
        f"interaction, gives {last.added:.2f}. "
    )
    middle = [g for g in known[:2]]
    if all(g.ratio.lower < 1 < g.ratio.upper for g in middle):
        text += "Neither group between the two is clearly worse than the first."
    return text.strip()


def added_reading(found: TwoMarkers) -> str:
    """Say whether the interaction is shown, by cuts and as numbers."""
    if found.ratio is None:
        return "The four groups give no interaction in this cohort."
    alpha, ratio = 1 - found.level, found.ratio
    name, second = level_name(found.first), level_name(found.second)
    text = (
        f"The hazard ratio of {name} is {ratio.hazard_ratio:.2f} times as large where {second} as "
        f"where {level_name(found.second, unfavourable=False)} "
        f"({100 * found.level:g} % interval {ratio.lower:.2f} to {ratio.upper:.2f}, "
        f"{p_value(found.ratio_p)}). "
    )
    if found.ratio_p < alpha:
        text += "By two cuts the interaction is clear in this cohort. "
    else:
        text += (
            "So the groups do not show an interaction, and they do not exclude one: the interval "
            f"reaches from {ratio.lower:.1f} to {ratio.upper:.1f} times as large. "
        )
        bad, good = found.first_where_bad, found.first_where_good
        if bad.p < alpha <= good.p:
            text += (
                "One half is significant and the other is not; that alone is no difference between "
                "them. "
            )
    if found.number_ratio is not None:
        product = found.number_ratio
        other = (product.hazard_ratio - 1) * (ratio.hazard_ratio - 1) < 0
        text += (
            f"As numbers the product of the two has a hazard ratio of {effect_text(product)}, "
            f"{p_value(product.p)}"
        )
        text += ": it points the other way." if other else "."
    return text.strip()


def worst_reading(found: WorstOfFour | None) -> str:
    """Say what a worst group is worth that was picked for being the worst."""
    if found is None:
        return "No group of these four has a hazard ratio against the others."
    return (
        f"The worst group is {found.name}: hazard ratio {found.hazard_ratio:.2f} against all others, "
        f"{p_value(found.p)} as if it had been named beforehand. Some group is always the worst. When "
        "the outcomes are dealt out anew, so that they go with neither marker, the worst of the four "
        f"has a hazard ratio of {found.typical:.2f} in the middle, and P below {found.alpha:.3g} in "
        f"{100 * found.any_significant:.0f} % of the deals. Counting the choice, P is "
        f"{bare_p(found.adjusted)}. That is a test of \"nothing goes with the outcome\". It does not "
        "ask whether the two markers do more together than one after the other."
    )


def pair_trials_reading(found: PairTrials) -> str:
    """Say what two cuts do to two markers whose truth is known."""
    table = found.table.set_index("name")
    neither, second, added, real = (table.iloc[i] for i in range(4))
    ratio = added["confined"] and real["confined"] / added["confined"]
    text = (
        f"Where both markers are simply added, both bad is the worst group in "
        f"{100 * added['both_worst']:.0f} % of the trials, and the first is clear only where the second "
        f"is bad in {100 * added['confined']:.0f} %. With a true interaction that pattern comes up in "
        f"{100 * real['confined']:.0f} %"
    )
    text += f", {ratio:.1f} times as often. " if ratio else ". "
    text += (
        f"The test of the interaction finds it in {100 * real['interaction_halves']:.0f} % by cuts and "
        f"in {100 * real['interaction_numbers']:.0f} % as numbers. Where the first marker does nothing, "
        f"it is clear beside the second in {100 * second['first_halves']:.0f} % by cuts and in "
        f"{100 * second['first_numbers']:.0f} % as numbers; {100 * found.alpha:.3g} % would be right. "
        f"Where nothing is there, both bad is the worst in {100 * neither['both_worst']:.0f} %."
    )
    return text


def fresh_pairs_reading(found: FreshPairs) -> str:
    """Say what the model's truth is, and how seldom a trial shows it."""
    return (
        f"In the model the interaction of the two, by two cuts, is {found.ratio_true:.2f}. Cohorts of "
        f"the trial's size estimate anything from {found.ratio_lower:.2f} to {found.ratio_upper:.2f}, "
        f"and {100 * found.interaction:.0f} % of them have P below {found.alpha:.3g}. The first marker "
        f"is clear where the second is unfavourable, and only there, in {100 * found.confined:.0f} %. "
        f"Both unfavourable is the worst group in {100 * found.both_worst:.0f} %."
    )


def screens_reading(found: tuple[HalfScreen, ...], level: float) -> str:
    """Say what a screen in a half of an arm can find, and whether glycolysis differs."""
    if not found:
        return "This cohort has no H-score together with signatures and responses."
    halves = {s.name: s for s in found}
    text = []
    high, low = halves.get("H-score high"), halves.get("H-score low")
    if high is not None:
        best = high.table.loc[high.table["p"].idxmin()]
        text.append(
            f"With a high H-score, {high.ongoing} patients have an ongoing response and {high.others} "
            f"do not. Dealt out anew, {100 * high.by_chance:.0f} % of the deals have at least one "
            f"signature with P below {high.alpha:.3g}. Here {high.below} have; the clearest is "
            f"{best['name']} ({p_value(best['p'])}), with a q of {bare_p(best['q'])}."
        )
    if high is not None and low is not None and np.isfinite(high.difference + low.difference):
        value, lower, upper, p = glycolysis_difference(high, low, level)
        text.append(
            f"In patients with an ongoing response glycolytic activity is {_higher(high.difference)} "
            f"than in the others where the H-score is high, and {_higher(low.difference)} where it is "
            f"low. The difference of these differences is {_signed(value)} ({_signed(lower)} to "
            f"{_signed(upper)}, {p_value(p)}), from unrounded numbers."
        )
    return " ".join(text) or "In this cohort a half lacks one of the two outcomes."


def missing_reading(found: pd.DataFrame, hazard_ratio: float) -> str:
    """Say which ways to be missing do harm."""
    ratios = found.set_index("way")["hazard_ratio"]
    low, high = ratios.idxmin(), ratios.idxmax()
    return (
        f"The true hazard ratio is {hazard_ratio:.2f}. By lot it stays ({ratios['by lot']:.2f}), and it "
        f"stays if it is only the marker that decides ({ratios['low more often missing']:.2f}). If only "
        f"the outcome decides, it is {ratios['early events more often missing']:.2f}. If "
        f"marker and outcome decide together, it goes to {ratios[low]:.2f} ({low}) or "
        f"{ratios[high]:.2f} ({high}), with about the same number missing."
    )


def who_reading(found: pd.DataFrame, arm: str) -> str:
    """Say how many patients of an arm the protein analyses leave out."""
    n = found["n"].sum()
    scored = int(found["n"].iloc[0])
    if not scored:
        return f"None of the {n} patients of {arm} in this cohort has an H-score."
    return (
        f"{scored} of {n} patients of {arm} have an H-score, {100 * scored / n:.0f} %. "
        f"{int(found['n'].iloc[1])} lack it although they have an expression profile, and "
        f"{int(found['n'].iloc[2])} have neither."
    )


def two_markers_report(found: TwoMarkers) -> str:
    """Return a paragraph to report two markers with."""
    first, second = NAMES[found.first], NAMES[found.second]
    if found.ratio is None or not found.added:
        return (
            f"{first} and {second} were known together in {found.n} patients of {found.arm} with "
            f"{found.events} events; the four groups gave no estimate."
        )
    sizes = "; ".join(f"{g.name}: {g.n} patients, {g.events} events" for g in found.groups)
    r = found.correlation
    text = (
        f"{first} and {second} were known together in {found.n} patients of {found.arm} with "
        f"{found.events} events ({sizes}). "
    )
    if r:
        text += f"Their rank correlation was {_signed(r[1])} ({_signed(r[2])} to {_signed(r[3])}). "
    return text + (
        f"Beside each other, {level_name(found.first)} had a hazard ratio of "
        f"{effect_text(found.added['first'])} and {level_name(found.second)} of "
        f"{effect_text(found.added['second'])}. The interaction was {effect_text(found.ratio)}, "
        f"{p_value(found.ratio_p)} (likelihood ratio test). The group with both had a hazard ratio of "
        f"{effect_text(found.groups[3].ratio)} against that with neither; adding the two gave "
        f"{found.groups[3].added:.2f}. Intervals are {100 * found.level:g} %."
    )


def _higher(difference: float) -> str:
    word = "lower" if difference < 0 else "higher"
    return f"{abs(difference):.2f} standard deviations {word}"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
