"""Decision tables as data: one row a rule, read and checked from a CSV file."""

from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path

from secondline.claims import get_claim
from secondline.csvfiles import raise_if_any, read_own_table, shown
from secondline.errors import InputError, one_of
from secondline.pathways.conditions import Condition, Input
from secondline.paths import project_root

BEFORE = ("table", "source", "rule")
AFTER = ("answer", "reason", "claims")
INPUT_COLUMNS = ("input", "kind", "allowed", "unit", "meaning")
KINDS = ("choice", "number", "whole")


@dataclass(frozen=True)
class Rule:
    """One row: if all conditions hold, this is the answer.

    Attributes
    ----------
    name : str
        Unique in its file.
    conditions : tuple of Condition
        In the order of the table's inputs.
    answer, reason : str
    claims : tuple of str
        Ids in ``seeds/``: where the source says so.
    """

    name: str
    conditions: tuple[Condition, ...]
    answer: str
    reason: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class DecisionTable:
    """What one source says on one question.

    Attributes
    ----------
    name, source : str
    inputs : tuple of Input
        Those on which at least one rule puts a condition.
    rules : tuple of Rule
    """

    name: str
    source: str
    inputs: tuple[Input, ...]
    rules: tuple[Rule, ...]

    @property
    def title(self) -> str:
        """The table's name with its source."""
        return f"{self.name} ({self.source})" if self.source else self.name


def read_inputs(path: str | Path = "") -> dict[str, Input]:
    """Read which inputs there are and what values they may have.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns input, kind, allowed, unit and meaning; empty:
        ``data/pathways/inputs.csv``. Allowed are choices parted by ``|``, or
        ``0 to 100``.

    Returns
    -------
    dict of str to Input

    Raises
    ------
    InputError
        With a sentence for each row that cannot be used.
    """
    return dict(_book_inputs()) if not str(path) else _inputs(Path(path))


@cache
def _book_inputs() -> tuple[tuple[str, Input], ...]:
    return tuple(_inputs(_folder() / "inputs.csv").items())


def _inputs(file: Path) -> dict[str, Input]:
    frame = read_own_table(file, "it is a CSV file of inputs.")
    if list(frame.columns) != list(INPUT_COLUMNS):
        raise InputError(f"{file.name}, line 1: the columns must be {', '.join(INPUT_COLUMNS)}.")
    inputs, faults = {}, []
    for line, row in frame.iterrows():
        name, where = row["input"], f"Line {line} ({row['input']})"
        if not name or name in inputs or name in BEFORE + AFTER:
            faults.append(f"{where}: the name is empty, used twice or that of a fixed column.")
        elif row["kind"] not in KINDS:
            faults.append(f"{where}: kind is {shown(row['kind'])}; allowed: {one_of(KINDS)}.")
        elif row["kind"] == "choice":
            choices = tuple(part.strip() for part in row["allowed"].split("|"))
            if len(set(choices)) < len(choices) or not all(choices):
                faults.append(f"{where}: a choice is empty or stands twice.")
            inputs[name] = Input(name, "choice", row["meaning"], row["unit"], choices)
        else:
            try:
                lowest, highest = map(float, row["allowed"].split(" to "))
            except ValueError:
                lowest = highest = float("nan")
            whole = row["kind"] == "whole"
            if not (lowest < highest and isfinite(lowest) and isfinite(highest)) or (
                whole and (lowest, highest) != (int(lowest), int(highest))
            ):
                faults.append(f"{where}: allowed is {shown(row['allowed'])}; write '0 to 100'.")
            inputs[name] = Input(
                name, row["kind"], row["meaning"], row["unit"], (), lowest, highest
            )
    raise_if_any(file, faults)
    return inputs


def read_tables(source: str | Path, inputs: dict[str, Input] | None = None):
    """Read the decision tables of a file.

    Parameters
    ----------
    source : str or Path
        The name of a file in ``data/pathways`` without its ending, or the path of a CSV
        file. Columns: table, source, rule, one for each input, answer, reason, claims.
        A table's rows carry its name and source; an input that a table does not use
        holds ``-`` in all of its rows.
    inputs : dict of str to Input, optional
        By default :func:`read_inputs`.

    Returns
    -------
    dict of (str, str) to DecisionTable
        By name and source, in the order of the file.

    Raises
    ------
    InputError
        With a sentence for each row that cannot be used. Whether rules overlap or leave
        cases out is another question: see :func:`overlaps` and :func:`gaps`.
    """
    known = read_inputs() if inputs is None else inputs
    if not isinstance(source, str | Path):
        raise InputError(f"source is {source!r}; give the name or the path of a file of tables.")
    path = Path(source)
    if path.suffix != ".csv":
        path = _folder() / f"{source}.csv"
        if not path.is_file():
            names = sorted(p.stem for p in _folder().glob("*.csv") if p.stem != "inputs")
            raise InputError(
                f"There is no file of tables {str(source)!r}; there are {one_of(names)}."
            )
    frame = read_own_table(path, "it is a CSV file of decision tables.")
    header = list(frame.columns)
    used = header[len(BEFORE) : -len(AFTER)]
    if header[: len(BEFORE)] != list(BEFORE) or header[-len(AFTER) :] != list(AFTER) or not used:
        raise InputError(
            f"{path.name}, line 1: the columns must be {', '.join(BEFORE)}, then the inputs, "
            f"then {', '.join(AFTER)}."
        )
    if doubled := [name for name in used if used.count(name) > 1]:
        raise InputError(f"{path.name}, line 1: the column {shown(doubled[0])} stands twice.")
    if unknown := [name for name in used if name not in known]:
        raise InputError(
            f"{path.name}, line 1: there is no input {shown(unknown[0])}; "
            f"there are {', '.join(known)}."
        )
    rows: dict[tuple[str, str], list[Rule]] = {}
    faults, names = [], set()
    for line, row in frame.iterrows():
        where = f"Line {line} ({row['rule']})"
        if not row["table"] or not row["rule"] or not row["answer"]:
            faults.append(f"{where}: table, rule and answer are needed.")
        if row["rule"] in names:
            faults.append(f"{where}: the rule's name stands twice.")
        names.add(row["rule"])
        try:
            conditions = tuple(known[name].condition(row[name]) for name in used)
            claims = tuple(get_claim(claim).id for claim in row["claims"].split())
        except InputError as error:
            faults.append(f"{where}: {str(error).rstrip('.')}.")
            continue
        rule = Rule(row["rule"], conditions, row["answer"], row["reason"], claims)
        rows.setdefault((row["table"], row["source"]), []).append(rule)
    raise_if_any(path, faults)
    return {key: _table(key, rules, [known[name] for name in used]) for key, rules in rows.items()}


def read_table(source: str | Path, inputs: dict[str, Input] | None = None) -> DecisionTable:
    """Read a file that holds one decision table; see :func:`read_tables`.

    Raises
    ------
    InputError
        If the file cannot be used or holds several tables; the sentence names them.
    """
    tables = read_tables(source, inputs)
    if len(tables) > 1:
        titles = ", ".join(table.title for table in tables.values())
        raise InputError(f"{source} holds {len(tables)} tables ({titles}); use read_tables.")
    return next(iter(tables.values()))


def _table(key, rules: list[Rule], inputs: list[Input]) -> DecisionTable:
    keep = [i for i in range(len(inputs)) if not all(r.conditions[i].is_any for r in rules)]
    kept = tuple(
        Rule(r.name, tuple(r.conditions[i] for i in keep), r.answer, r.reason, r.claims)
        for r in rules
    )
    return DecisionTable(*key, tuple(inputs[i] for i in keep), kept)


def _folder() -> Path:
    return project_root() / "data" / "pathways"
