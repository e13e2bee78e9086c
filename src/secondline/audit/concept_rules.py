"""The same quantity in two places."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction

from secondline.audit.checks import Check, passed
from secondline.claims import Claim
from secondline.intervals import PrintedNumber, read_number

COMPARED = ("value", "lower", "upper", "p", "n", "N")
# kinds whose value is a word, or a number only by accident
WORDED = ("verbal", "definition", "date")
MONTHS = {
    "month": Fraction(1),
    "months": Fraction(1),
    "year": Fraction(12),
    "years": Fraction(12),
}


def same_concept(claims: Iterable[Claim]) -> Iterator[Check]:
    """Claims that share a concept agree, field by field, after rounding.

    Compared are neighbours in the order of the table, each with the first claim
    that prints the field; a coarser number must be a rounding of the finer one.
    """
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.concept and claim.kind not in WORDED:
            groups[claim.concept].append(claim)
    for group in groups.values():
        for field in COMPARED:
            yield from _compare(group, field)


def agree(a: PrintedNumber, b: PrintedNumber) -> bool:
    """Whether two printed numbers may be one true value.

    Numbers printed to the same digit must be the same; a coarser one must be a
    rounding of the finer one.
    """
    if a.half == b.half and not a.relation and not b.relation:
        return a.value == b.value
    return a.may_equal(b)


def _compare(group: list[Claim], field: str) -> Iterator[Check]:
    printed = [
        (claim, number) for claim in group if (number := read_number(getattr(claim, field)))
    ]
    for i, (claim, number) in enumerate(printed[1:], start=1):
        conflicts = []
        compared = 0
        for other, theirs in printed[:i]:
            factor = _factor(claim.unit, other.unit)
            if factor is None:
                continue
            compared += 1
            if not agree(number.scaled(factor), theirs):
                conflicts.append((other, theirs))
        if not compared:
            continue
        if not conflicts:
            yield passed("same_concept", claim.id, printed[0][0].id)
            continue
        other, theirs = conflicts[0]
        mine, their = getattr(claim, field), getattr(other, field)
        across = claim.document != other.document
        where = f"in {claim.document} and in {other.document}" if across else "in two places"
        gap = abs(float(number.value) - float(theirs.value)) / max(abs(float(theirs.value)), 1e-12)
        yield Check(
            "same_concept",
            (claim.id, other.id),
            False,
            _shown(their, other.unit),
            _shown(mine, claim.unit),
            "medium" if gap > 0.02 else "low",
            f"One quantity ({claim.quantity or claim.concept}) is printed as "
            f"{_shown(mine, claim.unit)} and as {_shown(their, other.unit)} {where}.",
        )


def _factor(unit: str, other: str) -> Fraction | None:
    if unit == other or not unit or not other:
        return Fraction(1)
    if {unit, other} == {"%", "proportion"}:
        return Fraction(100) if unit == "proportion" else Fraction(1, 100)
    if unit in MONTHS and other in MONTHS:
        return MONTHS[unit] / MONTHS[other]
    return None


def _shown(text: str, unit: str) -> str:
    return f"{text} {unit}".strip()
