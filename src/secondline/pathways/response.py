"""What a scan after some or all of the first line is called, by each passage that names it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from secondline.checks import check_share, is_number
from secondline.errors import InputError
from secondline.pathways.engine import Decision, decide, enumerate_cases
from secondline.pathways.tables import DecisionTable, read_tables

MOST_LESIONS = 6
TIMES = ("interim", "end of treatment")
# what an answer stands for; other answers take no side
STANDS_FOR = {
    "partial metabolic response": "partial response",
    "responding disease": "partial response",
    "partial response": "partial response",
    "treatment failure": "treatment failure",
    "complete metabolic response": "complete response",
}
STANDINGS = ("complete response", "partial response", "treatment failure")
NO_NAME = "no name"
LUGANO = "Lugano"


@cache
def response_tables() -> dict[tuple[str, str], DecisionTable]:
    """Return the tables on scans, marrow and biopsy, by question and passage."""
    return read_tables("response")


def tables_on(question: str, only: str = "") -> tuple[DecisionTable, ...]:
    """Return the passages on one question.

    Parameters
    ----------
    question : {"scan", "marrow", "biopsy"}
    only : str
        The beginning of the passages' names; by default all.
    """
    return tuple(
        table
        for (name, source), table in response_tables().items()
        if name == question and source.startswith(only)
    )


def answers(question: str, patient: Mapping) -> tuple[Decision, ...]:
    """Return what each passage says of a patient, those that say nothing included."""
    return tuple(decide(table, patient) for table in tables_on(question))


def joined_table() -> DecisionTable:
    """Return the one reading that this book makes of all passages on a PET scan."""
    return response_tables()["joined", "this book's reading"]


def joined(patient: Mapping) -> Decision:
    """Return what a PET scan is by this book's reading."""
    return decide(joined_table(), patient)


def standing(decisions: Iterable[Decision]) -> str:
    """Return what a scan is, all passages together.

    Returns
    -------
    str
        One of :data:`STANDINGS`; several joined by "and" where passages contradict each
        other; :data:`NO_NAME` where none takes a side.
    """
    found = {STANDS_FOR[d.answer] for d in decisions if d.answer in STANDS_FOR}
    return " and ".join(s for s in STANDINGS if s in found) or NO_NAME


def standings(only: str = "") -> dict[str, Counter]:
    """Count for each time of the scan what all kinds of scan are.

    Parameters
    ----------
    only : str
        The beginning of the passages' names; by default all.

    Returns
    -------
    dict of str to Counter
        By :data:`TIMES`, of what :func:`standing` returns.
    """
    tables = tables_on("scan", only)
    counts = {time: Counter() for time in TIMES}
    # the kinds of scan are those of all passages, so that counts can be compared
    for case in enumerate_cases(*tables_on("scan")):
        counts[case["scan_time"]][standing(decide(t, case) for t in tables)] += 1
    return counts


def spd(lesions: Sequence[tuple[float, float]]) -> float:
    """Return the sum of the products of two diameters over the target lesions.

    Parameters
    ----------
    lesions : sequence of (float, float)
        The longest diameter of each lesion and the one across it; 0 and 0 if it is gone.

    Raises
    ------
    InputError
        If there is no lesion, there are more than six, or a diameter is no length.

    Examples
    --------
    >>> spd([(3.0, 2.0), (2.0, 2.0)])
    10.0
    """
    try:
        lesions = [tuple(pair) for pair in lesions]
    except TypeError:
        raise InputError(f"lesions is {lesions!r}; give two diameters for each lesion.") from None
    if not 1 <= len(lesions) <= MOST_LESIONS:
        raise InputError(
            f"There are {len(lesions)} lesions; the SPD takes from 1 to {MOST_LESIONS} of them."
        )
    for place, pair in enumerate(lesions, start=1):
        if len(pair) != 2:
            raise InputError(f"Lesion {place} has {len(pair)} diameters; the SPD takes two.")
        for diameter in pair:
            if not (is_number(diameter) and diameter >= 0):
                raise InputError(
                    f"Lesion {place} has the diameter {diameter!r}; it must be 0 or more."
                )
    return float(sum(longest * across for longest, across in lesions))


def spd_change(before: Sequence[tuple[float, float]], now: Sequence[tuple[float, float]]) -> float:
    """Return by how many percent the SPD has changed; a fall is negative.

    Parameters
    ----------
    before, now : sequence of (float, float)
        The same lesions in the same order, as for :func:`spd`.

    Raises
    ------
    InputError
        As :func:`spd`; also if the lesions are not as many, or nothing was there before.

    Examples
    --------
    >>> spd_change([(4.0, 3.0)], [(2.0, 1.5)])
    -75.0
    """
    first, second = spd(before), spd(now)
    if len(before) != len(now):
        raise InputError(
            f"There were {len(before)} lesions and there are {len(now)}; "
            "the same lesions must be measured twice."
        )
    if first == 0:
        raise InputError("The SPD before treatment is 0; there is nothing to compare with.")
    return 100 * (second - first) / first


def change_from_diameters(fall: float) -> float:
    """Return the change of the SPD in percent if every diameter falls by a share of itself.

    Raises
    ------
    InputError
        If the fall is no share.

    Examples
    --------
    >>> round(change_from_diameters(0.3), 1)
    -51.0
    """
    check_share(fall=fall)
    return 100 * ((1 - fall) ** 2 - 1)
