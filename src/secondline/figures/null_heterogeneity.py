"""What Q and I2 do when the trials do not differ."""

import numpy as np

from secondline.figures.style import BLUE, GREY, VERMILION, stamp


def null_heterogeneity(exact, *, observed_q: float, observed_i2: float, source: str):
    """Draw the distributions of Q and I2 under one true rate beside the observed values.

    Parameters
    ----------
    exact : ExactHeterogeneity
        From :func:`secondline.proportions.exact_heterogeneity`.
    observed_q, observed_i2 : float
        From the pool in question; I2 in percent.
    source : str
        Short name of the source of the observed values.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    # one above the other and narrow, so that a phone shows it whole
    figure = Figure(figsize=(5.6, 5.4))
    upper, lower = figure.subplots(2, 1)
    figure.subplots_adjust(left=0.11, right=0.97, bottom=0.19, top=0.95, hspace=0.6)
    panels = (
        (upper, exact.q, observed_q, f"Q (about {exact.df} expected)", None),
        (lower, exact.i2, observed_i2, "$I^2$ (%)", (0, 100)),
    )
    for axes, values, observed, label, span in panels:
        top = span[1] if span else 1.15 * max(observed, exact.df)
        chances = 100 * exact.probability
        axes.hist(values, bins=np.linspace(0, top, 41), weights=chances, color=BLUE, alpha=0.85)
        axes.axvline(observed, color=VERMILION, linewidth=2)
        side = "right" if observed > 0.6 * top else "left"
        axes.annotate(
            f"observed {observed:.1f}",
            (observed, 0.93),
            xycoords=("data", "axes fraction"),
            xytext=(-6 if side == "right" else 6, 0),
            textcoords="offset points",
            ha=side,
            color=VERMILION,
            fontsize=9,
        )
        axes.set_xlabel(label)
        axes.set_ylabel("probability (%)")
    upper.set_title("Q, the scatter between trials", fontsize=10, loc="left")
    lower.set_title("$I^2$, the part of it beyond chance", fontsize=10, loc="left")
    figure.text(
        0.01,
        0.05,
        f"all {len(exact.q):,} results of {exact.df + 1} trials with one true rate",
        fontsize=8,
        color=GREY,
        va="bottom",
    )
    stamp(figure, "virtual", also=f"line: recomputed ({source})")
    return figure
