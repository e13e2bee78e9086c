"""A decision table as a tree of questions, so that a picture of it cannot drift from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from secondline.errors import InputError, one_of
from secondline.pathways.conditions import Cell, Input
from secondline.pathways.engine import NOT_COVERED, cells_of, check_case
from secondline.pathways.tables import DecisionTable, Rule


@dataclass(frozen=True)
class Leaf:
    """The end of a way through a table.

    Attributes
    ----------
    answer : str
        The rule's; :data:`NOT_COVERED` where none fits, and the answers joined by "or"
        where several do.
    rules : tuple of Rule
        Those that fit: one, none, or, in a faulty table, several.
    """

    answer: str
    rules: tuple[Rule, ...]

    @property
    def covered(self) -> bool:
        """Whether some rule fits."""
        return bool(self.rules)


@dataclass(frozen=True)
class Branch:
    """The values of an input that lead to the same place.

    Attributes
    ----------
    text : str
        The values in words.
    cells : tuple of Cell
    to : Question or Leaf
    """

    text: str
    cells: tuple[Cell, ...]
    to: "Question | Leaf"

    def has(self, value: str | float) -> bool:
        """Tell whether a value of the input goes this way."""
        return any(cell.has(value) for cell in self.cells)


@dataclass(frozen=True)
class Question:
    """An input on which the answer still hangs, and where its values lead."""

    input: Input
    branches: tuple[Branch, ...]


def decision_tree(table: DecisionTable, order: tuple[str, ...] = ()) -> Question | Leaf:
    """Return a table as questions in the order of its inputs, or in another one.

    An input is asked only where the rules that are left tell its values apart, and values
    that lead to the same rules share a branch.

    Parameters
    ----------
    table : DecisionTable
    order : tuple of str
        Names of inputs to ask first.

    Returns
    -------
    Question or Leaf

    Raises
    ------
    InputError
        If the table has no such input.
    """
    table = _ordered(table, order)
    return _grow(table, 0, table.rules)


def leaves(tree: Question | Leaf) -> Iterator[tuple[tuple[tuple[Input, Branch], ...], Leaf]]:
    """Yield every way through a tree: the inputs with the branches taken, and its end."""
    if isinstance(tree, Leaf):
        yield (), tree
        return
    for branch in tree.branches:
        for way, leaf in leaves(branch.to):
            yield ((tree.input, branch), *way), leaf


def way_of(
    table: DecisionTable, case: Mapping, order: tuple[str, ...] = ()
) -> tuple[Branch, ...]:
    """Return the branches that a case takes through a table's tree; see :func:`decision_tree`.

    Raises
    ------
    InputError
        If a value is missing or cannot be, with what is allowed.
    """
    check_case(table.inputs, case)
    tree, way = decision_tree(table, order), []
    while isinstance(tree, Question):
        name = tree.input.name
        branch = next(b for b in tree.branches if b.has(case[name]))
        way.append(branch)
        tree = branch.to
    return tuple(way)


def in_words(i: Input, cells: tuple[Cell, ...]) -> str:
    """Return parts of an input's values in words.

    Neighbouring parts of a number are joined: ``over 3, up to 6``.

    Parameters
    ----------
    i : Input
    cells : tuple of Cell
        In the order in which :meth:`Input.cells` gives them.
    """
    if i.kind == "choice":
        return _or([cell.text for cell in cells])
    runs: list[list[Cell]] = []
    for cell in cells:
        if runs and _touch(runs[-1][-1], cell, i.kind):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    words = _whole if i.kind == "whole" else _stretch
    return _or([words(i, run[0], run[-1]) for run in runs])


def _ordered(table: DecisionTable, order: tuple[str, ...]) -> DecisionTable:
    names = [i.name for i in table.inputs]
    if unknown := [name for name in order if name not in names]:
        raise InputError(f"{table.title} has no input {unknown[0]!r}; it has {one_of(names)}.")
    places = [names.index(name) for name in order]
    places += [place for place in range(len(names)) if place not in places]
    rules = tuple(
        replace(rule, conditions=tuple(rule.conditions[place] for place in places))
        for rule in table.rules
    )
    return replace(table, inputs=tuple(table.inputs[place] for place in places), rules=rules)


def _grow(table: DecisionTable, place: int, rules: tuple[Rule, ...]) -> Question | Leaf:
    if not rules or place == len(table.inputs):
        answers = list(dict.fromkeys(rule.answer for rule in rules))
        return Leaf(_or(answers) if answers else NOT_COVERED, rules)
    i = table.inputs[place]
    if all(rule.conditions[place].is_any for rule in rules):
        return _grow(table, place + 1, rules)
    groups: dict[tuple[Rule, ...], list[Cell]] = {}
    for cell in cells_of([table], i.name):
        left = tuple(rule for rule in rules if rule.conditions[place].holds(cell.value))
        groups.setdefault(left, []).append(cell)
    if len(groups) == 1:
        return _grow(table, place + 1, rules)
    return Question(
        i,
        tuple(
            Branch(in_words(i, tuple(cells)), tuple(cells), _grow(table, place + 1, left))
            for left, cells in groups.items()
        ),
    )


def _touch(before: Cell, after: Cell, kind: str) -> bool:
    if kind == "whole":
        return _last(before) + 1 == _first(after)
    return before.upper == after.lower


def _first(cell: Cell) -> float:
    # inside of a part of whole numbers stands its lowest one
    return cell.value


def _last(cell: Cell) -> float:
    return cell.value if cell.lower == cell.upper else -(-cell.upper // 1) - 1


def _whole(i: Input, first: Cell, last: Cell) -> str:
    low, high = _first(first), _last(last)
    if low == high:
        return f"{low:g}"
    if low == i.lowest and high == i.highest:
        return "any"
    return f"{low:g} or {high:g}" if high == low + 1 else f"{low:g} to {high:g}"


def _stretch(i: Input, first: Cell, last: Cell) -> str:
    low, high = first.lower, last.upper
    with_low, with_high = first.lower == first.upper, last.lower == last.upper
    if low == high:
        return f"{low:g}"
    below = f"up to {high:g}" if with_high else f"under {high:g}"
    above = f"{low:g} or more" if with_low else f"over {low:g}"
    if low == i.lowest and with_low:
        return "any" if high == i.highest and with_high else below
    if high == i.highest and with_high:
        return above
    return f"{low:g} to {high:g}" if with_low and with_high else f"{above}, {below}"


def _or(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
