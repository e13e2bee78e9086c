"""CAR-T first against the antibody first, along two numbers that nobody has measured.

Simulated beforehand for each value of both and kept in ``data/virtual``, since the model has
no closed form; ``scripts/explorers.py`` makes the file.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from secondline import proportions, sequencing, tables
from secondline.explorers.explorer import Choice, Explorer, Slider, shown
from secondline.explorers.look import calculated, inputs, layer, picture, signals
from secondline.figures.style import BLUE, GREY, INK, VERMILION
from secondline.paths import project_root
from secondline.sequencing.quantities import between, evenly

FILE = "data/virtual/order_unknowns.csv"
PAIR = ("CAR-T first", "bispecific first")
# the chapter's settings
DRAWS, PATIENTS, SEED, HORIZON = 400, 400, 2025, 60.0
STEP = 5  # percent
RETAINED = tuple(range(0, 101, STEP))
# percent of responders to an antibody before CAR-T who never relapse; None: drawn
DURABLE = (None, 0, 20, 40, 60, 80)
# the range that the chapter assumes for it: lowest, likeliest, highest share
BEFORE_DURABLE = sequencing.around(0.2, 0.0, 1.0, width=0.4)
COLUMNS = ("months", "lower", "upper", "ahead")


def order() -> Explorer:
    """Return the explorer of the order of treatments."""
    controls = (
        Slider("retained", "CAR-T's response that is left after an antibody",
               0, 100, STEP, 60, "%"),
        Choice("durable", "Responses to an antibody before CAR-T that last for good",
               {_option(share): option_words(share) for share in DURABLE}, _option(None)),
    )  # fmt: skip
    return Explorer(
        name="order",
        title="Which order, if the unknown were known?",
        description=(
            "A line with a band over the share of CAR-T's response that is left after an "
            "antibody: the months by which CAR-T first is ahead, falling to the right, with a "
            "dot at the share as set and a dashed line where the orders are level."
        ),
        controls=controls,
        says=(
            f"Within {HORIZON:.0f} months the virtual patients live {{apart:.1f}} months longer "
            "on average with {leader} (middle 95 % of the draws: {lower:.1f} to {upper:.1f} months "
            "in favour of CAR-T first). In {ahead:.0f} % of the draws CAR-T first is ahead. "
            "{level}"
        ),
        caption="CAR-T first against the antibody first, by the share that is left",
        columns=("Left, %", "Months ahead", "Middle 95 % of draws", "Draws with CAR-T ahead, %"),
        rows=tuple(
            (str(share), f"{{months_{i}:.1f}}", f"{{lower_{i}:.1f}} to {{upper_{i}:.1f}}",
             f"{{ahead_{i}:.0f}}")
            for i, share in enumerate(RETAINED) if share % (2 * STEP) == 0
        ),
        provenance="virtual",
        source=source(),
        expected=expected,
        spec=_spec(controls),
    )  # fmt: skip


def option_words(share: int | None) -> str:
    """Return an option in words: where 95 % of the assumed range lie, and what is above."""
    low, high = 100 * between(*BEFORE_DURABLE)([0.025, 0.975])
    if share is None:
        return f"drawn from about {shown(low, 0)} to {shown(high, 0)} % (assumed)"
    return f"{share} % (above that range)" if share > high else f"{share} %"


@cache
def source() -> str:
    """Return whose model it is, and how many of its numbers are assumed."""
    known = chapter_quantities()
    assumed = sum(quantity.kind == "assumed" for quantity in known.values())
    return f"model of this book, {assumed} of its {len(known)} quantities assumed"


def expected(*, retained, durable) -> dict:
    """Return what the page shows, from the simulated values.

    Parameters
    ----------
    retained : int
        Percent, in steps of five.
    durable : str
        "drawn", or a percentage of :data:`DURABLE`.
    """
    rows = by_durable()[durable]
    here = rows.iloc[round(retained / STEP)]
    outputs = {
        f"{name}_{i}": float(row[name]) for i, row in rows.iterrows() for name in COLUMNS
    }
    return outputs | {
        "apart": abs(float(here["months"])),
        "leader": _leader(here["months"]),
        **{name: float(here[name]) for name in ("lower", "upper", "ahead")},
        "level": level_words(rows),
    }


def _leader(months: float) -> str:
    return PAIR[0] if months > 0 else PAIR[1]


def level_words(rows: pd.DataFrame) -> str:
    """Return where the orders are level along the share that is left."""
    months = rows["months"].to_numpy()
    places = np.flatnonzero(np.diff(months > 0))
    if len(places) == 0:
        return f"Whatever is left, {_leader(months[0])} stays ahead on average."
    first = places[0]
    step = months[first] / (months[first] - months[first + 1])
    return f"The orders are level where {shown(STEP * (first + step), 0)} % is left."


@cache
def by_durable() -> dict[str, pd.DataFrame]:
    """Return the simulated rows by option, each over the share that is left."""
    table = pd.read_csv(project_root() / FILE)
    return {
        _option(share): rows.reset_index(drop=True)
        for share in DURABLE
        if len(rows := table[table["durable"].isna() if share is None
                             else table["durable"] == share])
    }  # fmt: skip


def simulate_rows(durable: int | None, retained=RETAINED) -> pd.DataFrame:
    """Simulate both orders along the share that is left.

    Parameters
    ----------
    durable : int or None
        Percent of responders to an antibody before CAR-T who never relapse; None draws it
        from the chapter's range.
    retained : sequence of int
        Percent, two or more, rising.

    Returns
    -------
    DataFrame
        Columns retained, durable (both percent), months, lower, upper, ahead (percent).
    """
    known = chapter_quantities()
    if durable is not None:
        share = durable / 100
        fixed = replace(known["before_durable"], value=share, quantile=evenly(share, share))
        known = known | {"before_durable": fixed}
    found = sequencing.threshold(
        *PAIR, known, "retained", np.array(retained) / 100,
        n_draws=DRAWS, n_patients=PATIENTS, seed=SEED, horizon=HORIZON,
    )  # fmt: skip
    return pd.DataFrame(
        {
            "retained": retained,
            "durable": np.nan if durable is None else durable,
            "months": found.difference.round(3),
            "lower": found.lower.round(3),
            "upper": found.upper.round(3),
            "ahead": (100 * found.probability).round(2),
        }
    )


def chapter_quantities() -> dict:
    """Return the numbers of the model with the settings of the chapter as it stands."""
    trials = tables.read_trials("")
    cohorts = tables.select_cohorts(trials, "after CAR-T monotherapy", "ORR")
    cohorts = cohorts.dropna(subset=["events"])
    pooled = proportions.pool(cohorts["events"], cohorts["totals"])
    return sequencing.quantities(
        pooled, **sequencing.odds_before_after(trials), pool_source="Shen 2025",
        retained=(0.2, 1.0), durable=sequencing.around(0.2, 0.0, 0.49),
        durable_before=BEFORE_DURABLE,
        fit=sequencing.around(0.85, 0.3, 1.0, width=0.25),
    )  # fmt: skip


def _option(share: int | None) -> str:
    return "drawn" if share is None else str(share)


def _spec(controls) -> dict:
    groups = by_durable()
    values = {
        name: {option: rows[name].tolist() for option, rows in groups.items()} for name in COLUMNS
    }
    params = inputs(controls)
    params += [{"name": f"all_{name}", "value": value} for name, value in values.items()]
    params.append(
        {"name": "all_level", "value": {o: level_words(rows) for o, rows in groups.items()}}
    )
    params += signals(
        place=f"round(retained / {STEP})",
        months="all_months[durable][place]",
        apart="abs(months)",
        leader=f"months > 0 ? {PAIR[0]!r} : {PAIR[1]!r}",
        lower="all_lower[durable][place]",
        upper="all_upper[durable][place]",
        ahead="all_ahead[durable][place]",
        level="all_level[durable]",
        **{
            f"{name}_{i}": f"all_{name}[durable][{i}]"
            for i in range(len(RETAINED))
            for name in COLUMNS
        },
    )
    x = {"type": "quantitative", "scale": {"domain": [0, 100], "nice": False},
         "title": ["CAR-T's response left", "after a bispecific antibody (%)"],
         "axis": {"values": list(range(0, 101, 20))}}  # fmt: skip
    low = min(rows["lower"].min() for rows in groups.values())
    high = max(rows["upper"].max() for rows in groups.values())
    y = {"type": "quantitative", "title": "Months by which CAR-T first is ahead",
         "scale": {"domain": [5 * np.floor(low / 5), 5 * np.ceil(high / 5)],
                   "nice": False}}  # fmt: skip
    line = {"values": [{"place": i, "retained": share} for i, share in enumerate(RETAINED)]}
    known = calculated(
        **{name: f"all_{name}[durable][datum.place]" for name in ("months", "lower", "upper")}
    )
    here = calculated(x="retained", y="months")
    third = {"datum": 100 * sequencing.third_line_share(), **x}
    along, at = {"field": "retained", **x}, {"field": "x", **x}
    layers = [
        layer("area", {"x": along, "y": {"field": "lower", **y}, "y2": {"field": "upper"}},
              data=line, transform=known, color=BLUE, opacity=0.18),
        layer("rule", {"y": {"datum": 0, **y}}, color=VERMILION, strokeDash=[5, 3],
              strokeWidth=1.5),
        layer("rule", {"x": third}, color=GREY, strokeDash=[2, 3]),
        layer("line", {"x": along, "y": {"field": "months", **y}}, data=line, transform=known,
              color=BLUE, strokeWidth=2.5),
        layer("rule", {"x": at}, transform=here, color=INK),
        layer("point", {"x": at, "y": {"field": "y", **y}}, transform=here, filled=True,
              color=INK, size=150, opacity=1),
        layer("text", {"x": third, "y": {"datum": y["scale"]["domain"][0], **y}},
              text="as third line", align="left", dx=4, dy=-7, color=GREY),
    ]  # fmt: skip
    return picture(*layers, height=320, params=params, provenance="virtual",
                   source=source())  # fmt: skip
