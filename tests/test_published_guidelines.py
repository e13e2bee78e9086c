"""The rules of the two guidelines against the claims of the review that they cite."""

import re

import pytest

from secondline.claims import get_claim
from secondline.pathways import guidelines as g
from secondline.pathways import negative_scan
from secondline.tables import read_dictionary

RULES = {
    rule.name: (key, table, rule)
    for tables in (g.patient_tables(), g.step_tables())
    for key, table in tables.items()
    for rule in table.rules
}
WORDS = {"two": 2, "three": 3, "four": 4, "six": 6}


def number(claim: str, part: str = "value") -> int:
    printed = getattr(get_claim(claim), part)
    return WORDS.get(printed) or int(printed)


def span(claim: str) -> range:
    return range(number(claim, "lower"), number(claim, "upper") + 1)


def after(*cycles) -> set[str]:
    return {f"after {i} cycles" for i in cycles}


def answer(rule: str) -> set[str]:
    return set(g.acts_of(RULES[rule][2].answer))


@pytest.mark.parametrize("name", RULES)
def test_every_rule_cites_the_review_where_its_passage_stands(name):
    (_, source), _, rule = RULES[name]
    claims = [get_claim(c) for c in rule.claims]
    assert claims
    assert {c.document for c in claims} == {"partial-response-review"}
    places = " ".join(c.locator for c in claims)
    expected = {
        "section 4": "Section 4", "figures": "Fig. ", "figure 3": "Fig. 3", "Table 1": "Table 1",
        "Discussion": "Discussion", "Conclusion": "Conclusion", "figures 1 and 2": "Fig. ",
        "section 4 with figure 1": "Fig. 1", "inference": "Section 4",
        "section 4's next sentence": "Section 4", "section 4's later sentence": "Section 4",
        "Discussion's later sentence": "Discussion",
    }[source.split(", ")[-1]]  # fmt: skip
    assert expected in places


@pytest.mark.parametrize("name", RULES)
def test_claims_are_of_the_guideline_that_the_rule_speaks_for(name):
    (table, source), _, rule = RULES[name]
    guideline = table if table in g.GUIDELINES else source.partition(",")[0]
    for claim in map(get_claim, rule.claims):
        concept = claim.concept.split("-")[0]
        if concept in ("nccn", "bsh") and guideline != "review":
            assert concept == guideline.lower(), (name, claim.id)


def test_interim_scans_come_when_the_claims_say():
    for rule, claim in {
        "scan-nccn-text-limited": "prr-nccn-limited-interim-cycles",
        "scan-nccn-text-advanced": "prr-nccn-advanced-interim-cycles",
        "scan-nccn-figure-limited": "prr-fig1-interim-cycles",
        "scan-nccn-figure-advanced": "prr-fig2-interim-cycles",
        "scan-nccn-discussion": "prr-discussion-nccn-cycles",
    }.items():
        assert answer(rule) == after(*span(claim))
    assert answer("scan-bsh-text") == after(number("prr-bsh-interim-cycles"))


def test_cycles_in_all_are_the_sums_of_the_printed_numbers():
    first, more = span("prr-fig1-interim-cycles"), span("prr-fig1-cr-cycles")
    sums = {f"{a + b} in all" for a in first for b in more}
    assert answer("cycles-nccn-figure-complete") == sums
    assert answer("cycles-nccn-joined-negative") == sums
    inferred = span("prr-nccn-limited-further-cycles")
    text = span("prr-nccn-limited-interim-cycles")
    assert answer("cycles-review-inference") == {f"{a + b} in all" for a in text for b in inferred}
    two = number("prr-bsh-interim-cycles")
    for voice, claims in {
        "text": ("prr-bsh-cmr-further-cycles", "prr-bsh-no-cmr-further-cycles"),
        "figure": ("prr-fig3-cmr-cycles", "prr-fig3-no-cmr-cycles"),
    }.items():
        for end, claim in zip(("complete", "other"), claims, strict=True):
            assert answer(f"cycles-bsh-{voice}-{end}") == {f"{two + number(claim)} in all"}
    total = number("prr-nccn-advanced-total-cycles")
    assert answer("cycles-nccn-text-advanced-partial") == {f"{total} in all"}


def test_scores_of_the_rules_are_those_of_the_claims():
    for rule, claim in {
        "answer-nccn-text-partial": "prr-nccn-limited-pr-ds",
        "answer-nccn-discussion": "prr-discussion-nccn-ds",
        "answer-nccn-text-advanced-partial": "prr-nccn-advanced-pr-ds",
        "answer-bsh-text-complete": "prr-bsh-cmr-ds",
        "answer-bsh-text-other": "prr-bsh-no-cmr-ds",
        "answer-bsh-figure-other": "prr-fig3-no-cmr-ds",
        "answer-bsh-discussion": "prr-discussion-bsh-ds",
    }.items():
        _, table, one = RULES[rule]
        place = [i.name for i in table.inputs].index("interim_deauville")
        printed = get_claim(claim)
        scores = [number(claim)] if printed.value else span(claim)
        assert [s for s in range(6) if one.conditions[place].holds(s)] == list(scores), rule


def test_ages_and_bulk_are_those_of_the_claims():
    for rule, claim in {"bsh-text-in": "prr-bsh-age", "bsh-figure-in": "prr-fig3-age"}.items():
        one = RULES[rule][2]
        assert [a for a in range(18, 101) if one.conditions[0].holds(a)] == list(span(claim))
    bulk = float(get_claim("prr-t1-nccn-limited-bulk").value)
    assert bulk == float(get_claim("prr-fig1-caption-bulk").value)
    for rule, at in {"nccn-table-both": False, "nccn-figure-both": True}.items():
        _, table, one = RULES[rule]
        place = [i.name for i in table.inputs].index("bulk_cm")
        assert one.conditions[place].holds(bulk) == at
        assert one.conditions[place].holds(bulk + 0.1)
        assert not one.conditions[place].holds(bulk - 0.1)


def test_weeks_are_those_of_the_claims():
    timing = get_claim("prr-bsh-eot-timing")
    assert answer("when-bsh-text") == {f"after {timing.lower} to {timing.upper} weeks"}
    assert answer("when-bsh-discussion") == {
        f"after {get_claim('prr-discussion-bsh-timing').value} weeks"
    }
    again = get_claim("prr-bsh-repeat-pet")
    assert answer("biopsy-bsh-text-impossible") == {
        f"repeat PET after {again.lower} to {again.upper} weeks"
    }


def test_grades_and_dose_are_those_of_the_claims():
    assert answer("evidence-bsh-complete") == {f"grade {get_claim('prr-fig3-cmr-grade').value}"}
    assert answer("evidence-bsh-other") == {f"grade {get_claim('prr-fig3-no-cmr-grade').value}"}
    dose, fractions = get_claim("prr-fig3-rt-dose"), get_claim("prr-fig3-rt-fractions")
    reason = RULES["rt-bsh-figure-other"][2].reason
    assert re.findall(r"\d+", reason) == [dose.value, fractions.value]


def test_printed_predictive_value_halves_the_odds_of_a_third():
    npv = float(get_claim("prr-discussion-npv").value) / 100
    assert negative_scan.likelihood_ratio(npv, 1 / 3) == pytest.approx(0.5)
    assert get_claim("prr-intro-first-line-failure").value == "one third"


def test_dictionary_names_the_columns_of_the_tables():
    dictionary = read_dictionary()
    for name in ("guideline_patients", "guideline_steps"):
        columns = list(dictionary[dictionary["table"] == f"pathways/{name}"]["column"])
        assert columns == ["table", "source", "rule", "input", "answer", "reason", "claims"]
