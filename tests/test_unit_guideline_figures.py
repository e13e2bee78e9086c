"""Pictures of two guidelines: every answer stands in them, legible, with a sign for each verdict."""

import pytest
from test_unit_design_figures import assert_legible

from secondline import figures
from secondline.figures.agreement_map import LOOKS
from secondline.pathways import agreement_map, guideline_pages
from secondline.pathways import guidelines as g

SOURCE = {"provenance": "recomputed", "source": "the review"}


def plain(words):
    return [" ".join(text.split()) for text in words]


@pytest.mark.parametrize(
    ("changes", "readings"),
    [
        ({}, {}),
        ({"interim_uptake": "same", "bulk_cm": 9.0}, {}),
        ({"stage": "IV", "end_deauville": 5, "end_biopsy": "positive"}, {"bsh_end": "its patients"}),
        ({"interim_deauville": 2}, {"nccn_patients": "Table 1", "bsh_patients": "section 4"}),
    ],
)
def test_routes_show_every_answer_and_where_they_part(changes, readings):
    comparison = g.compare({**guideline_pages.FIRST_PATIENT, **changes}, g.Readings(**readings))
    words = plain(assert_legible(figures.routes(comparison, **SOURCE)))
    for pair in comparison.pairs:
        assert guideline_pages.said(pair.nccn) in words
        assert guideline_pages.said(pair.bsh) in words
    assert ("here they part" in words) == bool(comparison.parting)
    for question in g.STEPS.values():
        assert question in words


@pytest.mark.parametrize("step", ["after the interim scan", "end-of-treatment imaging"])
def test_the_map_has_a_sign_for_each_cell(step):
    cells = agreement_map.agreement_map(guideline_pages.FIRST_PATIENT, step)
    figure = figures.agreement_map(cells, here=("61 to 80", "II", "4"), **SOURCE)
    words = assert_legible(figure)
    for verdict, (_, sign) in LOOKS.items():
        assert words.count(sign) == sum(c.pair.verdict == verdict for c in cells), verdict
    (axes,) = figure.axes
    framed = [p for p in axes.patches if p.get_linewidth() > 2]
    assert len(framed) == 1
    # the third column, score 4; the sixth row, 61 to 80 at stage II, below one gap
    assert framed[0].get_x() == pytest.approx(2.02)
    assert framed[0].get_y() == pytest.approx(5 + 0.35 + 0.05)


def test_bars_are_as_long_as_the_shares():
    shares = agreement_map.step_shares()
    figure = figures.agreement_shares({"All": shares, "None": ()}, **SOURCE)
    words = assert_legible(figure)
    assert "No such patient." in words
    for y, share in enumerate(shares):
        drawn = [p for p in figure.axes[0].patches if y < p.get_y() + p.get_height() / 2 < y + 1]
        wanted = [100 * share.share(v) for v in g.VERDICTS if share.counts[v]]
        assert [p.get_width() for p in drawn] == pytest.approx(wanted)
        assert sum(p.get_width() for p in drawn) == pytest.approx(100)
