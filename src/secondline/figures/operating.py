"""What virtual trials of a design find: truth, power, interim looks, crossover."""

import numpy as np

from secondline.figures.style import ARM_COLOURS, ARM_LINES, FAINT, GREY, INK, SKY, stamp

ARMS = {"experimental": "axi-cel", "control": "SOC"}


def true_curves(curves: dict, *, title: str):
    """Draw both arms' true curves.

    Parameters
    ----------
    curves : dict
        From :func:`secondline.trials.true_curves`.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.7))
    axes = figure.add_axes((0.13, 0.2, 0.82, 0.68))
    months = curves["months"]
    for arm, like in ARMS.items():
        axes.plot(months, 100 * curves[arm], color=ARM_COLOURS[like], linestyle=ARM_LINES[like],
                  linewidth=2, label=arm)  # fmt: skip
    axes.set(xlim=(0, months[-1]), ylim=(0, 100), xlabel="Months from randomisation",
             ylabel="% free of failure")  # fmt: skip
    axes.legend(frameon=False, loc="upper right")
    axes.set_title(title, fontsize=10, loc="left")
    stamp(figure, "virtual")
    return figure


def rejection_shares(chosen, none, limits, *, title: str):
    """Draw how often each test rejects, under the chosen truth and under no effect.

    Parameters
    ----------
    chosen, none : OperatingCharacteristics
        With the same tests.
    limits : callable
        ``limits(shares, trials)``: both limits of simulated shares.
    title : str
        Of the left panel.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.6))
    left = figure.add_axes((0.2, 0.22, 0.42, 0.66))
    right = figure.add_axes((0.68, 0.22, 0.29, 0.66))
    places = np.arange(len(chosen.tests))[::-1]
    for axes, result, colour, name in (
        (left, chosen, INK, title),
        (right, none, GREY, "no effect"),
    ):
        low, high = (100 * end for end in limits(result.rejected, result.trials))
        axes.hlines(places, low, high, color=colour, linewidth=2)
        axes.plot(100 * result.rejected, places, "o", color=colour, markersize=6)
        axes.axvline(100 * result.alpha, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.set_ylim(-0.6, len(places) - 0.4)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_title(name, fontsize=10, loc="left")
        axes.set_xlabel("% of trials that reject", fontsize=9)
    left.set_yticks(places, chosen.tests)
    right.set_yticks(places, [])
    left.set_xlim(-2, 102)
    right.set_xlim(0, max(2.2 * 100 * none.alpha, 1.15 * float(high.max())))
    stamp(figure, "virtual")
    return figure


def power_curve(curve, limits, *, n: int):
    """Draw power over the number of patients, by simulation and by formula.

    Parameters
    ----------
    curve : Curve
        From :func:`secondline.trials.along_n`.
    limits : callable
        As for :func:`rejection_shares`.
    n : int
        As set; marked.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.6))
    axes = figure.add_axes((0.13, 0.22, 0.82, 0.7))
    shares = np.array([result.power("log-rank") for result in curve.results])
    low, high = limits(shares, curve.results[0].trials)
    axes.plot(curve.values, 100 * np.array(curve.formula), color=GREY, linewidth=1.8,
              linestyle=(0, (5, 2)), label="formula")  # fmt: skip
    axes.vlines(curve.values, 100 * low, 100 * high, color=INK, linewidth=2)
    axes.plot(curve.values, 100 * shares, "o", color=INK, markersize=6, label="virtual trials")
    axes.axvline(n, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.set(ylim=(0, 104), xlabel="Patients randomised (dotted line: as set)",
             ylabel="Power, log-rank test (%)")  # fmt: skip
    axes.set_xlim(0, 1.08 * max(curve.values))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.legend(frameon=False, loc="lower right")
    stamp(figure, "virtual")
    return figure


def peeking(errors, *, alpha: float, looks: int):
    """Draw the type I error of testing at the full level at every look.

    Parameters
    ----------
    errors : ndarray, shape (most,)
        With 1, 2, ... looks.
    alpha : float
    looks : int
        As set; marked if within the figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.2))
    axes = figure.add_axes((0.13, 0.23, 0.82, 0.7))
    number = np.arange(1, len(errors) + 1)
    axes.bar(number, 100 * errors, color=[INK if k == looks else SKY for k in number], width=0.7)
    axes.axhline(100 * alpha, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)))
    for k, error in zip(number, errors, strict=True):
        axes.text(k, 100 * error, f"{100 * error:.0f}", ha="center", va="bottom", fontsize=9)
    axes.set(xlabel="Looks, each at the full level (dark: as set)", xticks=number,
             ylabel="Type I error (%)")  # fmt: skip
    axes.set_ylim(0, 115 * errors.max())
    stamp(figure, "definition")
    return figure


def ratios_at_stop(result, *, without_looks: float):
    """Draw the hazard ratio that each trial prints, by the look at which it ends.

    Parameters
    ----------
    result : GroupSequential
    without_looks : float
        Average hazard ratio of trials without interim looks.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.9))
    axes = figure.add_axes((0.13, 0.25, 0.82, 0.67))
    rows = [(f"stops\nat {look}", result.stopped(look)) for look in range(1, result.looks)]
    rows += [
        ("rejects\nat end", result.stopped(result.looks)),
        ("never\nrejects", ~result.rejected),
    ]
    for place, (_, which) in enumerate(rows):
        known = np.isfinite(result.hazard_ratio) & (result.hazard_ratio > 0)
        ratios = np.sort(result.hazard_ratio[which & known])
        if len(ratios) == 0:
            axes.text(
                place, without_looks, "none", ha="center", va="bottom", fontsize=8, color=GREY
            )
            continue
        # spread evenly, so that the dots tell how many there are
        across = place + 0.56 * (((np.arange(len(ratios)) * 0.618) % 1) - 0.5)
        axes.plot(across, ratios, ".", color=SKY, markersize=3, alpha=0.7, zorder=1)
        middle = float(np.exp(np.log(ratios).mean()))
        axes.hlines(middle, place - 0.34, place + 0.34, color=INK, linewidth=2.2, zorder=3)
        axes.text(place + 0.36, middle, f"{middle:.2f}", va="center", fontsize=8.5, zorder=4)
    axes.axhline(without_looks, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    ticks = [t for t in (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.4, 2, 3) if low <= t <= high]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    size = 9 if len(rows) < 8 else 7
    names = [name for name, _ in rows] if len(rows) < 8 else [
        *(str(k) for k in range(1, result.looks)), "end", "never"]  # fmt: skip
    axes.set_xticks(range(len(rows)), names, fontsize=size)
    axes.set_xlim(-0.6, len(rows) - 0.25)
    axes.set_ylabel("Hazard ratio printed (log scale)")
    axes.set_xlabel("Dashed: average of trials without interim looks", fontsize=9)
    stamp(figure, "virtual")
    return figure


def crossover_curve(curve, limits, *, crossover: float):
    """Draw the hazard ratio of death and the power for it over the share of crossover.

    Parameters
    ----------
    curve : Curve
        From :func:`secondline.trials.along_crossover`.
    limits : callable
        As for :func:`rejection_shares`.
    crossover : float
        Share as set; marked.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 5.2))
    upper = figure.add_axes((0.14, 0.58, 0.81, 0.36))
    lower = figure.add_axes((0.14, 0.15, 0.81, 0.34))
    share = 100 * np.array(curve.values)
    ratios = [result.hazard_ratio for result in curve.results]
    upper.plot(share, ratios, "o-", color=INK, linewidth=1.8)
    upper.axhline(1, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    upper.set_ylabel("Average HR of death")
    upper.set_ylim(min(0.6, min(ratios) - 0.05), max(1.1, max(ratios) + 0.08))
    power = np.array([result.power("log-rank") for result in curve.results])
    wrong = np.array([result.wrong_way[0] for result in curve.results])
    low, high = limits(power, curve.results[0].trials)
    lower.fill_between(share, 100 * low, 100 * high, color=SKY, alpha=0.35, linewidth=0)
    lower.plot(share, 100 * power, "o-", color=INK, linewidth=1.8, label="reject")
    lower.plot(share, 100 * wrong, "s:", color=GREY, markersize=4, label="with control ahead")
    lower.set(ylim=(-2, 104), ylabel="% of trials",
              xlabel="% of control failures followed by CAR-T cells")  # fmt: skip
    lower.legend(frameon=False, fontsize=9, loc="best")
    for axes in (upper, lower):
        axes.grid(color=FAINT, linewidth=0.6)
        axes.set_xlim(-2, 102)
        axes.axvline(100 * crossover, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
    stamp(figure, "virtual")
    return figure
