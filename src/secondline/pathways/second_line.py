"""What follows after first line has failed, in the review's words: each passage, each patient."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from secondline.pathways.engine import Decision, cells_of, decide
from secondline.pathways.tables import DecisionTable, read_tables

CAR_T, TRANSPLANT = "CAR-T", "transplant"
NO_WAY = "neither"
WAYS = (CAR_T, TRANSPLANT, f"{CAR_T} and {TRANSPLANT}", NO_WAY)


@cache
def second_line_tables() -> dict[str, DecisionTable]:
    """Return every passage on second line, by its place."""
    return {source: table for (_, source), table in read_tables("second_line").items()}


def second_line(patient: Mapping) -> tuple[Decision, ...]:
    """Return what each passage says of a patient, those that say nothing included."""
    return tuple(decide(table, patient) for table in second_line_tables().values())


def way(decisions: Iterable[Decision]) -> str:
    """Return one of :data:`WAYS`: where the passages send a patient, all together."""
    found = {d.answer for d in decisions}
    named = [one for one in (CAR_T, TRANSPLANT) if one in found]
    return " and ".join(named) or NO_WAY


def possible_cases() -> Iterator[dict]:
    """Yield a case for each part of the input space in which the two clocks can go together.

    A relapse cannot be nearer to diagnosis than to the end of the treatment that came after
    it. The months count only after a complete response; for others one case stands for all.
    """
    tables = tuple(second_line_tables().values())
    rest = [
        [(name, cell.value) for cell in cells_of(tables, name)]
        for name in ("age", "fit_for", "timely_car_t", "salvage")
    ]
    ends, starts = (
        cells_of(tables, name) for name in ("months_since_first_line", "months_since_diagnosis")
    )
    clocks = [(e.value, d.value) for e in ends for d in starts if e.lower < d.upper or e == d]
    for response in cells_of(tables, "response_to_first_line"):
        for end, start in clocks if response.value == "CR" else clocks[:1]:
            yield from _products(
                {
                    "response_to_first_line": response.value,
                    "months_since_first_line": end,
                    "months_since_diagnosis": start,
                },
                rest,
            )


def ways_by_response() -> dict[str, Counter]:
    """Count all possible cases by the response to first line and :func:`way`."""
    counts: dict[str, Counter] = {}
    for case in possible_cases():
        found = counts.setdefault(case["response_to_first_line"], Counter())
        found[way(second_line(case))] += 1
    return counts


def _products(start: dict, rest: list) -> Iterator[dict]:
    if not rest:
        yield start
        return
    for name, value in rest[0]:
        yield from _products({**start, name: value}, rest[1:])
