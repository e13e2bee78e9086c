"""A decision table as a tree and as a flowchart: every case goes where the table sends it."""

import pytest
from test_unit_design_figures import assert_legible

from secondline import figures, pathways
from secondline.errors import InputError
from secondline.pathways.tree import Leaf, decision_tree, leaves, way_of

FILES = (
    "guideline_patients", "guideline_steps", "zuma7_eligibility", "zuma7_efs", "response",
    "refractory", "second_line",
)  # fmt: skip
TABLES = {key: table for name in FILES for key, table in pathways.read_tables(name).items()}
INPUTS = """input,kind,allowed,unit,meaning
age,whole,18 to 100,years,Age.
months,number,0 to 60,months,Time.
stage,choice,I|II|III|IV,,Stage.
"""
HEADER = "table,source,rule,age,months,stage,answer,reason,claims\n"


def table_of(tmp_path, rows):
    (tmp_path / "inputs.csv").write_text(INPUTS, encoding="utf-8")
    (tmp_path / "mine.csv").write_text(HEADER + rows, encoding="utf-8")
    inputs = pathways.read_inputs(tmp_path / "inputs.csv")
    return pathways.read_table(tmp_path / "mine.csv", inputs)


def end_of(table, case):
    tree = decision_tree(table)
    for branch in way_of(table, case):
        assert branch in tree.branches
        tree = branch.to
    assert isinstance(tree, Leaf)
    return tree


@pytest.mark.parametrize("key", TABLES, ids=lambda key: "-".join(key))
def test_every_case_ends_at_the_answer_of_the_table(key):
    table = TABLES[key]
    for case in pathways.enumerate_cases(table):
        decision, leaf = pathways.decide(table, case), end_of(table, case)
        assert leaf.answer == decision.answer
        assert [rule.name for rule in leaf.rules] == ([decision.rule] if decision.covered else [])


@pytest.mark.parametrize("key", TABLES, ids=lambda key: "-".join(key))
def test_branches_part_the_values_and_no_question_is_idle(key):
    table = TABLES[key]
    for way, _ in leaves(decision_tree(table)):
        for i, _ in way:
            cells = pathways.cells_of([table], i.name)
            question = next(q for q in _questions(decision_tree(table)) if q.input == i)
            parts = [cell for branch in question.branches for cell in branch.cells]
            assert sorted(map(str, parts)) == sorted(map(str, cells))
            assert len(question.branches) > 1


def _questions(tree):
    if not isinstance(tree, Leaf):
        yield tree
        for branch in tree.branches:
            yield from _questions(branch.to)


def test_numbers_are_joined_and_read_as_words(tmp_path):
    table = table_of(
        tmp_path,
        "a,,r1,-,<= 3,-,early,,\na,,r2,-,> 3 & <= 6,-,later,,\na,,r3,-,> 12,-,late,,\n",
    )
    tree = decision_tree(table)
    assert [(b.text, b.to.answer) for b in tree.branches] == [
        ("up to 3", "early"), ("over 3, up to 6", "later"), ("over 6, up to 12", "not covered"),
        ("over 12", "late"),
    ]  # fmt: skip
    table = table_of(tmp_path, "a,,r1,>= 61 & <= 80,-,-,yes,,\na,,r2,< 40,-,I|II,no,,\n")
    tree = decision_tree(table)
    assert [b.text for b in tree.branches] == ["18 to 39", "40 to 60 or 81 to 100", "61 to 80"]
    assert [b.text for b in tree.branches[0].to.branches] == ["I or II", "III or IV"]
    table = table_of(tmp_path, "a,,r1,-,12,-,at,,\na,,r2,-,< 12,-,under,,\n")
    assert [b.text for b in decision_tree(table).branches] == ["under 12", "12", "over 12"]
    # the ends of the range by themselves
    table = table_of(tmp_path, "a,,r1,-,> 0 & < 60,-,inside,,\n")
    assert [b.text for b in decision_tree(table).branches] == ["0 or 60", "over 0, under 60"]
    table = table_of(tmp_path, "a,,r1,-,>= 3 & <= 6,-,inside,,\n")
    assert [b.text for b in decision_tree(table).branches] == ["under 3 or over 6", "3 to 6"]


def test_two_rules_for_one_case_are_seen(tmp_path):
    table = table_of(tmp_path, "a,,r1,-,<= 3,-,early,,\na,,r2,-,>= 3,-,late,,\n")
    assert end_of(table, {"months": 3}).answer == "early or late"
    words = assert_legible(figures.flowchart(table, case={"months": 3}))
    assert "early or late" in words


@pytest.mark.parametrize("key", TABLES, ids=lambda key: "-".join(key))
def test_the_picture_has_each_answer_and_is_legible(key):
    table = TABLES[key]
    cases = list(pathways.enumerate_cases(table))
    # the whole picture, and one with a way
    for case in (None, cases[len(cases) // 2]):
        figure = figures.flowchart(table, case=case, provenance="published", source="the review")
        words = [" ".join(text.split()) for text in assert_legible(figure)]
        for _, leaf in leaves(decision_tree(table)):
            assert leaf.answer in words
        assert any(text.startswith("Bold: ") for text in words) == (case is not None)


def test_the_way_of_a_case_is_bold():
    table = TABLES["after the interim scan", "NCCN, section 4"]
    case = {"group": "advanced", "interim_deauville": 4, "interim_uptake": "lower"}
    figure = figures.flowchart(table, case=case)
    bold = [t.get_text() for t in figure.axes[0].texts if t.get_weight() == "bold"]
    assert bold == [
        "Group?", "Interim score?", "advanced", "Interim uptake?", "4 or 5",
        "go on with R-CHOP", "lower",
    ]  # fmt: skip
    plain = figures.flowchart(table)
    assert not [t for t in plain.axes[0].texts if t.get_weight() == "bold"]


def test_another_order_asks_first_what_it_is_told_and_answers_alike():
    table = TABLES["joined", "this book's reading"]
    order = ("new_foci", "deauville", "uptake")
    tree = decision_tree(table, order)
    assert tree.input.name == "new_foci"
    assert sum(1 for _ in leaves(tree)) < sum(1 for _ in leaves(decision_tree(table)))
    for case in pathways.enumerate_cases(table):
        node = tree
        for branch in way_of(table, case, order):
            node = branch.to
        assert node.answer == pathways.decide(table, case).answer
    words = assert_legible(figures.flowchart(table, order=order))
    assert words[0] == "New foci?"
    with pytest.raises(InputError, match="reading.* has no input 'age'; it has 'scan_time', "):
        decision_tree(table, ("age",))


def test_a_malformed_case_gets_a_sentence():
    table = TABLES["NCCN", "section 4"]
    with pytest.raises(InputError, match="stage is 'V'; allowed: 'I', 'II', 'III' or 'IV'."):
        figures.flowchart(table, case={"stage": "V", "extensive_mesenteric": "no"})
