"""Two guidelines: whom they speak of, what they answer, and where they part."""

import itertools

import pytest

from secondline import pathways
from secondline.errors import InputError
from secondline.pathways import agreement_map, guideline_gaps, guideline_pages
from secondline.pathways import guidelines as g
from secondline.pathways import negative_scan as n

FIRST = dict(guideline_pages.FIRST_PATIENT)
TABLES = {**g.patient_tables(), **g.step_tables()}


def compared(readings=None, **changes):
    return g.compare({**FIRST, **changes}, readings)


def acts(comparison, step):
    pair = next(p for p in comparison.pairs if p.step == step)
    return set(pair.nccn.acts), set(pair.bsh.acts), pair.verdict


@pytest.mark.parametrize("key", TABLES, ids=lambda key: "-".join(key))
def test_each_case_of_each_passage_has_one_answer_or_none(key):
    table = TABLES[key]
    assert not pathways.overlaps(table)
    answers = [pathways.decide(table, case) for case in pathways.enumerate_cases(table)]
    assert sum(not a.covered for a in answers) == len(pathways.gaps(table))
    assert all(a.claims and a.reason for a in answers if a.covered)
    # no rule is dead
    assert {a.rule for a in answers if a.covered} == {rule.name for rule in table.rules}


def test_every_table_belongs_to_a_guideline_or_to_the_review():
    assert {name for name, _ in g.patient_tables()} == set(g.GUIDELINES)
    for step, source in g.step_tables():
        assert step in (*g.STEPS, g.EVIDENCE)
        assert source.partition(",")[0] in (*g.GUIDELINES, "review")
    for step, guideline in itertools.product(g.STEPS, g.GUIDELINES):
        assert g.tables_of(guideline, step), (step, guideline)


def test_text_of_nccn_puts_every_patient_in_one_group():
    assert not pathways.gaps(g.patient_tables()["NCCN", "section 4"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (1, 0, 2)),
        ({"age": 60}, (0, 0, 1)),
        ({"age": 61, "stage": "I"}, (1, 0, 1)),
        ({"stage": "III"}, (2, 1, 2)),
        ({"ldh": "raised", "ecog": 2, "extranodal_sites": 2, "stage": "IV"}, (5, 3, 4)),
        ({"ecog": 1, "extranodal_sites": 1}, (1, 0, 2)),
    ],
)
def test_indices_are_counted_by_hand(changes, expected):
    case = compared(**changes).patient
    assert (case["ipi"], case["aaipi"], case["smipi"]) == expected


@pytest.mark.parametrize(
    ("readings", "changes", "groups"),
    [
        ({}, {}, ("limited", "limited and older")),
        ({}, {"age": 60}, ("limited", "outside")),
        ({}, {"age": 61}, ("limited", "limited and older")),
        ({}, {"age": 80}, ("limited", "limited and older")),
        ({}, {"age": 81}, ("limited", "outside")),
        ({}, {"bulk_cm": 7.49}, ("limited", "limited and older")),
        ({}, {"bulk_cm": 7.5}, ("limited", "open")),
        ({}, {"ldh": "raised"}, ("limited", "outside")),
        ({}, {"extranodal_sites": 4}, ("limited", "limited and older")),
        ({}, {"stage": "III"}, ("advanced", "outside")),
        ({}, {"extensive_mesenteric": "yes"}, ("advanced", "limited and older")),
        ({}, {"extensive_mesenteric": "yes", "stage": "I"}, ("limited", "limited and older")),
        ({"bsh_patients": "section 4"}, {}, ("limited", "outside")),
        ({"nccn_patients": "Table 1"}, {"age": 50, "bulk_cm": 7.5}, ("open", "outside")),
        ({"nccn_patients": "Table 1"}, {"age": 50, "bulk_cm": 7.6}, ("limited", "outside")),
        ({"nccn_patients": "figures 1 and 2"}, {"age": 50, "bulk_cm": 7.5}, ("limited", "outside")),
        ({"nccn_patients": "figures 1 and 2"}, {}, ("outside", "limited and older")),
        ({"nccn_patients": "figures 1 and 2"}, {"stage": "I"}, ("open", "limited and older")),
        (
            {"nccn_patients": "figures 1 and 2"},
            {"stage": "I", "extensive_mesenteric": "yes", "age": 50},
            ("open", "outside"),
        ),
    ],
)
def test_whom_each_guideline_counts_among_its_own(readings, changes, groups):
    comparison = compared(g.Readings(**readings), **changes)
    assert tuple(r.group for r in comparison.routes.values()) == groups


def test_first_patient_step_by_step():
    c = compared()
    assert acts(c, "interim scan") == (
        {"after 3 cycles", "after 4 cycles"}, {"after 2 cycles"}, "differ"
    )  # fmt: skip
    assert acts(c, "after the interim scan") == ({"repeat biopsy"}, {"go on with R-CHOP"}, "differ")
    assert acts(c, "cycles in all") == (set(), {"6 in all"}, "BSH alone")
    assert acts(c, "radiotherapy") == ({"radiotherapy"}, {"radiotherapy"}, "agree")
    assert acts(c, "end-of-treatment imaging") == ({"PET-CT"}, {"PET-CT"}, "agree")
    assert acts(c, "when to image") == (set(), {"after 3 to 6 weeks", "after 8 weeks"}, "BSH alone")
    assert acts(c, "after the end scan") == (
        {"repeat biopsy", "brief interval scan"}, {"repeat biopsy"}, "agree"
    )  # fmt: skip
    assert acts(c, "after the end biopsy") == (
        {"clinical judgement"}, {"repeat PET after 8 to 12 weeks"}, "differ"
    )  # fmt: skip
    assert c.parting == "interim scan"
    assert c.routes["NCCN"]["cycles in all"].silence == "not said"
    assert c.routes["BSH"]["when to image"].passages_differ
    assert {d.source for d in c.others} == {"review, Conclusion", "review, inference"}


@pytest.mark.parametrize(
    ("changes", "step", "nccn", "bsh"),
    [
        ({"interim_deauville": 1}, "cycles in all", {"5 in all", "6 in all", "7 in all"}, {"4 in all"}),
        ({"interim_deauville": 3}, "end-of-treatment imaging", {"PET-CT"}, {"CT"}),
        ({"interim_deauville": 0}, "end-of-treatment imaging", set(), {"PET-CT"}),
        ({"interim_biopsy": "negative"}, "radiotherapy", {"radiotherapy", "no radiotherapy"}, {"radiotherapy"}),
        ({"interim_biopsy": "not done"}, "cycles in all", set(), {"6 in all"}),
        ({"interim_uptake": "same"}, "after the interim scan", {"repeat biopsy"}, {"go on with R-CHOP", "change treatment"}),
        ({"stage": "IV"}, "after the interim scan", {"go on with R-CHOP"}, set()),
        ({"stage": "IV", "interim_deauville": 5}, "cycles in all", {"6 in all"}, set()),
        ({"stage": "IV", "interim_uptake": "higher"}, "after the interim scan", {"repeat biopsy"}, set()),
        ({"stage": "IV", "interim_uptake": "higher"}, "cycles in all", set(), set()),
        ({"stage": "IV", "end_biopsy": "positive"}, "after the end biopsy", {"refractory disease"}, set()),
        ({"stage": "IV"}, "after the end scan", {"repeat biopsy", "brief interval scan"}, {"repeat biopsy"}),
        ({"stage": "IV", "end_deauville": 5}, "after the end scan", {"repeat biopsy"}, {"repeat biopsy"}),
        ({"end_biopsy": "positive"}, "after the end biopsy", set(), set()),
        ({"interim_deauville": 2, "end_deauville": 4}, "after the end scan", {"repeat biopsy", "brief interval scan"}, set()),
    ],
)  # fmt: skip
def test_other_patients_as_the_review_has_it(changes, step, nccn, bsh):
    assert acts(compared(**changes), step)[:2] == (nccn, bsh)


def test_score_five_at_limited_stage_stands_in_the_figure_alone():
    one = compared(interim_deauville=5).routes["NCCN"]["after the interim scan"]
    assert [d.source for d in one.speaking] == ["NCCN, figures"]
    covered = {d.source for d in one.decisions if d.covered}
    assert covered == {"NCCN, figures"}


def test_end_of_treatment_can_be_kept_to_the_patients_of_bsh():
    own = g.Readings(bsh_end="its patients")
    assert acts(compared(own, age=50), "end-of-treatment imaging")[1] == set()
    assert acts(compared(age=50), "end-of-treatment imaging")[1] == {"PET-CT"}
    assert compared(own).pairs == compared().pairs


def test_an_answer_carries_its_path_rule_and_source():
    (decision,) = compared().routes["NCCN"]["radiotherapy"].speaking
    assert (decision.rule, decision.source) == ("rt-nccn-figure-positive", "NCCN, figures")
    assert decision.claims == ("prr-fig1-pr-isrt",)
    assert guideline_pages.path_in_words(decision) == (
        "group limited; interim score 4 (4 or 5); interim biopsy positive"
    )
    page = guideline_pages.passages_page(compared(), "radiotherapy")
    assert set(page["Step"]) == {"radiotherapy"}
    assert "Fig. 1 description, sentence 4" in list(page["Where"])


def test_an_answer_of_a_figure_alone_says_so():
    here = compared()
    page = guideline_pages.routes_page(here).set_index("Step")
    assert page["NCCN"]["radiotherapy"] == "radiotherapy (a figure alone; section 4: not said)"
    assert page["BSH"]["radiotherapy"] == "radiotherapy"
    words = guideline_pages.figure_sentences(here)
    assert words.count("NCCN's answer on") == 1
    assert "NCCN's answer on “radiotherapy” stands in the description of a figure" in words
    assert "the figures do not include this patient" in words
    # bulk above the limit and a low index: figure 1 is about this patient
    inside = compared(age=55, stage="I", bulk_cm=9.0)
    assert inside.routes["NCCN"]["radiotherapy"].figure_alone
    assert "do not include" not in guideline_pages.figure_sentences(inside)


def test_who_shares_both_guidelines_parts_at_limited_stage_only():
    """The page's bottom line: six kinds part at the first step, two can meet there."""
    limited, advanced = compared(), compared(extensive_mesenteric="yes")
    assert (limited.parting, advanced.pairs[0].verdict) == ("interim scan", "agree")
    after = "after the interim scan"
    assert advanced.routes["NCCN"].group == "advanced"
    assert advanced.routes["NCCN"][after].acts == {"go on with R-CHOP"}
    assert "biopsy" not in " ".join(advanced.routes["BSH"][after].acts)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"interim_deauville": 6}, "interim_deauville is 6; it must be a whole number from 0 to 5."),
        ({"stage": "V"}, "stage is 'V'; allowed: 'I', 'II', 'III' or 'IV'."),
        ({"bulk_cm": -1.0}, "bulk_cm is -1.0; it must be a number from 0 to 50."),
        ({"end_biopsy": "unclear"}, "end_biopsy is 'unclear'; allowed: 'negative', 'positive' or"),
        ({"age": 17.5}, "age is 17.5; it must be a whole number from 18 to 100."),
    ],
)
def test_a_malformed_patient_gets_a_sentence(changes, sentence):
    with pytest.raises(InputError) as caught:
        compared(**changes)
    assert sentence in str(caught.value)
    with pytest.raises(InputError, match="age is missing; it must be a whole number"):
        g.compare({})


def test_a_reading_that_is_not_there_gets_a_sentence():
    with pytest.raises(InputError) as caught:
        g.Readings(nccn_patients="figure 9", bsh_end="nobody")
    assert "nccn_patients is 'figure 9'; allowed: 'section 4', 'Table 1' or" in str(caught.value)
    assert "bsh_end is 'nobody'; allowed: 'everyone' or 'its patients'." in str(caught.value)


def test_kinds_of_patient_by_hand():
    pairs = agreement_map.group_pairs()
    assert pairs.total() == 3 * 4 * 2 * 2 * 2 * 2 * 2
    # stage I and II with or without mesenteric disease, one or several sites; LDH, ECOG and
    # bulk as the rule wants them
    assert agreement_map.shared_pairs(pairs) == {
        ("limited", "limited and older"): 6, ("advanced", "limited and older"): 2,
    }  # fmt: skip


def test_readings_without_a_common_patient():
    ipi = g.Readings(bsh_patients="section 4")
    assert not agreement_map.shared_pairs(agreement_map.group_pairs(ipi))
    assert agreement_map.step_shares(ipi, shared=True) == ()
    figures = agreement_map.group_pairs(g.Readings(nccn_patients="figures 1 and 2"))
    assert ("limited", "limited and older") not in figures


@pytest.mark.parametrize("shared", [False, True])
def test_shares_count_every_case_once(shared):
    pairs = agreement_map.group_pairs()
    kinds = (agreement_map.shared_pairs(pairs) if shared else pairs).total()
    for share in agreement_map.step_shares(shared=shared):
        assert share.total == kinds * len(list(agreement_map.scan_cases(share.step)))
        assert sum(share.share(v) for v in g.VERDICTS) == pytest.approx(1)


def test_map_cells_are_the_comparisons_of_the_moved_patient():
    cells = agreement_map.agreement_map(FIRST, "after the interim scan")
    assert len(cells) == 3 * 4 * 4
    verdicts = {(c.age, c.stage, c.score): c.pair.verdict for c in cells}
    assert verdicts["61 to 80", "II", "4"] == "differ"
    assert verdicts["61 to 80", "I", "1 to 3"] == "agree"
    assert verdicts["under 61", "I", "4"] == "NCCN alone"
    assert verdicts["over 80", "IV", "no scan"] == "both silent"
    with pytest.raises(InputError, match="There is no step 'surgery'; there are 'interim scan'"):
        agreement_map.agreement_map(FIRST, "surgery")


def found(kind, guideline, step):
    everything = (
        *guideline_gaps.patient_findings(),
        *guideline_gaps.step_findings(),
        *guideline_gaps.differences(),
    )
    return {
        f.what: f.case
        for f in everything
        if (f.kind, f.guideline, f.step) == (kind, guideline, step)
    }


def test_the_gaps_that_the_review_is_known_for_are_found():
    positive = "No specific recommendation after a positive biopsy. More cycles, without a number."
    assert found("not said", "NCCN", "cycles in all")[positive] == (
        "limited, interim score 4, uptake lower, biopsy positive"
    )
    assert "limited, interim score 5" in (
        found("figure alone", "NCCN", "after the interim scan")["Repeat biopsy (figures)."]
    )
    assert found("not covered", "BSH", "patients") == {
        "Not among its patients.": "all but: age 61 to 80, stage I or II, aaIPI 0"
    }
    assert list(found("open", "BSH", "patients").values()) == [
        "age 61 to 80, stage I or II, bulk 7.5 or more cm, aaIPI 0"
    ]
    assert list(found("passages differ", "BSH", "when to image")) == [
        "After 3 to 6 weeks (section 4); after 8 weeks (Discussion)."
    ]
    assert found("passages differ", "BSH", "after the interim scan")
    assert found("guidelines differ", "both", "end-of-treatment imaging") == {
        "NCCN: PET-CT. BSH: CT.": "interim score 1 to 3"
    }


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("after 4 cycles", "after 3 cycles"), "after 3 or 4 cycles"),
        (("5 in all", "6 in all", "7 in all"), "5, 6 or 7 in all"),
        (("after 3 to 6 weeks", "after 8 weeks"), "after 3 to 6 weeks or after 8 weeks"),
        (("CT",), "CT"),
    ],
)
def test_acts_in_words(said, words):
    assert guideline_gaps.in_words(said) == words


def test_pages_have_a_row_for_each_step_and_patient():
    c = compared()
    assert list(guideline_pages.routes_page(c)["Step"]) == list(g.STEPS)
    assert list(guideline_pages.evidence_page(c)["Step"]) == list(g.STEPS)
    assert len(guideline_pages.membership_page(c)) == len(g.patient_tables())
    assert len(guideline_pages.worked_page()) == 2 * len(guideline_pages.WORKED_PATIENTS)
    assert set(guideline_pages.evidence_page(c)["BSH"]) == {"none named", "grade 1B"}
    assert "grade 1A" in set(guideline_pages.evidence_page(compared(interim_deauville=2))["BSH"])
    clear = guideline_pages.evidence_page(compared(interim_deauville=2)).set_index("Step")["BSH"]
    assert (clear["cycles in all"], clear["radiotherapy"]) == ("grade 1A", "none named")
    assert "grade" not in " ".join(guideline_pages.evidence_page(c)["NCCN"])


def test_sentences_follow_the_patient():
    said = guideline_pages.parting_sentences(compared())
    assert "part at the step “interim scan”. NCCN: after 3 or 4 cycles. BSH: after 2 cycles." in said
    assert "They also differ on: after the interim scan; after the end biopsy." in said
    young = guideline_pages.parting_sentences(compared(age=50, end_deauville=5))
    assert young.startswith("BSH does not count this patient among its own.")
    large = guideline_pages.parting_sentences(compared(bulk_cm=9.0))
    assert large.startswith("Whether BSH counts this patient among its own is open.")
    same = guideline_pages.parting_sentences(compared(stage="IV", end_biopsy="negative"))
    assert "On no step do both speak and differ." in same
    own = guideline_pages.own_sentences(compared())
    assert "BSH on “when to image”: after 3 to 6 weeks (section 4); after 8 weeks (Dis" in own
    silent = guideline_pages.own_sentences(
        compared(interim_deauville=2, end_deauville=2, end_biopsy="negative")
    )
    assert silent == "For this patient no guideline is given with two answers to one step."


def test_lowest_indices_of_the_older_patient():
    assert guideline_pages.least_index("ipi", g.Readings()) == 1
    assert guideline_pages.least_index("aaipi", g.Readings()) == 0
    assert guideline_pages.least_index("smipi", g.Readings()) == 1


def test_negative_scans_in_whole_patients():
    scan = n.negative_scan(0.8, 0.3, 0.5)
    # of 100: 50 negative, 10 of them wrong; 50 positive, 20 of them right
    assert scan.wrong_negative == pytest.approx(0.10)
    assert scan.ppv == pytest.approx(20 / 50)
    assert scan.sensitivity == pytest.approx(20 / 30)
    assert scan.specificity == pytest.approx(40 / 70)
    assert list(n.frequencies_page(scan)["With the outcome"]) == ["100", "200", "300"]
    assert n.outcome_share(0.8, 1.0) == pytest.approx(0.2)
    assert n.outcome_share(0.8, 0.5) == pytest.approx(1 / 3)
    assert n.likelihood_ratio(0.8, 1 / 3) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((0.8, 0.1, 0.9), "Of 90 negative scans in 100 patients, 18 would be wrong, but only 10 of"),
        ((0.9, 0.5, 0.7), "43 of 100 patients would have to have a positive scan and the outcome, but"),
        ((1.0, 0.3, 0.5), "npv is 1.0; it must be a number between 0 and 1."),
        ((0.8, 0.3, 0.0), "negative is 0.0; it must be a number between 0 and 1."),
    ],
)
def test_shares_that_cannot_hold_together_get_a_sentence(values, sentence):
    with pytest.raises(InputError) as caught:
        n.negative_scan(*values)
    assert sentence in str(caught.value)
