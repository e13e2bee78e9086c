"""Outcomes of the chemotherapy era, and the comparison with axi-cel, as tables and sentences."""

import numpy as np
import pandas as pd
from scipy import stats

from secondline.external.era.outcomes import (
    ADJUSTED,
    AT,
    IPI_KNOWN,
    MODELS,
    TWO_YEARS,
    UNADJUSTED,
    ClassOutcomes,
    effect_text,
    high,
)
from secondline.external.era.patients import ENDPOINTS, Outcome
from secondline.external.era.settings import TwoSettings, printed_events
from secondline.intervals import bare_p, p_value


def classes_page(found: ClassOutcomes) -> pd.DataFrame:
    """Return each class's patients, events, share at two years and median, as texts."""
    at = AT.index(TWO_YEARS)
    rows = [
        (name, str(curve.curve.n), str(curve.curve.events),
         _share(curve.survival[at], curve.lower[at], curve.upper[at]), _months(curve.median))
        for name, curve in found.curves.items()
    ]  # fmt: skip
    level = next(iter(found.curves.values())).level
    return pd.DataFrame(rows, columns=[
        "Class", "patients", "events",
        f"{found.endpoint} at two years, % ({100 * level:g} % interval)", "median, months",
    ])  # fmt: skip


def classes_reading(found: ClassOutcomes) -> str:
    """Say which class does worst, and whether the classes can be one."""
    at = AT.index(TWO_YEARS)
    known = [
        (c.survival[at], name) for name, c in found.curves.items() if np.isfinite(c.survival[at])
    ]
    text = (
        f"{found.n} patients have a class and {found.events} of them an event of "
        f"{ENDPOINTS[found.endpoint]}. "
    )
    if len(known) > 1:
        (low, worst), (top, best) = min(known), max(known)
        text += (
            f"At two years {100 * low:.1f} % of the {worst} class are free of the event, and "
            f"{100 * top:.1f} % of the {best} class. "
        )
        small = found.curves[best].curve.n
        if small < 40:
            text += f"The {best} class has {small} patients, and its interval is wide. "
    if np.isfinite(found.p):
        text += f"That all classes share one curve: {p_value(found.p)} (log-rank)."
    return text.strip()


def models_page(models: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return each term's hazard ratios under the models of all patients, as texts."""
    rows = models.set_index(["term", "model"])
    names = [name for name in MODELS if name not in IPI_KNOWN]
    terms = list(dict.fromkeys(models["term"]))
    return pd.DataFrame({
        f"Hazard ratio ({100 * level:g} % interval)": terms,
        **{name: [effect_text(rows.loc[(term, name)]) for term in terms] for name in names},
        "P of the last": [bare_p(rows.loc[(term, names[-1]), "p"]) for term in terms],
    })  # fmt: skip


def known_risk_page(models: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return each term's hazard ratios among patients with a known IPI group, as texts."""
    rows = models.set_index(["term", "model"])
    terms = list(dict.fromkeys(models["term"]))
    return pd.DataFrame({
        f"Hazard ratio ({100 * level:g} % interval)": terms,
        **{
            name.removeprefix("IPI known: "): [
                effect_text(rows.loc[(term, name)]) for term in terms
            ]
            for name in IPI_KNOWN
        },
    })  # fmt: skip


def numbers_of(models: pd.DataFrame, *, known_risk: bool = False) -> str:
    """Return ``228 patients, 106 events`` of the models."""
    row = models[models["model"] == (IPI_KNOWN[0] if known_risk else UNADJUSTED)].iloc[0]
    return f"{row['n']} patients, {row['events']} events"


def class_models_reading(models: pd.DataFrame) -> str:
    """Say what adjustment leaves of the depleted class's hazard ratio."""
    return _before_and_after(models, "depleted", "The depleted against the mesenchymal class")


def origin_reading(found: Outcome) -> str:
    """Say how far stroma goes with the cell of origin."""
    is_high = high(found.scores)["CAF"] == 1
    gcb = found.patients["cell_of_origin"] == "GCB"
    if not (gcb.any() and (~gcb).any() and is_high.any()):
        return "All patients have one cell of origin, or one value of CAF."
    table = pd.crosstab(is_high, gcb)
    p = float(stats.chi2_contingency(table, correction=False).pvalue)
    return (
        f"Of the patients with high CAF {100 * gcb[is_high].mean():.0f} % have a GCB tumour, of "
        f"the others {100 * gcb[~is_high].mean():.0f} % ({p_value(p)}, chi-square)."
    )


def marker_reading(models: pd.DataFrame, level: float) -> str:
    """Say which markers are significant before and after adjustment."""
    alpha = 1 - level
    plain = models[models["model"] == UNADJUSTED]
    full = models[models["model"] == ADJUSTED]
    clear = list(plain.loc[plain["p"] < alpha, "term"])
    left = list(full.loc[full["p"] < alpha, "term"])
    text = f"Without adjustment, P is below {alpha:.3g} for {_listed(clear)}. "
    text += f"With cell of origin and IPI group, for {_listed(left)}. "
    for term, words in (("Hypoxia", "High hypoxia"), ("CAF", "High CAF")):
        text += _before_and_after(models, term, words) + " "
    return text.strip()


def proportionality_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the tests of constant hazard ratios, as texts."""
    return pd.DataFrame({
        "Contrast": table["contrast"],
        "P that its hazard ratio is constant": [bare_p(p) for p in table["p"]],
    })  # fmt: skip


def proportionality_reading(table: pd.DataFrame, level: float) -> str:
    """Say how many contrasts speak against proportional hazards."""
    alpha, known = 1 - level, table["p"].dropna()
    below = table[table["p"] < alpha]
    count = _count(len(below), len(known), "contrasts")
    text = f"{count[0].upper()}{count[1:]} P below {alpha:.3g}. "
    if len(below):
        text += f"In question: {', '.join(below['contrast'])}. "
    if len(known):
        least = table.loc[table["p"].idxmin()]
        text += f"The smallest P is {bare_p(least['p'])} ({least['contrast']})."
    return text.strip()


def screen_page(screens: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return all signatures beside both endpoints, the first endpoint's strongest first."""
    first = next(iter(screens.values()))
    order = first.sort_values("p").index
    columns = {"Signature": list(first.loc[order, "name"]),
               "stands for": [c or "nothing" for c in first.loc[order, "cluster"]]}  # fmt: skip
    for endpoint, table in screens.items():
        rows = list(table.loc[order].itertuples())
        columns[f"{endpoint}, one SD more"] = [effect_text(row) for row in rows]
        columns[f"{endpoint}, q"] = [bare_p(row.q) for row in rows]
        columns[f"{endpoint}, high over low"] = [
            f"{row.high_hazard_ratio:.2f}" if np.isfinite(row.high_hazard_ratio) else "–"
            for row in rows
        ]
        columns[f"{endpoint}, its q"] = [bare_p(row.high_q) for row in rows]
    return pd.DataFrame(columns)


def screen_reading(screens: dict[str, pd.DataFrame], level: float) -> str:
    """Say how many signatures are left after adjustment, and in which direction."""
    alpha, parts = 1 - level, []
    for endpoint, table in screens.items():
        kept = table[table["q"] < alpha].sort_values("p")
        good = list(kept.loc[kept["hazard_ratio"] < 1, "name"])
        bad = list(kept.loc[kept["hazard_ratio"] >= 1, "name"])
        split = table[table["high_q"] < alpha]
        parts.append(
            f"{ENDPOINTS[endpoint].capitalize()}, {int(table['events'].iloc[0])} events. Taken as "
            f"a number: {_count(len(kept), len(table), 'signatures')} q below {alpha:.3g}. With a "
            f"longer time: {_listed(good)}; with a shorter one: {_listed(bad)}. Divided at the "
            f"median: {_count(len(split), len(table), 'signatures')} q below {alpha:.3g}."
        )
    tables = list(screens.values())
    if len(tables) == 2:
        r = np.log(tables[0]["hazard_ratio"]).corr(np.log(tables[1]["hazard_ratio"]))
        if np.isfinite(r):
            parts.append(
                f"The log hazard ratios of the two endpoints correlate with R = {r:.2f}; they "
                "share most patients and many events, so that one is no proof of the other."
            )
    return " ".join(parts)


def settings_page(found: tuple[TwoSettings, ...], level: float) -> pd.DataFrame:
    """Return each marker in both settings and their ratio, as texts."""
    rows = []
    for t in found:
        rows.append((
            t.marker, f"{_estimate(t.there, level)} (P = {t.printed_p})", _estimate(t.here, level),
            f"{_ratio(t.ratio)}, {p_value(t.ratio.p)}",
            f"{_ratio(t.ratio_adjusted)}, {p_value(t.ratio_adjusted.p)}",
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Marker, high over low", "axi-cel, implied by the printed P", "chemotherapy",
        "ratio of the two", "ratio, chemotherapy adjusted",
    ])  # fmt: skip


def settings_reading(found: tuple[TwoSettings, ...], level: float) -> str:
    """Say which markers differ between the settings, and which point the other way."""
    if not found:
        return "No marker has a hazard ratio in these patients."
    alpha = 1 - level
    ordered = sorted(found, key=lambda t: t.ratio.p)
    kept = []
    for i, t in enumerate(ordered):
        if t.ratio.p * (len(ordered) - i) >= alpha:
            break
        kept.append(t.marker)
    text = ""
    for t in found:
        there, here = ("favourable" if e.log < 0 else "unfavourable" for e in (t.there, t.here))
        if t.here.p >= alpha:
            here = "no clear direction"
        text += f"{t.marker}: {there} with axi-cel, {here} here. "
    text += (
        f"After Holm's correction for {len(found)} comparisons, the two hazard ratios differ for "
        f"{_listed(kept)}. "
    )
    for t in found:
        if t.opposite and t.here.p < alpha:
            text += (
                f"For {t.marker} the P of the difference is at most {bare_p(t.p_at_most)} whatever "
                "the number of events behind the printed P. "
            )
    unsure = [t.marker for t in found if t.p_at_most >= alpha]
    if unsure:
        text += (
            f"For {' and '.join(unsure)} it depends on that number: with another one, there might "
            "be no difference. "
        )
    return text.strip()


def events_page(tables: dict[str, pd.DataFrame], level: float) -> pd.DataFrame:
    """Return the comparison over numbers of events, as texts."""
    first = next(iter(tables.values()))
    columns = {"Events with axi-cel": [str(n) for n in first["events"]]}
    for marker, table in tables.items():
        rows = list(table.itertuples())
        columns[f"{marker}: implied hazard ratio"] = [f"{row.there:.2f}" for row in rows]
        columns[f"{marker}: ratio ({100 * level:g} % interval)"] = [
            f"{row.ratio:.2f} ({row.lower:.2f} to {row.upper:.2f}), {p_value(row.p)}"
            for row in rows
        ]
    return pd.DataFrame(columns)


def events_tried(axi_events: int) -> tuple[int, ...]:
    """Return numbers of events to try: about half and more of those printed, up to all patients."""
    without, everyone = printed_events()
    return tuple(sorted({without // 2, without, axi_events, (without + everyone) // 2, everyone}))


def index_event_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the simulation of selection, as texts."""
    return pd.DataFrame({
        "Spread of the hidden trait (SD of the log hazard)": [f"{v:.1f}" for v in table["spread"]],
        "marker's own hazard ratio in first line": [f"{v:.2f}" for v in table["own"]],
        "as a first-line study sees it": [f"{v:.2f}" for v in table["first"]],
        "as a second-line study sees it (true: 1)": [f"{v:.2f}" for v in table["second"]],
        "virtual patients of the second study": [f"{v:,}" for v in table["entered"]],
    })  # fmt: skip


def index_event_reading(
    table: pd.DataFrame, known: float = np.nan, settings: tuple[TwoSettings, ...] = ()
) -> str:
    """Say what selection alone does to the marker in second line.

    Parameters
    ----------
    table : DataFrame
        From :func:`index_event`.
    known : float
        Spread of what is known of real patients.
    settings : tuple of TwoSettings
        The first one's effect with axi-cel is what there is to explain.
    """
    last = table.iloc[-1]
    text = (
        f"With a hidden trait of spread {last['spread']:.1f}, a marker without any effect in "
        f"second line looks as if it had a hazard ratio of {last['second']:.2f} there. "
    )
    if not np.isfinite(known):
        return text.strip()
    text += (
        "In the patients of the chemotherapy era, cell of origin and IPI group together have a "
        f"spread of {known:.2f}. "
    )
    for times, words in ((1, "A hidden trait as strong"), (2, "One twice as strong")):
        spread = times * known
        if spread > last["spread"]:
            break
        seen = float(np.interp(spread, table["spread"], table["second"]))
        text += f"{words} gives {seen:.2f}"
        if settings:
            share = 100 * np.log(seen) / settings[0].there.log
            text += (
                f", which is {share:.0f} % of the log hazard ratio that the printed P implies for "
                f"{settings[0].marker}"
            ).replace("-", "−")
        text += ". "
    return text.strip()


def report(found: Outcome, classes: ClassOutcomes, settings) -> str:
    """Write how to report the comparison."""
    text = (
        f"Among {found.n} patients with diffuse large B-cell lymphoma treated with rituximab and "
        f"CHOP-like chemotherapy ({found.events} events), {ENDPOINTS[found.endpoint]} differed "
        f"between microenvironment classes ({p_value(classes.p)}, log-rank). "
        if np.isfinite(classes.p)
        else ""
    )
    for t in settings[:1]:
        low, high = t.here.interval()
        text += (
            f"{t.marker} above the median had a hazard ratio of {t.here.hazard_ratio:.2f} "
            f"(95 % interval {low:.2f} to {high:.2f}), and {t.adjusted.hazard_ratio:.2f} after "
            "adjustment for cell of origin and IPI group. A trial of axi-cel printed the opposite "
            f"direction (P = {t.printed_p}, no hazard ratio). The comparison is between studies "
            "and not randomised; line of treatment, endpoint, platform and selection differ."
        )
    return text.strip()


def _before_and_after(models: pd.DataFrame, term: str, words: str) -> str:
    rows = models[models["term"] == term].set_index("model")
    if rows.empty or not np.isfinite(rows.loc[UNADJUSTED, "hazard_ratio"]):
        return f"{words}: no hazard ratio here."
    before, after = rows.loc[UNADJUSTED], rows.loc[ADJUSTED]
    return (
        f"{words}: hazard ratio {effect_text(before)} without adjustment, "
        f"{effect_text(after)} with cell of origin and IPI group ({p_value(after['p'])})."
    )


def _share(value, lower, upper) -> str:
    if not np.isfinite(value):
        return "–"
    if not np.isfinite(lower):
        return f"{100 * value:.1f}"
    return f"{100 * value:.1f} ({100 * lower:.1f} to {100 * upper:.1f})"


def _months(median) -> str:
    return f"{median.estimate:.1f}" if np.isfinite(median.estimate) else "not reached"


def _estimate(estimate, level: float) -> str:
    low, high = estimate.interval(level)
    return f"{estimate.hazard_ratio:.2f} ({low:.2f} to {high:.2f})"


def _ratio(found) -> str:
    return f"{found.ratio:.2f} ({found.lower:.2f} to {found.upper:.2f})"


def _count(n: int, total: int, what: str) -> str:
    return f"{n or 'none'} of {total} {what} {'has' if n < 2 else 'have'}"


def _listed(names) -> str:
    return ", ".join(names) if names else "none"
