"""Pictures of names and mixtures: each name in its place, legible, with its letter."""

import itertools

import pytest
from test_unit_design_figures import assert_legible

from secondline import figures
from secondline.figures.name_map import LEFT, LOOKS
from secondline.pathways import positive_scan, refractory

SOURCE = {"provenance": "recomputed", "source": "the review"}


@pytest.mark.parametrize("first_line_months", [0.0, 5.0, 24.0])
def test_the_map_has_a_letter_for_each_definition_and_kind(first_line_months):
    grid = refractory.name_grid(first_line_months)
    figure = figures.name_map(grid, **SOURCE)
    words = assert_legible(figure)
    for definition in refractory.DEFINITIONS:
        assert definition in words
    shown = [name for one in grid for name in one.names.values()]
    for name, (fill, _, letter) in LOOKS.items():
        # one more for the legend
        assert words.count(letter) == shown.count(name) + (name in shown), name
    (axes,) = figure.axes
    squares = [p for p in axes.patches if p.get_width() > 0.25]
    assert len(squares) == len(grid) * len(refractory.DEFINITIONS)


@pytest.mark.parametrize("cohort", refractory.COHORTS)
def test_bars_are_as_long_as_the_counts(cohort):
    found = refractory.cohort_names(cohort, 5.0)
    figure = figures.name_counts(found, **SOURCE)
    words = assert_legible(figure)
    (axes,) = figure.axes
    bars = [p for p in axes.patches if p.get_height() > 0.25]
    whole = sum(p.get_width() for p in bars) / len(found)
    wanted = [one.counts[n] / one.total for one in found for n in LOOKS if one.counts.get(n)]
    assert [p.get_width() / whole for p in bars] == pytest.approx(wanted)
    for before, after in itertools.pairwise(bars):
        # each bar begins where the one before it ends, or a row begins
        end = before.get_x() + before.get_width()
        assert after.get_x() == pytest.approx(end if after.get_y() == before.get_y() else LEFT)
    for one in found:
        for name, n in one.counts.items():
            assert f"{LOOKS[name][2]} {n}" in words


@pytest.mark.parametrize(("clear", "here"), [(0.9, 0.73), (0.51, 0.95), (1.0, 0.05)])
def test_the_line_of_the_mixture_meets_progression_at_the_dot(clear, here):
    explains = positive_scan.ppv_that_explains(0.5, 0.3, clear)
    figure = figures.diseased(
        *positive_scan.outcome_line(0.5, clear), group=0.5, other=0.3, here=here,
        explains=explains, **SOURCE,
    )  # fmt: skip
    assert_legible(figure)
    line, *_, dot = figure.axes[0].lines
    assert dot.get_xdata()[0] == pytest.approx(100 * explains)
    x, y = line.get_data()
    at = abs(x - 100 * explains).argmin()
    slope = abs(y[at] - y[at - 1])
    assert y[at] == pytest.approx(30, abs=slope + 1e-9)
    assert y[-1] == pytest.approx(50)
