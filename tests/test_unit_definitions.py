"""Partial response, refractory disease and second line: each answer, path, gap and overlap."""

import itertools

import pytest

from secondline import pathways
from secondline.errors import InputError
from secondline.pathways import assessment, definition_pages, refractory, response
from secondline.pathways import second_line as after
from secondline.pathways.tree import decision_tree, leaves

FIRST = dict(definition_pages.FIRST_PATIENT)
TABLES = definition_pages.all_tables()


def assessed(**changes):
    return assessment.assess({**FIRST, **changes})


def said(decisions):
    return {d.source: d.answer for d in decisions if d.covered}


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.name}-{t.source}")
def test_each_case_has_one_answer_or_none(table):
    assert not pathways.overlaps(table)
    decisions = [pathways.decide(table, case) for case in pathways.enumerate_cases(table)]
    assert sum(not d.covered for d in decisions) == len(pathways.gaps(table))
    assert all(d.claims and d.reason for d in decisions if d.covered)
    # no rule is dead
    assert {d.rule for d in decisions if d.covered} == {rule.name for rule in table.rules}


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.name}-{t.source}")
def test_gaps_in_words_are_the_gaps(table):
    words = definition_pages.gaps_in_words(table)
    assert bool(words) == bool(pathways.gaps(table))
    uncovered = sum(not leaf.covered for _, leaf in leaves(decision_tree(table)))
    assert uncovered == (words.count("; ") + 1 if words else 0)


@pytest.mark.parametrize(
    ("changes", "interim", "end"),
    [
        ({}, "partial response", "partial response and treatment failure"),
        ({"deauville": 5}, "partial response", "partial response and treatment failure"),
        ({"uptake": "unchanged"}, "treatment failure", "treatment failure"),
        ({"uptake": "higher"}, "treatment failure", "treatment failure"),
        ({"new_foci": "yes"}, "partial response and treatment failure",
         "partial response and treatment failure"),
        ({"deauville": 3, "spd_change": 0.0}, "no name", "no name"),
        ({"deauville": 3, "spd_change": 0.0, "new_foci": "yes"}, "treatment failure",
         "treatment failure"),
        ({"deauville": 1, "uptake": "unchanged", "spd_change": -50.0}, "no name", "no name"),
        ({"deauville": 1, "uptake": "unchanged", "spd_change": -50.1}, "no name",
         "partial response"),
        ({"deauville": 2, "spd_change": -0.1}, "partial response", "partial response"),
        ({"uptake": "unchanged", "spd_change": -80.0}, "treatment failure",
         "partial response and treatment failure"),
    ],
)  # fmt: skip
def test_one_scan_at_two_times_by_lugano(changes, interim, end):
    assert assessed(**changes, scan_time="interim").standing == interim
    assert assessed(**changes, scan_time="end of treatment").standing == end


def test_names_of_the_first_scan():
    assert said(assessed().scan) == {
        "Lugano, definition": "partial metabolic response",
        "Lugano, its two times": "residual disease",
        "Lugano, after Cheson": "treatment failure",
        "Lugano, Table 1, PET": "partial response",
        "Lugano, Table 1, caption": "partial response",
        "NCCN, Table 1, limited stage": "partial response",
        "NCCN, Table 1, advanced stage": "partial response",
    }
    assert len(assessed().scan_names) == 4
    five = said(assessed(scan_time="interim", deauville=5, uptake="unchanged").scan)
    assert "NCCN, limited stage" not in five
    assert five["NCCN, advanced stage"] == "not said"
    assert five["BSH"] == "no complete metabolic response"
    four = said(assessed(scan_time="interim", uptake="higher").scan)
    assert four["NCCN, limited stage"] == "partial response"
    assert four["Lugano, on failure"] == "treatment failure"


def test_the_joined_reading_never_goes_against_all_passages():
    pet = [t for t in response.tables_on("scan") if t.source not in
           ("Lugano, Table 1, CT", "Lugano, Table 1, caption")]  # fmt: skip
    for case in pathways.enumerate_cases(*pet):
        decisions = [pathways.decide(t, case) for t in pet]
        found = {response.STANDS_FOR[d.answer] for d in decisions if d.answer in response.STANDS_FOR}
        mine = response.joined(case)
        if not mine.covered:
            assert not found
        elif mine.answer in response.STANDINGS:
            assert mine.answer in found
        else:
            assert found == {"partial response", "treatment failure"}
            assert case["scan_time"] == "end of treatment"


def test_kinds_of_scan_are_counted_once():
    counts = response.standings(response.LUGANO)
    # five scores cut at two and four, three uptakes, new foci, seven parts of the SPD
    tables = response.tables_on("scan")
    cells = [len(pathways.cells_of(tables, n)) for n in ("deauville", "uptake", "new_foci", "spd_change")]
    assert cells == [5, 3, 2, 7]
    for time in response.TIMES:
        assert counts[time].total() == 5 * 3 * 2 * 7
    everything = response.standings()
    assert everything["interim"]["no name"] == 0
    # scores one to three, no new focus: nothing is smaller or uptake is not lower
    assert counts["interim"]["no name"] == 3 * (2 * 7 + 3)


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"marrow": "clear"}, "not covered"),
        ({"marrow": "lower than at baseline"}, "partial response in the marrow"),
        ({"marrow": "not lower"}, "not covered"),
        ({"marrow": "focal"}, "MRI, biopsy or a later scan"),
        ({"marrow": "focal", "uptake": "higher"}, "not covered"),
    ],
)
def test_marrow(changes, answer):
    assert assessed(**changes).marrow[0].answer == answer


@pytest.mark.parametrize(
    ("changes", "limited", "advanced"),
    [
        ({"biopsy": "positive"}, "not covered", "refractory disease"),
        ({"biopsy": "negative"}, "not covered", "not covered"),
        ({"biopsy": "negative", "scan_time": "interim"}, "as a complete response", "not covered"),
        ({"biopsy": "positive", "scan_time": "interim"}, "not said", "not covered"),
        ({"biopsy": "positive", "scan_time": "interim", "deauville": 5}, "not covered", "not covered"),
    ],
)
def test_biopsy(changes, limited, advanced):
    assert [d.answer for d in assessed(**changes).biopsy] == [limited, advanced]


@pytest.mark.parametrize(
    ("response_", "months", "expected"),
    [
        ("PD", 0.0, "RRRRRR"),
        ("SD", 99.0, "RRRRRR"),
        ("PR", 0.0, "RN???E"),
        ("CR", 7.0, "ENREEE"),
        ("CR", 7.1, "ENROEE"),
        ("CR", 12.0, "ENROEE"),
        ("CR", 12.1, "ONNOOO"),
    ],
)
def test_what_six_definitions_call_a_patient(response_, months, expected):
    letters = {"refractory": "R", "early relapse": "E", "not refractory": "N", "outside": "O",
               "not said": "?"}  # fmt: skip
    result = assessed(response_to_first_line=response_, months_since_first_line=months)
    names = said(result.names)
    assert "".join(letters[names[d]] for d in refractory.DEFINITIONS) == expected


def test_the_grid_says_which_names_change():
    grid = refractory.name_grid(5.0)
    assert [one.kind.text for one in grid] == ["PD", "PR", "2", "5", "8", "11", "14"]
    assert [one.contested for one in grid] == [False, True, True, True, True, True, False]
    assert [one.moves for one in grid] == [False, True, True, True, True, True, False]
    # the clock from diagnosis moves with the months of treatment
    coral = [one.names["CORAL and CIBMTR"] for one in refractory.name_grid(1.0)]
    assert coral[2:] == ["early relapse"] * 3 + ["early relapse", "outside"]


def test_cohorts_by_hand():
    mer = {c.definition: c.counts for c in refractory.cohort_names("MER", 5.0)}
    assert mer == {
        "three trials": {"refractory": 80, "early relapse": 52},
        "neither PR nor CR": {"refractory": 40, "not refractory": 92},
        "failure or relapse": {"refractory": 92, "not said": 40},
        "CORAL and CIBMTR": {"refractory": 40, "not said": 40, "hangs on the month": 52},
        "LY.12": {"refractory": 40, "not said": 40, "early relapse": 52},
        "Bock, conclusion": {"refractory": 40, "early relapse": 92},
    }
    for cohort, n in {"MER": 132, "LEO": 308}.items():
        assert {c.total for c in refractory.cohort_names(cohort, 5.0)} == {n}
    # without months of treatment both clocks are one
    same = {c.definition: c.counts for c in refractory.cohort_names("LEO", 0.0)}
    assert same["CORAL and CIBMTR"] == {"refractory": 145, "not said": 66, "early relapse": 97}
    # a treatment of a year leaves no early relapse by the clock from diagnosis
    late = {c.definition: c.counts for c in refractory.cohort_names("LEO", 12.0)}
    assert late["CORAL and CIBMTR"] == {"refractory": 145, "not said": 66, "outside": 97}
    with pytest.raises(InputError, match="cohort is 'mer'; allowed: 'MER' or 'LEO'."):
        refractory.cohort_names("mer", 5.0)


def test_printed_bands_overlap_in_two_months():
    table = refractory.printed_bands()
    assert [o.case for o in pathways.overlaps(table)] == [
        {"months_since_first_line": 3.0}, {"months_since_first_line": 6.0},
    ]  # fmt: skip
    assert list(definition_pages.overlaps_page(table)["Bands"]) == [
        "within 3 months and 3 to 6 months", "3 to 6 months and 6 to 12 months",
    ]  # fmt: skip
    with pytest.raises(InputError, match="band-3 and band-3-6"):
        pathways.decide(table, {"months_since_first_line": 3})
    for month in (3, 6):
        names = said(assessed(response_to_first_line="CR", months_since_first_line=month).names)
        assert names["Bock, three groups"] == "early relapse in two bands"


@pytest.mark.parametrize(
    ("changes", "way", "sources"),
    [
        ({}, "CAR-T and transplant", {"Conclusion, under 65", "Abstract", "Discussion, its end"}),
        ({"age": 64}, "CAR-T and transplant", {"Conclusion, under 65", "Abstract"}),
        ({"age": 65}, "CAR-T", {"Abstract", "Discussion, its end"}),
        ({"age": 65, "salvage": "PR"}, "CAR-T and transplant", {"Discussion, salvage responders"}),
        ({"response_to_first_line": "PD"}, "CAR-T", {"NCCN", "Introduction, early failure"}),
        ({"response_to_first_line": "CR"}, "CAR-T and transplant", {"on late relapse", "NCCN"}),
        ({"response_to_first_line": "CR", "months_since_first_line": 7.0}, "CAR-T", {"NCCN"}),
        ({"response_to_first_line": "CR", "months_since_first_line": 14.0}, "transplant",
         {"on late relapse"}),
        ({"response_to_first_line": "CR", "months_since_first_line": 14.0, "age": 66},
         "CAR-T and transplant", {"on late relapse", "Discussion, older patients"}),
        ({"response_to_first_line": "CR", "months_since_first_line": 14.0, "fit_for": "neither"},
         "neither", set()),
        ({"response_to_first_line": "CR", "months_since_first_line": 6.0, "salvage": "CR"},
         "CAR-T and transplant", {"Discussion, CR to salvage", "Discussion, salvage responders"}),
    ],
)  # fmt: skip
def test_second_line(changes, way, sources):
    result = assessed(**changes)
    assert result.way == way
    speaking = {d.source for d in result.second_line if d.answer in ("CAR-T", "transplant")}
    assert sources <= speaking
    assert bool(speaking) == bool(sources)


def test_access_to_car_t_changes_the_reason_and_not_the_answer():
    rules = [
        next(d for d in assessed(timely_car_t=access).second_line if d.source == "Conclusion, under 65")
        for access in ("yes", "no")
    ]
    assert [d.answer for d in rules] == ["transplant"] * 2
    assert rules[0].reason != rules[1].reason


def test_possible_cases_have_clocks_that_go_together():
    cases = list(after.possible_cases())
    keys = {tuple(case.values()) for case in cases}
    assert len(keys) == len(cases)
    counts = after.ways_by_response()
    assert {name: c.total() for name, c in counts.items()} == {"CR": 2400, "PR": 150, "SD": 150, "PD": 150}
    # ages under 65 in any case, or a response to salvage at 65 and over
    ages = len(pathways.cells_of(after.second_line_tables().values(), "age"))
    young = 2
    assert counts["PR"]["CAR-T and transplant"] == 3 * 2 * (young * 5 + (ages - young) * 2)
    assert counts["PR"]["transplant"] == counts["PR"]["neither"] == 0
    for case in cases:
        if case["response_to_first_line"] == "CR" and case["months_since_first_line"] > 12:
            assert case["months_since_diagnosis"] > 12


def test_an_answer_carries_its_path_rule_and_source():
    decision = next(d for d in assessed().scan if d.source == "Lugano, after Cheson")
    assert decision.rule == "scan-cheson-end"
    assert decision.claims == ("prr-lugano-eot-ds",)
    page = definition_pages.decisions_page(assessed().scan).set_index("Passage")
    row = page.loc["Lugano, after Cheson"]
    assert row["Path"] == "scan at end of treatment; Deauville score 4 (4 or 5)"
    assert row["Where"] == "Section 4, paragraph 1, sentence 8"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"deauville": 6}, "deauville is 6; it must be a whole number from 1 to 5."),
        ({"deauville": 4.5}, "deauville is 4.5; it must be a whole number"),
        ({"deauville": 0}, "deauville is 0; it must be a whole number from 1 to 5."),
        ({"spd_change": -101.0}, "spd_change is -101.0; it must be a number from -100 to 1000."),
        ({"spd_change": float("nan")}, "spd_change is nan; it must be a number"),
        ({"uptake": "less"}, "uptake is 'less'; allowed: 'lower', 'unchanged' or 'higher'."),
        ({"marrow": None}, "marrow is None; allowed: 'clear', 'lower than at baseline'"),
        ({"first_line_months": 25.0}, "first_line_months is 25.0; it must be a number from 0 to 24."),
        ({"salvage": "none"}, "salvage is 'none'; allowed: 'not given', 'CR', 'PR', 'SD' or 'PD'."),
    ],
)
def test_a_malformed_patient_gets_a_sentence(changes, sentence):
    with pytest.raises(InputError) as caught:
        assessed(**changes)
    assert sentence in str(caught.value)


def test_missing_values_are_all_named():
    with pytest.raises(InputError) as caught:
        assessment.assess({})
    for name in assessment.ASSESSMENT_INPUTS:
        assert f"{name} is missing" in str(caught.value)


def test_longest_times_can_be_added_up():
    result = assessed(months_since_first_line=600.0, first_line_months=24.0)
    assert result.patient["months_since_diagnosis"] == 624.0


def test_readings_follow_the_patient():
    scan = definition_pages.scan_reading(assessed())
    assert "it has 4 names in all" in scan
    none = definition_pages.scan_reading(assessed(deauville=1, uptake="unchanged"))
    assert "Made after treatment, no passage has a name for it." in none
    one = definition_pages.scan_reading(
        assessed(deauville=1, uptake="unchanged", scan_time="interim")
    )
    assert "Made during treatment, it has one name in all: complete metabolic response." in one
    names = definition_pages.names_reading(assessed(response_to_first_line="CR"))
    assert "8 months after its end, 13 months after diagnosis" in names
    assert "outside by “CORAL and CIBMTR”" in names
    assert "two ways" in definition_pages.second_line_reading(assessed())
    old = definition_pages.second_line_reading(assessed(age=70))
    assert "two ways" not in old
    silent = assessed(
        response_to_first_line="CR", months_since_first_line=20.0, fit_for="neither"
    )
    assert definition_pages.second_line_reading(silent) == (
        "No passage says what follows for this patient."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "recorded as PR, which fits this scan."),
        ({"response_to_first_line": "CR"}, "By this scan one would expect PR."),
        ({"deauville": 2, "response_to_first_line": "CR"}, "recorded as CR, which fits"),
        ({"deauville": 2}, "By this scan one would expect CR."),
        ({"uptake": "higher"}, "By this scan one would expect SD or PD."),
        ({"uptake": "higher", "response_to_first_line": "PD"}, "which fits this scan."),
        ({"scan_time": "interim"}, "It does not settle the response to first line"),
    ],
)
def test_scan_and_record_are_held_together(changes, words):
    assert words in definition_pages.record_reading(assessed(**changes))


def test_pages_have_a_row_for_each_scan_and_passage():
    assert len(definition_pages.worked_page()) == len(definition_pages.WORKED_SCANS)
    assert len(definition_pages.marrow_page()) == len(definition_pages.MARROW_SCANS)
    assert len(definition_pages.coverage_page(TABLES)) == len(TABLES)
    grid = refractory.name_grid(5.0)
    assert list(definition_pages.names_page(grid)["Definition"]) == list(refractory.DEFINITIONS)
    both = definition_pages.cohort_page({c: refractory.cohort_names(c, 5.0) for c in refractory.COHORTS})
    assert len(both) == 2 * len(refractory.DEFINITIONS)
    counts = both[[c for c in both.columns if c not in ("Definition", "Cohort")]].astype(int)
    assert sorted(set(counts.sum(axis=1))) == [132, 308]
    ways = definition_pages.ways_page()
    assert list(ways["Response to first line"]) == ["CR", "PR", "SD", "PD"]
    two = definition_pages.two_times_page(FIRST)
    assert "Lugano, on failure" not in list(two["Passage"])
    standing = definition_pages.standings_page()
    for column in list(standing.columns)[1:]:
        assert standing[column].astype(int).sum() == 210


def test_every_combination_of_inputs_is_answered_by_every_question():
    choices = [i.choices for i in assessment.assessment_inputs() if i.kind == "choice"]
    names = [i.name for i in assessment.assessment_inputs() if i.kind == "choice"]
    # a tenth of them is enough to meet each pair of values
    for values in itertools.islice(itertools.product(*choices), 0, None, 97):
        result = assessed(**dict(zip(names, values, strict=True)))
        assert len(result.names) == len(refractory.definition_tables())
        assert len(result.second_line) == len(after.second_line_tables())
        assert result.way in after.WAYS
