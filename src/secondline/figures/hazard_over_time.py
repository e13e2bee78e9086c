"""What proportional hazards predicts beside the curves, and whether a ratio is kept."""

import numpy as np

from secondline.figures.style import ARM_COLOURS, ARM_LINES, FAINT, GREY, INK, stamp


def hazard_over_time(view, *, provenance: str, source: str = "", mark: float = np.nan):
    """Draw the predicted curve, log-minus-log curves, and hazard ratios by period.

    Parameters
    ----------
    view : HazardView
        From :func:`secondline.survival.hazard_view`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.
    mark : float
        A month to mark in the upper panel; nan for none.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 8.6))
    upper, middle, lower = figure.subplots(3, 1, height_ratios=(1.25, 1, 1))
    figure.subplots_adjust(left=0.14, right=0.96, top=0.955, bottom=0.1, hspace=0.5)
    _predicted(upper, view, mark)
    _log_minus_log(middle, view)
    _periods(lower, view)
    stamp(figure, provenance, source)
    return figure


def _predicted(axes, view, mark) -> None:
    end = max(times[-1] for times in view.times.values())
    for name, times in view.times.items():
        axes.step(times, 100 * view.survival[name], where="post", color=ARM_COLOURS[name],
                  linestyle=ARM_LINES[name], linewidth=1.8, label=name)  # fmt: skip
    axes.step(view.times["SOC"], 100 * view.predicted, where="post", color=INK, linewidth=1.5,
              linestyle=(0, (1, 1.2)), label="axi-cel, if hazards were proportional")  # fmt: skip
    if np.isfinite(mark):
        # it ends below the legend
        axes.plot([mark, mark], [0, 68], color=GREY, linewidth=0.8, linestyle=(0, (2, 3)))
    axes.set(xlim=(0, end), ylim=(0, 103), xlabel="Months", ylabel="% free of the event")
    axes.set_xticks(np.arange(0, end + 0.01, 6 if end <= 48 else 12))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.legend(frameon=False, fontsize=9, loc="upper right")
    axes.set_title(f"The curve that a ratio of {view.hazard_ratio:.3f} predicts", fontsize=10,
                   loc="left")  # fmt: skip


def _log_minus_log(axes, view) -> None:
    for name, log_time in view.log_time.items():
        axes.step(np.exp(log_time), view.log_minus_log[name], where="post",
                  color=ARM_COLOURS[name], linestyle=ARM_LINES[name], linewidth=1.8)  # fmt: skip
    soc = view.log_minus_log["SOC"] + np.log(view.hazard_ratio)
    axes.step(np.exp(view.log_time["SOC"]), soc, where="post", color=INK, linewidth=1.5,
              linestyle=(0, (1, 1.2)))  # fmt: skip
    axes.set_xscale("log")
    first, last = axes.get_xlim()
    ticks = [t for t in (0.01, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64) if first <= t <= last]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set(xlabel="Months (log scale)", ylabel="log(−log S)")
    axes.set_title("Proportional hazards would keep one distance", fontsize=10, loc="left")


def _periods(axes, view) -> None:
    places = np.arange(len(view.periods))
    known = view.periods["hazard_ratio"].notna().to_numpy()
    periods = view.periods[known]
    ratio, low, high = (periods[name].to_numpy() for name in ("hazard_ratio", "lower", "upper"))
    axes.axhline(1, color=INK, linewidth=0.8)
    axes.axhline(view.hazard_ratio, color=GREY, linewidth=1, linestyle=(0, (1, 1.2)))
    axes.set_yscale("log")
    if len(ratio):
        axes.errorbar(places[known], ratio, [ratio - low, high - ratio], fmt="s", color=INK,
                      markersize=6, capsize=3, linewidth=1.3)  # fmt: skip
        floor, roof = min(low.min(), view.hazard_ratio, 0.5), max(high.max(), 2)
    else:
        floor, roof = min(view.hazard_ratio, 0.5), max(view.hazard_ratio, 2)
    steps = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
    ticks = [t for t in steps if floor / 1.3 <= t <= roof * 1.3]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_ylim(floor / 1.4, roof * 1.5)
    for place, row in zip(places, view.periods.itertuples(), strict=True):
        if np.isnan(row.hazard_ratio):
            axes.text(place, 1.06, "no ratio", ha="center", va="bottom", fontsize=9, color=GREY)
    axes.text(-0.48, view.hazard_ratio, f"all: {view.hazard_ratio:.2f}", va="bottom", fontsize=9,
              color=GREY)  # fmt: skip
    labels = [
        f"after {p.start:g}" if np.isinf(p.end) else f"{p.start:g} to {p.end:g}"
        for p in view.periods.itertuples()
    ]
    events = [f"{p.axi_events} + {p.soc_events}" for p in view.periods.itertuples()]
    axes.set_xticks(places, [f"{a}\n{b}" for a, b in zip(labels, events, strict=True)])
    axes.set(xlim=(-0.5, len(places) - 0.5), ylabel="Hazard ratio",
             xlabel="Months, and events (axi-cel + SOC)")  # fmt: skip
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_title("Hazard ratio by period", fontsize=10, loc="left")
