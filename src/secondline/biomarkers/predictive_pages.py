"""Tables and sentences on prognostic and predictive markers."""

import numpy as np
import pandas as pd

from secondline.biomarkers.marker_worlds import Patterns
from secondline.biomarkers.predictive import Plane
from secondline.biomarkers.replication import replication_power
from secondline.claims import raise_powers
from secondline.effects import interaction_power, p_only, read_effects, z_from_p
from secondline.intervals import bare_p

# of two arms of one size, how many times one standard error may be the other: as in the
# chapter on subgroups
LARGEST_SE_RATIO = 1.25
ROWS = 10  # of the table of the strongest differences
# interaction of the joint model in the cohort's own words
JOINT_NAMES = {"B cells": "B cell signature", "CD19 gene": "CD19 gene expression",
               "APM": "APM signature", "HGBL": "HGBL", "SPD": "SPD", "LDH": "LDH",
               "cell of origin": "cell of origin"}  # fmt: skip
UNITS = {"milestone": "points", "restricted mean": "months"}


def worlds_page(table: pd.DataFrame, horizon: float) -> pd.DataFrame:
    """Return the truth of simulated markers on three scales, as texts.

    Parameters
    ----------
    table : DataFrame
        From :func:`secondline.biomarkers.world_table`.
    horizon : float
    """
    return pd.DataFrame({
        "Marker": [f"{row.name_}: {row.level}" for row in _named(table)],
        f"% event-free at {horizon:g} months, axi-cel": [f"{v:.0f}" for v in table["axi_cel"]],
        "the same, SOC": [f"{v:.0f}" for v in table["soc"]],
        "gain, points": [f"{v:.1f}" for v in table["gain"]],
        "gain, months": [f"{v:.1f}" for v in table["months_gain"]],
        "hazard ratio of the arms, over that at low": [f"{v:.2f}" for v in table["hazard_ratio"]],
    })  # fmt: skip


def patterns_page(found: Patterns) -> pd.DataFrame:
    """Return how often simulated trials show each pattern, as texts."""
    table = found.table
    columns = {"Marker, true hazard ratios": [
        f"{row.name_}: {row.axi_cel:.2g} axi-cel, {row.soc:.2g} SOC" for row in _named(table)
    ]}  # fmt: skip
    for name, key in (("both", "both"), ("axi-cel only", "only_axi_cel"), ("SOC only", "only_soc"),
                      ("neither", "neither")):  # fmt: skip
        columns[name] = [_percent(v) for v in table[key]]
    columns["exactly one, by formula"] = [_percent(v) for v in table["one_only_formula"]]
    columns["interaction found"] = [_percent(v) for v in table["interaction"]]
    columns["the same, by formula"] = [_percent(v) for v in table["interaction_formula"]]
    return pd.DataFrame(columns)


def patterns_reading(found: Patterns) -> str:
    """Say how often a marker that is alike in both arms looks as if it were not."""
    alike = found.table[np.isclose(found.table["axi_cel"], found.table["soc"])]
    alike = alike[~np.isclose(alike["axi_cel"], 1)]
    unlike = found.table[~np.isclose(found.table["axi_cel"], found.table["soc"])]
    text = f"With {found.n_per_arm} patients an arm and P below {found.alpha:.3g}: "
    parts = [
        f"a marker with the same hazard ratio of {row.axi_cel:.2g} in both arms is significant in "
        f"exactly one of them in {_percent(row.one_only)} of the trials"
        for row in _named(alike)
    ]
    parts += [
        f"one with {row.axi_cel:.2g} and {row.soc:.2g} in {_percent(row.one_only)}, and the test "
        f"of the interaction finds it in {_percent(row.interaction)}"
        for row in _named(unlike)
    ]
    return text + "; ".join(parts) + "."


def printed_splits(alpha: float = 0.05, largest_se_ratio: float = LARGEST_SE_RATIO) -> pd.DataFrame:
    """Return what printed P values of two arms say, and what they do not.

    Parameters
    ----------
    alpha : float
    largest_se_ratio : float
        As for :func:`secondline.effects.p_only`.

    Returns
    -------
    DataFrame
        One row a marker: marker, first, second (P as printed, by arm); low and high (P of the
        interaction, over directions and standard errors that are not printed);
        prognostic_low and prognostic_high (chance of P below `alpha` in exactly one arm, if the
        effect were the mean of both in both arms); again_low and again_high (chance that a
        second trial of the size finds the interaction, if it is as estimated).
    """
    rows = []
    for pair, (low, high) in p_only(read_effects(), largest_se_ratio):
        common = [
            abs(side * pair.first.z + other * pair.second.z) / 2
            for side in pair.first.sides for other in pair.second.sides
        ]  # fmt: skip
        powers = [interaction_power(np.exp(z), 1.0, alpha) for z in common]
        chances = [2 * power * (1 - power) for power in powers]
        again = [replication_power(z_from_p(p), 1.0, alpha=alpha) for p in (high, low)]
        rows.append((pair.marker, pair.first.p, pair.second.p, low, high, min(chances),
                     max(chances), *again))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "marker", "first", "second", "low", "high", "prognostic_low", "prognostic_high",
        "again_low", "again_high",
    ])  # fmt: skip


def printed_splits_page(splits: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`printed_splits` as texts."""
    return pd.DataFrame({
        "Marker": splits["marker"],
        "P, axi-cel": [raise_powers(p) for p in splits["first"]],
        "P, SOC": [raise_powers(p) for p in splits["second"]],
        "P of the interaction": [_range(a, b, bare_p) for a, b in
                                 zip(splits["low"], splits["high"], strict=True)],
        "one arm only, if purely prognostic": [
            _range(a, b, _percent) for a, b in
            zip(splits["prognostic_low"], splits["prognostic_high"], strict=True)],
        "interaction found again": [_range(a, b, _percent) for a, b in
                                    zip(splits["again_low"], splits["again_high"], strict=True)],
    })  # fmt: skip


def plane_page(plane: Plane, named=()) -> pd.DataFrame:
    """Return the strongest differences between the arms, and named markers, as texts."""
    table = plane.table
    if table.empty:
        return pd.DataFrame({"Nothing to show": ["No marker has an effect in both arms."]})
    strongest = table.nsmallest(ROWS, "p")
    more = table[table["name"].isin(set(named) - set(strongest["name"]))]
    shown = pd.concat([strongest, more.sort_values("p")])
    ratio = plane.scale == "hazard ratio"
    what = "ratio of the two" if ratio else f"difference, {UNITS[plane.scale]}"

    def cell(*values):
        form = "{:.2f}" if ratio else "{:.1f}"
        shown = [form.format(np.exp(v) if ratio else v).replace("-", "−") for v in values]
        return shown[0] if len(shown) == 1 else "{} ({} to {})".format(*shown)

    def limits(value, se):
        return cell(value, value - plane.reach * se, value + plane.reach * se)

    return pd.DataFrame({
        "Marker: level (patients)": [
            f"{row.name_}: {row.above} ({row.n})" for row in _named(shown)
        ],
        "axi-cel": [cell(v) for v in shown["axi_cel"]],
        "SOC": [cell(v) for v in shown["soc"]],
        what: [limits(v, s) for v, s in zip(shown["difference"], shown["se"], strict=True)],
        "P": [bare_p(p) for p in shown["p"]],
        "as a number": [bare_p(p) for p in shown["p_number"]],
        "q": [bare_p(p) for p in shown["q"]],
    })  # fmt: skip


def plane_reading(plane: Plane) -> str:
    """Say which markers lie off the diagonal, and what is left after the number of tests."""
    table, alpha = plane.table, 1 - plane.level
    if table.empty:
        return "No marker of this cohort has an effect in both arms on this scale."
    off = table[table["p"] < alpha].sort_values("p")
    names = f": {', '.join(off['name'])}" if len(off) else ""
    text = (
        f"{len(table)} markers are in the plane. For {len(off)} the difference between the arms "
        f"has P below {alpha:.3g}{names}. By chance alone one expects {alpha * len(table):.1f}. "
    )
    for word, key in (("Holm's correction", "holm"), ("that of Benjamini and Hochberg", "q")):
        kept = table.loc[table[key] < alpha, "name"]
        remain = "remains" if len(kept) == 1 else "remain"
        text += f"After {word} {len(kept)} {remain} ({', '.join(kept)}). " if len(kept) else (
            f"After {word} none remains (the smallest is {bare_p(table[key].min())}). "
        )  # fmt: skip
    numbers = table[table["p_number"] < alpha].sort_values("p_number")
    known = int(table["p_number"].notna().sum())
    text += f"With the marker as a number, {len(numbers)} of {known} have P below {alpha:.3g}."
    if plane.left_out:
        text += f" Without an estimate in one of the arms: {', '.join(plane.left_out)}."
    return text


def scales_page(planes, models, names) -> pd.DataFrame:
    """Return P of the interaction on each scale, and of one model for both arms, as texts.

    Parameters
    ----------
    planes : sequence of Plane
    models : sequence of MarkerModel
        From :func:`secondline.cohort.marker_models`.
    names : sequence of str
    """
    joint = {m.marker: m.ratio.p for m in models}
    rows = []
    for name in names:
        cells = []
        for plane in planes:
            found = plane.table.loc[plane.table["name"] == name, "p"]
            cells.append(bare_p(float(found.iloc[0])) if len(found) else "–")
        if set(cells) != {"–"}:
            cells.append(bare_p(joint.get(JOINT_NAMES.get(name, ""), float("nan"))))
            rows.append((name, *cells))
    if not rows:
        return pd.DataFrame({"Nothing to show": ["None of these markers is in this cohort."]})
    return pd.DataFrame(rows, columns=[
        "Marker", *(f"P, {plane.scale}" for plane in planes), "P, one Cox model for both arms",
    ])  # fmt: skip


def scales_reading(planes) -> str:
    """Say which markers are off the diagonal on some scales and not on others."""
    alpha = 1 - planes[0].level
    off = {p.scale: set(p.table.loc[p.table["p"] < alpha, "name"]) for p in planes}
    everywhere = set.intersection(*off.values())
    some = set.union(*off.values()) - everywhere
    order = [name for name in planes[0].table["name"]]
    text = f"P below {alpha:.3g} on all {len(planes)} scales: {_listed(everywhere, order)}. "
    text += f"On some only: {_listed(some, order)}."
    return text


def predictive_report(plane: Plane, name: str) -> str:
    """Return a paragraph that reports one marker's interaction."""
    if name not in set(plane.table["name"]):
        return f"{name} has no effect in both arms of this cohort that could be reported."
    row, ratio = plane.row(name), plane.scale == "hazard ratio"
    unit = "" if ratio else f" {UNITS[plane.scale]}"

    def cell(value, se):
        ends = np.array([value, value - plane.reach * se, value + plane.reach * se])
        if ratio:
            ends = np.exp(ends)
        digits = 2 if ratio else 1
        form = f"{{:.{digits}f}}{{}} ({{:.3g}} % CI {{:.{digits}f}} to {{:.{digits}f}})"
        return form.format(ends[0], unit, 100 * plane.level, *ends[1:]).replace("-", "−")

    what = {
        "hazard ratio": "hazard ratio of EFS",
        "milestone": f"difference in EFS at {plane.horizon:g} months",
        "restricted mean": f"difference in mean event-free time up to {plane.horizon:g} months",
    }[plane.scale]
    between = "ratio of hazard ratios" if ratio else "difference of differences"
    return (
        f"{name} was divided as {row['above']} against the others in {row['n']} patients with a "
        f"value. The {what} was {cell(row['axi_cel'], row['axi_cel_se'])} with axi-cel and "
        f"{cell(row['soc'], row['soc_se'])} with SOC; the {between} was "
        f"{cell(row['difference'], row['se'])}, P for interaction {_equals(row['p'])}, and after "
        f"Holm's correction for {len(plane.table)} markers {_equals(row['holm'])}."
    )


def _named(table: pd.DataFrame):
    """Yield rows whose name is not hidden by that of the tuple."""
    return table.rename(columns={"name": "name_"}).itertuples(index=False)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"


def _range(low: float, high: float, write) -> str:
    first, last = write(low), write(high)
    return first if first == last else f"{first.removesuffix(' %')} to {last}"


def _equals(p: float) -> str:
    text = bare_p(p)
    return text if text.startswith("<") else f"= {text}"


def _listed(names: set[str], order) -> str:
    return ", ".join(name for name in order if name in names) or "none"
