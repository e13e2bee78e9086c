"""What the documents print of ZUMA-7's flow, criteria and endpoint, and what follows from it."""

import re

import pytest

from secondline import evidence, pathways
from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.intervals import counts_from_percentage, percentage_agrees
from secondline.tables import read_dictionary

FLOW = evidence.trial_flow()


def test_the_printed_numbers_of_the_flow():
    n = FLOW.n
    assert (n("randomised"), n("safety"), n("ldh"), n("spd")) == (359, 170, 170, 158)
    assert [n(f"axi_cel_{k}") for k in ("ongoing", "relapsed", "none", "known")] == [58, 54, 16, 128]
    assert [n(f"soc_{k}") for k in ("ongoing", "relapsed", "none", "known")] == [18, 28, 52, 98]
    assert (n("h_score_high"), n("h_score_low"), n("h_score")) == (58, 63, 121)
    assert (n("expression"), n("by_disease"), n("by_origin")) == (256, 256, 243)
    assert (n("by_timing"), n("by_response"), n("without_response")) == (239, 226, 30)


def test_every_number_that_is_called_printed_stands_in_each_of_its_claims():
    for item in FLOW.items:
        if item.status == "printed":
            assert item.claims
            assert {get_claim(claim).value for claim in item.claims} == {item.text}, item.id
        if item.status == "not printed":
            assert item.counts == () and item.text == "?"


@pytest.mark.parametrize(("axi_cel", "counts"), [(180, (116, 117)), (179, (117,)), (170, (122, 123))])
def test_65_percent_of_the_control_arm_is_one_or_two_counts(axi_cel, counts):
    flow = evidence.trial_flow(axi_cel)
    soc = 359 - axi_cel
    assert flow["not_transplanted"].counts == counts == counts_from_percentage("65", soc)
    assert all(round(100 * n / soc) == 65 for n in counts)
    assert flow["transplanted"].counts == tuple(sorted(soc - n for n in counts))
    if axi_cel == 180:
        # the guide's "about 35 %" fits the rest
        assert all(percentage_agrees(n, soc, "35") for n in flow["transplanted"].counts)


def test_which_arm_sizes_the_printed_counts_allow():
    bounds = evidence.arm_bounds()
    assert (bounds.axi_cel_lowest, bounds.axi_cel_highest, bounds.splits) == (170, 261, 92)
    assert bounds.even == (179, 180)
    for size in (169, 262, 180.5, None):
        with pytest.raises(InputError, match="must be a whole number from 170 to 261"):
            evidence.trial_flow(size)


def test_the_safety_set_cannot_hold_both_arms():
    assert FLOW.n("safety") == FLOW.n("ldh")
    assert FLOW.n("safety") < FLOW.n("by_response") < FLOW.n("expression")


def test_lack_of_response_as_the_only_cause():
    cause = evidence.single_cause(FLOW)
    assert (cause.known, cause.known_without_response, cause.others) == (98, 52, 81)
    assert cause.needed == (64, 65) and cause.possible
    assert cause.needed_share == pytest.approx(64 / 81)
    text = evidence.single_cause_sentences(FLOW)
    assert "64 or 65 of the other 81 must have had no response either (79 %)" in text
    smallest = evidence.trial_flow(261)
    assert not evidence.single_cause(smallest).possible
    assert "more than there are. So there were other causes." in evidence.single_cause_sentences(
        smallest
    )


def test_pages_of_the_flow_say_how_each_number_is_known():
    page = evidence.trial_flow_page(FLOW)
    assert set(page["Status"]) == {"printed", "derived", "assumed", "not printed"}
    assert len(evidence.flow_findings_page(FLOW)) == 9
    assert "46 + 210 = 256" in list(evidence.flow_findings_page(FLOW)["Sum"])


def test_dictionary_names_the_columns_of_the_flow():
    dictionary = read_dictionary()
    columns = list(dictionary[dictionary["table"] == "zuma7_flow"]["column"])
    assert columns == ["id", "arm", "row", "box", "label", "status", "how", "claims", "note"]


# criteria: the thresholds of the tables are those of their claims


def thresholds():
    for (name, source), table in pathways.eligibility_tables().items():
        for rule in table.rules:
            for i, condition in zip(table.inputs, rule.conditions, strict=True):
                if condition.numbers:
                    yield f"{rule.name}-{i.name}", name, source, i, condition, rule


@pytest.mark.parametrize(
    ("name", "source", "i", "condition", "rule"),
    [pytest.param(*rest, id=label) for label, *rest in thresholds()],
)
def test_each_threshold_is_printed_in_a_claim_of_its_rule(name, source, i, condition, rule):
    # one year is printed
    words = {"1": 12} if source == "review on practice" else {"one": 1, "two": 2}
    printed = set()
    for claim_id in rule.claims:
        claim = get_claim(claim_id)
        for text in (claim.value, claim.lower, claim.upper):
            if text in words:
                printed.add(words[text])
            elif re.fullmatch(r"\d+", text):
                printed.add(int(text))
    if i.name == "prior_lines":
        # second-line treatment means one line before, no fewer and no more
        printed |= {0, 1, 2}
    if i.name == "ecog":
        # above the printed limit of one; and in words
        printed |= {2}
    assert set(condition.numbers) <= printed, (rule.name, printed)


def test_every_rule_cites_a_claim_of_its_own_document():
    documents = {
        "guide": "zuma7-patient-guide",
        "tme": "zuma7-tumour-microenvironment",
        "review": "partial-response-review",
        "NCCN": "partial-response-review",
    }
    for name in ("zuma7_eligibility", "zuma7_efs", "zuma7_transplant"):
        for (_, source), table in pathways.read_tables(name).items():
            document = documents[re.split(r"[ ,]", source)[0]]
            for rule in table.rules:
                assert rule.claims, rule.name
                assert {get_claim(c).document for c in rule.claims} == {document}, rule.name


def verdict(**change):
    return pathways.eligibility({**pathways.TYPICAL_PATIENT, **change})


@pytest.mark.parametrize(
    ("change", "answer", "deciding"),
    [
        ({}, "eligible", []),
        ({"months_since_first_line": 12}, "eligible", []),
        ({"months_since_first_line": 12.1}, "not eligible", ["timing"]),
        ({"months_since_first_line": 14}, "not eligible", ["timing"]),
        ({"months_since_first_line": 14, "response_to_first_line": "PR"}, "eligible", []),
        ({"months_since_first_line": 14, "response_to_first_line": "PD"}, "eligible", []),
        ({"relapse_biopsy": "no"}, "not eligible", ["biopsy"]),
        ({"relapse_biopsy": "no", "response_to_first_line": "SD"}, "eligible", []),
        ({"prior_lines": 2}, "not eligible", ["lines"]),
        ({"rituximab_anthracycline": "no"}, "not eligible", ["drugs"]),
        ({"prior_second_line": "yes"}, "not eligible", ["second line"]),
        ({"ecog": 0}, "eligible", []),
        ({"ecog": 2}, "sources disagree", ["ecog"]),
        ({"ecog": 3}, "not eligible", ["ecog"]),
        ({"cd19": "negative"}, "sources disagree", ["cd19"]),
        ({"lvef_percent": 45}, "eligible", []),
        ({"lvef_percent": 44.9}, "not eligible", ["heart"]),
        ({"organ_function": "inadequate"}, "not eligible", ["organs"]),
        ({"prior_car_t": "yes", "prior_allo_sct": "yes"}, "not eligible", ["CAR-T", "allo-SCT"]),
        ({"disease": "high-grade B-cell lymphoma"}, "sources disagree", ["disease"]),
        ({"disease": "transformed follicular lymphoma"}, "eligible", []),
        ({"disease": "Richter transformation"}, "eligible", []),
        ({"disease": "other lymphoma"}, "not eligible", ["disease"]),
        ({"cd19": "negative", "ecog": 2}, "sources disagree", ["ecog", "cd19"]),
        ({"cd19": "negative", "prior_lines": 3}, "not eligible", ["lines"]),
    ],
)
def test_the_verdict_and_what_decides(change, answer, deciding):
    result = verdict(**change)
    assert result.verdict == answer
    assert [c.name for c in result.deciding] == deciding


def test_relapse_at_14_months_is_outside_for_all_who_speak_of_the_trial():
    result = verdict(months_since_first_line=14)
    assert result["timing"].documents == ("guide", "tme", "review")
    assert {(d.source, d.answer) for d in result["timing"].differing} == {
        ("guide on practice", "by some"),
        # transplant is considered, and CAR-T for fit older patients
        ("review on practice", "by some"),
    }
    sentence = pathways.verdict_sentences(result)
    assert "would not have taken this patient" in sentence
    assert "relapse at 14 months" in sentence and "FAQ 1, sentence 2" in sentence
    assert "12 to 18 months; no reference" in pathways.beyond_sentences(result)


def test_partial_response_rests_on_the_review_and_says_what_contradicts_it():
    result = verdict(response_to_first_line="PR")
    assert result["timing"].documents == ("review",)
    assert {d.source for d in result["timing"].differing} == {
        "review on practice",
        "review on other definitions",
        "review on the arms",
    }
    assert "cannot be in a randomised trial" in pathways.beyond_sentences(result)


def test_richter_rests_on_the_guide_alone():
    assert verdict(disease="Richter transformation")["disease"].documents == ("guide",)


def test_a_second_disagreement_is_named_even_where_another_criterion_decides():
    text = pathways.verdict_sentences(verdict(cd19="negative", prior_lines=3))
    assert "They also disagree on CD19 on the lymphoma (negative): not met by" in text


def test_the_three_definitions_of_efs():
    page = pathways.definitions_page("zuma7_efs", "First").set_index("First")
    assert list(page.columns) == ["Patient guide", "Biomarker paper", "Review"]
    assert list(page.loc["progression"]) == ["only as failure", "event", "event"]
    assert list(page.loc["no response at a set time"]) == ["only as failure", "not named", "event"]
    assert list(page.loc["new lymphoma therapy"]) == ["event", "event", "not named"]
    assert list(page.loc["death"]) == ["event", "event", "event"]
    assert get_claim("prr-zuma7-efs-day").value == "150"


def test_who_goes_on_to_transplant_differs_inside_one_document():
    page = pathways.definitions_page("zuma7_transplant", "Response").set_index("Response")
    assert list(page.loc["PR"]) == ["no", "yes", "not said", "not said"]
    assert list(page.loc["CR"])[:3] == ["yes", "yes", "yes"]
    for name in ("zuma7_efs", "zuma7_transplant"):
        for table in pathways.read_tables(name).values():
            assert not pathways.gaps(table) and not pathways.overlaps(table)
