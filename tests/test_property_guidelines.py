"""Two guidelines over patients drawn at random: the finite cases stand for all of them."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from secondline.pathways import agreement_map, guideline_gaps
from secondline.pathways import guidelines as g
from secondline.pathways import negative_scan as n

CHOICES = {i.name: i for i in g.guideline_inputs()}


def values_of(i):
    if i.kind == "choice":
        return st.sampled_from(i.choices)
    if i.kind == "whole":
        return st.integers(int(i.lowest), int(i.highest))
    return st.one_of(st.floats(i.lowest, i.highest), st.sampled_from([7.5]))


patients = st.fixed_dictionaries({name: values_of(i) for name, i in CHOICES.items()})
readings = st.builds(
    g.Readings, **{name: st.sampled_from(c) for name, c in g.reading_choices().items()}
)


@settings(max_examples=200)
@given(patients, readings)
def test_every_patient_has_a_verdict_on_every_step(patient, reading):
    comparison = g.compare(patient, reading)
    assert [p.step for p in comparison.pairs] == list(g.STEPS)
    for pair in comparison.pairs:
        both = bool(pair.nccn.acts), bool(pair.bsh.acts)
        expected = {
            (True, False): "NCCN alone", (False, True): "BSH alone", (False, False): "both silent",
        }.get(both, "agree" if pair.nccn.acts & pair.bsh.acts else "differ")  # fmt: skip
        assert pair.verdict == expected
        for one in (pair.nccn, pair.bsh):
            assert bool(one.silence) != bool(one.acts)
            assert all(d.claims for d in one.speaking)


@settings(max_examples=200)
@given(patients, readings)
def test_a_patient_is_answered_as_the_kind_that_stands_for_it(patient, reading):
    """Replacing each value by the one of its part changes no answer."""
    kind = dict(patient)
    tables = [g.patient_tables()[x, reading.patients(x)] for x in g.GUIDELINES]
    tables += list(g.step_tables().values())
    for name, i in CHOICES.items():
        if i.kind == "choice":
            continue
        if name in agreement_map.INDEX_PARTS:
            low, high = agreement_map.INDEX_PARTS[name]
            kind[name] = high if patient[name] >= 2 else low
            continue
        # the part that gives the same rule in every table
        same = [
            part.value
            for part in agreement_map.parts_of(tables, name)
            if all(
                rule.conditions[place].holds(part.value)
                == rule.conditions[place].holds(patient[name])
                for table in tables
                for place, i in enumerate(table.inputs)
                if i.name == name
                for rule in table.rules
            )
        ]
        # young and very old are told apart by the IPI, not by a rule
        same = [v for v in same if name != "age" or (v > 60) == (patient["age"] > 60)]
        assert len(same) == 1, name
        kind[name] = same[0]
    own, other = g.compare(patient, reading), g.compare(kind, reading)
    assert [p.verdict for p in own.pairs] == [p.verdict for p in other.pairs]
    assert [p.nccn.acts for p in own.pairs] == [p.nccn.acts for p in other.pairs]
    assert [p.bsh.acts for p in own.pairs] == [p.bsh.acts for p in other.pairs]


@settings(max_examples=300)
@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 3), unique=True))
def test_boxes_hold_each_case_once_and_no_other(cases):
    held = [
        case
        for box in guideline_gaps.boxes(cases)
        for case in itertools.product(*(sorted(texts) for texts in box))
    ]
    assert sorted(held) == sorted(cases)


@settings(max_examples=30)
@given(readings)
def test_findings_and_shares_tell_the_same(reading):
    """The cases that differ, counted as shares and as findings, are the same cases."""
    shares = {s.step: s for s in agreement_map.step_shares(reading, shared=True)}
    pairs = agreement_map.shared_pairs(agreement_map.group_pairs(reading))
    by_step = {}
    for finding in guideline_gaps.differences(reading):
        assert finding.total == len(pairs) * len(list(agreement_map.scan_cases(finding.step)))
        by_step[finding.step] = by_step.get(finding.step, 0) + finding.cases
    for step in g.STEPS:
        any_differ = step in shares and shares[step].counts["differ"] > 0
        assert any_differ == (step in by_step)
    for finding in guideline_gaps.step_findings(reading):
        assert 0 < finding.cases <= finding.total


@settings(max_examples=200)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_possible_scan_gives_back_its_predictive_value(outcome, sensitivity, specificity):
    negative = outcome * (1 - sensitivity) + (1 - outcome) * specificity
    npv = (1 - outcome) * specificity / negative
    scan = n.negative_scan(npv, outcome, negative)
    assert abs(scan.sensitivity - sensitivity) < 1e-6
    assert abs(scan.specificity - specificity) < 1e-6
    ratio = n.likelihood_ratio(npv, outcome)
    assert abs(ratio - (1 - sensitivity) / specificity) < 1e-6 * max(1, ratio)
    assert abs(n.outcome_share(npv, ratio) - outcome) < 1e-6
