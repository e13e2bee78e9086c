"""Patients drawn at random: every one is answered, and as the finite cases say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondline import pathways
from secondline.pathways import assessment, definition_pages, positive_scan, refractory, response
from secondline.pathways.tree import decision_tree, way_of


def values(i):
    if i.kind == "choice":
        return st.sampled_from(i.choices)
    if i.kind == "whole":
        return st.integers(int(i.lowest), int(i.highest))
    edges = st.sampled_from([i.lowest, i.highest, 3.0, 6.0, 12.0])
    return st.one_of(st.floats(i.lowest, min(i.highest, 30.0)), edges.filter(lambda v: v <= i.highest))


PATIENTS = st.fixed_dictionaries({i.name: values(i) for i in assessment.assessment_inputs()})
SHARES = st.floats(0.02, 0.98)


@given(PATIENTS)
@settings(max_examples=150)
def test_every_patient_is_answered_and_each_tree_agrees(patient):
    result = assessment.assess(patient)
    assert result.standing == response.NO_NAME or result.standing.split(" and ")[0] in response.STANDINGS
    for table in definition_pages.all_tables():
        decision = pathways.decide(table, result.patient)
        node = decision_tree(table)
        for branch in way_of(table, result.patient):
            node = branch.to
        assert node.answer == decision.answer
        for step, i in ((s, next(i for i in table.inputs if i.name == s.input)) for s in decision.path):
            if decision.covered:
                assert i.condition(step.condition).holds(step.value)


@given(PATIENTS)
@settings(max_examples=150)
def test_the_clock_from_diagnosis_is_never_the_kinder_one(patient):
    """Early by the clock from diagnosis is early by the one from the end of treatment."""
    names = {d.source: d.answer for d in assessment.assess(patient).names}
    if names["CORAL and CIBMTR"] == "early relapse":
        assert names["LY.12"] == "early relapse"
    if names["LY.12"] == "outside":
        assert names["CORAL and CIBMTR"] == "outside"


@given(PATIENTS, st.floats(-100, 1000))
@settings(max_examples=100)
def test_only_the_scan_decides_on_the_scan(patient, change):
    """What comes after first line does not change the name of the scan, nor the other way."""
    one = assessment.assess(patient)
    other = assessment.assess({**patient, "age": 40, "salvage": "PD", "response_to_first_line": "CR"})
    assert one.scan == other.scan
    third = assessment.assess({**patient, "deauville": 1, "spd_change": change})
    assert third.names == one.names
    assert third.second_line == one.second_line


@given(st.sampled_from(refractory.COHORTS), st.floats(0, 24))
def test_a_cohort_is_divided_and_not_changed(cohort, months):
    found = refractory.cohort_names(cohort, months)
    assert len({c.total for c in found}) == 1
    only = {c.definition: c.counts for c in found}
    # the months of treatment concern the clock from diagnosis alone
    usual = {c.definition: c.counts for c in refractory.cohort_names(cohort, 5.0)}
    for definition in refractory.DEFINITIONS:
        if definition != "CORAL and CIBMTR":
            assert only[definition] == usual[definition]


@given(SHARES, SHARES, SHARES, SHARES)
def test_shares_of_a_scan_hold_together(lymphoma, sensitivity, specificity, biopsy):
    scan = positive_scan.positive_scan(lymphoma, sensitivity, specificity, biopsy)
    assert 0 < scan.ppv < 1
    assert scan.biopsy_positive <= scan.ppv
    assert scan.missed <= scan.ppv
    # of all positive scans with lymphoma, each is found or missed
    found = scan.biopsy_positive + scan.missed * (1 - scan.biopsy_positive)
    assert found == pytest.approx(scan.ppv)
    commoner = positive_scan.positive_scan((1 + lymphoma) / 2, sensitivity, specificity, biopsy)
    assert commoner.ppv > scan.ppv


@given(st.floats(0.05, 0.95), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_mixture_gives_its_group_back(ppv, diseased, clear):
    group = ppv * diseased + (1 - ppv) * clear
    assert positive_scan.diseased_outcome(group, ppv, clear) == pytest.approx(diseased, abs=1e-9)
    if clear - diseased > 1e-3:
        assert positive_scan.ppv_that_explains(group, diseased, clear) == pytest.approx(ppv, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.1, 20)), min_size=1, max_size=6),
       st.floats(0.01, 0.99))  # fmt: skip
def test_spd_of_lesions_that_shrink_alike(before, fall):
    now = [(a * (1 - fall), b * (1 - fall)) for a, b in before]
    assert response.spd_change(before, now) == pytest.approx(response.change_from_diameters(fall))
