"""Which trial reports which outcome, and how."""

from secondline.figures.style import (
    FAINT,
    GREY,
    INK,
    cohort_name,
    drug_colour,
    literal,
    stamp,
    width_of,
)

# background of a cell; its text says the same without the colour
SHADES = {
    "count": "#9fcbe6",
    "median with interval": "#a8dcc8",
    "median only": "#d9f0e6",
    "not reached": "#f6d9a8",
    "not estimated": "#f9e9cd",
    "share at one time": "#e4d3ea",
    "in other words": "#eceef0",
    "not reported": "white",
}
LEGEND = {
    "count": "count",
    "median with interval": "median, interval",
    "median only": "median alone",
    "not reached": "not reached (NR)",
    "not estimated": "not estimated (NE)",
    "share at one time": "share at one time",
    "in other words": "in other words",
    "not reported": "not reported (–)",
}
WIDTH = 5.6
ROW = 0.66  # inches a row: its name, and below it the cells


def reporting_map(cells, *, provenance: str, source: str = ""):
    """Draw a grid of cohorts and outcomes with what is reported in each cell.

    A cohort's name stands above its cells.

    Parameters
    ----------
    cells : DataFrame
        From :func:`secondline.evidence.reporting_map`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    outcomes = list(dict.fromkeys(cells["outcome"]))
    rows = list(cells.groupby(["trial", "prior_car_t"], sort=False))
    doubled = {trial for (trial, _), _ in rows if [r[0][0] for r in rows].count(trial) > 1}
    height = ROW * len(rows) + 1.7
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.03, 1.2 / height, 0.96, (height - 1.55) / height))
    axes.set(xlim=(0, len(outcomes)), ylim=(len(rows), 0))
    axes.set_xticks([i + 0.5 for i in range(len(outcomes))], outcomes)
    axes.xaxis.tick_top()
    axes.set_yticks([])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    used = set()
    for y, ((trial, prior), group) in enumerate(rows):
        note = {"yes": " (after)", "no": " (naive)"}[prior] if trial in doubled else ""
        name = cohort_name(trial, group["treatment"].iloc[0], 4.9 - width_of(note))
        axes.text(0.02, y + 0.19, name + note, va="center", fontsize=9)
        axes.plot([-0.06, -0.06], [y + 0.06, y + 0.94], linewidth=4, clip_on=False,
                  color=drug_colour(group["drug"].iloc[0]), solid_capstyle="butt")  # fmt: skip
        for x, cell in enumerate(group.itertuples()):
            used.add(cell.status)
            axes.add_patch(
                Rectangle((x + 0.02, y + 0.36), 0.96, 0.6, facecolor=SHADES[cell.status],
                          edgecolor=FAINT, linewidth=0.8)
            )  # fmt: skip
            axes.text(x + 0.5, y + 0.65, _in_lines(cell.text), ha="center", va="center",
                      fontsize=8.5, linespacing=1.1,
                      color=INK if cell.status != "not reported" else GREY)  # fmt: skip
    figure.data = cells[["trial", "treatment", "prior_car_t", "outcome", "status", "text"]]
    legend = [name for name in SHADES if name in used]
    for i, name in enumerate(legend):
        left, base = 0.02 + 0.33 * (i % 3), (0.8 - 0.22 * (i // 3)) / height
        figure.add_artist(
            Rectangle((left, base), 0.022, 0.14 / height, facecolor=SHADES[name],
                      edgecolor=GREY, linewidth=0.6)
        )  # fmt: skip
        figure.text(left + 0.03, base + 0.02 / height, LEGEND[name], fontsize=8.5, va="bottom")
    stamp(figure, provenance, source)
    return figure


def _in_lines(text) -> str:
    # a limit goes below its median; what has no place to break is cut
    first, bracket, second = str(text).partition(" (")
    return "\n".join(literal(part, 11) for part in (first, bracket[1:] + second) if part)
