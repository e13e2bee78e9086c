"""How long each trial followed its patients."""

import numpy as np

from secondline.figures.style import FAINT, GREY, drug_colour, literal, stamp

ROW = 0.33


def follow_up(cohorts, *, provenance: str, source: str = ""):
    """Draw a bar of median follow-up for each cohort, in the colour of its antibody.

    Parameters
    ----------
    cohorts : DataFrame
        From :func:`secondline.evidence.follow_up_table`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    k = len(cohorts)
    height = ROW * k + 1.2
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.34, 0.8 / height, 0.62, (height - 0.95) / height))
    longest = np.nanmax(cohorts["months"]) if cohorts["months"].notna().any() else 12
    axes.set(xlim=(0, 1.18 * longest), ylim=(k - 0.4, -0.6))
    for y, row in enumerate(cohorts.itertuples()):
        axes.text(-0.02, y, literal(row.trial, 22), ha="right", va="center", fontsize=9,
                  transform=axes.get_yaxis_transform())  # fmt: skip
        if np.isnan(row.months):
            axes.text(0.01 * longest, y, "not reported", va="center", fontsize=8.5, color=GREY)
            continue
        axes.barh(y, row.months, height=0.62, color=drug_colour(row.drug))
        axes.text(row.months + 0.015 * longest, y, f"{row.months:g}", va="center", fontsize=8.5)
    axes.set_yticks([])
    axes.set_xlabel("Median follow-up (months)")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    stamp(figure, provenance, source)
    return figure
