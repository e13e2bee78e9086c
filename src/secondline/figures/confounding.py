"""What printed imbalances leave of a risk ratio, and what two printed rates imply of a third."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREEN, INK, VERMILION, stamp


def remaining_ratios(strengths, curves: dict, *, observed: float, what: str, provenance: str,
                     source: str = ""):  # fmt: skip
    """Draw what is left of a risk ratio against the strength of the factors that differ.

    Parameters
    ----------
    strengths : array_like, shape (m,)
        Risk ratio of the outcome with a factor.
    curves : dict of str to array_like, shape (m,)
        Ratios that are left, by name; up to three.
    observed : float
        The printed ratio.
    what : str
        The outcome.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.1))
    axes = figure.add_axes((0.13, 0.21, 0.84, 0.63))
    looks = ((BLUE, "-"), (GREEN, (0, (5, 2))), (VERMILION, (0, (1, 1.5))))
    for (name, left), (colour, line) in zip(curves.items(), looks, strict=False):
        axes.plot(strengths, left, color=colour, linestyle=line, linewidth=1.9, label=name)
    axes.axhline(1, color=INK, linewidth=0.9)
    axes.annotate("no difference", (strengths[-1], 1), xytext=(0, -4), textcoords="offset points",
                  ha="right", va="top", fontsize=9)  # fmt: skip
    lowest = min(float(np.min(left)) for left in curves.values())
    axes.set(xlim=(strengths[0], strengths[-1]), ylim=(min(0.9, 0.95 * lowest), 1.07 * observed),
             xlabel="risk ratio of the outcome with the factor",
             ylabel=f"ratio of {what} that is left")  # fmt: skip
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    figure.legend(frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0.02, 0.985),
                  borderaxespad=0, fontsize=9, handlelength=2.2, columnspacing=1.2)  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def implied_rates(shares, bands: dict, *, printed: dict, provenance: str, source: str = ""):
    """Draw the third rate that two printed ones imply, against the size of the first part.

    Parameters
    ----------
    shares : array_like, shape (m,)
        Share of patients in the part whose rate is printed, from 0 to 1.
    bands : dict of str to (lower, upper)
        The rate in the other part, from 0 to 1, by arm; each array_like, shape (m,).
    printed : dict of str to float
        The printed rate in the first part, by arm.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.1))
    axes = figure.add_axes((0.13, 0.21, 0.84, 0.66))
    x = 100 * np.asarray(shares)
    for (arm, (lower, upper)), colour in zip(bands.items(), (BLUE, VERMILION), strict=False):
        lower, upper = 100 * np.asarray(lower), 100 * np.asarray(upper)
        axes.fill_between(x, lower, upper, color=colour, alpha=0.3, linewidth=0)
        axes.plot(
            x, (lower + upper) / 2, color=colour, linewidth=1.8, label=f"{arm}: high, implied"
        )
        axes.plot(x, np.full(len(x), 100 * printed[arm]), color=colour, linewidth=1.1,
                  linestyle=(0, (4, 3)), label=f"{arm}: low, printed")  # fmt: skip
    axes.set(xlim=(x[0], x[-1]), ylim=(0, 80), xlabel="% of the patients with low volume",
             ylabel="% with relapse or progression")  # fmt: skip
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    figure.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0.02, 0.99),
                  borderaxespad=0, fontsize=9)  # fmt: skip
    stamp(figure, provenance, source)
    return figure
