"""Published subgroup effects: those of ZUMA-7, and a reader's own in the same form."""

from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

from secondline.claims import get_claim
from secondline.csvfiles import (
    column_faults,
    keyed_rows,
    raise_if_any,
    read_number_cell,
    read_own_table,
    shown,
)
from secondline.effects.algebra import (
    PRINTED_LEVEL,
    EffectEstimate,
    from_interval,
    from_p,
    printed_range,
    printed_value,
    quantile,
    z_from_p,
)
from secondline.errors import InputError, one_of
from secondline.paths import project_root

COLUMNS = (
    "id", "contrast", "marker", "level", "reference", "arm", "direction", "claims", "note",
)  # fmt: skip
OWN_COLUMNS = (
    "marker", "level", "contrast", "hazard_ratio", "lower", "upper", "p", "reference", "arm",
    "direction",
)  # fmt: skip
REQUIRED = OWN_COLUMNS[:7]
NUMBERS = ("hazard_ratio", "lower", "upper", "p")
ALIASES = {
    "hr": "hazard_ratio",
    "lower_limit": "lower",
    "ci_lower": "lower",
    "lcl": "lower",
    "upper_limit": "upper",
    "ci_upper": "upper",
    "ucl": "upper",
    "p_value": "p",
    "subgroup": "level",
    "group": "level",
    "variable": "marker",
    "treatment": "arm",
    "versus": "reference",
}
CONTRASTS = ("arms", "levels")
DIRECTIONS = ("below 1", "above 1", "")
CONTROLS = ("SOC", "control")
LARGEST = 1000.0  # of a hazard ratio or limit


@dataclass(frozen=True)
class SubgroupEffect:
    """One effect as printed; every text is empty where the source prints nothing.

    Attributes
    ----------
    marker, level, reference : str
        What divides the patients, the group in question, and the one beside it.
    contrast : {"arms", "levels"}
        One arm against the other at a level, or the level against the reference within
        an arm.
    arm : str
        Of a contrast of levels; else "".
    hazard_ratio, lower, upper, p : str
        Trailing zeros matter.
    direction : {"below 1", "above 1", ""}
        Side of the hazard ratio, where the source gives it in words.
    claims : tuple of str
        Ids in ``seeds/``.
    note : str
    """

    marker: str
    level: str
    reference: str
    contrast: str
    arm: str
    hazard_ratio: str
    lower: str
    upper: str
    p: str
    direction: str = ""
    claims: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """``SPD: high``, or ``SPD: high vs low, in SOC``."""
        if self.contrast == "arms":
            return self.marker if self.level == "all" else self._group
        against = f" vs {self.reference}" if self.reference else ""
        return f"{self._group}{against}, in {self.arm}"

    @property
    def _group(self) -> str:
        return self.marker if self.level == self.marker else f"{self.marker}: {self.level}"

    @property
    def basis(self) -> str:
        """What a standard error can be had from: "interval", "P" or ""."""
        if self.hazard_ratio and self.lower and self.upper:
            return "interval"
        exact = self.p and not self.p.startswith("<") and printed_value(self.p) < 1
        return "P" if self.hazard_ratio and exact and printed_value(self.hazard_ratio) != 1 else ""

    @property
    def estimate(self) -> EffectEstimate | None:
        """The effect with its standard error, None where nothing gives one."""
        if self.basis == "interval":
            return from_interval(*map(printed_value, (self.hazard_ratio, self.lower, self.upper)))
        if self.basis == "P":
            return from_p(printed_value(self.hazard_ratio), printed_value(self.p))
        return None

    @property
    def corners(self) -> tuple[EffectEstimate, ...]:
        """The effect at each extreme that the printed digits allow; empty without one."""
        if not self.basis:
            return ()
        ratios = printed_range(self.hazard_ratio)
        if self.basis == "interval":
            low, high = printed_range(self.lower), printed_range(self.upper)
            spread = [log(high[0] / low[1]), log(high[1] / low[0])]
            errors = [width / (2 * quantile(PRINTED_LEVEL)) for width in spread]
            return tuple(EffectEstimate(r, error) for r in ratios for error in errors)
        least, most = printed_range(self.p)
        # a P printed as 0.00 or a ratio printed as 1.0 can be without any standard error
        usable = [p for p in (least, most) if 0 < p < 1] or [printed_value(self.p)]
        return tuple(from_p(r, p) for r in ratios if r != 1 for p in usable)

    @property
    def standard_error_range(self) -> tuple[float, float] | None:
        """The smallest and largest standard error that the printed digits allow."""
        errors = [corner.standard_error for corner in self.corners]
        return (min(errors), max(errors)) if errors else None

    @property
    def z(self) -> float | None:
        """The size of z by the printed P alone, None where it is not printed or a bound."""
        if not self.p or self.p.startswith("<"):
            return None
        return z_from_p(printed_value(self.p))

    @property
    def sides(self) -> tuple[int, ...]:
        """Possible signs of the log hazard ratio."""
        if self.hazard_ratio and printed_value(self.hazard_ratio) != 1:
            return (-1,) if printed_value(self.hazard_ratio) < 1 else (1,)
        return {"below 1": (-1,), "above 1": (1,)}.get(self.direction, (-1, 1))


def read_effects(path: str | Path = "") -> tuple[SubgroupEffect, ...]:
    """Read subgroup effects.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns marker, level, contrast, hazard_ratio, lower, upper
        and p; reference, arm and direction may follow. Of a contrast of "levels" the
        arm is needed; the control arm is called SOC or control. A cell may be empty
        where nothing is printed, and P may be such as ``<0.001``. Empty: the published
        effects of ZUMA-7 on event-free survival.

    Returns
    -------
    tuple of SubgroupEffect
        In the order of the file.

    Raises
    ------
    InputError
        With one sentence for each of the first ten faults.
    """
    if not str(path):
        return _zuma7()
    path = Path(path)
    if str(path).startswith("~"):
        path = Path.home() / str(path).removeprefix("~").lstrip("/\\")
    frame = read_own_table(
        path, "effects is the path of a CSV file, or empty for the published effects."
    )
    raise_if_any(path, column_faults(frame.columns, OWN_COLUMNS, REQUIRED, ALIASES))
    faults, effects, seen = [], [], {}
    for line, row in frame.iterrows():
        cells = {column: row.get(column, "") for column in OWN_COLUMNS}
        named = shown(cells["marker"], 40)
        where = f"Line {line} ({named})" if cells["marker"] else f"Line {line}"
        numbers, told = _numbers(cells)
        told += _texts(cells) or ([] if told else _sense(numbers))
        effect = SubgroupEffect(**{**cells, **numbers})
        place = (effect.marker, effect.level, effect.contrast, effect.arm)
        if place in seen and not told:
            told.append(f"the same effect stands in line {seen[place]}")
        seen.setdefault(place, line)
        effects.append(effect)
        faults += [f"{where}: {text}." for text in told]
    faults += [] if faults else _arm_faults(effects)
    raise_if_any(path, faults)
    return tuple(effects)


def arm_names(effects) -> tuple[str, str]:
    """Return the names of the experimental and of the control arm."""
    names = list(dict.fromkeys(effect.arm for effect in effects if effect.arm))
    control = next((name for name in names if name in CONTROLS), "control")
    return next((name for name in names if name != control), "experimental"), control


def overall_hazard_ratio(effects) -> float | None:
    """Return the printed hazard ratio of all patients (level "all"), None without one."""
    for effect in effects:
        if effect.contrast == "arms" and effect.level == "all" and effect.hazard_ratio:
            return printed_value(effect.hazard_ratio)
    return None


@cache
def _zuma7() -> tuple[SubgroupEffect, ...]:
    path = project_root() / "data" / "zuma7_effects.csv"
    effects = []
    for where, row in keyed_rows(path, COLUMNS):
        if row["contrast"] not in CONTRASTS or row["direction"] not in DIRECTIONS:
            raise InputError(f"{where}: contrast or direction is not one of those allowed.")
        claims = tuple(row["claims"].split())
        if not claims:
            raise InputError(f"{where}: there is no claim.")
        first = get_claim(claims[0])
        values = {"hazard_ratio": first.value, "lower": first.lower, "upper": first.upper}
        kept = {name: row[name] for name in COLUMNS if name not in ("id", "claims")}
        p = first.p.replace("< ", "<")
        effects.append(SubgroupEffect(**kept, **values, p=p, claims=claims))
    return tuple(effects)


def _numbers(cells) -> tuple[dict[str, str], list[str]]:
    """Return the numbers as texts with a decimal point, and what is wrong with them."""
    numbers, faults = {}, []
    for column in NUMBERS:
        text = cells[column]
        below = "<" if column == "p" and text.startswith("<") else ""
        plain = text.removeprefix(below).strip().lstrip("=").strip() if below else text
        number, fault = None, ""
        if plain or below:
            # a power of ten as journals print it, such as 4.7 × 10–10
            number = None if "<" in plain else _as_printed(plain)
            if number is None:
                number, fault = read_number_cell(plain, kind="number", largest=LARGEST)
                plain = plain.replace(",", ".")
                if number is None and not fault:
                    fault = "has no number"
        if not fault and number is not None:
            if column == "p" and not 0 < number <= 1:
                fault = "is no P value; it must be above 0 and at most 1"
            elif column != "p" and not 0 < number <= LARGEST:
                fault = f"must be above 0 and at most {LARGEST:g}"
        if fault:
            faults.append(f"{column}: {shown(text)} {fault}")
        numbers[column] = "" if fault or number is None else below + plain.lstrip("+")
    return numbers, faults


def _as_printed(text: str) -> float | None:
    try:
        return printed_value(text)
    except InputError:
        return None


def _texts(cells) -> list[str]:
    faults = []
    for column in ("marker", "level"):
        if not cells[column]:
            faults.append(f"{column} is empty; it is needed")
    if cells["contrast"] not in CONTRASTS:
        faults.append(f"contrast is {shown(cells['contrast'])}; allowed: {one_of(CONTRASTS)}")
    elif cells["contrast"] == "levels" and not cells["arm"]:
        faults.append("arm is empty; a contrast of levels is within an arm")
    elif cells["contrast"] == "arms" and cells["arm"]:
        faults.append(f"arm is {shown(cells['arm'])}; a contrast of arms has none")
    if cells["direction"] not in DIRECTIONS:
        told = "allowed: 'below 1' or 'above 1', or an empty cell"
        faults.append(f"direction is {shown(cells['direction'])}; {told}")
    return faults


def _sense(numbers) -> list[str]:
    """Return what is wrong with numbers that are numbers each."""
    ratio, lower, upper = (numbers[name] for name in NUMBERS[:3])
    if not ratio and not numbers["p"]:
        return ["neither a hazard ratio nor a P value is given; one is needed"]
    if bool(lower) != bool(upper):
        return [f"{'lower' if lower else 'upper'} is given and the other limit is not"]
    if lower and not ratio:
        return ["limits are given and the hazard ratio is not"]
    if lower:
        low, middle, high = map(printed_value, (lower, ratio, upper))
        if not low < high or not low <= middle <= high:
            return [f"the hazard ratio {ratio} does not lie between {lower} and {upper}"]
        if not printed_range(upper)[0] > printed_range(lower)[1] or not printed_range(lower)[0] > 0:
            return [f"the limits {lower} and {upper} are too coarse; give more decimals"]
    if ratio and not printed_range(ratio)[0] > 0:
        return [f"the hazard ratio {ratio} is too coarse; give more decimals"]
    return []


def _arm_faults(effects) -> list[str]:
    names = list(dict.fromkeys(effect.arm for effect in effects if effect.arm))
    if len(names) > 2:
        told = ", ".join(shown(name, 30) for name in names[:5])
        return [f"The arms are {told}; a trial has two here, one of them SOC or control."]
    controls = [name for name in names if name in CONTROLS]
    if len(names) == 2 and len(controls) != 1:
        told = " and ".join(shown(name, 30) for name in names)
        return [f"The arms are {told}; exactly one of them must be called SOC or control."]
    return []
