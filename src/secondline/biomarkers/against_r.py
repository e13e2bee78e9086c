"""Hold the analyses of markers against values that R computed from the same patients.

Each function returns pairs (here, in R) under a name that the page shows.
"""

import json

import numpy as np
import pandas as pd

from secondline.biomarkers.biopsy_timing import by_timing
from secondline.biomarkers.burden import NAMES, together
from secondline.biomarkers.burden_power import rank_sum_p
from secondline.biomarkers.cd19_protein import both_measures
from secondline.biomarkers.cut_points import cut_sizes, rank_scores, standardised
from secondline.biomarkers.dose_logistic import response_curve, response_interaction
from secondline.biomarkers.dose_response import hazard_curve
from secondline.biomarkers.histology import hgbl_beside
from secondline.biomarkers.lines import compare_lines, line_groups
from secondline.biomarkers.nested_subgroups import nested_steps, product_by_marker, product_rows
from secondline.biomarkers.paired_biopsies import power_apart, power_paired
from secondline.biomarkers.predictive import p_of_number, plane
from secondline.biomarkers.product_share import (
    adjusted_effect,
    clocks,
    share_and_others,
    share_models,
)
from secondline.biomarkers.selection import selected_moments
from secondline.biomarkers.two_markers import pair_rows, two_markers
from secondline.biomarkers.type_s_m import design_errors
from secondline.cohort import read_cohort, read_third_line
from secondline.paths import project_root
from secondline.survival.against_r import largest_differences

EFFECT = ("hazard_ratio", "lower", "upper", "p")
LIMITS = EFFECT[:3]
SIZE = ("n", "events")


def marker_agreement_table() -> pd.DataFrame:
    """Compute the reference values of five chapters on markers again.

    Returns
    -------
    DataFrame
        Columns quantity, values (how many are compared) and difference (the largest;
        relative where the R value exceeds 1).
    """
    return largest_differences(
        dose_response() | predictive() | lines() | nested_subgroups() | marker_pairs()
    )


def dose_response() -> dict[str, list]:
    """Compare curves along a marker, in ``tests/reference/dose_response.json``."""
    r = _reference("dose_response")
    patients, at = pd.DataFrame(r["patients"]), r["shown"]
    hazards, chances, models, ranks = [], [], [], []
    for case in r["hazards"]:
        found = hazard_curve(patients, "spd_mm2", case["arm"], knots=case["knots"])
        hazards += _same(found, case, SIZE)
        for part, shape in (("", "curve"), ("straight_", "straight")):
            for name in LIMITS:
                ours = getattr(found, (part + name).replace("straight_hazard_ratio", "straight"))
                hazards += _along(ours[at], case[shape][name])
        hazards += [
            (found.per_doubling.hazard_ratio, case["slope"]),
            (found.per_doubling.p, case["slope_p"]),
            (found.p_any, case["any"]),
            (found.p_bend, case["bend"]),
        ]
    for case in r["responses"]:
        handled = case["unassessed"]
        for arm in case["arms"]:
            found = response_curve(patients, "spd_mm2", arm["arm"], unassessed=handled)
            chances += _same(found, arm, ("n", "cases", "odds_ratio", "lower", "upper", "p"))
            chances.append((found.p_bend, arm["bend"]))
            for name in ("share", "share_lower", "share_upper"):
                chances += _along(getattr(found, name)[at], arm[name])
        ratio = response_interaction(patients, "spd_mm2", unassessed=handled)
        chances += [
            (ratio.hazard_ratio, case["ratio"]["estimate"]),
            (ratio.p, case["ratio"]["p"]),
        ]
    for case in r["together"]:
        found = together(patients, case["arm"])
        for i, name in enumerate(NAMES):
            models += [
                (found.alone[name].hazard_ratio, case["alone"][i]),
                (found.both[name].hazard_ratio, case["joint"][i]),
                (found.added_p[name], case["added"][i]),
            ]
    for case in r["ranked"]:
        outcome = np.array([case["outcome"], ~np.array(case["outcome"])])
        ranks += [(p, case["p"]) for p in rank_sum_p(np.array(case["values"]), outcome)]
    return {
        "hazard along a marker, with splines": hazards,
        "chance of response along a marker": chances,
        "two markers in one model": models,
        "rank sums": ranks,
    }


def predictive() -> dict[str, list]:
    """Compare the plane of two arms and the search for a cut, in ``predictive.json``.

    Five findings together are simulated here and integrated in R; the tests compare them.
    """
    r = _reference("predictive")
    data = r["data"]
    patients = pd.DataFrame({
        "arm": data["arm"], "efs_months": np.array(data["months"], dtype=float),
        "efs_event": data["event"], "marker": np.array(data["marker"], dtype=float),
    })  # fmt: skip
    markers = (("the marker", "marker", "high", "marker"),)
    row = plane(patients, markers=markers).row("the marker")
    at = plane(patients, "milestone", horizon=24, markers=markers).row("the marker")
    halves = r["interaction"]["halves"]
    models = [
        (row["difference"], halves["log_ratio"]),
        (row["se"], halves["se"]),
        (row["p"], halves["p"]),
        (p_of_number(patients, "marker"), r["interaction"]["number"]["p"]),
    ]
    shares = []
    for arm, column in zip(r["arms"], ("axi_cel", "soc"), strict=True):
        models += [(row[column], arm["log_hazard_ratio"]), (row[f"{column}_se"], arm["se"])]
        low, high = map(float, arm["share"])
        shares += [
            (at[column], 100 * (high - low)),
            (at[f"{column}_se"], 100 * np.hypot(*map(float, arm["share_se"]))),
        ]
    own = patients[(patients["arm"] == "axi-cel") & patients["marker"].notna()]
    own = own.sort_values("marker", kind="stable")
    scores = rank_scores(own["efs_months"], own["efs_event"])
    sizes = cut_sizes(own["marker"], 0.2, 0.8)
    return {
        "a marker in two arms, and its interaction": models,
        "shares at a month by a marker": shares,
        "scores of patients and sizes of every cut": [
            *_along(scores[0], r["cuts"]["scores"]),
            *_along(sizes, r["cuts"]["at"]),
            *_along(standardised(scores, sizes)[0], r["cuts"]["statistic"]),
        ],
    }


def lines() -> dict[str, list]:
    """Compare groups of three lines, pairs of biopsies and selection, in ``lines.json``."""
    r, patients = _reference("lines"), read_cohort("virtual")
    third = read_third_line("virtual")
    tests = []
    for case in r["made"].values():
        groups = {str(i): _numbers(g) for i, g in enumerate(case["values"])}
        tests += _lines(compare_lines(groups), case)
    for marker, case in r["cohort"].items():
        tests += _lines(compare_lines(line_groups(patients, marker, third), marker), case)
    power = [
        (power_paired(float(case["shift"]), 40, float(case["correlation"])), case["power"])
        for case in r["power"]
    ]
    power += [(power_apart(0.41, (case["n"],) * 2), case["power"]) for case in r["apart"]]
    left = []
    for case in r["left"]:
        moments = selected_moments(float(case["odds_ratio"]), _numbers(case["cured"]).tolist())
        for ours, theirs in zip(moments[1:], case["left"], strict=True):
            left += _along(ours, (theirs["mean"], theirs["sd"]))
    timed = by_timing(patients).set_index("name")
    found, case = hgbl_beside(patients, "axi-cel"), r["beside"]
    timing = [
        (timed.loc[name, part], theirs[part])
        for name, theirs in r["timing"].items()
        for part in ("before", "after", "p")
    ]
    beside = [*_same(found, case, ("n", "hgbl")), (found.alone["hgbl"].hazard_ratio, case["alone"])]
    for i, name in enumerate(("hgbl", "index")):
        beside += [(found.both[name].hazard_ratio, case["both"][i])]
        beside += [(found.both[name].p, case["p"][i])]
    return {
        "tests of three lines": tests,
        "power of pairs and of two groups": power,
        "a marker among those who are left": left,
        "biopsies by timing": timing,
        "HGBL beside BPI": beside,
    }


def nested_subgroups() -> dict[str, list]:
    """Compare the product in subgroups of subgroups, in ``nested_subgroups.json``."""
    r, patients = _reference("nested_subgroups"), read_cohort("virtual")
    errors = []
    for case in r["errors"]:
        found = design_errors(
            float(case["hazard_ratio"]), float(case["events"]), share=float(case["share"]),
            alpha=float(case["alpha"]),
        )  # fmt: skip
        errors += _same(found, case, ("power", "wrong_sign", "exaggeration"))
    rows = product_rows(patients, "SII")
    found = clocks(patients, rows)
    effects = _step(nested_steps(rows, "SII")[1], r["all"])
    for clock, case in (("randomised", "all"), ("entry", "entry"), ("infusion", "infusion")):
        effects += _same(getattr(found, clock), r[case])
    for marker, case in r["markers"].items():
        own = product_rows(patients, marker)
        found = product_by_marker(own, marker)
        late = product_rows(patients, marker, from_infusion=True)
        effects += _step(found.unfavourable, case["unfavourable"])
        effects += _step(found.favourable, case["favourable"])
        effects += _step(nested_steps(own, marker)[3], case["unfavourable"])
        effects += _step(nested_steps(late, marker)[3], case["from_infusion"])
        for part in ("ratio", "marker_at_low", "marker_at_high"):
            effects += _same(getattr(found, part), case[part])
    poor = share_models(rows, "SII")[1]
    effects += _same(poor.per_sd, r["per_sd"])
    table = share_and_others(patients).set_index("name")
    ranks = []
    for name, case in r["ranks"].items():
        ranks += [(table.loc[name, part], case[part]) for part in ("n", "r", "lower", "upper")]
    _, adjusted, n = adjusted_effect(patients, rows)
    effects += [(n, r["adjusted"]["n"]), *_same(adjusted, r["adjusted"])]
    return {
        "errors of type S and type M": errors,
        "the product in nested subgroups, on three clocks": effects,
        "correlations of the product": ranks,
    }


def marker_pairs() -> dict[str, list]:
    """Compare two markers in four groups, and two measures of one, in ``two_markers.json``."""
    r, patients = _reference("two_markers"), read_cohort("virtual")
    groups = []
    for case in r["pairs"]:
        first, second, arm = case["first"], case["second"], case["arm"]
        rows = pair_rows(patients, first, second, arm=arm, cut=float(case["cut"]))
        found = two_markers(rows, first, second, arm=arm)
        groups += _same(found, case, SIZE)
        for group, theirs in zip(found.groups[1:], case["groups"], strict=True):
            groups += _same(group.ratio, theirs)
        for part in ("alone", "added", "numbers"):
            for name, theirs in case[part].items():
                groups += _same(getattr(found, part)[name], theirs)
        for part in ("ratio", "number_ratio", "first_where_bad"):
            groups += _same(getattr(found, part), case[part])
    measures = both_measures(patients, "axi-cel")
    case = r["measures"]
    return {
        "two markers in four groups, and their interaction": groups,
        "gene and protein in one model": [
            *_same(measures, case, (*SIZE, "agree")),
            *_same(measures.both["gene_CD19"], case["gene"]),
            *_same(measures.both["cd19_h_score"], case["protein"]),
        ],
    }


def _reference(name: str) -> dict:
    path = project_root() / f"tests/reference/{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _same(ours, theirs: dict, names=EFFECT) -> list:
    return [(getattr(ours, name), theirs[name]) for name in names]


def _step(ours, theirs: dict) -> list:
    return _same(ours, theirs, SIZE) + _same(ours.effect, theirs)


def _lines(ours, theirs: dict) -> list:
    pairs = _along([len(group) for group in ours.groups.values()], theirs["n"])
    pairs += [(ours.kruskal_p, theirs["kruskal"])]
    pairs += _same(ours.trend, theirs["trend"], ("z", "p"))
    for pair, other in zip(ours.pairs, theirs["pairs"], strict=True):
        pairs += _same(pair, other, ("share", "shift", "p", "holm", "lower", "upper"))
    return pairs


def _along(ours, theirs) -> list:
    return list(zip(ours, theirs, strict=True))


def _numbers(texts) -> np.ndarray:
    return np.atleast_1d(np.array(texts, dtype=float))
