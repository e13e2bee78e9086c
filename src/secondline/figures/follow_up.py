"""How long each trial followed its patients."""

import numpy as np

from secondline.figures.style import FAINT, GREY, cohort_name, drug_colour, stamp

ROW = 0.48


def bar_look(drug: str, combination: bool) -> dict:
    """Return how a bar is filled: with an antibody's colour, or dotted beside a partner."""
    colour = drug_colour(drug)
    if combination:
        return {"facecolor": "white", "edgecolor": colour, "hatch": "...."}
    return {"facecolor": colour, "edgecolor": colour}


def follow_up(cohorts, *, provenance: str, source: str = ""):
    """Draw a bar of median follow-up for each cohort, in the colour of its antibody.

    A full bar is an antibody alone, a dotted one an antibody with a partner.

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
    axes = figure.add_axes((0.03, 0.8 / height, 0.94, (height - 0.9) / height))
    longest = np.nanmax(cohorts["months"]) if cohorts["months"].notna().any() else 12
    axes.set(xlim=(0, 1.12 * longest), ylim=(k - 0.4, -0.75))
    for y, row in enumerate(cohorts.itertuples()):
        axes.text(0, y - 0.42, cohort_name(row.trial, row.treatment, 4.9), va="center", fontsize=9)
        if np.isnan(row.months):
            axes.text(0.01 * longest, y, "not reported", va="center", fontsize=8.5, color=GREY)
            continue
        axes.barh(y, row.months, height=0.4, linewidth=1.2, **bar_look(row.drug, row.combination))
        axes.text(row.months + 0.015 * longest, y, f"{row.months:g}", va="center", fontsize=8.5)
    axes.set_yticks([])
    axes.set_xlabel("Median follow-up (months)")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    stamp(figure, provenance, source)
    return figure
