"""Decide a case by a table, and look at all cases that a table can meet.

The hit policy is UNIQUE, as the Decision Model and Notation standard calls it: one rule
at most may fit a case. A case without a rule is not covered, which is an answer; two
rules are a fault of the table.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from secondline.errors import InputError
from secondline.pathways.conditions import Condition
from secondline.pathways.tables import DecisionTable, Rule

NOT_COVERED = "not covered"


@dataclass(frozen=True)
class Step:
    """One condition on the way to an answer: the input, its value, what was asked."""

    input: str
    value: str | float
    condition: str

    def __str__(self) -> str:
        shown = self.value if isinstance(self.value, str) else f"{self.value:g}"
        return f"{self.input} is {shown} ({self.condition})"


@dataclass(frozen=True)
class Decision:
    """The answer of a table to a case.

    Attributes
    ----------
    table, source : str
    rule : str
        The rule that fits; "" where none does.
    answer : str
        :data:`NOT_COVERED` where no rule fits.
    reason : str
    claims : tuple of str
        Ids in ``seeds/``.
    path : tuple of Step
        The conditions of the rule beside the case's values; where no rule fits, the
        values alone.
    """

    table: str
    source: str
    rule: str
    answer: str
    reason: str
    claims: tuple[str, ...]
    path: tuple[Step, ...]

    @property
    def covered(self) -> bool:
        """Whether a rule fits."""
        return bool(self.rule)


@dataclass(frozen=True)
class Overlap:
    """A case that more than one rule fits."""

    case: dict
    text: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """A case that no rule fits."""

    case: dict
    text: str


def decide(table: DecisionTable, case: Mapping) -> Decision:
    """Return a table's answer to a case.

    Parameters
    ----------
    table : DecisionTable
    case : mapping of str to str or float
        A value for each input of the table; others are ignored.

    Returns
    -------
    Decision

    Raises
    ------
    InputError
        If a value is missing or cannot be, with what is allowed; or if two rules fit,
        with their names.
    """
    _check_tables([table])
    check_case(table.inputs, case)
    rules = _fitting(table, case)
    if len(rules) > 1:
        raise InputError(
            f"The rules {' and '.join(r.name for r in rules)} of {table.title} both fit this "
            "case; one at most may. The table must be mended."
        )
    if not rules:
        path = tuple(Step(i.name, case[i.name], "no rule") for i in table.inputs)
        return Decision(table.name, table.source, "", NOT_COVERED, "", (), path)
    (rule,) = rules
    path = tuple(
        Step(i.name, case[i.name], condition.text)
        for i, condition in zip(table.inputs, rule.conditions, strict=True)
        if not condition.is_any
    )
    return Decision(
        table.name, table.source, rule.name, rule.answer, rule.reason, rule.claims, path
    )


def check_case(inputs, case: Mapping) -> None:
    """Raise an InputError that names every value that is missing or cannot be."""
    if not isinstance(case, Mapping):
        raise InputError(f"The case is {case!r}; it must be a dict of values by the inputs' names.")
    faults = [
        i.fault(case[i.name]) if i.name in case else f"{i.name} is missing; {i.allowed}."
        for i in inputs
    ]
    if any(faults):
        raise InputError(" ".join(filter(None, faults)))


def enumerate_cases(*tables: DecisionTable) -> Iterator[dict]:
    """Yield one case for each part of the tables' input space.

    Numbers are cut at the tables' own thresholds, so that the cases are finite in number
    and every possible case is answered as one of them.
    """
    for case, _ in _cases(tables):
        yield case


def gaps(table: DecisionTable) -> tuple[Gap, ...]:
    """Return the cases that no rule of the table fits."""
    return tuple(Gap(case, text) for case, text in _cases([table]) if not _fitting(table, case))


def overlaps(table: DecisionTable) -> tuple[Overlap, ...]:
    """Return the cases that several rules of the table fit, with the rules' names."""
    found = []
    for case, text in _cases([table]):
        rules = _fitting(table, case)
        if len(rules) > 1:
            found.append(Overlap(case, text, tuple(r.name for r in rules)))
    return tuple(found)


def cells_of(tables, name: str):
    """Return the parts into which tables cut one input.

    Parameters
    ----------
    tables : iterable of DecisionTable
    name : str
        The input's name.

    Returns
    -------
    tuple of Cell

    Raises
    ------
    InputError
        If no table has such an input.
    """
    tables = tuple(tables)
    found = [i for table in tables for i in table.inputs if i.name == name]
    if not found:
        raise InputError(f"None of the tables has an input {name!r}.")
    return found[-1].cells(conditions_on(tables, name))


def conditions_on(tables, name: str) -> list[Condition]:
    """Return what the rules of tables ask of one input, none where no table has it."""
    return [
        rule.conditions[place]
        for table in tables
        for place, i in enumerate(table.inputs)
        if i.name == name
        for rule in table.rules
    ]


def _fitting(table: DecisionTable, case: Mapping) -> list[Rule]:
    return [
        rule
        for rule in table.rules
        if all(
            condition.holds(case[i.name])
            for i, condition in zip(table.inputs, rule.conditions, strict=True)
        )
    ]


def _check_tables(tables) -> None:
    for table in tables:
        if not isinstance(table, DecisionTable):
            raise InputError(f"table is {table!r}; it must be a decision table, from read_table.")


def _cases(tables) -> Iterator[tuple[dict, str]]:
    _check_tables(tables)
    names = list(dict.fromkeys(i.name for table in tables for i in table.inputs))
    for cells in itertools.product(*(cells_of(tables, name) for name in names)):
        case = {name: cell.value for name, cell in zip(names, cells, strict=True)}
        yield case, ", ".join(
            f"{name.replace('_', ' ')}: {cell.text}"
            for name, cell in zip(names, cells, strict=True)
        )
