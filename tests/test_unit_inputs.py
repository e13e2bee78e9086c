"""What bad input is answered with: one sentence that says what, where, and what is allowed."""

import numpy as np
import pandas as pd
import pytest

from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError
from secondline.intervals import as_printed, decimals, percentage_agrees
from secondline.proportions import (
    check_counts,
    pool,
    report_sentence,
    exact_heterogeneity,
    simulate_heterogeneity,
    study_intervals,
)
from secondline.tables import (
    POPULATIONS,
    read_dictionary,
    read_trials,
    select_cohorts,
    trials_schema,
)

GOOD = ([3, 5], [10, 12])


@pytest.mark.parametrize(
    ("events", "totals", "words"),
    [
        ([11, 9], [10, 10], "Row 1: 11 events in 10 patients"),
        ([1, -2], [10, 10], "Row 2: events is -2; a count cannot be negative"),
        ([1, 2.5], [10, 10], "Row 2: events is 2.5, which is not a whole number"),
        ([0.54, 0.5], [10, 10], "not shares or percentages"),
        ([1, 0], [10, 0], "Row 2: the total is zero"),
        ([1, None], [10, 10], "Row 2: events is missing"),
        ([1, float("nan")], [10, 10], "Row 2: events is missing"),
        (pd.array([1, None], dtype="Int64"), [10, 10], "Row 2: events is missing"),
        ([1, float("inf")], [10, 10], "Row 2: events is inf; give a finite"),
        ([1, "2"], [10, 10], "Row 2: events is '2', which is not a number"),
        ([1, True], [10, 10], "Row 2: events is True, which is not a number"),
        ([1], [10], "only one trial"),
        ([], [], "there are no trials"),
        ([1, 2], [10], "events has 2 rows and totals has 1"),
        (3, [10, 10], "events must be one column of numbers"),
        ("12", [10, 10], "events must be one column of numbers"),
        ([[1, 2]], [10, 10], "events must be one column of numbers"),
    ],
)
def test_bad_counts_get_a_sentence_that_names_the_row(events, totals, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")) as caught:
        pool(events, totals)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"transform": "probit"}, "transform is 'probit'; allowed: 'freeman-tukey'"),
        ({"method": "ml"}, "method is 'ml'; allowed: 'common', 'DL', 'REML' or 'PM'"),
        ({"ci": "exact"}, "ci is 'exact'; allowed: 'wald', 'hksj' or 'hksj-conservative'"),
        ({"level": 95}, "level is 95; it must lie between 0 and 1"),
        ({"level": "0.95"}, "level is '0.95'"),
        ({"transform": "glmm", "ci": "hksj"}, "has only 'wald'"),
    ],
)
def test_bad_choices_list_what_is_allowed(settings, words):
    with pytest.raises(InputError, match=words):
        pool(*GOOD, **settings)


@pytest.mark.parametrize(
    ("events", "totals"),
    [([0, 0], [10, 12]), ([10, 12], [10, 12]), ([0, 200, 0, 200], [200, 200, 200, 200])],
)
def test_binomial_normal_model_without_a_finite_estimate_says_so(events, totals):
    with pytest.raises(InputError, match="no finite estimate"):
        pool(events, totals, transform="glmm")


@pytest.mark.parametrize("transform", ["freeman-tukey", "logit", "arcsine", "raw", "log"])
@pytest.mark.parametrize(
    ("events", "totals"), [([0, 0, 0], [9, 12, 15]), ([9, 12, 15], [9, 12, 15])]
)
def test_all_or_nothing_is_pooled_and_the_correction_stated(transform, events, totals):
    result = pool(events, totals, transform=transform)
    assert 0 <= result.lower <= result.estimate <= result.upper <= 1
    corrected = any(note.startswith("Half an event") for note in result.notes)
    assert corrected == (transform in ("logit", "raw", "log"))


def test_correction_names_its_rows():
    notes = pool([0, 5, 8], [10, 10, 8], transform="logit").notes
    assert notes[0].startswith("Half an event and half a non-event were added to rows 1, 3")


def test_very_unequal_sizes_are_warned_of():
    result = pool([50, 40, 0], [500, 400, 2])
    assert any(note.startswith("The group sizes are so unequal") for note in result.notes)
    text = report_sentence(result, outcome="x", population="y")
    assert "The group sizes are so unequal" in text
    assert not pool([11, 26, 35, 33, 29], [27, 52, 46, 61, 60]).notes


def test_result_is_frozen():
    result = pool(*GOOD)
    with pytest.raises(AttributeError):
        result.estimate = 0.5
    with pytest.raises(ValueError, match="read-only"):
        result.weights[0] = 1


def test_two_trials_have_no_prediction_interval_and_say_why():
    result = pool(*GOOD)
    assert np.isnan(result.prediction_lower)
    assert "A prediction interval needs at least three trials." in result.notes


def test_common_effect_has_no_prediction_interval():
    result = pool([3, 5, 6], [10, 12, 14], method="common")
    assert np.isnan(result.prediction_upper)
    assert any("share one proportion" in note for note in result.notes)


def test_hartung_knapp_without_scatter_says_that_it_has_no_width():
    result = pool([9, 9, 9], [20, 20, 20], ci="hksj")
    assert result.upper - result.lower < 1e-7
    assert any("no width" in note for note in result.notes)


def test_counts_come_back_as_given():
    events, totals = check_counts(pd.Series([3, 5]), np.array([10, 12]))
    assert events.tolist() == [3, 5]
    assert totals.tolist() == [10, 12]


def test_printed_result_is_the_papers():
    text = str(pool([11, 26, 35, 33, 29], [27, 52, 46, 61, 60]))
    assert text.splitlines()[0] == "54.5 % (95 % CI 43.1 to 65.7), 5 trials, 134 of 246 patients"
    assert "P = 0.013; I² = 68.24 %" in text


def test_report_names_everything_a_reader_needs():
    text = report_sentence(
        pool([0, 20, 22], [27, 35, 29], transform="logit", method="REML", ci="hksj"),
        outcome="an objective response",
        population="after CAR-T combination",
        omitted=["Abramson 2024"],
    )
    for part in (
        "3 cohorts",
        "91 patients",
        "logit transformation",
        "restricted maximum likelihood",
        "Hartung-Knapp",
        "prediction interval",
        "Abramson 2024 did not report the outcome and was left out",
        "Half an event",
    ):
        assert part in text


def test_simulation_refuses_impossible_settings():
    with pytest.raises(InputError, match="probability is 1.2"):
        simulate_heterogeneity([10, 12], 1.2)
    with pytest.raises(InputError, match="n_sets is 0"):
        simulate_heterogeneity([10, 12], 0.5, n_sets=0)
    with pytest.raises(InputError, match="probability is -0.1"):
        exact_heterogeneity([10, 12], -0.1)
    with pytest.raises(InputError, match="allow 8,120,601 results; at most 5,000,000 .* Simulate"):
        exact_heterogeneity([200, 200, 200], 0.5)


def test_single_intervals_refuse_an_unknown_method():
    with pytest.raises(InputError, match="'exact' or 'wilson'"):
        study_intervals([3], [10], method="wald")


# --- tables -----------------------------------------------------------------


def write(tmp_path, text, name="mine.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


HEADER = "trial,backbone,prior_car_t,n,orr_events,cr_events\n"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("A,none,yes,10,0.5,3\n", "Line 2 (A), orr_events: '0.5' looks like a percentage or"),
        ("A,none,yes,10,40%,3\n", "Line 2 (A), orr_events: '40%' looks like a percentage or"),
        ("A,none,ja,10,5,3\n", "Line 2 (A), prior_car_t: ja is not allowed; allowed are yes and"),
        ("A,none,yes,10,11,3\n", "Line 2 (A): orr_events exceeds n"),
        ("A,none,yes,10,4,5\n", "Line 2 (A): cr_events exceeds orr_events"),
        ("A,none,yes,-1,,\n", "Line 2 (A), n: -1 is not a group size"),
        ("A,none,yes,0,,\n", "Line 2 (A), n: 0 is not a group size"),
        ("A,none,yes,,5,3\n", "Line 2 (A), n: is missing"),
        (",none,yes,10,5,3\n", "Line 2, trial: is empty"),
        ("A,,yes,10,5,3\n", "Line 2 (A), backbone: is empty"),
        ("A,None,yes,10,5,3\n", "Line 2 (A), backbone: None is not allowed; write none for"),
        ("A,none,yes,nan,5,3\n", "Line 2 (A), n: 'nan' is not a number that a trial can have"),
        ("A,none,yes,inf,5,3\n", "Line 2 (A), n: 'inf' is not a number that a trial can have"),
        ("A,none,yes,10,5,3\nA,none,yes,10,5,3\n", "Line 3 (A): the trial stands twice"),
        ("A,none,yes,10,5\n", "Line 2: 5 fields, but the header has 6"),
        ("", "has no rows below its header"),
    ],
)
def test_bad_tables_get_a_sentence_with_line_and_column(tmp_path, rows, words):
    with pytest.raises(InputError) as caught:
        read_trials(write(tmp_path, HEADER + rows))
    assert words in str(caught.value)


def test_every_fault_of_a_table_is_named_at_once(tmp_path):
    rows = "A,none,yes,10,5.5,3\nB,none,maybe,10,5,3\n"
    with pytest.raises(InputError, match="2 faults") as caught:
        read_trials(write(tmp_path, HEADER + rows))
    assert "Line 2 (A), orr_events" in str(caught.value)
    assert "Line 3 (B), prior_car_t" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("trial,n\nA,10\n", "The columns backbone, prior_car_t, orr_events, cr_events are missing"),
        (HEADER.replace("n,", "n,response,") + "A,none,yes,10,1,5,3\n", "'response' (did you mean orr_events?) is"),
        (HEADER.replace("trial", "n") + "A,none,yes,10,5,3\n", "The column 'n' stands twice"),
    ],
)
def test_wrong_columns_are_named(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        read_trials(write(tmp_path, text))
    assert words in str(caught.value)


def test_missing_file_says_where_it_was_looked_for(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_trials(tmp_path / "none.csv")


def test_a_spreadsheet_saved_as_such_is_refused(tmp_path):
    path = tmp_path / "mine.xlsx"
    path.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(InputError, match="is a workbook .* not a CSV file; save"):
        read_trials(path)


def test_semicolons_byte_order_mark_and_blank_lines_are_read(tmp_path):
    text = "\ufeff" + HEADER.replace(",", ";") + "A;none;yes;10;5;3\n\nB;GemOx;no;12;;4\n"
    table = read_trials(write(tmp_path, text))
    assert table["trial"].tolist() == ["A", "B"]
    assert pd.isna(table["orr_events"].iloc[1])


def test_published_table_is_whole():
    table = read_trials()
    assert len(table) == 12
    assert (table["prior_car_t"] == "yes").sum() == 9
    sizes = [len(select_cohorts(table, population, "CR")) for population in POPULATIONS]
    assert sizes == [5, 4, 3]


def test_dictionary_schema_and_table_name_the_same_columns():
    dictionary = read_dictionary()
    mine = dictionary[dictionary["table"] == "bispecific_trials"]
    assert mine["column"].tolist() == read_trials().columns.tolist()
    required = mine.loc[mine["required"] == "yes", "column"].tolist()
    schema = trials_schema().columns
    assert sorted(name for name in schema if schema[name].required) == sorted(required)
    assert set(schema) <= set(mine["column"])
    numbers = mine.loc[mine["type"] != "text", "column"]
    assert set(numbers) <= set(schema), "every number has a range"
    assert (mine["meaning"].str.len() > 0).all()
    assert set(mine["type"]) <= {"text", "count", "number"}


def test_too_few_cohorts_say_what_the_table_holds(tmp_path):
    table = read_trials(write(tmp_path, HEADER + "A,none,yes,10,5,3\nB,GemOx,yes,10,5,3\n"))
    with pytest.raises(InputError, match="monotherapy': 1; pooling needs") as caught:
        select_cohorts(table, "after CAR-T monotherapy", "ORR")
    assert "1 after CAR-T with a combination" in str(caught.value)


def test_unknown_population_and_outcome_list_what_is_allowed():
    table = read_trials()
    with pytest.raises(InputError, match="population is 'all'; allowed: 'after CAR-T"):
        select_cohorts(table, "all", "ORR")
    with pytest.raises(InputError, match="outcome is 'PR'; allowed: 'ORR' or 'CR'"):
        select_cohorts(table, "CAR-T-naive", "PR")


# --- rounding ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "total", "printed", "agrees"),
    [
        (35, 46, "76.1", True),
        (35, 46, "76", True),
        (35, 46, "76.0", False),
        (11, 27, "40", False),
        (11, 27, "41", True),
        (1, 8, "12.5", True),
        (1, 8, "12", True),
        (1, 8, "13", True),
        (0, 9, "0", True),
        (9, 9, "100.0", True),
    ],
)
def test_percentage_against_its_count(n, total, printed, agrees):
    assert percentage_agrees(n, total, printed) is agrees


@pytest.mark.parametrize("bad", ["about 40", "", "4.5.6", "NR", "50²"])
def test_what_is_no_number_is_not_compared(bad):
    with pytest.raises(InputError, match="is not a printed number"):
        percentage_agrees(1, 2, bad)


def test_impossible_share_is_refused():
    with pytest.raises(InputError, match="3 of 2 is not a share"):
        percentage_agrees(3, 2, "50")


def test_digits_follow_the_printed_number():
    assert decimals("68.24") == 2
    assert as_printed(53.2, "53") == "53"


# --- chapters ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "starts"),
    [
        (None, "Not answered yet"),
        ("x", "'x' is not a number"),
        (51.0, "Right"),
        (51.09, "Right"),
        (53, "Not yet: 53 is too high. Look again."),
        (40, "Not yet: 40 is too low."),
        (0.51, "Not yet: 0.51 is a hundredth of the right number. Is it asked for in percent? Look"),
        (0.52, "Not yet: 0.52 is too low. Look again."),
    ],
)
def test_answers_get_a_helpful_sentence(answer, starts):
    assert check_number(answer, 51.0, within=0.1, hint="Look again.").startswith(starts)


def test_recorded_results_are_read_back():
    cell = {
        "outputs": [
            {
                "data": {"application/papermill.record/text/plain": text},
                "metadata": {"scrapbook": {"name": name}},
            }
            for name, text in (("a", "0.5"), ("b", "nan"), ("c", "'text'"), ("d", "[1.5, nan, -inf]"))
        ]
    }
    results = read_recorded({"cells": [cell, {"source": ""}]})
    assert results["a"] == 0.5
    assert np.isnan(results["b"])
    assert results["c"] == "text"
    np.testing.assert_equal(results["d"], [1.5, np.nan, -np.inf])


def test_where_there_is_no_right_answer_none_is_asked_for():
    for answer in (None, 3.0):
        text = check_number(answer, float("nan"), within=0.1, hint="x")
        assert text.startswith("With these settings or trials there is no such number")


@pytest.mark.parametrize(
    "name",
    [
        "<b>Centre</b> $x^2$ and $$y$$",
        "[link](javascript:alert(1)) ![](x) `code` {claim}`1 <a>`",
        "*a* _b_ **c** ~~d~~ | # - + 1. > & &amp; \\ \\( x \\)",
        "https://example.org www.example.org a@example.org",
        "# heading",
        "Müller – Paris 日本",
        "two\nlines",
    ],
)
def test_a_readers_words_are_shown_as_they_stand(name):
    from bs4 import BeautifulSoup
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    from secondline.chapters import as_text

    page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    soup = BeautifulSoup(page.use(dollarmath_plugin).render(f"> In {as_text(name)}."), "html.parser")
    assert soup.get_text().strip() == f"In {' '.join(name.split())}."
    assert {tag.name for tag in soup.find_all()} == {"blockquote", "p"}
