"""A plateau from a share that never fails and a constant hazard of the others, arm by arm."""

import numpy as np

from secondline.claims import get_claim
from secondline.explorers.explorer import Explorer, Slider, shown
from secondline.explorers.look import calculated, inputs, layer, picture, signals
from secondline.figures.style import ARM_COLOURS, GREY
from secondline.trials import CureMixture, Weibull

ARMS = {"axi": "axi-cel", "soc": "SOC"}
# shares that never fail (%) and hazards of the others (a month), near the printed numbers
START = {"axi": (40, 0.22), "soc": (16, 0.45)}
LATER = (6, 12)  # months at which the ratio of hazards is shown
END = 36


def plateau() -> Explorer:
    """Return the explorer of mixture cure models in both arms."""
    printed = printed_numbers()
    at = f"{printed['at']:g}"
    controls = tuple(
        control
        for arm, (cured, hazard) in START.items()
        for control in (
            Slider(f"cured_{arm}", f"{ARMS[arm]}: share that never has the event",
                   0, 80, 1, cured, "%"),
            Slider(f"hazard_{arm}", f"{ARMS[arm]}: hazard of the others",
                   0.02, 1.0, 0.01, hazard, "a month"),
        )
    )  # fmt: skip
    rows = [
        (f"{label}: free of the event at {at} months", f"{{share_{arm}:.1f}} %",
         f"{printed['share_' + arm]} %")
        for arm, label in ARMS.items()
    ]  # fmt: skip
    rows += [
        (f"{label}: median", f"{{median_words_{arm}}}", f"{printed['median_' + arm]} months")
        for arm, label in ARMS.items()
    ]
    rows.append(("Hazard ratio at the start", "{ratio_0:.2f}",
                 f"{printed['ratio']} (one number for all months)"))  # fmt: skip
    rows += [
        (f"Hazard ratio at {month} months", f"{{ratio_{month}:.2f}}", "–") for month in LATER
    ]
    return Explorer(
        name="plateau",
        title="A plateau, and what the hazards make of it",
        description=(
            f"Two curves of the share free of the event over {END} months, axi-cel solid and SOC "
            "dashed, that follow the controls; rings mark the printed shares and medians. The "
            "sentence and the table below hold the values."
        ),
        controls=controls,
        says=(
            f"At {at} months {{share_axi:.1f}} % are free of the event with axi-cel and "
            "{share_soc:.1f} % with SOC. The median: axi-cel {median_words_axi}, "
            "SOC {median_words_soc}. The hazard ratio is {ratio_0:.2f} at the start and "
            f"{{ratio_{LATER[-1]}:.2f}} at {LATER[-1]} months."
        ),
        caption="The curves as set, and the numbers that the trial prints",
        columns=("Number", "As set", "Printed"),
        rows=tuple(rows),
        provenance="virtual",
        source="printed numbers: Locke 2024",
        expected=expected,
        spec=_spec(controls, printed),
    )


def expected(*, cured_axi, hazard_axi, cured_soc, hazard_soc) -> dict:
    """Return what the page shows, by :class:`secondline.trials.CureMixture`.

    Parameters
    ----------
    cured_axi, cured_soc : float
        Percent who never have the event.
    hazard_axi, hazard_soc : float
        Of the others, events a month.
    """
    at = printed_numbers()["at"]
    outputs, paces = {}, {}
    for arm, cured, hazard in (("axi", cured_axi, hazard_axi), ("soc", cured_soc, hazard_soc)):
        curve = CureMixture(Weibull(np.log(2) / hazard), cured=cured / 100)
        outputs[f"share_{arm}"] = 100 * float(curve.survival(at))
        median = float(curve.times(0.5)) if cured < 50 else np.inf
        reached = np.isfinite(median)
        outputs[f"median_{arm}"] = median
        outputs[f"median_words_{arm}"] = f"{shown(median, 1)} months" if reached else "not reached"
        paces[arm] = [
            hazard * (1 - cured / 100 / float(curve.survival(month))) for month in (0, *LATER)
        ]
    for i, month in enumerate((0, *LATER)):
        outputs[f"ratio_{month}"] = paces["axi"][i] / paces["soc"][i]
    return outputs


def printed_numbers() -> dict:
    """Return the printed shares, medians and hazard ratio (texts) and the month of the shares."""
    return {
        "ratio": get_claim("zuma7-efs-hr").value,
        "at": float(get_claim("tme-intro-efs-24m-timepoint").value),
        **{f"share_{arm}": get_claim(f"tme-intro-efs-24m-{arm}").value for arm in ARMS},
        **{f"median_{arm}": get_claim(f"tme-intro-median-efs-{arm}").value for arm in ARMS},
    }


def _spec(controls, printed: dict) -> dict:
    at = printed["at"]
    params = inputs(controls)
    for arm in ARMS:
        cured, hazard = f"cured_{arm} / 100", f"hazard_{arm}"
        params += signals(
            **{
                f"share_{arm}": f"100 * {_survival(arm, at)}",
                f"median_{arm}": f"cured_{arm} < 50 ? "
                f"log((1 - {cured}) / (0.5 - {cured})) / {hazard} : 999",
                f"median_words_{arm}": f"cured_{arm} < 50 ? format(median_{arm}, '.1f') + "
                "' months' : 'not reached'",
            }
        )
    for month in (0, *LATER):
        paces = [f"hazard_{a} * (1 - cured_{a} / 100 / {_survival(a, month)})" for a in ARMS]
        params += signals(**{f"ratio_{month}": " / ".join(f"({pace})" for pace in paces)})
    months = {"sequence": {"start": 0, "stop": END + 0.1, "step": 0.25, "as": "month"}}
    x = {"field": "month", "type": "quantitative", "title": "Months from randomisation",
         "scale": {"domain": [0, END], "nice": False},
         "axis": {"values": list(range(0, END + 1, 6))}}  # fmt: skip
    y = {"field": "share", "type": "quantitative", "title": "% free of the event",
         "scale": {"domain": [0, 100]},
         "axis": {"values": [0, 25, 50, 75, 100], "grid": True}}  # fmt: skip
    at_end = {"type": "quantitative", "datum": END}
    layers = [
        layer("rule", {"x": {"datum": at}, "y": {"datum": 0}, "y2": {"datum": 91}},
              color=GREY, strokeDash=[2, 4]),
    ]  # fmt: skip
    for arm, label in ARMS.items():
        colour = ARM_COLOURS[label]
        dash = {} if arm == "axi" else {"strokeDash": [6, 3]}
        points = {
            "values": [
                {"month": at, "share": float(printed[f"share_{arm}"])},
                {"month": float(printed[f"median_{arm}"]), "share": 50},
            ]
        }
        along = calculated(share=f"100 * {_survival(arm, 'datum.month')}")
        last = calculated(month=f"{END - 0.5}", share=f"100 * {_survival(arm, END)}")
        layers += [
            layer("line", {"x": x, "y": y}, data=months, transform=along, color=colour,
                  strokeWidth=2.5, **dash),
            layer("text", {"x": x, "y": y}, transform=last, text=label, color=colour,
                  fontWeight="bold", align="right", dy=-9, fontSize=13),
            layer("point", {"x": x, "y": y}, data=points, color=colour, size=90, strokeWidth=2,
                  shape="circle" if arm == "axi" else "square"),
        ]  # fmt: skip
    layers.append(
        layer("text", {"x": at_end, "y": {"type": "quantitative", "datum": 97}}, align="right",
              text="rings and squares: printed", color=GREY)
    )  # fmt: skip
    return picture(*layers, height=320, params=params, provenance="virtual")


def _survival(arm: str, month) -> str:
    return (
        f"(cured_{arm} / 100 + (1 - cured_{arm} / 100) * exp(-hazard_{arm} * {month}))"
    )
