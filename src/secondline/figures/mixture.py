"""The median of a mixture, and how it scatters from trial to trial."""

import numpy as np

from secondline.figures.style import FAINT, GREY, INK, ORANGE, SKY, stamp

COLOURS = (SKY, INK, ORANGE)


def mixture(curves, *, long_median: float, short_median: float, share: float):
    """Draw survival of mixtures with three shares, and the median over all shares.

    Parameters
    ----------
    curves : dict
        From :func:`secondline.survival.mixture_curves`.
    long_median, short_median, share : float
        As set; `share` is marked in the lower panel.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 6.2))
    upper, lower = figure.subplots(2, 1)
    figure.subplots_adjust(left=0.13, right=0.96, bottom=0.14, top=0.95, hspace=0.48)
    end = curves["months"][-1]
    upper.axhline(50, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    for colour, (p, survival) in zip(COLOURS, curves["survival"].items(), strict=True):
        median = curves["median"][p]
        upper.plot(curves["months"], 100 * survival, color=colour, linewidth=1.8,
                   label=f"{100 * p:.0f} % lasting: median {median:.1f}")  # fmt: skip
        if median <= end:
            upper.plot(median, 50, "o", color=colour, markersize=6)
    upper.set(xlim=(0, end), ylim=(0, 100), xlabel="Months", ylabel="% free of the event")
    upper.legend(frameon=False, fontsize=9, loc="upper right")
    upper.set_title("Three mixtures of the same two groups", fontsize=10, loc="left")
    lower.plot(100 * curves["shares"], curves["medians"], color=GREY, linewidth=2)
    lower.axvline(50, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    here = float(np.interp(share, curves["shares"], curves["medians"]))
    lower.plot(100 * share, here, "s", color=INK, markersize=7)
    lower.set_yscale("log")
    lower.set(xlim=(0, 100), xlabel="% of patients whose remission lasts",
              ylabel="Median (months, log scale)")  # fmt: skip
    ticks = [t for t in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if short_median * 0.8 <= t]
    ticks = [t for t in ticks if t <= 1.2 * long_median] or [short_median]
    lower.set_yticks(ticks, [f"{t:g}" for t in ticks])
    lower.minorticks_off()
    lower.grid(color=FAINT, linewidth=0.6)
    lower.set_title("The median over the share (square: as set)", fontsize=10, loc="left")
    figure.text(
        0.01, 0.035, f"group medians {long_median:g} and {short_median:g} months, exponential",
        fontsize=8, color=GREY, va="bottom",
    )  # fmt: skip
    stamp(figure, "virtual")
    return figure


def median_scatter(virtual, curves, truth, *, n: int, follow_up_months: float):
    """Draw curves of virtual trials around the truth, and the medians of all trials.

    Parameters
    ----------
    virtual : VirtualTrials
        From :func:`secondline.survival.simulate_trials`.
    curves : list of KaplanMeier
        Of some of the trials.
    truth : tuple of ndarray
        Months and the true share free of the event then.
    n : int
        Patients in a trial.
    follow_up_months : float
        Median observation.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 6.4))
    upper = figure.add_axes((0.12, 0.62, 0.84, 0.33))
    lower = figure.add_axes((0.12, 0.14, 0.84, 0.35))
    last = 1.5 * follow_up_months
    for curve in curves:
        upper.step([0, *curve.times], [100, *(100 * curve.survival)], where="post", color=SKY,
                   linewidth=0.9, alpha=0.8)  # fmt: skip
    upper.plot(truth[0], 100 * truth[1], color=INK, linewidth=2)
    upper.axhline(50, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    upper.set(xlim=(0, last), ylim=(0, 100), xlabel="Months", ylabel="% free of the event")
    upper.set_title(
        f"Truth (dark) and {len(curves)} trials of {n} patients", fontsize=10, loc="left"
    )
    _medians(lower, virtual, last)
    lower.set_title(
        f"Medians found in {len(virtual.medians):,} such trials", fontsize=10, loc="left"
    )
    stamp(figure, "virtual")
    return figure


def _medians(axes, virtual, last: float) -> None:
    medians = virtual.medians[~np.isnan(virtual.medians)]
    bins = np.linspace(0, last, 31)
    width = bins[1] - bins[0]
    share = 100 / len(virtual.medians)
    axes.hist(medians, bins=bins, weights=np.full(len(medians), share), color=SKY)
    place = last + 2.5 * width
    missing = 100 * virtual.share_not_reached
    axes.bar(place, missing, width=2.2 * width, color=ORANGE)
    axes.text(place, missing, f"{missing:.0f} %", ha="center", va="bottom", fontsize=9)
    if virtual.true_median <= last:
        axes.axvline(virtual.true_median, color=INK, linewidth=1.6, linestyle=(0, (4, 3)))
        side = "right" if virtual.true_median > 0.65 * last else "left"
        axes.annotate(f"true median {virtual.true_median:.1f}", (virtual.true_median, 0.97),
                      xycoords=("data", "axes fraction"), va="top", ha=side, fontsize=9,
                      xytext=(5 if side == "left" else -5, 0),
                      textcoords="offset points")  # fmt: skip
    ticks = np.linspace(0, last, 4)
    axes.set_xticks([*ticks, place], [*(f"{t:g}" for t in ticks), "not\nreached"])
    axes.set_xlim(0, place + 1.6 * width)
    axes.margins(y=0.12)
    axes.set_xlabel("Median found in the trial (months)")
    axes.set_ylabel("% of trials")
