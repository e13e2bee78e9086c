"""Reading cells, sorting cohorts, appraisal, and the figures, with tables made for the purpose."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from secondline import evidence, figures, survival
from secondline.errors import InputError
from secondline.intervals import whole_number
from secondline.tables import provenance_label, read_trials

ODD = """trial,backbone,prior_car_t,n,orr_events,cr_events,dor,dor_median,dor_lower,pfs,pfs_median,pfs_lower,pfs_upper,os,os_median,follow_up_months,drug
<b>Centre</b> $x^$ 1 with a long name,none,yes,31,17,11,,12.5,3,NR (2-NE),,,,hello $x^$ world,,300,teclistamab
=SUM(A1),none,yes,24,11,,still going,,,500m (3-NR),,,,NE,,,Glofitamab
Centre 3,none,yes,18,18,0,NR,,,,7,6,8,0m,,,
Centre 4,R-CHOP,no,40,0,0,–,,,,,,,2-y 25%,,10,glofitamab
Centre 4,R-CHOP,yes,40,40,40,,,,,99,50,400,,12,,odronextamab
"""


@pytest.fixture
def odd(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(ODD, encoding="utf-8")
    table = read_trials(path)
    # what a stricter reader may refuse: the functions answer it all the same
    third, fourth, fifth = table.index[2:5]
    table.loc[third, ["pfs_lower", "follow_up_months"]] = [9, 0]
    table.loc[fourth, "pfs_median"] = -3
    table.loc[fifth, ["dor_lower", "follow_up_months"]] = [5, -4]
    return table


@pytest.fixture
def bare(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text(
        "trial,backbone,prior_car_t,n,orr_events,cr_events\nX,none,no,10,2,1\nY,none,no,12,,3\n",
        encoding="utf-8",
    )
    return read_trials(path)


@pytest.mark.parametrize(
    ("text", "status", "median", "lower", "upper", "upper_open"),
    [
        ("19.7m (4.0-NR)", "median with interval", 19.7, 4.0, None, "not reached"),
        ("3.8 (2.4 to 19.6)", "median with interval", 3.8, 2.4, 19.6, ""),
        ("3.8 months (2.4, 19.6)", "median with interval", 3.8, 2.4, 19.6, ""),
        ("nr (8.8–ne)", "not reached", None, 8.8, None, "not estimated"),
        ("NE (NE)", "not estimated", None, None, None, "not estimated"),
        ("NR", "not reached", None, None, None, ""),
        ("13.7m", "median only", 13.7, None, None, ""),
        ("1-y 25%", "share at one time", None, None, None, ""),
        ("12 months: 61.5 %", "share at one time", None, None, None, ""),
        ("long", "in other words", None, None, None, ""),
        ("0m", "in other words", None, None, None, ""),
        ("–", "not reported", None, None, None, ""),
        ("", "not reported", None, None, None, ""),
    ],
)
def test_cells_are_read_as_they_are_written(text, status, median, lower, upper, upper_open):
    table = pd.DataFrame(
        {"trial": ["A"], "backbone": ["none"], "prior_car_t": ["yes"], "n": [10], "pfs": [text]}
    )
    cell = survival.classify_medians(table, "PFS").iloc[0]
    assert cell["status"] == status
    assert cell["status"] in survival.STATUSES
    found = [None if np.isnan(cell[k]) else cell[k] for k in ("median", "lower", "upper")]
    assert found == [median, lower, upper]
    assert cell["upper_open"] == upper_open


def test_numbers_serve_where_no_text_is_given_and_odd_ones_are_named(odd):
    dor = survival.classify_medians(odd, "DOR")
    assert list(dor["status"]) == [
        "median with interval", "in other words", "not reached", "not reported", "in other words",
    ]  # fmt: skip
    assert survival.shown(dor.iloc[0]) == "12.5 (3 to –)"
    pfs = survival.classify_medians(odd, "PFS")
    assert pfs["median"].isna().tolist() == [True, False, False, True, False]
    page = survival.cells_page(survival.duration_groups(odd, "PFS")).set_index("As printed")
    assert page.loc["7 (9 to 8)", "Kind"] == "the limits do not hold the median"
    # a follow-up of zero or less is none
    assert pfs["follow_up"].isna().tolist() == [False, True, True, False, True]


def test_unknown_outcome_and_settings_give_a_sentence(odd):
    with pytest.raises(InputError, match="outcome is 'ORR'; allowed: 'DOR', 'DoCR', 'PFS' or 'OS'"):
        survival.classify_medians(odd, "ORR")
    with pytest.raises(InputError, match="cohorts is 'both'; allowed: 'after CAR-T'"):
        evidence.select_and_sort(odd, "both", "trial")
    with pytest.raises(InputError, match="sort is 'size'; allowed: 'as listed'"):
        evidence.select_and_sort(odd, "all", "size")
    with pytest.raises(InputError, match="is not a printed count such as"):
        whole_number("many")


def test_a_table_without_durations_says_so(bare):
    groups = survival.duration_groups(bare)
    assert groups == {}
    assert survival.reading(groups).startswith("No cohort of this table reports such a duration")
    assert survival.report_paragraph(groups) == "No cohort reported a duration."
    for page in (
        survival.cells_page(groups),
        survival.averages_page(groups),
        survival.intervals_page(groups),
        survival.rates_page(survival.responder_table(bare)),
        survival.bound_table(bare, survival.cohort_bounds(bare)),
    ):
        assert len(page) == 0
        assert len(page.columns) > 3
    assert survival.outcomes_reported(bare) == ()


def test_missing_cohorts_are_said_in_one_sentence(bare):
    with pytest.raises(InputError, match="no cohort for cohorts = 'after CAR-T'; it holds 2"):
        evidence.select_and_sort(bare, "after CAR-T", "as listed")
    assert len(evidence.select_and_sort(bare, "all", "follow-up")) == 2


def test_sorting_puts_missing_last_and_keeps_all(odd):
    rows = evidence.select_and_sort(odd, "all", "follow-up")
    assert rows["follow_up_months"].tolist()[:2] == [300, 10]
    assert np.isnan(rows["follow_up_months"].iloc[-1])
    assert sorted(rows.index) == sorted(odd.index)
    assert list(evidence.select_and_sort(odd, "all", "patients")["n"])[0] == 40


def test_characteristics_of_a_bare_table_are_dashes(bare):
    page = evidence.characteristics_table(bare)
    assert (page[["Report", "Treatment", "Follow-up (months)"]] == "–").all(axis=None)
    assert list(page["Trial"]) == ["X", "Y"]
    assert len(evidence.after_car_t_table(bare)) == 0


def test_a_study_stands_beside_its_trial():
    names = list(evidence.characteristics_table(read_trials())["Trial"])
    assert names[0] == "Chong 2025"
    assert "Thieblemont 2024 (EPCORE NHL-1)" in names


def test_responders_that_are_not_known_have_no_weight(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "trial,backbone,prior_car_t,n,orr_events,cr_events,dor\n"
        "A,none,yes,20,,3,5m\nB,none,yes,30,10,3,9m\nC,none,yes,9,0,0,2m\n",
        encoding="utf-8",
    )
    table = read_trials(path)
    cells = survival.classify_medians(table, "DOR")
    assert np.isnan(cells["counted"].iloc[0]) and cells["counted"].iloc[1] == 10
    values = survival.average_table(cells).set_index("way")
    assert values.loc["mean of the printed medians", "value"] == pytest.approx(16 / 3)
    assert np.isnan(values.loc["mean weighted by the patients in it", "value"])
    page = survival.averages_page(survival.duration_groups(table))
    assert (page["Patients in it"].iloc[:2] == "–").all()
    assert "a median of DOR from 3 (59 patients)" in evidence.report_paragraph(table)
    nobody = survival.average_table(cells.iloc[2:]).set_index("way")
    assert np.isnan(nobody.loc["mean weighted by the patients in it", "value"])


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (3.4, 9.04, "3.4 to 9.0 months"),
        (3.4, np.inf, "3.4 months to not reached"),
        (np.nan, 5, "not reached to 5.0 months"),
        (np.nan, np.nan, "not reached"),
    ],
)
def test_a_limit_that_is_not_reached_is_said(low, high, text):
    assert survival.months_range(low, high) == text


def test_responders_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="5 responders of 4 patients do not fit"):
        survival.failed_responders(4, 5)


def test_the_paragraph_tells_one_outcome():
    groups = survival.duration_groups(read_trials())
    text = survival.report_paragraph(groups)
    assert text.startswith("Progression-free survival (PFS), as reported")
    assert "response" not in text
    first = survival.report_paragraph({k: v for k, v in groups.items() if "PFS" not in k})
    assert first.startswith("Duration of response (DOR), as reported")


def test_reporting_map_has_every_cell_and_tells_both_rows_of_a_trial_apart(odd):
    cells = evidence.reporting_map(odd)
    assert len(cells) == 6 * len(odd)
    table = evidence.reporting_table(cells)
    assert list(table["Trial"])[-2:] == ["Centre 4, no CAR-T", "Centre 4, after CAR-T"]
    summary = evidence.reporting_summary(cells)
    assert (summary.drop(columns=["outcome", "cohorts"]).sum(axis=1) == len(odd)).all()


def test_appraisal_answers_only_what_the_review_can():
    answers = {question.answer for question in evidence.CHECKLIST}
    assert answers == {"yes", "partly", "not stated"}
    assert all(q.because.endswith(".") and q.ask.endswith("?") for q in evidence.CHECKLIST)
    by_trial = evidence.appraisal_by_trial().set_index("Trial")
    assert len(by_trial) == 9
    assert list(by_trial.index[by_trial["Whole trial or part"] == "part"]) == [
        "Thieblemont 2024", "Budde 2024", "Brody 2025",
    ]  # fmt: skip
    assert by_trial.loc["Cartron 2025", "Follow-up covers medians"] == "no: DOR"
    assert by_trial.loc["Chong 2025", "Counts and percentages agree"] == "no: ORR, CR"
    assert (by_trial["Peer-reviewed"] == "yes").sum() == 7


def test_a_flow_that_does_not_add_up_is_seen():
    flow = evidence.SelectionFlow(18, 9, 4, 4, 9, 7, 2)
    assert not flow.holds
    assert [parts == whole for _, parts, whole in flow.checks()] == [True, False, True]


def test_an_antibody_has_one_colour():
    colours = [figures.drug_colour(d) for d in figures.DRUG_COLOURS]
    assert len(set(colours)) == 4
    assert figures.drug_colour(" Glofitamab ") == figures.DRUG_COLOURS["glofitamab"]
    assert figures.drug_colour("teclistamab") == figures.drug_colour("")
    assert figures.drug_colour("") not in colours


def draw(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure).draw()


def texts_of(figure):
    return [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text"))]


@pytest.mark.parametrize("name", ["odd", "bare"])
def test_figures_draw_any_table_and_show_its_names_as_text(name, request):
    table = request.getfixturevalue(name)
    label = {"provenance": "own", "source": "mine.csv"}
    drawn = [
        figures.reporting_map(evidence.reporting_map(table), **label),
        figures.follow_up(evidence.follow_up_table(table), **label),
        figures.durations(survival.duration_groups(table), **label),
        figures.progression_bounds(table, survival.cohort_bounds(table), **label),
    ]
    for figure in drawn:
        draw(figure)  # a formula in a name would fail here
        assert any("reader's own file (mine.csv)" in text for text in texts_of(figure))
    if name == "odd":
        assert any(r"<b>Centre</b> \$x^\$" in text for text in texts_of(drawn[0]))
        # a name gives way, never which of the two cohorts of a trial it is
        assert "Centre 4 · glofitamab + R-CHOP (naive)" in texts_of(drawn[0])
        long = table.assign(trial="A name as long as a row that goes on and on and on, and on")
        twice = pd.concat([long.iloc[:1], long.iloc[3:4]])
        drawn = figures.reporting_map(evidence.reporting_map(twice), **label)
        assert [text[-7:] for text in texts_of(drawn) if text.startswith("A name")] == [
            "(after)", "(naive)",
        ]  # fmt: skip


def test_durations_mark_open_limits_and_follow_up():
    groups = survival.duration_groups(read_trials(), "OS")
    figure = figures.durations(groups, **provenance_label())
    texts = texts_of(figure)
    assert "NE" in texts
    assert "14.7m (8.8-NE)" in texts
    ticks = [
        line for line in figure.axes[0].lines
        if len(set(line.get_xdata())) == 1 and line.get_color() == "#1f2328"
    ]  # fmt: skip
    assert sorted(line.get_xdata()[0] for line in ticks) == [15.3, 16.2, 32]


def test_a_combination_is_told_apart_from_its_antibody_alone():
    table = read_trials()
    label = provenance_label()
    cells = survival.duration_groups(table, "PFS")
    drawn = [
        figures.follow_up(evidence.follow_up_table(table), **label),
        figures.reporting_map(evidence.reporting_map(table), **label),
        figures.durations(cells, **label),
        figures.progression_bounds(table, survival.cohort_bounds(table), **label),
    ]
    for figure in drawn:
        assert any(
            text.startswith("Budde 2024 · mosunetuzumab + polatuzumab vedotin")
            for text in texts_of(figure)
        )
    dots = [line for line in drawn[2].axes[0].lines if line.get_marker() == "o"]
    open_ones = [dot for dot in dots if dot.get_markerfacecolor() == "white"]
    assert (len(open_ones), len(dots)) == (2, 6)
    bars = [bar.get_hatch() for bar in drawn[3].axes[0].patches]
    assert bars.count("....") == 1


def test_progression_figure_shows_the_counts_of_the_bounds():
    table = read_trials()
    figure = figures.progression_bounds(table, survival.cohort_bounds(table), **provenance_label())
    texts = texts_of(figure)
    assert "11 of 26 non-responders" in texts
    assert "16" in texts


def test_paragraphs_escape_what_a_file_brings():
    html = figures.paragraph("<b>Centre</b> $x^$", quote=True)._repr_html_()
    assert "&lt;b&gt;Centre&lt;/b&gt; $x^$" in html
    assert "mathjax_ignore" in html
    assert html.startswith("<blockquote>")


def test_virtual_figures_are_marked_inside_the_picture():
    virtual = survival.simulate_trials(
        share=0.9, long_median=600.0, short_median=1.0, n=10, follow_up_months=5.0, n_trials=20
    )
    for figure in (
        figures.median_scatter(
            virtual, virtual.curves(3), (np.array([0.0, 7.5]), np.array([1.0, 0.9])),
            n=10, follow_up_months=5.0,
        ),
        figures.mixture(
            survival.mixture_curves(0.2, 0.1, months=3), share=0, long_median=0.2, short_median=0.1
        ),
    ):
        draw(figure)
        assert any(text.startswith("virtual: synthetic data") for text in texts_of(figure))


@pytest.mark.parametrize(
    ("chapter", "choices"),
    [
        ("evidence", {"cohorts": evidence.COHORTS, "sort": evidence.SORTS}),
        ("durability", {"outcome": ("all", *survival.DURATIONS)}),
    ],
)
def test_parameters_name_all_that_is_allowed(chapter, choices):
    path = ROOT / f"book/bispecifics/{chapter}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = "".join(
        next(c for c in cells if "parameters" in c["metadata"].get("tags", []))["source"]
    )
    comments = dict(re.findall(r"^(\w+): \w+ = .*?  # (.*)$", source, flags=re.M))
    for name, allowed in choices.items():
        for choice in allowed:
            assert choice in comments[name], (name, choice)
