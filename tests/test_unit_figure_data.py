"""The table behind a figure is what is drawn."""

import io
import json
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from secondline.figures import use_book_style
from secondline.figures.drawn import KEY, LONGEST, display_bundle, figure_csv, figure_data
from secondline.figures.style import stamp

sys.path.insert(0, str(ROOT / "book/_ext"))
from figure_data import file_name, shown_figures  # noqa: E402


def one(**labels):
    figure = Figure()
    axes = figure.subplots()
    axes.set(**({"xlabel": "Months", "ylabel": "% alive"} | labels))
    return figure, axes


def read(figure) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(figure_csv(figure)), keep_default_na=True)


def test_a_line_has_its_points_under_the_labels_of_the_axes():
    figure, axes = one()
    axes.plot([0, 1, np.nan, 3], [100, 80.1234567, 5, 60], label="axi-cel")
    stamp(figure, "virtual", "made here", also="line: recomputed")
    table = read(figure)
    assert list(table) == ["series", "mark", "Months", "% alive", "provenance", "source"]
    assert table["Months"].tolist() == [0, 1, 3]
    assert table["% alive"].tolist() == [100, 80.1235, 60]
    assert set(table["series"]) == {"axi-cel"}
    assert set(table["mark"]) == {"line"}
    assert set(table["provenance"]) == {"virtual"}
    assert set(table["source"]) == {"made here; line: recomputed"}


def test_a_step_curve_is_no_line():
    figure, axes = one()
    axes.step([0, 1, 2], [100, 90, 80], where="post")
    assert read(figure)["mark"].tolist() == ["step"] * 3


def test_bars_have_their_ends_and_the_words_at_the_ticks():
    figure, axes = one(xlabel="%", ylabel="")
    axes.barh(["first", "second"], [40, 50], label="of 100")
    table = figure_data(figure)
    assert table["y"].tolist() == ["first", "second"]
    assert table["%"].tolist() == [40, 50]
    assert set(table["mark"]) == {"bars"}
    figure, axes = one()
    axes.bar([1, 2], [3, 4])
    axes.bar([1, 2], [5, 6], bottom=[3, 4])
    table = read(figure)
    assert table["% alive"].tolist() == [3, 4, 8, 10]
    assert table["lower"].tolist()[2:] == [3, 4]


@pytest.mark.parametrize(("way", "mark"), [("x", "horizontal"), ("y", "vertical")])
def test_error_bars_have_both_ends(way, mark):
    figure, axes = one()
    axes.errorbar([10, 20], [1, 2], fmt="o", label="arm", **{f"{way}err": [[1, 2], [3, 4]]})
    table = read(figure)
    middle = np.array([10, 20]) if way == "x" else np.array([1, 2])
    assert table["mark"].tolist() == [f"{mark} interval"] * 2
    assert table["lower"].tolist() == (middle - [1, 2]).tolist()
    assert table["upper"].tolist() == (middle + [3, 4]).tolist()
    assert set(table["series"]) == {"arm"}


def test_a_short_line_through_a_point_is_its_interval():
    figure, axes = one(xscale="log")
    for y, (low, middle, high) in enumerate([(0.5, 0.7, 1.1), (0.2, 0.4, 0.6)]):
        axes.plot([low, high], [y, y], color="k")
        axes.plot(middle, y, "s", color="b")
    axes.plot([0.9], [2], "s", color="b")
    table = read(figure)
    table = table[table["mark"] == "horizontal interval"]
    assert table["lower"].tolist() == [0.5, 0.2]
    assert table["upper"].tolist() == [1.1, 0.6]
    assert len(read(figure)) == 3


def test_scattered_points_bands_and_marked_values():
    figure, axes = one()
    axes.scatter([1, 2], [3, 4], label="trials")
    axes.fill_between([0, 1, 2], [1, 2, 3], [4, 5, 6], label="95 %")
    axes.axhline(50, label="half")
    axes.axvline(12)
    table = read(figure).set_index("mark")
    assert table.loc["points", "% alive"].tolist() == [3, 4]
    assert table.loc["band", "lower"].tolist() == [1, 2, 3]
    assert table.loc["band", "upper"].tolist() == [4, 5, 6]
    marked = table.loc["reference line"]
    assert marked["series"].tolist() == ["half", "reference line 1"]
    assert marked["% alive"].tolist()[0] == 50
    assert marked["Months"].tolist()[1] == 12


def test_cells_of_a_map_have_their_value():
    figure, axes = one()
    axes.imshow([[1, 2], [3, 4]])
    axes.set_xticks([0, 1], ["alpha", "beta"])
    table = figure_data(figure)
    assert table["mark"].tolist() == ["cells"] * 4
    assert table["Months"].tolist() == ["alpha", "beta"] * 2
    assert table["value"].tolist() == [1, 2, 3, 4]


def test_panels_have_their_titles_or_numbers_and_their_own_axes():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1])
    left.set(title="first", xlabel="Months", ylabel="%")
    right.plot([0, 1], [2, 3])
    right.set(xlabel="Years", ylabel="%")
    table = read(figure)
    assert table["panel"].tolist() == ["first", "first", "2", "2"]
    assert table["x_axis"].tolist() == ["Months", "Months", "Years", "Years"]
    assert {"x", "%"} <= set(table)
    assert "y_axis" not in table


def test_a_label_that_panels_share_stands_for_all_of_them():
    figure = Figure()
    left, right = figure.subplots(1, 2, sharey=True)
    for axes in (left, right):
        axes.plot([0, 1], [2, 3])
        axes.set_xlabel("Months")
    left.set_ylabel("% alive")
    assert "% alive" in read(figure)


def test_names_come_from_the_text_of_the_same_colour_or_a_hidden_label():
    figure, axes = one()
    axes.plot([0, 1], [2, 3], color="#0072B2")
    axes.text(1, 3, "treated", color="#0072B2")
    axes.plot([0, 1], [4, 5], color="#D55E00", label="_control")
    axes.plot([0, 1], [6, 7], color="k")
    assert list(dict.fromkeys(read(figure)["series"])) == ["treated", "control", "line 1"]


def test_points_of_several_colours_are_named_by_the_legend():
    figure, axes = one()
    axes.scatter([1, 2, 3], [4, 5, 6], c=["#0072B2", "#D55E00", "#0072B2"])
    handles = [axes.plot([], [], color=c, label=n)[0] for c, n in (("#0072B2", "■ met"), ("#D55E00", "not"))]
    figure.legend(handles=handles)
    table = read(figure).set_index("series")
    assert table.loc["met", "Months"].tolist() == [1, 3]
    assert table.loc["not", "Months"] == 2


def test_rows_have_the_names_that_stand_above_or_beside_them():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        axes.set(ylim=(2, -0.3), yticks=[])
        axes.plot([1, 2], [0.45, 1.45], "s")
    for y, name in enumerate(("Topp 2025", "Budde 2024")):
        left.text(-0.02, y, name, transform=left.get_yaxis_transform())
        left.text(0.4, y, "10 of 20", transform=left.get_yaxis_transform())
    table = figure_data(figure)
    assert table["y"].tolist() == ["Topp 2025", "Budde 2024"] * 2


def test_an_axis_is_read_as_its_ticks_say():
    figure, axes = one()
    axes.plot([0, 1, 2], [-1, 0, 1])
    axes.set_xticks([0, 1, 2], ["1", "0.1", "0.01"])
    table = read(figure)
    assert table["Months"].tolist() == [1, 0.1, 0.01]
    assert table["% alive"].tolist() == [-1, 0, 1]


def test_of_two_points_on_an_interval_the_one_in_its_colour_has_it():
    figure, axes = one()
    axes.plot([1, 9], [2, 2], color="#0072B2")
    axes.plot(5, 2, "o", color="#0072B2", label="estimate")
    axes.plot(7, 2, "D", color="#D55E00", label="truth")
    table = read(figure).set_index("series")
    assert (table.loc["estimate", "lower"], table.loc["estimate", "upper"]) == (1, 9)
    assert table.loc["truth", "mark"] == "points"


def test_stems_from_one_place_are_no_intervals():
    figure, axes = one()
    axes.set(xlim=(-3, 3))
    for y, x in enumerate((1.4, 0.8, 1.1)):
        axes.plot([1, x], [y, y])
        axes.plot(x, y, "o", color="#0072B2")
    assert set(read(figure)["mark"]) == {"points"}


def test_ticks_of_censored_patients_are_no_results():
    figure, axes = one()
    axes.plot([1, 2], [3, 4], "|", label="$I^2$ of the arm")
    table = read(figure)
    assert set(table["mark"]) == {"ticks"}
    assert set(table["series"]) == {"I² of the arm"}


def test_lines_that_lead_the_eye_are_no_intervals():
    figure, axes = one()
    axes.plot([24, 24], [0, 75], color="k")
    axes.plot([24, 24], [40, 16], "o")
    axes.plot([0, 5], [3, 3])
    axes.plot(5, 3, "o")
    axes.set(xlim=(0, 30), ylim=(0, 100))
    axes.plot([0, 30], [9, 9], color="#d5d9de")
    assert set(read(figure)["mark"]) == {"line", "points"}
    assert 9 not in read(figure)["% alive"].tolist()


def test_dense_curves_are_thinned_to_both_ends_and_say_so():
    figure, axes = one()
    axes.plot(np.arange(10 * LONGEST), np.zeros(10 * LONGEST), label="dense")
    axes.plot(np.arange(LONGEST), np.zeros(LONGEST), label="not")
    table = read(figure)
    dense = table[table["series"].str.startswith("dense")]
    assert len(dense) == LONGEST
    assert dense["series"].iloc[0] == f"dense (thinned to {LONGEST} of {10 * LONGEST} points)"
    assert dense["Months"].iloc[[0, -1]].tolist() == [0, 10 * LONGEST - 1]
    assert (table["series"] == "not").sum() == LONGEST


def test_odd_labels_stay_readable():
    figure, axes = one(xlabel='Cost, in "\\$"\nper year', ylabel="Überleben, τ² ≥ 5 %")
    axes.plot([1, 2], [3, 4], label="=HYPERLINK(1), naïve")
    table = read(figure)
    assert 'Cost, in "$" per year' in table
    assert "Überleben, τ² ≥ 5 %" in table
    # a spreadsheet must not take a name for a formula
    assert set(table["series"]) == {"'=HYPERLINK(1), naïve"}


def test_axes_with_one_label_or_that_of_another_column_are_named_plainly():
    figure, axes = one(xlabel="% alive")
    axes.plot([1, 2], [3, 4])
    table = read(figure)
    assert {"x", "y", "x_axis", "y_axis"} <= set(table)
    figure, axes = one(xlabel="series")
    axes.plot([1, 2], [3, 4])
    assert set(read(figure)["x_axis"]) == {"series"}


def test_a_drawing_of_boxes_has_no_data():
    from matplotlib.patches import Rectangle

    figure, axes = one()
    axes.add_patch(Rectangle((0, 0), 1, 1))
    axes.plot([0, 1], [0, 1])
    axes.axis("off")
    assert figure_data(figure) is None
    assert figure_csv(figure) == ""
    assert display_bundle(figure) == ({}, {KEY: {"provenance": "", "source": "", "csv": ""}})
    assert figure_data(Figure()) is None


def test_a_function_that_knows_its_data_says_so():
    figure, axes = one()
    axes.plot([0, 1], [2, 3])
    figure.data = pd.DataFrame({"trial": ["a", "b"], "responders": [1, 12345678], "%": [1 / 3, np.nan]})
    stamp(figure, "recomputed")
    assert figure_csv(figure).splitlines() == [
        "trial,responders,%,provenance,source",
        "a,1,0.333333,recomputed,",
        "b,12345678,,recomputed,",
    ]


def test_displayed_figures_bring_their_data_along_and_the_picture_is_the_same(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    with mpl.rc_context():
        use_book_style()
        figure, axes = one()
        axes.plot([0, 1], [2, 3])
        pictures = []
        for _ in range(2):
            pictures.append(io.StringIO())
            figure.savefig(pictures[-1], format="svg", metadata={"Date": None})
            _, shown = shell.display_formatter.format(figure)
    # looking at the figure leaves it as it is
    assert pictures[0].getvalue() == pictures[1].getvalue()
    assert shown[KEY]["csv"] == figure_csv(figure)


def test_the_site_finds_the_data_by_the_label_of_the_figure(tmp_path):
    output = {"output_type": "display_data", "data": {}, "metadata": {KEY: {"csv": "a\n"}}}
    cells = [
        {"cell_type": "code", "metadata": {"mystnb": {"figure": {"name": "Fig-A"}}}, "outputs": [output]},
        {"cell_type": "code", "metadata": {}, "outputs": [output]},
        {"cell_type": "markdown", "metadata": {}},
    ]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert shown_figures(path) == {"fig-a": {"csv": "a\n"}}
    assert file_name("zuma7/efficacy", "fig-a") == "zuma7-efficacy-fig-a.csv"


def test_a_forest_gives_its_rows_the_pool_and_the_prediction():
    from secondline.figures import forest
    from secondline.proportions import pool, study_intervals

    cohorts = pd.DataFrame(
        {
            "trial": ["a", "b", "c"], "study": "", "treatment": "d",
            "events": [10, None, 30], "totals": [20, 9, 40],
        }
    )  # fmt: skip
    events, totals = np.array([10, 30]), np.array([20, 40])
    result = pool(events, totals)
    figure = forest(
        result, cohorts, study_intervals(events, totals), title="t", axis_label="ORR (%)",
        provenance="recomputed",
    )  # fmt: skip
    table = read(figure).set_index("trial")
    assert table.loc["a", "ORR (%)"] == 50
    assert np.isnan(table.loc["b", "ORR (%)"])
    assert table.loc["Pooled", "ORR (%)"] == pytest.approx(100 * result.estimate, rel=1e-5)
    assert table.loc["Pooled", "upper"] == pytest.approx(100 * result.upper, rel=1e-5)
    assert ("Prediction for a new trial" in table.index) == np.isfinite(result.prediction_lower)
    assert set(table["provenance"]) == {"recomputed"}


def test_an_error_bar_without_limits_has_none():
    figure, axes = one()
    axes.errorbar([1, 2, 3], [5.0, 6.0, 7.0], yerr=[[1, np.nan, 1], [2, np.nan, 2]], fmt="o")
    frame = read(figure)
    lower = frame.filter(like="lower").iloc[:, 0]
    assert lower.isna().tolist() == [False, True, False]
