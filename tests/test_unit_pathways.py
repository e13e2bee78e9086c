"""Decision tables: how they are written, what they answer, and what is wrong with a bad one."""

import itertools

import pytest

from secondline import pathways
from secondline.errors import InputError
from secondline.pathways import (
    assessment,
    guidelines,
    negative_scan,
    positive_scan,
    refractory,
    response,
)
from secondline.tables import read_dictionary

INPUTS = """input,kind,allowed,unit,meaning
age,whole,18 to 100,years,Age.
months,number,0 to 60,months,Time.
stage,choice,I|II|III|IV,,Stage.
"""
HEADER = "table,source,rule,age,months,stage,answer,reason,claims\n"


@pytest.fixture
def write(tmp_path):
    def write(rows: str, header: str = HEADER, inputs: str = INPUTS):
        (tmp_path / "inputs.csv").write_text(inputs, encoding="utf-8")
        path = tmp_path / "mine.csv"
        path.write_text(header + rows, encoding="utf-8")
        return pathways.read_tables(path, pathways.read_inputs(tmp_path / "inputs.csv"))

    return write


@pytest.mark.parametrize(
    ("text", "fits", "fails"),
    [
        ("-", (0, 12, 60), ()),
        ("12", (12, 12.0), (11.999, 13)),
        ("= 12", (12,), (11,)),
        ("<= 12", (0, 12), (12.001, 60)),
        ("< 12", (0, 11.999), (12,)),
        (">= 12", (12, 60), (11.999,)),
        ("> 12", (12.001, 60), (12, 0)),
        ("> 3 & <= 6", (3.001, 6), (3, 6.001)),
        ("0|12", (0, 12), (6,)),
        ("0 | > 3 & < 6 | >= 50", (0, 4, 50), (3, 6, 49.9)),
    ],
)
def test_a_condition_on_a_number_means_what_it_says(text, fits, fails):
    condition = pathways.Input("months", "number", "", "", (), 0.0, 60.0).condition(text)
    assert all(condition.holds(value) for value in fits)
    assert not any(condition.holds(value) for value in fails)


@pytest.mark.parametrize("text", ["", "about 12", "12 months", "<=", "=> 3", "3..6", "not 3", "1e3"])
def test_a_text_that_is_no_condition_is_refused(text):
    number = pathways.Input("months", "number", "", "", (), 0.0, 60.0)
    with pytest.raises(InputError, match="is no condition on months; write '-' for any"):
        number.condition(text)


def test_nothing_in_a_file_is_run(write, tmp_path):
    bait = f"__import__('pathlib').Path({str(tmp_path / 'ran')!r}).touch()"
    with pytest.raises(InputError, match="is no condition on months"):
        write(f'a,,r1,-,"{bait}",-,yes,,\n')
    assert not (tmp_path / "ran").exists()


def test_a_table_answers_with_rule_reason_and_path(write):
    (table,) = write(
        "a,x,young,< 60,<= 12,-,yes,Early and young.,guide-eligibility-ecog\n"
        "a,x,late,-,> 12,I|II,no,Late.,\n"
    ).values()
    decision = pathways.decide(table, {"age": 50, "months": 6.0, "stage": "III", "more": 1})
    assert (decision.rule, decision.answer, decision.reason) == ("young", "yes", "Early and young.")
    assert decision.claims == ("guide-eligibility-ecog",)
    assert [str(step) for step in decision.path] == ["age is 50 (< 60)", "months is 6 (<= 12)"]
    assert decision.covered
    with pytest.raises(AttributeError):
        decision.answer = "no"


def test_a_case_without_a_rule_is_not_covered(write):
    (table,) = write("a,x,early,-,<= 12,-,yes,,\n").values()
    decision = pathways.decide(table, {"months": 13})
    assert (decision.rule, decision.answer, decision.covered) == ("", "not covered", False)
    assert str(decision.path[0]) == "months is 13 (no rule)"
    (low, high) = pathways.gaps(table)
    assert (low.text, high.text) == ("months: between 12 and 60", "months: 60")
    assert not pathways.overlaps(table)


def test_two_rules_for_one_case_are_an_error_that_names_them(write):
    (table,) = write("a,x,early,-,<= 12,-,yes,,\na,x,late,-,>= 12,-,no,,\n").values()
    (both,) = pathways.overlaps(table)
    assert both.rules == ("early", "late")
    assert both.case == {"months": 12.0}
    assert not pathways.gaps(table)
    with pytest.raises(InputError, match=r"rules early and late of a \(x\) both fit this case"):
        pathways.decide(table, {"months": 12})
    assert pathways.decide(table, {"months": 11.9}).rule == "early"


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ({"age": 17}, "age is 17; it must be a whole number from 18 to 100."),
        ({"age": 50.5}, "age is 50.5; it must be a whole number"),
        ({"age": True}, "age is True; it must be a whole number"),
        ({"age": "fifty"}, "age is 'fifty'; it must be a whole number"),
        ({"months": -1}, "months is -1; it must be a number from 0 to 60."),
        ({"months": float("nan")}, "months is nan; it must be a number"),
        ({"months": None}, "months is None; it must be a number"),
        ({"stage": "V"}, "stage is 'V'; allowed: 'I', 'II', 'III' or 'IV'."),
        ({"stage": ["I"]}, "allowed: 'I', 'II', 'III' or 'IV'."),
    ],
)
def test_a_malformed_case_gets_a_sentence(write, case, sentence):
    (table,) = write("a,x,r,> 20,> 1,I,yes,,\n").values()
    with pytest.raises(InputError) as caught:
        pathways.decide(table, {"age": 50, "months": 2, "stage": "I"} | case)
    assert sentence in str(caught.value)


def test_all_that_is_missing_is_named_at_once(write):
    (table,) = write("a,x,r,> 20,> 1,I,yes,,\n").values()
    with pytest.raises(InputError) as caught:
        pathways.decide(table, {"stage": "I"})
    assert "age is missing; it must be a whole number from 18 to 100." in str(caught.value)
    assert "months is missing; it must be a number from 0 to 60." in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("a,x,r,-,-,V,yes,,\n", "Line 2 (r): stage has no value 'V'; allowed: 'I',"),
        ("a,x,r,-,> 61,-,yes,,\n", "Line 2 (r): months cannot be 61; it must be a number from 0"),
        ("a,x,r,> 20.5,-,-,y,,\n", "Line 2 (r): age cannot be 20.5; it must be a whole number"),
        ("a,x,r,-,-,-,,,\n", "Line 2 (r): table, rule and answer are needed."),
        ("a,x,r,-,-,-,y,,\na,x,r,-,-,-,y,,\n", "Line 3 (r): the rule's name stands twice."),
        ("a,x,r,-,-,-,y,,guide-ecog\n", "Line 2 (r): There is no claim 'guide-ecog' in seeds/."),
    ],
)
def test_a_bad_row_gets_a_sentence_with_its_line(write, rows, sentence):
    with pytest.raises(InputError) as caught:
        write(rows)
    assert sentence in str(caught.value)


def test_bad_headers_and_files_get_a_sentence(write, tmp_path):
    with pytest.raises(InputError, match="there is no input 'colour'; there are age, months, stage"):
        write("a,x,r,red,y,,\n", header="table,source,rule,colour,answer,reason,claims\n")
    with pytest.raises(InputError, match="the columns must be table, source, rule, then the inputs"):
        write("a,x,r,y,,\n", header="table,source,rule,answer,reason,claims\n")
    with pytest.raises(InputError, match="line 1: the column 'age' stands twice"):
        write("a,x,r,-,-,y,,\n", header="table,source,rule,age,age,answer,reason,claims\n")
    with pytest.raises(InputError, match=r"There is no file of tables 'zuma8'; there are '.*'zuma7_efs',"):
        pathways.read_tables("zuma8")
    with pytest.raises(InputError, match=r"There is no file '.*none\.csv'"):
        pathways.read_tables(tmp_path / "none.csv")
    with pytest.raises(InputError, match="holds 3 tables .*; use read_tables"):
        pathways.read_table("zuma7_efs")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("x,colour,red,,", "kind is 'colour'; allowed: 'choice', 'number' or 'whole'."),
        ("x,number,many,,", "allowed is 'many'; write '0 to 100'."),
        ("x,number,5 to 1,,", "allowed is '5 to 1'; write '0 to 100'."),
        ("x,number,0 to inf,,", "allowed is '0 to inf'; write '0 to 100'."),
        ("x,whole,0.5 to 3,,", "allowed is '0.5 to 3'; write '0 to 100'."),
        ("x,choice,a|a,,", "a choice is empty or stands twice."),
        ("answer,choice,a|b,,", "that of a fixed column."),
    ],
)
def test_a_bad_input_definition_gets_a_sentence(write, row, sentence):
    with pytest.raises(InputError) as caught:
        write("", inputs="input,kind,allowed,unit,meaning\n" + row + "\n")
    assert sentence in str(caught.value)


def test_a_file_with_one_table_is_read_as_one(write, tmp_path):
    write("a,x,r,-,-,I,yes,,\n")
    inputs = pathways.read_inputs(tmp_path / "inputs.csv")
    table = pathways.read_table(tmp_path / "mine.csv", inputs)
    assert (table.name, table.source, [i.name for i in table.inputs]) == ("a", "x", ["stage"])


# the criteria of ZUMA-7


ELIGIBILITY = pathways.eligibility_tables()
EXPECTED_GAPS = {
    ("timing", "review on the arms"): ["CR", "SD", "PD"],
    ("timing", "review on other definitions"): ["CR"],
    ("ecog", "guide, reasons"): [0, 1, 3, 4],
    ("ecog", "guide on practice"): [3, 4],
}


@pytest.mark.parametrize("key", ELIGIBILITY, ids=lambda key: "-".join(key))
def test_each_case_of_each_table_has_one_answer_or_a_named_gap(key):
    table = ELIGIBILITY[key]
    assert not pathways.overlaps(table)
    gaps = [gap.case for gap in pathways.gaps(table)]
    if key == ("timing", "guide on practice"):
        assert {case["response_to_first_line"] for case in gaps} == {"PR", "SD", "PD"}
    else:
        assert [next(iter(case.values())) for case in gaps] == EXPECTED_GAPS.get(key, [])
    cases = list(pathways.enumerate_cases(table))
    answers = [pathways.decide(table, case).answer for case in cases]
    assert len(cases) == len({tuple(case.items()) for case in cases})
    assert answers.count("not covered") == len(gaps)


@pytest.mark.parametrize("name", pathways.CRITERIA)
def test_every_case_of_a_criterion_has_one_verdict_and_a_source_that_speaks(name):
    tables = [table for (criterion, _), table in ELIGIBILITY.items() if criterion == name]
    verdicts = set()
    for case in pathways.enumerate_cases(*tables):
        result = pathways.eligibility({**pathways.TYPICAL_PATIENT, **case})[name]
        verdicts.add(result.verdict)
        assert result.speaking, case
        said = {d.answer for d in result.speaking}
        assert result.verdict == (said.pop() if len(said) == 1 else "sources disagree")
        assert all(d.claims for d in (*result.decisions, *result.others) if d.covered)
    assert {"met", "not met"} <= verdicts or name in ("ecog", "cd19")
    assert "met" in verdicts


def test_the_whole_space_of_the_criteria_has_one_answer():
    """Criteria are answered apart, so every combination of their verdicts is every case."""
    reached = []
    for name in pathways.CRITERIA:
        tables = [table for (criterion, _), table in ELIGIBILITY.items() if criterion == name]
        results = {}
        for case in pathways.enumerate_cases(*tables):
            result = pathways.eligibility({**pathways.TYPICAL_PATIENT, **case})[name]
            results.setdefault(result.verdict, result)
        reached.append(tuple(results.values()))
    count = 0
    for criteria in itertools.product(*reached):
        verdicts = [c.verdict for c in criteria]
        answer = pathways.combine(criteria)
        if "not met" in verdicts:
            assert answer.verdict == "not eligible"
            assert [c.verdict for c in answer.deciding] == ["not met"] * verdicts.count("not met")
        elif "sources disagree" in verdicts:
            assert answer.verdict == "sources disagree"
        else:
            assert (answer.verdict, answer.deciding) == ("eligible", ())
        count += 1
    # three criteria have three verdicts each, CD19 two, the others two
    assert count == 2**10 * 3**2


def test_stretches_along_the_months_meet_without_a_hole():
    stretches = pathways.answers_along(
        "timing", "months_since_first_line", pathways.TYPICAL_PATIENT, 24
    )
    by_source = itertools.groupby(stretches, key=lambda s: s.source)
    for source, run in by_source:
        run = list(run)
        assert (run[0].lower, run[0].includes_lower, run[-1].upper) == (0, True, 24)
        for before, after in itertools.pairwise(run):
            assert before.upper == after.lower
            assert before.includes_upper != after.includes_lower
            assert before.answer != after.answer
        for stretch in run:
            inside = (stretch.lower + stretch.upper) / 2
            patient = {**pathways.TYPICAL_PATIENT, "months_since_first_line": inside}
            table = ELIGIBILITY["timing", source]
            assert pathways.decide(table, patient).answer == stretch.answer
    assert "review on the arms" not in {s.source for s in stretches}


def test_dictionary_names_the_columns_of_the_tables():
    dictionary = read_dictionary()

    def columns(table):
        return list(dictionary[dictionary["table"] == table]["column"])

    fixed = ["table", "source", "rule", "input", "answer", "reason", "claims"]
    assert columns("pathways/zuma7_eligibility") == fixed
    assert columns("pathways/inputs") == ["input", "kind", "allowed", "unit", "meaning"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pathways.decide(None, {}), "table is None; it must be a decision table"),
        (lambda: pathways.decide(pathways.read_table("bock_bands"), None), "The case is None"),
        (lambda: pathways.gaps("rules"), "table is 'rules'; it must be a decision table"),
        (lambda: positive_scan.diseased_outcome(2, 0.5, 0.9), "group is 2; it must be a share"),
        (lambda: pathways.eligibility(None), "The case is None; it must be a dict"),
        (lambda: pathways.single_changes("old"), "The case is 'old'; it must be a dict"),
        (lambda: pathways.read_table(None), "source is None; give the name or the path"),
        (lambda: assessment.assess(3), "The case is 3; it must be a dict"),
        (lambda: guidelines.compare([]), "The case is []; it must be a dict"),
        (lambda: guidelines.compare({}, "text"), "readings is 'text'; it must be Readings"),
        (lambda: negative_scan.negative_scan("a", 0.3, 0.7), "npv is 'a'; it must be a number"),
        (lambda: negative_scan.outcome_share(0.8, 0), "ratio is 0; it must be a number above 0"),
        (lambda: negative_scan.likelihood_ratio(0.8, 1), "outcome is 1; it must be a number"),
        (lambda: positive_scan.positive_scan(0.2, None, 1, 1), "sensitivity is None; it must be"),
        (lambda: positive_scan.ppv_that_explains("a", 0.3, 0.9), "group is 'a'; it must be a share"),
        (lambda: response.spd(None), "lesions is None; give two diameters"),
        (lambda: response.spd([(1, 2, 3)]), "Lesion 1 has 3 diameters; the SPD takes two"),
        (lambda: response.change_from_diameters("half"), "fall is 'half'; it must be a share"),
        (lambda: refractory.name_grid("five"), "first_line_months is 'five'; it must be a number"),
        (lambda: refractory.cohort_names("MER", None), "first_line_months is None"),
    ],
)
def test_what_is_no_table_no_case_and_no_number_is_told_in_a_sentence(call, sentence):
    with pytest.raises(InputError) as caught:
        call()
    assert sentence in str(caught.value)
