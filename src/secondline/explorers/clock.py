"""One patient's course under several event rules."""

from secondline.explorers.explorer import Explorer, Slider, Switch
from secondline.explorers.look import calculated, inputs, layer, picture, signals
from secondline.figures.style import BLUE, FAINT, GREEN, GREY, INK, PURPLE, VERMILION
from secondline.trials import (
    NEW_THERAPY_RULES,
    RULES,
    Course,
    as_counted,
    deadline_day,
    scan_days,
)
from secondline.trials import course as kinds
from secondline.trials.design import MONTH_DAYS

# rules by the name that the page gives them
SHOWN = {
    **{("look every day" if not scan_days(r) else r.name): r for r in RULES},
    **{f"therapy {r.name}": r for r in NEW_THERAPY_RULES if r.rule.new_therapy != "event"},
}
END = 365  # last day that is looked at
NEVER = 9999  # a day after all scans, for Vega's expressions
NO_EVENT = "no event within a year"
# what a rule counts, in short for the picture
SHORT = {
    kinds.DEATH: "death",
    kinds.NEW_THERAPY_BEGINS: "new therapy",
    kinds.FOUND_AT_ONCE: "progression",
    kinds.FOUND_BY_SCAN: "progression",
    kinds.NO_RESPONSE_YET: "no response",
    kinds.CENSORED: "censored",
}
HAPPENS = {"response": GREEN, "progression": VERMILION, "new_therapy": PURPLE, "death": INK}
ROW, STRIP = 40, 20  # pixels of a rule, and of a line of the course


def clock() -> Explorer:
    """Return the explorer of event definitions."""
    start = {"response": 95, "progression": 230, "new_therapy": END + 1, "death": END + 1}
    labels = {
        "response": "Response begins", "progression": "Progression begins",
        "new_therapy": "New therapy starts", "death": "Death",
    }  # fmt: skip
    controls = (
        *(Slider(name, labels[name], 1, END + 1, 1, day, prefix="day", end="never")
          for name, day in start.items()),
        Switch("symptoms", "Progression is noticed on its day, without a scan", False),
    )  # fmt: skip
    named = {name: i for i, name in enumerate(SHOWN)}
    stories = " ".join(
        f"{trial}: {{story_{named[trial]}}}." for trial in ("ZUMA-7", "TRANSFORM", "BELINDA")
    )
    return Explorer(
        name="clock",
        title="One patient, several clocks",
        description=(
            "Above, the patient's course over a year as four marks. Below, a line for each rule "
            "with its scans as small strokes, its deadline as a tall stroke, and a mark where it "
            "counts the event. The table below holds the days, the reasons and the scans."
        ),
        controls=controls,
        says=(
            f"{stories} Within a year {{counting:.0f}} of the {len(SHOWN)} rules count an event, "
            "between day {first:.0f} and day {last:.0f}."
        ),
        caption="The event of this patient under each rule",
        columns=("Rule", "Day", "Months", "Why", "Looks on day", "Deadline, day"),
        rows=tuple(
            (name, f"{{day_{i}:.0f}}", f"{{months_{i}:.1f}}", f"{{why_{i}}}",
             *schedule(SHOWN[name]))
            for name, i in named.items()
        ),
        provenance="virtual",
        source="deadlines as printed in the review; days of scans by this book",
        expected=expected,
        spec=_spec(controls),
    )  # fmt: skip


def schedule(named) -> tuple[str, str]:
    """Return the days of a rule's scans within the year, and its deadline, in words."""
    scans = [f"{day:g}" for day in scan_days(named) if day <= END]
    deadline = deadline_day(named)
    return ", ".join(scans) or "every day", "none" if deadline is None else f"{deadline:g}"


def expected(*, symptoms, **days) -> dict:
    """Return what the page shows, by :func:`secondline.trials.as_counted`.

    Parameters
    ----------
    symptoms : bool
    **days : int
        response, progression, new_therapy and death; 366 for never.
    """
    course = Course(**{name: float(day) if day <= END else kinds.NEVER
                       for name, day in days.items()}, symptoms=symptoms)  # fmt: skip
    outputs: dict = {}
    seen = []
    for i, named in enumerate(SHOWN.values()):
        counted = as_counted(course, named)
        known = counted.day <= END
        day = counted.day if known else float("nan")
        outputs |= {
            f"day_{i}": day,
            f"months_{i}": day / MONTH_DAYS,
            f"why_{i}": counted.what if known else NO_EVENT,
            f"story_{i}": f"day {day:.0f}, {counted.what}" if known else NO_EVENT,
        }
        if known and counted.what != kinds.CENSORED:
            seen.append(day)
    nan = float("nan")
    return outputs | {
        "counting": len(seen),
        "first": min(seen, default=nan),
        "last": max(seen, default=nan),
    }


def _spec(controls) -> dict:
    params = inputs(controls)
    params += signals(**{f"{name}_day": f"{name} > {END} ? {NEVER} : {name}" for name in HAPPENS})
    for i, named in enumerate(SHOWN.values()):
        params += signals(**_counted(i, named))
    every = range(len(SHOWN))
    events = [f"(has_{i} && what_{i} != {kinds.CENSORED!r})" for i in every]
    params += signals(
        counting=" + ".join(f"({event} ? 1 : 0)" for event in events),
        least="min(" + ", ".join(f"{e} ? day_{i} : {NEVER}" for i, e in enumerate(events)) + ")",
        most="max(" + ", ".join(f"{e} ? day_{i} : -1" for i, e in enumerate(events)) + ")",
        first=f"least == {NEVER} ? 0 / 0 : least",
        last="most < 0 ? 0 / 0 : most",
    )
    strips = STRIP * len(HAPPENS) + 6
    return picture(
        *_course(strips), *_rules(strips), params=params, height=strips + ROW * len(SHOWN) + 4,
        provenance="virtual",
    )  # fmt: skip


def _counted(i: int, named) -> dict[str, str]:
    """Return :func:`secondline.trials.as_counted` as expressions."""
    deadline = deadline_day(named)
    found = {
        f"found_{i}": _first_scan(named, "progression_day"),
        f"seen_{i}": f"symptoms ? progression_day : found_{i}",
        f"shown_{i}": _first_scan(named, "response_day"),
        f"late_{i}": str(NEVER) if deadline is None else
        f"shown_{i} <= {deadline} && shown_{i} < progression_day ? {NEVER} : {deadline}",
        f"begins_{i}": "new_therapy_day" if named.rule.new_therapy == "event" else str(NEVER),
        f"event_{i}": f"min(death_day, begins_{i}, seen_{i}, late_{i})",
    }  # fmt: skip
    censored = (
        f"new_therapy_day < event_{i}" if named.rule.new_therapy == "censor" else "false"
    )
    day = f"date_{i}"
    found |= {
        f"cut_{i}": censored,
        day: f"cut_{i} ? new_therapy_day : event_{i}",
        f"has_{i}": f"{day} <= {END}",
        f"what_{i}": (
            f"cut_{i} ? {kinds.CENSORED!r} : {day} == death_day ? {kinds.DEATH!r} : "
            f"{day} == begins_{i} ? {kinds.NEW_THERAPY_BEGINS!r} : {day} == seen_{i} ? "
            f"(seen_{i} == progression_day ? {kinds.FOUND_AT_ONCE!r} : {kinds.FOUND_BY_SCAN!r}) : "
            f"{kinds.NO_RESPONSE_YET!r}"
        ),
        f"day_{i}": f"has_{i} ? {day} : 0 / 0",
        f"months_{i}": f"day_{i} / {MONTH_DAYS}",
        f"why_{i}": f"has_{i} ? what_{i} : {NO_EVENT!r}",
        f"story_{i}": f"has_{i} ? 'day ' + format({day}, 'd') + ', ' + what_{i} : {NO_EVENT!r}",
    }
    return found


def _first_scan(named, day: str) -> str:
    scans = [scan for scan in scan_days(named) if scan <= END]
    if not scan_days(named):
        return day
    steps = "".join(f"{day} <= {scan} ? {scan} : " for scan in scans)
    return f"{steps}{NEVER}"


def _axes(strips: int):
    x = {"type": "quantitative", "title": "Days from randomisation",
         "scale": {"domain": [0, END], "nice": False},
         "axis": {"values": list(range(0, END, 60))}}  # fmt: skip
    y = {
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [len(SHOWN) * ROW + strips, 0], "nice": False, "zero": False},
    }
    return x, y


def _course(strips: int) -> list[dict]:
    """Return the patient's own days: a mark and a word each, and a thin line through all rules."""
    x, y = _axes(strips)
    rows = [
        {"name": name.replace("_", " "), "colour": colour, "y": STRIP * (j + 0.6), "row": j}
        for j, (name, colour) in enumerate(HAPPENS.items())
    ]
    days = "[" + ", ".join(f"{name}_day" for name in HAPPENS) + "][datum.row]"
    there = [*calculated(day=days), {"filter": f"datum.day <= {END}"}]
    place = {
        "x": {"field": "day", **x}, "y": {"field": "y", **y},
        "color": {"field": "colour", "type": "nominal", "scale": None},
    }  # fmt: skip
    data = {"values": rows}
    bottom = {"datum": len(SHOWN) * ROW + strips}
    words = place | {"text": {"field": "name"}}
    late = f"datum.day > {END} * 0.6"
    return [
        layer("rule", place | {"y2": bottom}, data=data, transform=there, opacity=0.45),
        layer("point", place, data=data, transform=there, shape="diamond", filled=True, size=110,
              opacity=1),
        # on the side where there is room
        layer("text", words, data=data, transform=[*there, {"filter": late}], align="right",
              dx=-9, fontSize=13),
        layer("text", words, data=data, transform=[*there, {"filter": f"!({late})"}],
              align="left", dx=9, fontSize=13),
    ]  # fmt: skip


def _rules(strips: int) -> list[dict]:
    """Return a line for each rule, its scans and deadline, and where it counts the event."""
    x, y = _axes(strips)
    tops = [strips + ROW * i + 10 for i in range(len(SHOWN))]
    rows = {"values": [{"row": i, "name": name, "y": top, "below": top + 18}
                       for i, (name, top) in enumerate(zip(SHOWN, tops, strict=True))]}  # fmt: skip
    scans = {"values": [
        {"day": day, "from": top + 14, "to": top + 22}
        for named, top in zip(SHOWN.values(), tops, strict=True)
        for day in scan_days(named) if day <= END
    ]}  # fmt: skip
    deadlines = {"values": [
        {"day": deadline_day(named), "from": top + 8, "to": top + 28}
        for named, top in zip(SHOWN.values(), tops, strict=True)
        if deadline_day(named) is not None
    ]}  # fmt: skip

    def each(name):
        return "[" + ", ".join(f"{name}_{i}" for i in range(len(SHOWN))) + "][datum.row]"

    short = "{" + ", ".join(f"{what!r}: {words!r}" for what, words in SHORT.items()) + "}"
    known = calculated(
        has=each("has"),
        day=f"datum.has ? {each('date')} : {END}",
        cut=each("cut"),
        words=f"datum.has ? 'day ' + format(datum.day, 'd') + ', ' + {short}[{each('what')}] "
        ": 'no event'",
    )

    def which(condition):
        return {"data": rows, "transform": [*known, {"filter": condition}], "opacity": 1}

    day, top = {"field": "day", **x}, {"field": "y", **y}
    at = {"x": day, "y": {"field": "below", **y}}
    stroke = {"x": day, "y": {"field": "from", **y}, "y2": {"field": "to"}}
    name = {"x": {"value": 0}, "y": top, "text": {"field": "name"}}
    words = {"x": {"value": "width"}, "y": top, "text": {"field": "words"}}
    left, right = {"align": "left", "fontWeight": "bold"}, {"align": "right"}
    # white behind the letters keeps the thin lines from crossing them
    halo = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
    return [
        layer("rule", {"x": {"datum": 0, **x}, "x2": day, "y": at["y"]}, data=rows,
              transform=known, color=FAINT, strokeWidth=3),
        layer("rule", stroke, data=scans, color=GREY),
        layer("rule", stroke, data=deadlines, color=INK, strokeWidth=2.5),
        *(layer("text", name, data=rows, **left, **style) for style in (halo, {})),
        *(layer("text", words, data=rows, transform=known, **right, **style)
          for style in (halo, {})),
        layer("point", at, **which("datum.has && !datum.cut"), filled=True, color=BLUE, size=110),
        layer("point", at, **which("datum.has && datum.cut"), color=BLUE, fill="white", size=90,
              strokeWidth=2),
        layer("point", at, **which("!datum.has"), shape="triangle-right", filled=True, color=GREY,
              size=90),
    ]  # fmt: skip
