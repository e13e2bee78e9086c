"""Pictures of the trial's design: all text inside, nothing on top of other text, the mark in place."""

import itertools

import pytest
from matplotlib.text import Text

from secondline import evidence, figures, pathways
from secondline.trials.allocation import WAYS, simulate_allocation


def texts(figure):
    figures.use_book_style()
    figure.draw_without_rendering()
    # labels of ticks beyond the ends of an axis exist and are not drawn
    beyond = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    beyond |= {tick.label1, tick.label2}
    return [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in beyond
    ]


def assert_legible(figure):
    found = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    width, height = figure.bbox.width, figure.bbox.height
    for words, box in found:
        assert box.x0 >= -1 and box.x1 <= width + 1, words
        assert box.y0 >= -1 and box.y1 <= height + 1, words
    for (first, a), (second, b) in itertools.combinations(found, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 2 or along < 2, (first, second)
    return [words for words, _ in found]


@pytest.mark.parametrize("axi_cel_n", [170, 180, 261])
def test_the_flow_shows_every_box_with_its_standing(axi_cel_n):
    flow = evidence.trial_flow(axi_cel_n)
    words = assert_legible(
        figures.trial_flow(flow, provenance="recomputed", source="two documents")
    )
    boxes = [item for item in flow.items if item.box]
    for item in boxes:
        assert words.count(item.text) >= 1
    for status in ("printed", "derived", "assumed", "not printed"):
        assert words.count(status) == sum(item.status == status for item in boxes)
    assert any(text.startswith("recomputed: ") for text in words)


@pytest.mark.parametrize(
    ("change", "sources"),
    [
        ({}, 6),
        ({"response_to_first_line": "PR"}, 7),
        ({"response_to_first_line": "PD", "months_since_first_line": 600}, 6),
    ],
)
def test_the_bars_show_who_speaks_of_this_patient(change, sources):
    patient = {**pathways.TYPICAL_PATIENT, **change}
    stretches = pathways.answers_along("timing", "months_since_first_line", patient, 24)
    words = assert_legible(
        figures.answers_along(
            stretches, pathways.SOURCES, first_others="NCCN in the review",
            here=patient["months_since_first_line"],
            xlabel="Months from the end of first-line treatment to relapse",
            words={"met": "within", "not met": "outside"}, provenance="recomputed",
            source="three documents",
        )
    )  # fmt: skip
    assert sum(label in words for label in pathways.SOURCES.values()) == sources
    assert ("SOC arm only" in words) == (patient["response_to_first_line"] == "PR")


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
def test_the_spread_of_chance_is_marked_as_virtual(share):
    results = [
        simulate_allocation(way, n=359, share=share, block_size=4, n_trials=200, seed=1)
        for way in WAYS
    ]
    words = assert_legible(figures.allocation(results, WAYS, gap=0.1))
    assert "virtual: synthetic data, no real patients" in words
    assert set(WAYS.values()) <= set(words)
