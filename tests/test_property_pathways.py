"""Decision tables with rules drawn at random: the finite cases stand for all cases."""

from hypothesis import given, settings
from hypothesis import strategies as st

from secondline import pathways
from secondline.errors import InputError
from secondline.pathways import DecisionTable, Input, Rule

AGE = Input("age", "whole", "", "", (), 18.0, 40.0)
MONTHS = Input("months", "number", "", "", (), 0.0, 60.0)
STAGE = Input("stage", "choice", "", "", ("I", "II", "III"))


@st.composite
def number_conditions(draw, i):
    whole = st.integers(int(i.lowest), int(i.highest))
    term = st.builds("{}{}".format, st.sampled_from(["<= ", "< ", ">= ", "> ", "= ", ""]), whole)
    part = st.lists(term, min_size=1, max_size=2).map(" & ".join)
    text = st.lists(part, min_size=1, max_size=2).map(" | ".join)
    return i.condition(draw(st.one_of(st.just("-"), text)))


@st.composite
def rules(draw, most=4):
    stages = st.lists(st.sampled_from(STAGE.choices), min_size=1, max_size=2, unique=True)
    found = []
    for place in range(draw(st.integers(1, most))):
        stage = STAGE.condition(draw(st.one_of(st.just("-"), stages.map("|".join))))
        conditions = (draw(number_conditions(AGE)), draw(number_conditions(MONTHS)), stage)
        found.append(Rule(f"r{place}", conditions, f"answer {place}", "", ()))
    return DecisionTable("drawn", "", (AGE, MONTHS, STAGE), tuple(found))


cases = st.fixed_dictionaries(
    {
        "age": st.integers(18, 40),
        "months": st.one_of(st.integers(0, 60), st.floats(0, 60)),
        "stage": st.sampled_from(STAGE.choices),
    }
)


def by_hand(table, case):
    """The rules that fit, from their text, with Python's own comparison."""

    def term(text, value):
        sign = text.rstrip("0123456789").strip() or "="
        number = float(text.lstrip("<>= "))
        return {"<=": value <= number, "<": value < number, ">=": value >= number,
                ">": value > number, "=": value == number}[sign]  # fmt: skip

    def fits(text, value):
        if text == "-":
            return True
        if isinstance(value, str):
            return value in text.split("|")
        return any(all(term(t.strip(), value) for t in p.split("&")) for p in text.split("|"))

    return [
        rule.name
        for rule in table.rules
        if all(
            fits(condition.text, case[i.name])
            for i, condition in zip(table.inputs, rule.conditions, strict=True)
        )
    ]


@settings(max_examples=200)
@given(rules(), cases)
def test_a_case_is_answered_as_its_rules_say(table, case):
    fitting = by_hand(table, case)
    if len(fitting) > 1:
        try:
            pathways.decide(table, case)
        except InputError as error:
            assert all(name in str(error) for name in fitting)
        else:
            raise AssertionError("two rules fit and nothing was said")
        return
    decision = pathways.decide(table, case)
    assert [decision.rule] == (fitting or [""])
    assert decision.answer == (f"answer {fitting[0][1:]}" if fitting else "not covered")
    for step in decision.path:
        assert step.value == case[step.input]


@settings(max_examples=150)
@given(rules(), cases)
def test_any_case_is_answered_as_the_part_that_it_lies_in(table, case):
    part = {}
    for i in table.inputs:
        inside = [cell for cell in pathways.cells_of([table], i.name) if cell.has(case[i.name])]
        assert len(inside) == 1, (i.name, case[i.name])
        part[i.name] = inside[0].value
    assert part in list(pathways.enumerate_cases(table))
    assert by_hand(table, part) == by_hand(table, case)


@settings(max_examples=60)
@given(rules(most=3))
def test_gaps_and_overlaps_are_all_of_them(table):
    everything = list(pathways.enumerate_cases(table))
    fitting = [by_hand(table, case) for case in everything]
    assert [gap.case for gap in pathways.gaps(table)] == [
        case for case, names in zip(everything, fitting, strict=True) if not names
    ]
    assert [(o.case, list(o.rules)) for o in pathways.overlaps(table)] == [
        (case, names) for case, names in zip(everything, fitting, strict=True) if len(names) > 1
    ]


@st.composite
def patients(draw):
    def value(i):
        if i.kind == "choice":
            return st.sampled_from(i.choices)
        if i.kind == "whole":
            return st.integers(int(i.lowest), int(i.highest))
        return st.floats(i.lowest, i.highest)

    return {i.name: draw(value(i)) for i in pathways.eligibility_inputs()}


@settings(max_examples=150)
@given(patients())
def test_every_patient_has_one_verdict_with_its_reasons(patient):
    result = pathways.eligibility(patient)
    assert [c.name for c in result.criteria] == list(pathways.CRITERIA)
    verdicts = [c.verdict for c in result.criteria]
    expected = (
        "not eligible"
        if "not met" in verdicts
        else "sources disagree"
        if "sources disagree" in verdicts
        else "eligible"
    )
    assert result.verdict == expected
    assert bool(result.deciding) == (expected != "eligible")
    text = pathways.verdict_sentences(result)
    assert all(c.label in text for c in result.deciding)
    assert len(pathways.criteria_page(result)) == len(pathways.CRITERIA)
    assert not (pathways.sources_page(result)[["Answer", "Reason", "Where"]] == "").any().any()


@settings(max_examples=40)
@given(patients())
def test_single_changes_touch_one_value_and_miss_the_own(patient):
    for name, text, result in pathways.single_changes(patient):
        assert name in patient and text
        unchanged = pathways.eligibility(patient)
        touched = {c.name for c, d in zip(result.criteria, unchanged.criteria, strict=True) if c != d}
        reads = {
            criterion
            for (criterion, _), table in pathways.eligibility_tables().items()
            if any(i.name == name for i in table.inputs)
        }
        assert touched <= reads
