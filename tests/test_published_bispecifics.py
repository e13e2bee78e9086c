"""Every number that Shen 2025 prints: recomputed, by the name of its claim, or said why not.

Percentages, ranges, counts, pools and statistics are computed from the counts of its
Table 2 and the columns of its Table 1. Where the printed number does not come out, the
test says what does, and the book says so too.
"""

import re

import pytest

from secondline.claims import all_claims
from secondline.intervals import as_printed, percentage_agrees
from secondline.proportions import egger_specifications, pool
from secondline.tables import read_trials, select_cohorts

DOCUMENT = "bispecifics-meta-analysis"
COUNTED = {"percentage", "range", "count", "pooled", "statistic", "p-value", "rate", "median"}
WORDS = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
TRIALS = read_trials()
AFTER = TRIALS[TRIALS["prior_car_t"] == "yes"]
NAIVE = TRIALS[TRIALS["prior_car_t"] == "no"]
MONO = AFTER[AFTER["backbone"] == "none"]
COMBINATION = AFTER[AFTER["backbone"] != "none"]

# what comes out instead, and why; every one is told in the book
DIFFERS = {
    "trial-nct02500407-exposed-orr": "41",  # 11 of 27; 12 of 30 would be 40
    "trial-nct02500407-exposed-cr": "22",  # 6 of 27; 7 of 30 would be 23
    "trial-nct03075696-exposed-cr": "38",  # 20 of 52; 19 would be 37
    "glofitamab-mono-cr-range": "38 to 45.7",  # the same 20 of 52
    "mono-orr-range": "41 to 76.1",  # the same 11 of 27
    "mono-cr-range": "22 to 45.7",  # the same 6 of 27
    "cr-range-all": "22 to 54",  # 7 of 13 with GemOx are left out of the conclusion's range
    "docr-trials": "4",  # Table 1 has four cells that are not empty
    "trial-nct04703686-refractory": "none",  # no count of 46 gives 0.667; 30 of 45 does
    "odronextamab-relapsed-orr": "none",  # no count of 17 gives 84.2 %
}
# numbers of other reports, or of patients whose data are not printed
CANNOT = {
    "rchop-primary-refractory": "another report's",
    "rchop-relapse": "another report's",
    "zuma1-os": "another report's",
    "post-cart-median-os": "another report's",
    "other-cart-trials": "a count of trials named in the same sentence",
    "blinatumomab-neurotoxicity": "another report's",
    "blinatumomab-orr": "another report's",
    "reviewers": "a statement on the authors",
    "cart-to-bsab-shortest": "needs patients' data",
    "age-range": "needs patients' data",
    "transcend-orr": "another report's, without counts",
    "transcend-cr": "another report's, without counts",
    "zuma1-orr": "another report's, without counts",
    "zuma1-cr": "another report's, without counts",
    "juliet-orr": "another report's, without counts",
    "juliet-cr": "another report's, without counts",
    "cart-os-range": "another report's, without counts",
    "chong-window": "another report's, without counts",
    "rentsch-n": "another report's",
    "rentsch-peak": "needs patients' data",
    "relapse-patterns": "another report's",
    "mcl-relapses": "another report's",
    "trial-phase-3": "phases of single trials are not printed",
}


def shares(rows, outcome):
    """Return the cohorts' percentages as printed, each to its own digits."""
    known = rows[rows[f"{outcome}_events"].notna()]
    return [
        as_printed(100 * events / n, printed)
        for events, n, printed in zip(
            known[f"{outcome}_events"], known["n"], known[f"{outcome}_printed"], strict=True
        )
    ]


def span(rows, outcome):
    values = sorted(shares(rows, outcome), key=float)
    return f"{values[0]} to {values[-1]}"


def pooled(concept, value):
    group = {"mono": "after CAR-T monotherapy", "combination": "after CAR-T combination",
             "naive": "CAR-T-naive"}[concept.split("-")[1]]  # fmt: skip
    outcome = concept.split("-")[2].upper()
    cohorts = select_cohorts(TRIALS, group, outcome).dropna(subset=["events"])
    result = pool(cohorts["events"], cohorts["totals"])
    if concept.endswith("i2"):
        return as_printed(result.i2, value)
    return "; ".join(f"{100 * v:.1f}" for v in (result.estimate, result.lower, result.upper))


def followed(rows):
    months = rows["follow_up_months"]
    return f"{months.min():g} to {months.max():g}"


def trial(concept, claim):
    """Recompute a number of one trial: its share, or its median as Table 1 has it."""
    nct, rest = re.fullmatch(r"trial-(nct\d+)-(.*)", concept).groups()
    rows = TRIALS[TRIALS["nct"] == nct.upper()]
    if rest.startswith(("exposed-", "naive-")):
        group, what = rest.split("-")
        row = rows[rows["prior_car_t"] == ("yes" if group == "exposed" else "no")].iloc[0]
        if claim.value == "NR":
            return "NR" if row.isna()[f"{what}_events"] else "reported"
        if what == "n":
            return str(row["n"])
        return as_printed(100 * row[f"{what}_events"] / row["n"], claim.value)
    row = rows[rows["prior_car_t"] == "yes"].iloc[0]
    if rest == "refractory":
        # a share of whole patients: which count gives it?
        counts = [
            k for k in range(row["n"] + 1) if as_printed(k / row["n"], claim.value) == claim.value
        ]
        return claim.value if counts else "none"
    if rest == "lines":
        return f"{row['lines_median']:g}; {row['lines_min']:g}; {row['lines_max']:g}"
    if rest == "followup":
        return f"{row['follow_up_months']:g}"
    return None


COMPUTED = {
    "trials-total": lambda c: str(AFTER["nct"].nunique()),
    "patients-total": lambda c: str(AFTER["n"].sum()),
    "naive-patients": lambda c: str(NAIVE["n"].sum()),
    "glofitamab-mono-orr-range": lambda c: span(MONO[MONO["drug"] == "glofitamab"], "orr"),
    "glofitamab-mono-cr-range": lambda c: span(MONO[MONO["drug"] == "glofitamab"], "cr"),
    "mono-orr-range": lambda c: span(MONO, "orr"),
    "mono-cr-range": lambda c: span(MONO, "cr"),
    "combination-orr-range": lambda c: span(COMBINATION, "orr"),
    "combination-cr-range": lambda c: span(COMBINATION, "cr"),
    "cr-range-all": lambda c: " to ".join(
        f"{v:.0f}"
        for v in (
            (100 * AFTER["cr_events"] / AFTER["n"]).min(),
            (100 * AFTER["cr_events"] / AFTER["n"]).max(),
        )
    ),
    "followup-range": lambda c: followed(AFTER),
    "refractory-range": lambda c: (
        f"{100 * AFTER['refractory_share'].min():.1f} to "
        f"{100 * AFTER['refractory_share'].max():.1f}"
    ),
    "dor-trials": lambda c: str((~AFTER["dor"].isin(["–", ""])).sum()),
    "docr-trials": lambda c: str((~AFTER["docr"].isin(["–", ""])).sum()),
    "pfs-trials": lambda c: str((~AFTER["pfs"].isin(["–", ""])).sum()),
    "os-trials": lambda c: str((~AFTER["os"].isin(["–", ""])).sum()),
    "records-identified": lambda c: str(len(AFTER) + 4 + 5),
    "records-excluded": lambda c: str(18 - len(AFTER)),
    "excluded-insufficient-data": lambda c: str(18 - len(AFTER) - 5),
    "excluded-small-sample": lambda c: str(18 - len(AFTER) - 4),
    "full-articles": lambda c: str((AFTER["publication"] == "article").sum()),
    "abstract-only": lambda c: str((AFTER["publication"] == "abstract").sum()),
    "trials-mono": lambda c: str(len(MONO)),
    "trials-combination": lambda c: str(len(COMBINATION)),
    "trials-naive": lambda c: str(len(NAIVE)),
    "cr-trials": lambda c: str(AFTER["cr_events"].notna().sum()),
    "orr-missing-trials": lambda c: str(AFTER["orr_events"].isna().sum()),
    "drugs-studied": lambda c: str(AFTER["drug"].nunique()),
    "chong-no-intervening": lambda c: str(30 - 10),
    "chong-intervening": lambda c: str(30 - 20),
    "egger-orr": lambda c: egger("ORR"),
    "egger-cr": lambda c: egger("CR"),
    "egger-orr-p": lambda c: egger("ORR"),
    "egger-cr-p": lambda c: egger("CR"),
}


def egger(outcome):
    """The one specification that gives both printed P values."""
    table = egger_specifications(TRIALS, outcome)
    row = table[
        (table["rows"] == "all cohorts")
        & (table["scale"] == "raw")
        & (table["predictor"] == "1/sqrt(n)")
        & (table["weights"] == "n")
    ]
    return f"{row['p'].item():.3f}"


def recompute(claim):
    """Return what comes out as text, or None where nothing can be computed."""
    concept = claim.concept
    if concept in COMPUTED:
        return COMPUTED[concept](claim)
    if concept.startswith("pool-") and claim.kind in {"pooled", "statistic"}:
        return pooled(concept, claim.value)
    if concept.startswith("reported-"):
        return str((AFTER["year"] == int(concept.split("-")[1])).sum())
    if concept.startswith("trials-"):
        return str((AFTER["drug"] == concept.split("-")[1]).sum())
    if claim.unit == "%" and claim.n and claim.N:
        return as_printed(100 * int(claim.n) / int(claim.N), claim.value)
    if concept.startswith("odronextamab-"):
        n = int(claim.N)
        counts = [k for k in range(n + 1) if percentage_agrees(k, n, claim.value)]
        return as_printed(100 * counts[0] / n, claim.value) if counts else "none"
    if concept.startswith("trial-nct"):
        return trial(concept, claim)
    return None


def printed(claim):
    if claim.kind == "pooled":
        return f"{float(claim.value):.1f}; {float(claim.lower):.1f}; {float(claim.upper):.1f}"
    if claim.concept.endswith("-lines"):
        return f"{claim.value}; {claim.lower}; {claim.upper}"
    if claim.kind == "range":
        return f"{claim.lower} to {claim.upper}"
    return str(WORDS.get(claim.value, claim.value))


def numbers():
    return [
        c
        for c in all_claims().values()
        # the footnote's estimate is from another source
        if c.id != "bsab-t2-nct04408638-exposed-orr-footnote"
        and c.document == DOCUMENT
        and c.kind in COUNTED
        and (c.value or c.lower)
    ]


def duration(claim):
    """Medians and milestone shares of patients whose times are not printed."""
    return bool(re.fullmatch(r"trial-nct\d+-(dor|docr|pfs|os)", claim.concept))


@pytest.mark.parametrize(
    "claim", [c for c in numbers() if recompute(c) is not None], ids=lambda c: c.id
)
def test_recomputed(claim):
    expected = DIFFERS.get(claim.concept, printed(claim))
    assert recompute(claim) == expected
    if claim.concept in DIFFERS:
        assert printed(claim) != expected


@pytest.mark.parametrize("claim", [c for c in numbers() if duration(c)], ids=lambda c: c.id)
def test_durations_in_abstract_and_text_are_those_of_table_1(claim):
    column = claim.concept.rpartition("-")[2]
    nct = claim.concept.split("-")[1].upper()
    cell = AFTER.loc[AFTER["nct"] == nct, column].item()
    value = claim.value.removesuffix("m") or "–"
    if claim.kind == "rate":
        # 25 % stands at one year in Table 1 and at two years elsewhere
        assert cell == "1-y 25%"
        assert (value, "1" in claim.time_point) == ("25", claim.locator.startswith("Table 1"))
        return
    shown = cell.split("m")[0].split(" ")[0] or "–"
    assert value.rstrip("0").rstrip(".") == shown.rstrip("0").rstrip(".")


def test_every_number_is_recomputed_or_has_a_reason():
    left = [
        c.id
        for c in numbers()
        if recompute(c) is None and not duration(c) and c.concept not in CANNOT
    ]
    assert left == []


def test_no_reason_is_given_in_vain():
    concepts = {c.concept for c in numbers()}
    assert set(CANNOT) <= concepts
    assert all(recompute(c) is None for c in numbers() if c.concept in CANNOT)
