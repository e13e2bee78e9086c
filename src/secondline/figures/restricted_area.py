"""The restricted mean as an area: the time between two curves up to a horizon."""

import numpy as np

from secondline.figures.style import ARM_COLOURS, ARM_LINES, FAINT, GREY, INK, SKY, stamp


def restricted_area(curves: dict, means, *, provenance: str, source: str = ""):
    """Draw two arms' curves up to a horizon, and the area between them.

    Parameters
    ----------
    curves : dict of ArmCurve
        From :func:`secondline.survival.arm_curves`, with "axi-cel" and "SOC".
    means : RestrictedMean
        From :func:`secondline.survival.restricted_mean`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.2))
    axes = figure.add_axes((0.13, 0.165, 0.83, 0.65))
    horizon = means.horizon
    months = np.unique(
        np.concatenate([[0, horizon], *(curves[name].curve.times for name in ARM_COLOURS)])
    )
    months = months[months <= horizon]
    values = {}
    for name, colour in ARM_COLOURS.items():
        curve = curves[name].curve
        place = np.searchsorted(curve.times, months, side="right")
        values[name] = 100 * np.concatenate([[1], curve.survival])[place]
        axes.step(months, values[name], where="post", color=colour, linestyle=ARM_LINES[name],
                  linewidth=1.8)  # fmt: skip
    upper, lower = values["axi-cel"], values["SOC"]
    axes.fill_between(months, lower, upper, step="post", color=SKY, alpha=0.35, linewidth=0)
    axes.axvline(horizon, color=GREY, linewidth=0.8, linestyle=(0, (2, 3)))
    # above the axes, since the curves may run anywhere within
    for i, (name, colour) in enumerate(ARM_COLOURS.items()):
        mean = means.mean[int(name == "axi-cel")]
        figure.text(0.02, 0.955 - 0.05 * i,
                    f"{name}: {mean:.1f} months free of the event on average",
                    color=colour, fontsize=9, weight="bold")  # fmt: skip
    figure.text(0.02, 0.855, f"Shaded, axi-cel less SOC: {means.difference:.1f} months within the "
                f"first {horizon:g}", color=INK, fontsize=9)  # fmt: skip
    axes.set(xlim=(0, 1.02 * horizon), ylim=(0, 103), xlabel="Months",
             ylabel="% free of the event")  # fmt: skip
    axes.set_yticks(range(0, 101, 25))
    axes.set_xticks(np.arange(0, horizon + 0.01, 6 if horizon >= 12 else 1))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    stamp(figure, provenance, source)
    return figure
