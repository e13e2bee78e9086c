"""Lines of therapy, selection, timing of biopsies and histology: tables and sentences."""

import numpy as np
import pandas as pd

from secondline.biomarkers.biopsy_timing import ShuffledTiming
from secondline.biomarkers.histology import Beside, origin_effects, origin_sizes
from secondline.biomarkers.lines import (
    AFTER,
    BEFORE,
    LINE_MARKERS,
    THIRD,
    LineComparison,
    RankShift,
)
from secondline.biomarkers.paired_biopsies import (
    pairs_needed,
    power_apart,
    power_paired,
    simulated_power,
)
from secondline.biomarkers.selection import (
    CONTRASTS,
    most_by_cure,
    needed_by_availability,
    needed_by_cure,
)
from secondline.intervals import bare_p, p_value
from secondline.proportions import holm
from secondline.survival import Effect

CORRELATIONS = (0.0, 0.3, 0.6, 0.9)
OWN_PAIRS = 40
LARGE = 100  # odds ratios are not told apart beyond it
HARD_TO_BELIEVE, STRONG = 10, 3  # odds ratios for one standard deviation


def printed_lines_page(shifts: tuple[RankShift, ...], level: float = 0.95) -> pd.DataFrame:
    """Return the printed P values over lines and what each implies, as texts."""
    adjusted = holm([float(s.p) for s in shifts])
    return pd.DataFrame({
        "Signature: against first line": [s.name for s in shifts],
        "patients": [f"{s.first} and {s.second}" for s in shifts],
        "P, printed": [s.p for s in shifts],
        "P, after Holm": [bare_p(q) for q in adjusted],
        "pairs with the later one lower, %": [f"{100 * s.share:.0f}" for s in shifts],
        f"shift in SD ({100 * level:g} % CI)": [
            _interval(s.shift, *s.interval(level)) for s in shifts
        ],
    })  # fmt: skip


def needed_page(shifts: tuple[RankShift, ...], cured) -> pd.DataFrame:
    """Return how strong a selection each printed shift would take, as texts.

    A shift upwards takes the same strength the other way round.
    """
    rows = []
    for s in shifts:
        size, biopsy = -abs(s.shift), "–"
        if _third(s):
            cure = _ratio(needed_by_cure(size, cured, third=True))
            most = f"{abs(most_by_cure(cured, third=True)):.2f}"
        else:
            biopsy = _ratio(needed_by_availability(size, s.first / (s.first + s.second)))
            cure, most = "none is enough", "0.00"
        rows.append((s.name, f"{abs(s.shift):.2f}", biopsy, cure, most))
    return pd.DataFrame(rows, columns=[
        "Against first line", "shift, SD, by size", "odds ratio: which biopsy there is",
        "odds ratio: cure in between", "most that cures can do, SD",
    ])  # fmt: skip


def needed_reading(shifts: tuple[RankShift, ...], cured) -> str:
    """Say which printed shifts a selection of a believable strength would make."""
    inside = [s for s in shifts if not _third(s)]
    ratios = [needed_by_availability(-abs(s.shift), s.first / (s.first + s.second)) for s in inside]
    text = (
        f"Between the two biopsies of ZUMA-7, an odds ratio of {min(ratios):.1f} to "
        f"{max(ratios):.1f} for one standard deviation, on which of the two biopsies a patient "
        "has, makes all of what is printed. "
    )
    third = next(s for s in shifts if _third(s))
    needed = needed_by_cure(-abs(third.shift), cured, third=True)
    limit = most_by_cure(cured, third=True)
    percent = 100 * tuple(cured)[1]
    if np.isnan(needed):
        return text + (
            f"For the third line, cures at second line cannot make it: with {percent:.0f} % cured, "
            f"the difference is at most {abs(limit):.2f} standard deviations, and "
            f"{abs(third.shift):.2f} are printed."
        )
    verdict = (
        "hard to believe" if needed > HARD_TO_BELIEVE
        else "strong" if needed > STRONG else "no more than moderate"
    )  # fmt: skip
    return text + (
        f"For the third line, cures at second line ({percent:.0f} % of the patients) would need an "
        f"odds ratio {'' if needed >= LARGE else 'of '}{_ratio(needed)}, which is {verdict}; at "
        f"most they can make "
        f"{abs(limit):.2f} standard deviations."
    )


def by_line_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return who is left at each line, as texts."""
    return pd.DataFrame({
        "Line": table["line"].astype(str),
        "of all, % who reach it": [f"{100 * v:.0f}" for v in table["share"]],
        "mean value, SD": [_signed(v) for v in table["mean"]],
        "spread, SD": [f"{v:.2f}" for v in table["spread"]],
        "% cured, if given the same treatment": [f"{100 * v:.0f}" for v in table["chance"]],
    })  # fmt: skip


def by_line_reading(table: pd.DataFrame, odds_ratio: float) -> str:
    """Say how far the group moves while no tumour does."""
    first, last = table.iloc[0], table.iloc[-1]
    if odds_ratio == 1:
        return (
            "With an odds ratio of 1, cures do not choose by the value, and the mean stays where "
            "it is up to the chance of the simulation."
        )
    way = "falls" if last["mean"] < first["mean"] else "rises"
    return (
        f"No tumour changes, and yet the mean {way} from {_signed(first['mean'])} to "
        f"{_signed(last['mean'])} standard deviations by the third line. The same treatment would "
        f"cure {100 * first['chance']:.0f} % of those at the first line and "
        f"{100 * last['chance']:.0f} % of those at the third. For each single patient the chance "
        "is the same at every line."
    )


def line_worlds_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the difference and the share of studies that find it, by world, as texts."""
    rows = []
    for world, own in table.groupby("world", sort=False):
        by = own.set_index("contrast")
        cells = [
            f"{_signed(by.loc[c, 'shown'])} ({100 * by.loc[c, 'found']:.0f} %)" for c in CONTRASTS
        ]
        rows.append((world, _signed(by["within"].dropna().iloc[0]), *cells))
    return pd.DataFrame(rows, columns=[
        "World", "change within relapsed patients", *CONTRASTS,
    ])  # fmt: skip


def line_worlds_reading(table: pd.DataFrame, alpha: float) -> str:
    """Say what each kind of comparison makes of a world without change, and of a real change."""
    by = table.set_index(["world", "contrast"])
    registry, zuma, *_ = CONTRASTS
    still = "no change, cures select"
    text = (
        f"In the first world no tumour changes. All at diagnosis against relapses differ by "
        f"{_signed(by.loc[(still, registry), 'shown'])} standard deviations, with P below "
        f"{alpha:.3g} in {100 * by.loc[(still, registry), 'found']:.0f} % of the studies. Two "
        "groups of relapsed patients, as in ZUMA-7, differ by "
        f"{_signed(by.loc[(still, zuma), 'shown'])}, in "
        f"{100 * by.loc[(still, zuma), 'found']:.0f} %. "
    )
    moving = by.loc[("random moves, cures select", zuma)]
    text += (
        f"If tumours move at random, those who relapsed move by {_signed(moving['within'])} on "
        "average, back towards the middle, and both biopsies of ZUMA-7 would show it. "
    )
    pure = by.loc[("change, no selection", registry)]
    other = by.loc[("change, cures select the other way", registry)]
    gone = abs(other["shown"]) < abs(pure["shown"])
    return text + (
        f"The last world has a change of {_signed(pure['within'])} and a selection the other way: "
        f"from all at diagnosis to relapses, {_signed(other['shown'])} "
        f"{'is left to see' if gone else 'is seen'}."
    )


def line_groups_page(compared: dict[str, LineComparison]) -> pd.DataFrame:
    """Return the groups of all markers with their medians, as texts."""
    rows = []
    for marker, found in compared.items():
        for line, values in found.groups.items():
            q1, middle, q3 = np.quantile(values, (0.25, 0.5, 0.75))
            rows.append((f"{LINE_MARKERS[marker]}, {line}", str(len(values)),
                         f"{middle:.2f} ({q1:.2f} to {q3:.2f})"))  # fmt: skip
    return _page(rows, ["Signature and biopsy", "patients", "median (quartiles)"])


def line_tests_page(compared: dict[str, LineComparison]) -> pd.DataFrame:
    """Return tests of all groups at once, along their order, and in pairs, as texts."""
    rows = []
    for marker, found in compared.items():
        name = LINE_MARKERS[marker]
        if len(found.groups) > 2:
            rows.append(
                (f"{name}: any difference (Kruskal-Wallis)", "–", bare_p(found.kruskal_p), "–")
            )
            rows.append((f"{name}: trend (Jonckheere-Terpstra)", "–", bare_p(found.trend.p), "–"))
        for pair in found.pairs:
            share = f"{100 * pair.share:.0f} ({_percent(pair.lower)} to {_percent(pair.upper)})"
            adjusted = bare_p(pair.holm) if len(found.pairs) > 1 else "–"
            rows.append((f"{name}: {_short(pair.first)} against {_short(pair.second)}", share,
                         bare_p(pair.p), adjusted))  # fmt: skip
    return _page(rows, ["Comparison", "% of pairs with the first higher", "P", "P, after Holm"])


def line_tests_reading(found: LineComparison | None) -> str:
    """Say which steps between lines the tests of one marker support."""
    if found is None:
        return "This cohort has no values at two lines or more; there is nothing to compare."
    alpha, name = 1 - found.level, LINE_MARKERS.get(found.marker, "The marker")
    clear = [p for p in found.pairs if p.holm < alpha]
    told = [
        f"{_short(p.second)} {'lower' if p.share > 0.5 else 'higher'} than {_short(p.first)}"
        for p in clear
    ]
    if len(found.pairs) == 1:
        return (
            f"{name}: {told[0] if told else 'no clear difference'} ({p_value(found.pairs[0].p)})."
        )
    last = found.pairs[-1]
    return (
        f"{name}: the test of any difference has {p_value(found.kruskal_p)}, that of a trend "
        f"{p_value(found.trend.p)}. In pairs, after Holm: "
        f"{'; '.join(told) or 'no clear difference'}. The last step, {_short(last.first)} to "
        f"{_short(last.second)}, has {p_value(last.p)}: {100 * last.share:.0f} % of the pairs have "
        f"the earlier one higher, with limits from {_percent(last.lower)} to "
        f"{_percent(last.upper)} %."
    )


def paired_page(
    shift: float, sizes, *, draws: int, seed: int, alpha: float = 0.05
) -> pd.DataFrame:  # fmt: skip
    """Return what pairs find, by the correlation within patients, as texts."""
    rows = []
    for r in CORRELATIONS:
        _, simulated = simulated_power(
            shift, sizes, OWN_PAIRS, r, draws=draws, seed=seed, alpha=alpha
        )
        rows.append((
            f"{r:g}", str(pairs_needed(shift, r, alpha=alpha)),
            f"{100 * power_paired(shift, OWN_PAIRS, r, alpha=alpha):.0f}", f"{100 * simulated:.0f}",
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Correlation within patients", "pairs for 80 % power", f"power with {OWN_PAIRS} pairs, %",
        "the same, signed rank test, simulated, %",
    ])  # fmt: skip


def paired_reading(shift: float, sizes, correlation: float, alpha: float = 0.05) -> str:
    """Say how many pairs do what two groups of different people do."""
    apart = power_apart(shift, sizes, alpha=alpha)
    if correlation >= 1:
        return "With a correlation of 1 each pair shows the shift without any scatter."
    pairs = pairs_needed(shift, correlation, alpha=alpha)
    return (
        f"{sizes[0]} and {sizes[1]} different people find a shift of {abs(shift):.2f} with a power "
        f"of {100 * apart:.0f} %. With a correlation of {correlation:g}, {pairs} patients with "
        f"both biopsies have a power of 80 %."
    )


def timing_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return each marker's hazard ratio at both times, and their ratio, as texts."""
    rows = [
        (f"{r.name_}, {r.arm}", f"{r.before:.2f} ({r.events_before} of {r.n_before})",
         f"{r.after:.2f} ({r.events_after} of {r.n_after})",
         f"{r.ratio:.2f} ({r.lower:.2f} to {r.upper:.2f})", bare_p(r.p))
        for r in table.rename(columns={"name": "name_"}).itertuples()
    ]  # fmt: skip
    return _page(rows, ["Marker, high against low", "before first line (events)",
                        "after first line (events)", "ratio, after over before", "its P"])  # fmt: skip


def timing_reading(table: pd.DataFrame, level: float) -> str:
    """Say whether a marker's effect differs between the times, and how little can be seen."""
    if table.empty:
        return "This cohort does not hold when the biopsies were taken."
    clear = table[table["p"] < 1 - level]
    same = ((np.log(table["before"]) * np.log(table["after"])) > 0).sum()
    text = (
        f"{same} of {len(table)} markers lie on one side of 1 at both times. Their hazard ratios "
        f"differ with P below {1 - level:.3g} for {', '.join(clear['name']) or 'none'}. "
    )
    wide = float(np.exp(np.median(np.log(table["upper"] / table["lower"]) / 2)))
    return text + (
        f"The limits are wide: typically {wide:.1f} times the estimated ratio at the upper end."
    )


def shuffled_reading(found: ShuffledTiming | None) -> str:
    """Say how often markers seem to grow where the time of biopsy means nothing."""
    if found is None:
        return "Too few patients of the axi-cel arm have a time of biopsy and these markers."
    return (
        f"By z, and so by P, {found.grew_z} of {found.markers} markers look stronger after first "
        f"line; by hazard ratio, {found.grew}. Deal the times out at random, and "
        f"{found.mean_z:.1f} look stronger by z on average, since that group is the larger one. "
        f"As many as observed, or more, come in {100 * found.chance_z:.0f} % of {found.draws} "
        f"draws by z, and in {100 * found.chance:.0f} % by hazard ratio."
    )


def origin_page(shares=(0.6, 0.7, 0.8, 0.9)) -> pd.DataFrame:
    """Return what the P values by cell of origin imply over shares of events, as texts."""
    rows = []
    for share in shares:
        gcb, other, test = origin_effects(share)
        rows.append((f"{100 * share:.0f}", *(f"{e.hazard_ratio:.2f}" for e in (gcb, other)),
                     f"{test.ratio:.2f} ({test.lower:.2f} to {test.upper:.2f})", bare_p(test.p)))  # fmt: skip
    sizes = origin_sizes()
    return pd.DataFrame(rows, columns=[
        "If so many had the event, %", f"hazard ratio, GCB ({sizes['GCB']})",
        f"hazard ratio, non-GCB ({sizes['non-GCB']})", "ratio of the two", "its P",
    ])  # fmt: skip


def hgbl_page(found: dict[str, Beside], cluster: str = "BPI") -> pd.DataFrame:
    """Return HGBL and an index alone and together, by arm, as texts."""
    rows = []
    for arm, one in found.items():
        for key, name in (("hgbl", "HGBL against others"), ("index", f"{cluster}, one SD more")):
            rows.append((f"{arm}: {name}", _effect(one.alone[key]), bare_p(one.alone[key].p),
                         _effect(one.both[key]), bare_p(one.both[key].p)))  # fmt: skip
    return _page(rows, ["Hazard ratio of EFS", "alone", "P", "both in one model", "P, both"])


def hgbl_reading(found: dict[str, Beside], cluster: str = "BPI") -> str:
    """Say how far HGBL and an index are one thing, and what each keeps beside the other."""
    if not found:
        return f"HGBL and {cluster} cannot be held against each other in this cohort."
    parts = []
    for arm, one in found.items():
        limits = f"{_percent(one.lower)} to {_percent(one.upper)}"
        parts.append(
            f"{arm}: {one.hgbl} of {one.n} patients have HGBL ({one.hgbl_events} events). A "
            f"patient with HGBL has the higher {cluster} in {100 * one.share:.0f} % of pairs "
            f"({limits}). By its {cluster} alone HGBL would have a hazard ratio of "
            f"{one.through:.2f}; it has {one.alone['hgbl'].hazard_ratio:.2f}, and beside {cluster} "
            f"{one.both['hgbl'].hazard_ratio:.2f}."
        )
    return " ".join(parts)


def lines_report(found: LineComparison | None) -> str:
    """Return a paragraph that reports a marker over lines."""
    if found is None:
        return "There are no values at two lines; there is nothing to report."
    sizes = ", ".join(f"{line}: {len(values)}" for line, values in found.groups.items())
    first = found.pairs[0]
    trend = f" Trend over the lines: {p_value(found.trend.p)}." if len(found.groups) > 2 else ""
    return (
        f"{LINE_MARKERS.get(found.marker, 'The marker')} was measured once in each patient "
        f"({sizes}); no two biopsies are of one person. A biopsy {first.first} had a higher value "
        f"than one {first.second} in {100 * first.share:.0f} % of pairs ({100 * found.level:g} % "
        f"CI {_percent(first.lower)} to {_percent(first.upper)}, {p_value(first.p)}, after Holm "
        f"{bare_p(first.holm)}).{trend} The comparison is between patients. It does not show a "
        "change within a tumour, and why a patient had the one biopsy and not the other is not "
        "known."
    )


def _third(shift: RankShift) -> bool:
    return shift.name.endswith("third line")


def _short(line: str) -> str:
    return {BEFORE: "first line", AFTER: "second line", THIRD: "third line"}.get(line, line)


def _page(rows, columns) -> pd.DataFrame:
    if not rows:
        return pd.DataFrame({"Nothing to show": ["This cohort lacks what the table needs."]})
    return pd.DataFrame(rows, columns=columns)


def _effect(effect: Effect) -> str:
    return f"{effect.hazard_ratio:.2f} ({effect.lower:.2f} to {effect.upper:.2f})"


def _interval(value: float, low: float, high: float) -> str:
    return f"{_signed(value)} ({_signed(low)} to {_signed(high)})"


def _signed(value: float) -> str:
    text = f"{value:.2f}".replace("-", "−")
    return "0.00" if text in ("−0.00", "0.00") else text if value < 0 else f"+{text}"


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.0f}"


def _ratio(value: float) -> str:
    if np.isnan(value):
        return "none is enough"
    if value >= LARGE:
        return f"above {LARGE}"
    return f"{value:.1f}" if value < HARD_TO_BELIEVE else f"{value:.0f}"
