"""A pooled response rate, of the trials that are switched on, by the model that is chosen."""

from functools import cache

import numpy as np

from secondline import proportions, tables
from secondline.errors import InputError
from secondline.explorers.explorer import Choice, Explorer, Switch, shown
from secondline.explorers.look import calculated, inputs, layer, picture, signals
from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION
from secondline.proportions.between_study import critical_value
from secondline.proportions.transforms import SCALES, effects

POPULATION = "after CAR-T monotherapy"
# one name for each choice that Vega's expressions can use as a field
SCALE_NAMES = {"freeman-tukey": "Freeman-Tukey double arcsine", "logit": "logit"}
METHOD_NAMES = {"DL": "random effects (DerSimonian-Laird)", "common": "common effect"}
ROW = 46  # pixels
DOWN = 0.42  # of a row, from its text to its interval
NAN = "(0 / 0)"


def pool() -> Explorer:
    """Return the explorer of the pooled response after CAR-T."""
    cohorts = counted()
    names = list(cohorts["trial"])
    controls = (
        Choice("outcome", "Response", dict(tables.OUTCOMES), "ORR"),
        Choice("method", "Model of the spread between trials", METHOD_NAMES, "DL"),
        Choice("transform", "Scale on which the trials are averaged", SCALE_NAMES,
               "freeman-tukey"),
        *(Switch(f"on_{i}", f"{row.trial} ({row.treatment})", True, "Trials in the pool")
          for i, row in enumerate(cohorts.itertuples())),
    )  # fmt: skip
    rows = [
        (name, f"{{events_{i}:.0f}} of {total}", f"{{share_{i}:.1f}}", f"{{weight_{i}:.1f}}")
        for i, (name, total) in enumerate(zip(names, cohorts["totals"], strict=True))
    ]
    rows += [
        ("Pooled", "{events:.0f} of {patients:.0f}",
         "{estimate:.1f} ({lower:.1f} to {upper:.1f})", "–"),
        ("Prediction for a new trial", "–", "{low:.1f} to {high:.1f}", "–"),
        ("Heterogeneity", "Q {q:.2f} on {df:.0f} df", "I² {i2:.1f} %", "τ² {tau2:.4f}"),
    ]  # fmt: skip
    return Explorer(
        name="pool",
        title="Which trials, which model: the pool follows",
        description=(
            "Forest plot. Each trial has a square and an interval, pale where it is switched off; "
            "the diamond below spans the confidence interval of the pool, and a bar the "
            "prediction interval for a new trial. The table below holds the values."
        ),
        controls=controls,
        says=(
            "{k:.0f} trials: {estimate:.1f} % (95 % CI {lower:.1f} to {upper:.1f}). "
            "I² is {i2:.1f} %. The rate in a new trial: {new}."
        ),
        caption="The pool as set, in percent",
        columns=("Trial", "Events", "% (95 % interval)", "Weight, %"),
        rows=tuple(rows),
        provenance="recomputed",
        source="Shen 2025",
        expected=expected,
        spec=_spec(controls, cohorts),
    )


@cache
def counted():
    """Return the cohorts of the pool, with both counts."""
    trials = tables.read_trials("")
    first = tables.select_cohorts(trials, POPULATION, "ORR").dropna(subset=["events"])
    second = tables.select_cohorts(trials, POPULATION, "CR").dropna(subset=["events"])
    both = first.merge(second[["trial", "events"]], on="trial", suffixes=("", "_cr"))
    if len(both) != max(len(first), len(second)):
        raise InputError("Each cohort of the explorer must report both responses.")
    if not ((both["events_cr"] > 0) & (both["events"] < both["totals"])).all():
        raise InputError("A cohort of the explorer has nobody or everybody responding.")
    return both


def expected(*, outcome, method, transform, **on) -> dict:
    """Return what the page shows, by :func:`secondline.proportions.pool`.

    Parameters
    ----------
    outcome : {"ORR", "CR"}
    method : {"DL", "common"}
    transform : {"freeman-tukey", "logit"}
    **on : bool
        ``on_0``, ``on_1``, ...: whether a cohort is in the pool.
    """
    cohorts = counted()
    events = _events(cohorts, outcome)
    totals = cohorts["totals"].to_numpy(dtype=float)
    chosen = np.array([on[f"on_{i}"] for i in range(len(cohorts))])
    outputs = {f"events_{i}": float(x) for i, x in enumerate(events)}
    outputs |= {f"share_{i}": float(share) for i, share in enumerate(100 * events / totals)}
    outputs |= {"k": int(chosen.sum()), "events": float(events[chosen].sum()),
                "patients": float(totals[chosen].sum()), "df": int(chosen.sum()) - 1}  # fmt: skip
    weights = np.full(len(cohorts), np.nan)
    names = ("estimate", "lower", "upper", "low", "high", "q", "i2", "tau2")
    values = [float("nan")] * len(names)
    if chosen.sum() >= 2:
        pooled = proportions.pool(
            events[chosen], totals[chosen], transform=transform, method=method
        )
        weights[chosen] = 100 * pooled.weights
        values = [100 * pooled.estimate, 100 * pooled.lower, 100 * pooled.upper,
                  100 * pooled.prediction_lower, 100 * pooled.prediction_upper,
                  pooled.q, pooled.i2, pooled.tau2]  # fmt: skip
    outputs |= dict(zip(names, values, strict=True))
    why = "few" if outputs["k"] < 2 else "common" if method == "common" else "two"
    predicted = f"{shown(outputs['low'], 1)} to {shown(outputs['high'], 1)} %"
    outputs["new"] = predicted if np.isfinite(outputs["low"]) else NONE[why]
    return outputs | {f"weight_{i}": float(w) for i, w in enumerate(weights)}


# why there is no prediction
NONE = {
    "few": "none, since a pool needs two trials or more",
    "common": "none, since a common effect leaves no spread",
    "two": "none, since a prediction needs three trials or more",
}


def _events(cohorts, outcome: str) -> np.ndarray:
    return cohorts["events_cr" if outcome == "CR" else "events"].to_numpy(dtype=float)


def _spec(controls, cohorts) -> dict:
    n = len(cohorts)
    return picture(
        *_layers(cohorts), height=ROW * (n + 2) + 8, provenance="recomputed", source="Shen 2025",
        params=inputs(controls) + _constants(cohorts) + signals(**_pooling(n)),
    )  # fmt: skip


def _constants(cohorts) -> list[dict]:
    """Return counts, and effects and variances on each scale, as the library has them."""
    totals = cohorts["totals"].to_numpy(dtype=float)
    counts = {outcome: _events(cohorts, outcome) for outcome in tables.OUTCOMES}
    on_scale = {
        outcome: {name: effects(SCALES[name], x, totals)[:2] for name in SCALE_NAMES}
        for outcome, x in counts.items()
    }
    values = {
        "counts": {outcome: x.tolist() for outcome, x in counts.items()},
        "totals": totals.tolist(),
        "effects": {o: {s: e.tolist() for s, (e, _) in by.items()} for o, by in on_scale.items()},
        "variances": {o: {s: v.tolist() for s, (_, v) in by.items()} for o, by in on_scale.items()},
        "normal": critical_value(0.95),
        # by degrees of freedom; there is none for 0
        "student": [0.0, *(critical_value(0.95, df) for df in range(1, len(cohorts)))],
    }
    return [{"name": name, "value": value} for name, value in values.items()]


def _pooling(n: int) -> dict[str, str]:
    """Return the pool as expressions, with the sums over trials written out."""

    def total(term: str) -> str:
        return "(" + " + ".join(term.replace("#", str(i)) for i in range(n)) + ")"

    scale = "[outcome][transform]"
    found = {}
    for i in range(n):
        found |= {
            f"events_{i}": f"counts[outcome][{i}]",
            f"share_{i}": f"100 * events_{i} / totals[{i}]",
            f"in_{i}": f"on_{i} ? 1 : 0",
            f"effect_{i}": f"effects{scale}[{i}]",
            f"variance_{i}": f"variances{scale}[{i}]",
            f"fixed_{i}": f"in_{i} / variance_{i}",
        }
    found |= {
        "k": total("in_#"),
        "df": "k - 1",
        "events": total("in_# * events_#"),
        "patients": total("in_# * totals[#]"),
        "n": f"k / {total('in_# / totals[#]')}",
        "fixed": total("fixed_#"),
        "centre": f"{total('fixed_# * effect_#')} / fixed",
        "q": f"k < 2 ? {NAN} : {total('fixed_# * pow(effect_# - centre, 2)')}",
        "dl": f"max(0, (q - df) / (fixed - {total('pow(fixed_#, 2)')} / fixed))",
        "tau2": f"k < 2 ? {NAN} : method == 'common' ? 0 : dl",
        "i2": f"k < 2 ? {NAN} : q > 0 ? 100 * max(0, (q - df) / q) : 0",
    }
    for i in range(n):
        found[f"share_of_{i}"] = f"in_{i} / (variance_{i} + tau2)"
    found |= {
        "whole": total("share_of_#"),
        "mean": f"{total('share_of_# * effect_#')} / whole",
        "se": "sqrt(1 / whole)",
        "margin": f"method == 'common' || k < 3 ? {NAN} : student[k - 2] * sqrt(tau2 + se * se)",
    }
    for i in range(n):
        found[f"weight_{i}"] = f"k < 2 || !on_{i} ? {NAN} : 100 * share_of_{i} / whole"
    for name, value in (
        ("estimate", "mean"), ("lower", "mean - normal * se"), ("upper", "mean + normal * se"),
        ("low", "mean - margin"), ("high", "mean + margin"),
    ):  # fmt: skip
        found |= _back(name, value)
    few, common, two = (repr(NONE[key]) for key in ("few", "common", "two"))
    found["new"] = (
        f"k < 2 ? {few} : method == 'common' ? {common} : k < 3 ? {two} : "
        "format(low, '.1f') + ' to ' + format(high, '.1f') + ' %'"
    )
    return found


def _back(name: str, value: str) -> dict[str, str]:
    """Return the way back to a percentage: Miller's inversion, or the logistic function."""
    at, sine = f"{name}_at", f"{name}_sine"
    lowest = "0.5 * asin(sqrt(1 / (n + 1)))"
    highest = f"0.5 * (asin(sqrt(n / (n + 1))) + PI / 2)"
    root = f"1 - pow({sine} + ({sine} - 1 / {sine}) / n, 2)"
    sign = f"(cos(2 * {at}) > 0 ? 1 : cos(2 * {at}) < 0 ? -1 : 0)"
    return {
        at: value,
        sine: f"sin(2 * {at})",
        name: (
            f"!isFinite({at}) ? {NAN} : transform == 'logit' ? 100 / (1 + exp(-{at})) : "
            f"{at} < {lowest} ? 0 : {at} > {highest} ? 100 : "
            f"50 * (1 - {sign} * sqrt(max({root}, 0)))"
        ),
    }


def _layers(cohorts) -> list[dict]:
    n = len(cohorts)
    limits = {
        outcome: proportions.study_intervals(_events(cohorts, outcome), cohorts["totals"])
        for outcome in tables.OUTCOMES
    }
    x = {"type": "quantitative", "title": "Patients with a response (%)",
         "scale": {"domain": [0, 100], "nice": False},
         "axis": {"values": list(range(0, 101, 20)), "grid": True}}  # fmt: skip
    y = {"type": "quantitative", "axis": None,
         "scale": {"domain": [n + 1.8, -0.25], "nice": False, "zero": False}}  # fmt: skip
    trials = {
        "values": [
            {"row": i, "trial": row.trial, "total": int(row.totals),
             **{f"{o}_{side}": 100 * float(limits[o][j][i])
                for o in limits for j, side in enumerate(("lower", "upper"))}}
            for i, row in enumerate(cohorts.itertuples())
        ]
    }  # fmt: skip

    def each(name):
        return "[" + ", ".join(f"{name}_{i}" for i in range(n)) + "][datum.row]"

    known = calculated(
        on=each("on"),
        share=each("share"),
        weight=each("weight"),
        count=f"format({each('events')}, 'd') + ' / ' + datum.total",
        lower="outcome == 'CR' ? datum.CR_lower : datum.ORR_lower",
        upper="outcome == 'CR' ? datum.CR_upper : datum.ORR_upper",
        size="isFinite(datum.weight) ? 12 + 5 * datum.weight : 12",
        below=f"datum.row + {DOWN}",
        strength="datum.on ? 1 : 0.3",
    )
    of_trials = {"data": trials, "transform": known}
    pooled = {"transform": [{"filter": "k > 1"}, *calculated(x="estimate")]}
    diamond = {
        "data": {"values": [{"p": p} for p in range(4)]},
        "transform": [
            {"filter": "k > 1"},
            *calculated(x="[lower, estimate, upper, estimate][datum.p]",
                        y=f"{n + DOWN} + [0, -0.18, 0, 0.18][datum.p]"),
        ],
    }  # fmt: skip
    bar = {"transform": [{"filter": "k > 1 && isFinite(low)"}, *calculated(low="low", high="high")]}
    counts = calculated(count="format(events, 'd') + ' / ' + format(patients, 'd')")
    strength = {"opacity": {"field": "strength", "type": "quantitative", "scale": None,
                            "legend": None}}  # fmt: skip
    size = {"size": {"field": "size", "type": "quantitative", "scale": None}}
    order = {"order": {"field": "p", "type": "quantitative"}}
    place, below = {"field": "row", **y}, {"field": "below", **y}

    def at(row):
        return {"datum": row, **y}

    left, right = {"value": 0}, {"value": "width"}
    name, count = {"text": {"field": "trial"}}, {"text": {"field": "count"}}
    letters = {"fontSize": 13, "align": "left"}
    numbers = {"fontSize": 13, "align": "right"}
    bold = {"fontWeight": "bold"}
    return [
        layer("rule", {"x": {"field": "lower", **x}, "x2": {"field": "upper"}, "y": below}
              | strength, **of_trials, color=INK, strokeWidth=1.5),
        layer("point", {"x": {"field": "share", **x}, "y": below} | strength | size, **of_trials,
              shape="square", filled=True, color=BLUE, opacity=1),
        layer("text", {"x": left, "y": place} | name | strength, **of_trials, **letters),
        layer("text", {"x": right, "y": place} | count | strength, **of_trials, **numbers),
        layer("rule", {"y": at(n - 0.24)}, color=FAINT),
        layer("rule", {"x": {"field": "x", **x}, "y": at(-0.1), "y2": {"datum": n + DOWN}},
              **pooled, color=VERMILION, strokeDash=[4, 3]),
        layer("line", {"x": {"field": "x", **x}, "y": {"field": "y", **y}} | order, **diamond,
              filled=True, color=VERMILION, interpolate="linear-closed", stroke=None),
        layer("rule", {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": at(n + 1 + DOWN)},
              **bar, color=VERMILION, strokeWidth=4),
        layer("text", {"x": left, "y": at(n)}, text="Pooled", **letters, **bold),
        layer("text", {"x": right, "y": at(n)} | count, transform=counts, **numbers, **bold),
        layer("text", {"x": left, "y": at(n + 1)}, text="Prediction for a new trial", **letters),
    ]  # fmt: skip
