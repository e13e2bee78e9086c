"""The posterior of a Bayesian pool."""

from secondline.figures.style import BLUE, FAINT, GREY, VERMILION, literal, stamp
from secondline.proportions.report import percent


def posterior_plot(result, *, title: str, provenance: str, source: str = ""):
    """Draw the densities of the average, of a new trial and of the prior.

    Parameters
    ----------
    result : BetaBinomial
        From :func:`secondline.proportions.beta_binomial`.
    title, provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.1))
    axes = figure.add_axes((0.11, 0.2, 0.855, 0.66))
    density = result.density
    x = 100 * density["proportion"]
    # per percentage point
    axes.fill_between(x, density["average"] / 100, color=BLUE, alpha=0.25, linewidth=0)
    axes.plot(x, density["average"] / 100, color=BLUE, linewidth=1.8, label="average of the trials")
    axes.plot(x, density["new_trial"] / 100, color=VERMILION, linewidth=1.8,
              label="true share in a new trial")
    axes.plot(x, density["prior"] / 100, color=GREY, linewidth=1.1, linestyle=":",
              label="prior of the average")
    peak = density["average"].max()
    top = max(peak, min(density["new_trial"].max(), 3 * peak))
    for y, low, high, colour in (
        (-0.05, result.lower, result.upper, BLUE),
        (-0.1, result.new_lower, result.new_upper, VERMILION),
    ):
        axes.plot([100 * low, 100 * high], [y * top / 100] * 2, color=colour, linewidth=3.5,
                  solid_capstyle="butt")
    axes.set(xlim=(0, 100), ylim=(-0.16 * top / 100, 1.35 * top / 100))
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_ylabel("density")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"share (%); bars: {percent(result.level, 0)} % intervals")
    side = "left" if result.estimate > 0.5 else "right"
    axes.legend(fontsize=8.5, frameon=False, loc=f"upper {side}")
    figure.text(0.02, 0.98, literal(title, 68), fontsize=11, weight="bold", va="top")
    stamp(figure, provenance, source)
    return figure
