"""The forest plot says what it shows, and nothing runs into anything else."""

import numpy as np
import pandas as pd
import pytest

from secondline import figures
from secondline.errors import InputError
from secondline.figures.style import fitted, literal, stamp, width_of
from secondline.proportions import forest_table, pool, study_intervals

HOSTILE = [
    '<b>bold</b> $x^$ "quoted"',
    "W" * 80,
    "i" * 200,
    "日本語の病院\ufffe",
    "two\nlines and \u202e turned round",
    r"$\frac{1}{0}$ %s {x} \n",
    "A very long name of a Centre of Haematology, 2025",
]


def cohorts_of(events, totals, names=None, treatment="glofitamab", study=""):
    k = len(totals)
    return pd.DataFrame(
        {
            "trial": names or [f"Trial {i}" for i in range(k)],
            "study": [study] * k,
            "treatment": [treatment] * k,
            "events": pd.array(events, dtype="Int64"),
            "totals": totals,
        }
    )


def draw(cohorts, *, level=0.95, study_level=None, interval="exact", source="mine.csv", **settings):
    rows = cohorts.dropna(subset=["events"])
    result = pool(rows["events"], rows["totals"], level=level, **settings)
    limits = study_intervals(
        rows["events"], rows["totals"], level=study_level or level, method=interval
    )
    return figures.forest(
        result,
        cohorts,
        limits,
        title="ORR, antibody with a partner, after CAR-T",
        axis_label="Patients with a $5 response (%)",
        provenance="own",
        source=source,
        study_level=study_level,
        study_interval=interval,
    )


def boxes(figure):
    """Every text of a figure with its box in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    # fine enough for letters to have their true widths, as in the site's SVG
    figure.set_dpi(400)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    (axes,) = figure.axes
    texts = [*figure.texts, *axes.texts, axes.xaxis.label]
    return [
        (t, t.get_window_extent(canvas.get_renderer()).transformed(figure.dpi_scale_trans.inverted()))
        for t in texts
        if t.get_text()
    ]


def words(figure):
    return [text.get_text() for text, _ in boxes(figure)]


RNG = np.random.default_rng(4)
MANY = RNG.integers(5, 200, 40)
CASES = {
    "two": (cohorts_of([3, 5], [10, 12]), {}),
    "one missing": (cohorts_of([3, None, 5], [10, 9, 12]), {}),
    "none of them": (cohorts_of([0, 0, 0], [10, 12, 1]), {}),
    "all of them": (cohorts_of([10, 12, 1], [10, 12, 1]), {"transform": "log"}),
    "forty": (cohorts_of(RNG.binomial(MANY, 0.5), MANY), {"transform": "glmm"}),
    "millions": (cohorts_of([1, 999_999, 9], [1_000_000] * 3, HOSTILE[:3]), {}),
    "hostile": (
        cohorts_of([3, 0, 10, None, 4, 5, 1], [10] * 7, HOSTILE, "g + " * 40, "EPCORE $ NHL"),
        {"source": "x" * 200 + ".csv"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_runs_off_the_picture_or_into_other_text(name):
    cohorts, settings = CASES[name]
    figure = draw(cohorts, **settings)
    width, height = figure.get_size_inches()
    assert width <= 5.6, "wider than a phone shows without scrolling"
    found = boxes(figure)
    for text, box in found:
        assert box.x0 >= 0 and box.x1 <= width, text.get_text()
        assert box.y0 >= 0 and box.y1 <= height, text.get_text()
    for i, (one, a) in enumerate(found):
        for other, b in found[i + 1 :]:
            # lines of one row may touch, but not lie on each other
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across <= 0 or down <= 0.03, (one.get_text(), other.get_text())


def test_names_are_cut_by_their_width_and_shown_as_they_stand():
    found = words(draw(*CASES["hostile"][:1], **CASES["hostile"][1]))
    assert r'<b>bold</b> \$x^\$ "quoted"' in found
    assert "□□□□□□□" in found
    assert any(text.startswith("two lines and turned") for text in found)
    narrow = next(text for text in found if text.startswith("iii"))
    wide = next(text for text in found if text.startswith("WWW"))
    assert len(narrow) > 2 * len(wide)
    label = next(text for text in found if text.startswith("own: "))
    assert label.startswith("own: computed here from the reader's own file (xxx")
    assert label.endswith("xx.csv)")
    assert r"Patients with a \$5 response (%)" in found


def test_labels_follow_the_level_and_the_interval():
    cohorts = CASES["two"][0]
    assert "% (95 % CI)" in words(draw(cohorts))
    found = words(draw(cohorts, level=0.9))
    assert "% (90 % CI)" in found
    assert "% (95 % CI)" not in found
    found = words(draw(cohorts, level=0.9, study_level=0.95, interval="wilson"))
    assert "% (CI)" in found
    assert any(text.endswith("trials: Wilson 95 % intervals; pool: 90 %") for text in found)
    rows = pool(cohorts["events"], cohorts["totals"], level=0.9)
    limits = study_intervals(cohorts["events"], cohorts["totals"], level=0.9)
    assert "90 % CI" in forest_table(rows, cohorts, limits).columns
    assert "CI" in forest_table(rows, cohorts, limits, study_level=0.95).columns


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"limits": ([0.1], [0.9])}, "report events are 3, but the lower limits are 1"),
        ({"limits": ([0.1] * 3, [0.9] * 4)}, "report events are 3, but the upper limits are 4"),
        ({"result": pool([1, 2], [9, 9])}, "report events are 3, but the weights of the pool are 2"),
        ({"study_interval": "jeffreys"}, "study_interval is 'jeffreys'; allowed: 'exact' or"),
    ],
)
def test_what_does_not_fit_together_is_refused(change, sentence):
    cohorts = cohorts_of([3, 5, None, 4], [10, 12, 9, 8])
    rows = cohorts.dropna(subset=["events"])
    given = {
        "result": pool(rows["events"], rows["totals"]),
        "cohorts": cohorts,
        "limits": study_intervals(rows["events"], rows["totals"]),
        **change,
    }
    with pytest.raises(InputError, match=sentence):
        figures.forest(**given, title="", axis_label="", provenance="own")


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("text", HOSTILE)
def test_fitted_text_has_the_width_asked_for(text, weight):
    short = fitted(text, 1.5, weight=weight).replace(r"\$", "$")
    assert width_of(short, weight=weight) <= 1.5
    if short.endswith("…"):
        # one sign more, and a blank before the ellipsis, would not fit
        longer = literal(text).replace(r"\$", "$")[: len(short) + 1]
        assert width_of(longer + "…", weight=weight) > 1.5


def test_short_text_is_left_whole():
    assert fitted("EPCORE NHL-1", 3) == "EPCORE NHL-1"
    assert fitted("", 1) == ""


def test_a_narrow_picture_keeps_its_provenance():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.6, 3))
    stamp(figure, "recomputed", "a file with a name that is far too long for it.csv")
    (label,) = (text.get_text() for text in figure.texts)
    assert label.startswith("recomputed: computed here from published numbers (")
