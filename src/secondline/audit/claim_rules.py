"""Rules that need one claim only."""

import math
from collections.abc import Iterator

from scipy import stats

from secondline.audit.checks import Check, passed
from secondline.claims import Claim
from secondline.intervals import PrintedNumber, percentage_agrees, read_number

RATIOS = ("hazard ratio", "odds ratio", "risk ratio", "relative risk")


def check_claim(claim: Claim) -> Iterator[Check]:
    """Apply every rule that fits one claim."""
    yield from share_possible(claim)
    yield from percentage_of_count(claim)
    yield from percentage_possible(claim)
    yield from interval_order(claim)
    if claim.kind == "effect":
        yield from interval_symmetric(claim)
        yield from p_from_interval(claim)
    yield from p_possible(claim)


def share_possible(claim: Claim) -> Iterator[Check]:
    """A count cannot exceed its denominator, and a percentage cannot exceed 100."""
    n, total = _whole(claim.n), _whole(claim.N)
    value = read_number(claim.value)
    if n is not None and total is not None:
        if n > total:
            yield Check(
                "share_possible",
                (claim.id,),
                False,
                f"at most {total}",
                f"{n} of {total}",
                "high",
                f"{n} of {total} cannot be: a part is larger than the whole.",
                impossible=True,
            )
        else:
            yield passed("share_possible", claim.id)
    # a change in percent may exceed 100, a share may not
    share = claim.kind == "percentage" and claim.unit == "%"
    if share and value and not 0 <= value.value <= 100:
        yield Check(
            "share_possible",
            (claim.id,),
            False,
            "0 to 100 %",
            f"{claim.value} %",
            "high",
            f"A share of {claim.value} % cannot be.",
            impossible=True,
        )


def percentage_of_count(claim: Claim) -> Iterator[Check]:
    """A printed percentage is its count over its denominator, rounded."""
    n, total = _whole(claim.n), _whole(claim.N)
    percent = _percent(claim)
    if n is None or not total or percent is None or n > total:
        return
    if percentage_agrees(n, total, percent):
        yield passed("percentage_of_count", claim.id)
        return
    share = 100 * n / total
    off = abs(float(percent) - share)
    others = _fitting_denominators(n, percent, total)
    counts = _fitting_counts(total, percent)
    hints = []
    if others:
        hints.append(f"{n} would be {percent} % of {_list(others)}")
    if counts:
        hints.append(f"{percent} % of {total} would be {_list(counts)}")
    else:
        hints.append(f"no whole number of {total} gives {percent} %")
    yield Check(
        "percentage_of_count",
        (claim.id,),
        False,
        f"{share:.2f} %",
        f"{n} of {total} as {percent} %",
        "medium" if off >= 0.5 else "low",
        f"{n} of {total} is {share:.2f} %, printed as {percent} %; {'; '.join(hints)}.",
        impossible=True,
    )


def percentage_possible(claim: Claim) -> Iterator[Check]:
    """Some whole number of the denominator gives the printed percentage.

    The GRIM test of Brown and Heathers (Social Psychological and Personality
    Science 2017;8:363) for proportions.
    """
    total, percent = _whole(claim.N), _percent(claim)
    if claim.n or not total or percent is None or float(percent) > 100:
        return
    if _fitting_counts(total, percent):
        yield passed("percentage_possible", claim.id)
        return
    below = math.floor(float(percent) * total / 100)
    nearest = sorted(
        {below, min(below + 1, total)}, key=lambda n: abs(100 * n / total - float(percent))
    )
    shown = " and ".join(f"{n} of {total} ({100 * n / total:.1f} %)" for n in sorted(nearest))
    off = abs(100 * nearest[0] / total - float(percent))
    yield Check(
        "percentage_possible",
        (claim.id,),
        False,
        shown,
        f"{percent} % of {total}",
        "high" if off >= 1 else "medium",
        f"No whole number of {total} is {percent} %; the nearest are {shown}.",
        impossible=True,
    )


def interval_order(claim: Claim) -> Iterator[Check]:
    """The lower limit is below the upper one, and the value lies between them."""
    value, lower, upper = (read_number(t) for t in (claim.value, claim.lower, claim.upper))
    if lower and upper and lower.value > upper.value:
        yield Check(
            "interval_order",
            (claim.id,),
            False,
            "lower limit first",
            claim.interval,
            "high",
            f"The interval {claim.interval} ends below its beginning.",
            impossible=True,
        )
        return
    if not value or not (lower or upper):
        return
    outside = (lower and _surely_below(value, lower)) or (upper and _surely_below(upper, value))
    if outside:
        yield Check(
            "interval_order",
            (claim.id,),
            False,
            f"between {claim.lower or '?'} and {claim.upper or '?'}",
            claim.value,
            "high",
            f"The value {claim.value} lies outside its own interval "
            f"({claim.lower or '?'} to {claim.upper or '?'}).",
            impossible=True,
        )
    else:
        yield passed("interval_order", claim.id)


def interval_symmetric(claim: Claim) -> Iterator[Check]:
    """A ratio lies midway between its limits on the log scale, as a Wald interval has it."""
    numbers = [read_number(t) for t in (claim.value, claim.lower, claim.upper)]
    if not all(numbers) or any(p.low is None or p.low <= 0 for p in numbers):
        return
    value, lower, upper = numbers
    low = math.sqrt(lower.low * upper.low)
    high = math.sqrt(lower.high * upper.high)
    if low <= value.high and value.low <= high:
        yield passed("interval_symmetric", claim.id)
        return
    yield Check(
        "interval_symmetric",
        (claim.id,),
        False,
        f"{low:.3f} to {high:.3f}",
        f"{claim.value} ({claim.interval})",
        "medium",
        f"The middle of {claim.interval} on the log scale is {low:.3f} to {high:.3f}, "
        f"printed is {claim.value}. A limit or the estimate is misprinted, or the interval "
        "is not of the usual kind.",
    )


def p_from_interval(claim: Claim, *, level: float = 0.95) -> Iterator[Check]:
    """The P value of a ratio follows from the ratio and its interval."""
    numbers = [read_number(t) for t in (claim.value, claim.lower, claim.upper)]
    p = read_number(claim.p)
    if not all(numbers) or p is None or any(n.low is None or n.low <= 0 for n in numbers):
        return
    value, lower, upper = numbers
    z = stats.norm.ppf((1 + level) / 2)
    narrow = math.log(upper.low / lower.high)
    wide = math.log(upper.high / lower.low)
    if narrow <= 0:
        return
    ends = [math.log(value.low), math.log(value.high)]
    nearest = 0.0 if ends[0] <= 0 <= ends[1] else min(abs(e) for e in ends)
    farthest = max(abs(e) for e in ends)
    largest = 2 * stats.norm.sf(nearest * 2 * z / wide)
    smallest = 2 * stats.norm.sf(farthest * 2 * z / narrow)
    if (p.high is None or p.high >= smallest) and (p.low is None or p.low <= largest):
        yield passed("p_from_interval", claim.id)
        return
    flips = (largest < 0.05) != (float(p.value) < 0.05)
    factor = max(smallest / max(float(p.value), 1e-300), float(p.value) / max(largest, 1e-300))
    yield Check(
        "p_from_interval",
        (claim.id,),
        False,
        f"P from {smallest:.2g} to {largest:.2g}",
        f"P {claim.p}",
        "high" if flips else "medium" if factor > 10 else "low",
        f"{claim.value} ({claim.interval}) gives P from {smallest:.2g} to {largest:.2g}; printed "
        f"is {claim.p}. A P value from another test, such as the log-rank test, can differ a "
        "little.",
    )


def p_possible(claim: Claim) -> Iterator[Check]:
    """A P value lies between 0 and 1."""
    texts = [claim.p] + ([claim.value] if claim.kind == "p-value" else [])
    for text in texts:
        p = read_number(text)
        if p is None:
            continue
        if 0 <= p.value <= 1:
            yield passed("p_possible", claim.id)
        else:
            yield Check(
                "p_possible",
                (claim.id,),
                False,
                "0 to 1",
                text,
                "high",
                f"A P value of {text} cannot be.",
                impossible=True,
            )


def _whole(text: str) -> int | None:
    number = read_number(text)
    if number is None or number.relation or number.value.denominator != 1:
        return None
    return int(number.value)


def _percent(claim: Claim) -> str | None:
    """The printed percentage as plain digits, or None where the claim prints none."""
    number = read_number(claim.value)
    plain = claim.value.strip().replace(".", "", 1).isdigit()
    if claim.unit != "%" or number is None or not plain:
        return None
    return claim.value.strip()


def _surely_below(a: PrintedNumber, b: PrintedNumber) -> bool:
    return a.high is not None and b.low is not None and a.high < b.low


def _fitting_counts(total: int, percent: str) -> list[int]:
    number = read_number(percent)
    first = math.ceil(number.low * total / 100)
    last = math.floor(number.high * total / 100)
    near = range(max(0, first), min(total, last) + 1)
    return [n for n in near if percentage_agrees(n, total, percent)]


def _fitting_denominators(n: int, percent: str, total: int) -> list[int]:
    """Return up to three denominators that fit, those nearest to the printed one."""
    number = read_number(percent)
    if n == 0 or number.low <= 0:
        return []
    first = max(n, math.ceil(100 * n / number.high))
    last = math.floor(100 * n / number.low)
    # the nearest lies at an end of the run, or is the printed one's neighbour
    near = {first, first + 1, first + 2, last - 2, last - 1, last}
    fits = [N for N in near if first <= N <= last and percentage_agrees(n, N, percent)]
    return sorted(fits, key=lambda N: abs(N - total))[:3]


def _list(numbers: list[int]) -> str:
    texts = [str(number) for number in sorted(numbers)[:4]]
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " or " + texts[-1]
