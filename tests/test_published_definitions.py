"""The rules on partial response against the claims of the review that they cite."""

import re

import pytest

from secondline.claims import get_claim
from secondline.pathways import definition_pages, positive_scan, refractory
from secondline.tables import read_dictionary

TABLES = (*definition_pages.all_tables(), refractory.printed_bands())
RULES = {rule.name: (table, rule) for table in TABLES for rule in table.rules}
ONE_YEAR = 12.0


def condition(rule, name):
    table, one = RULES[rule]
    return one.conditions[[i.name for i in table.inputs].index(name)]


def scores(rule):
    return [s for s in range(1, 6) if condition(rule, "deauville").holds(s)]


def printed_scores(claim):
    found = get_claim(claim)
    if found.value:
        return [int(found.value)]
    return list(range(int(found.lower), int(found.upper) + 1))


def months(claim):
    """The printed limit of a window in months; a year in words or in years is twelve."""
    found = get_claim(claim)
    years = found.unit == "years" or found.value in ("a year", "first year")
    return ONE_YEAR if years else float(found.value or found.upper)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_cites_its_passage(name):
    table, rule = RULES[name]
    claims = [get_claim(c) for c in rule.claims]
    assert claims
    expected = "zuma7-patient-guide" if table.source == "patient guide" else "partial-response-review"
    assert {c.document for c in claims} == {expected}
    places = " ".join(c.locator for c in claims)
    for part in ("Table 1", "Introduction", "Discussion", "Conclusion", "Abstract"):
        if part in table.source and table.source != "Bock, conclusion":
            assert part in places, name


@pytest.mark.parametrize(
    ("rule", "claim"),
    [
        ("scan-definition-partial", "prr-lugano-pr-ds"),
        ("scan-cheson-interim", "prr-lugano-interim-ds"),
        ("scan-cheson-end", "prr-lugano-eot-ds"),
        ("scan-failure-uptake", "prr-lugano-failure-ds"),
        ("scan-table-pet", "prr-t1-lugano-pr-ds"),
        ("scan-nccn-limited", "prr-nccn-limited-pr-ds"),
        ("scan-nccn-advanced", "prr-nccn-advanced-pr-ds"),
        ("scan-nccn-table-limited", "prr-t1-nccn-limited-pr-ds"),
        ("scan-nccn-table-advanced", "prr-t1-nccn-advanced-pr-ds"),
        ("scan-bsh-complete", "prr-bsh-cmr-ds"),
        ("scan-bsh-other", "prr-bsh-no-cmr-ds"),
        ("joined-interim", "prr-lugano-interim-ds"),
        ("joined-end", "prr-lugano-eot-ds"),
        ("joined-clear", "prr-bsh-cmr-ds"),
        ("biopsy-limited-positive", "prr-nccn-limited-pr-ds"),
        ("biopsy-advanced-positive", "prr-nccn-advanced-restaging-ds"),
    ],
)
def test_scores_are_those_of_the_claim(rule, claim):
    assert scores(rule) == printed_scores(claim)


def test_fall_of_the_spd_is_that_of_the_claim():
    printed = float(get_claim("prr-t1-lugano-pr-spd").value)
    fall = condition("scan-table-ct", "spd_change")
    assert fall.holds(-printed - 0.1)
    assert not fall.holds(-printed)
    assert int(get_claim("prr-t1-lugano-pr-nodes").value) == 6


@pytest.mark.parametrize(
    ("rule", "claim", "clock"),
    [
        ("name-trials-early", "prr-relapsed-window", "months_since_first_line"),
        ("name-second-early", "prr-primary-refractory-relapse", "months_since_first_line"),
        ("name-coral-early", "prr-coral-window", "months_since_diagnosis"),
        ("name-ly12-early", "prr-ly12-window", "months_since_first_line"),
        ("name-bock-early", "prr-bock-group-early-6-12", "months_since_first_line"),
        ("name-abstract-early", "prr-abstract-relapse-window", "months_since_first_line"),
        ("name-conclusion-early", "prr-conclusion-early-window", "months_since_first_line"),
        ("next-intro-early", "prr-intro-early-window", "months_since_first_line"),
        ("next-discussion-early", "prr-discussion-early-window", "months_since_first_line"),
        ("next-nccn-early", "prr-nccn-2l-window", "months_since_first_line"),
        ("next-guide-early", "guide-faq-criteria-window", "months_since_first_line"),
        ("next-abstract-early", "prr-abstract-relapse-window", "months_since_first_line"),
        ("next-end-early", "prr-conclusion-early-window", "months_since_first_line"),
        ("next-salvage-complete", "prr-discussion-early-window-salvage", "months_since_first_line"),
    ],
)
def test_windows_are_those_of_the_claims(rule, claim, clock):
    limit = months(claim)
    assert condition(rule, clock).holds(limit)
    assert not condition(rule, clock).holds(limit + 0.1)


@pytest.mark.parametrize(
    ("rule", "claim", "clock"),
    [
        ("next-late", "prr-intro-late-relapse", "months_since_diagnosis"),
        ("next-late", "prr-discussion-late-relapse", "months_since_diagnosis"),
        ("next-older", "prr-discussion-older-window", "months_since_first_line"),
    ],
)
def test_late_relapse_begins_after_the_claims_limit(rule, claim, clock):
    limit = months(claim)
    assert not condition(rule, clock).holds(limit)
    assert condition(rule, clock).holds(limit + 0.1)


def test_clocks_are_those_of_the_notes():
    assert "diagnosis" in get_claim("prr-coral-window").note
    assert "completing frontline therapy" in get_claim("prr-ly12-window").note
    assert "from the end of 1L" in get_claim("prr-relapsed-window").note


def test_bands_are_those_of_the_claims():
    first = float(get_claim("prr-bock-group-early-3").value)
    assert condition("band-3", "months_since_first_line").holds(first)
    assert not condition("band-3", "months_since_first_line").holds(first + 0.1)
    for rule, claim in {"band-3-6": "prr-bock-group-early-3-6", "band-6-12": "prr-bock-group-early-6-12"}.items():
        low, high = float(get_claim(claim).lower), float(get_claim(claim).upper)
        inside = condition(rule, "months_since_first_line")
        assert [inside.holds(m) for m in (low - 0.1, low, high, high + 0.1)] == [False, True, True, False]


def test_ages_are_those_of_the_claims():
    young, old = int(get_claim("prr-conclusion-age").value), int(get_claim("prr-discussion-older-age").value)
    for rule in ("next-conclusion-timely", "next-conclusion-untimely"):
        assert [condition(rule, "age").holds(a) for a in (young - 1, young)] == [True, False]
    assert [condition("next-older", "age").holds(a) for a in (old, old + 1)] == [False, True]


def test_cohort_counts_add_up_to_the_printed_ones():
    for cohort in refractory.COHORTS:
        total = int(get_claim(f"prr-bock-{cohort.lower()}-refractory-n").value)
        assert sum(refractory.cohort_counts(cohort).values()) == total


def test_numbers_in_reasons_are_printed_in_their_claims():
    """A number in the words of a rule is one of the claims that it cites."""
    for name, (_, rule) in RULES.items():
        printed = " ".join(
            " ".join((c.value, c.lower, c.upper, c.quantity)) for c in map(get_claim, rule.claims)
        )
        for number in re.findall(r"\d+", rule.reason):
            spans = [
                range(int(c.lower), int(c.upper) + 1)
                for c in map(get_claim, rule.claims)
                if c.lower.isdigit() and c.upper.isdigit()
            ]
            assert number in printed.split() or any(int(number) in s for s in spans), (name, number)


def test_the_printed_gap_needs_two_thirds_with_lymphoma():
    pr, progression = (float(get_claim(f"prr-bock-os2-{g}").value) / 100 for g in ("pr", "ppd"))
    assert positive_scan.ppv_that_explains(pr, progression, 0.9) == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ["response", "refractory", "bock_bands", "second_line"])
def test_dictionary_names_the_columns_of_the_tables(name):
    dictionary = read_dictionary()
    columns = list(dictionary[dictionary["table"] == f"pathways/{name}"]["column"])
    assert columns == ["table", "source", "rule", "input", "answer", "reason", "claims"]
