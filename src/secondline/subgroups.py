"""Read and check tables of subgroups within a trial, published or a reader's own."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from secondline.intervals import counts_from_percentage
from secondline.paths import project_root
from secondline.tables import OUTCOMES, read_checked

REQUIRED = ("trial", "grouping", "group", "n")
# how a group's count is known
GIVEN = "given"
DERIVED = "from the percentage"
IMPOSSIBLE = "no count fits"
AMBIGUOUS = "several counts fit"


@dataclass(frozen=True)
class Group:
    """One subgroup.

    Attributes
    ----------
    name : str
    n : int
    events : int or None
        None where it is neither given nor fixed by the percentage.
    printed : str
        Percentage as printed, or "".
    known : str
        GIVEN, DERIVED, IMPOSSIBLE or AMBIGUOUS.
    possible : tuple of int
        The counts that agree with the percentage; the count itself where no
        percentage is printed.
    lower_day, upper_day : float
        NaN where not given.
    """

    name: str
    n: int
    events: int | None
    printed: str
    known: str
    possible: tuple[int, ...]
    lower_day: float
    upper_day: float


@dataclass(frozen=True)
class Grouping:
    """All subgroups of one division of one trial's patients.

    Attributes
    ----------
    trial, outcome, name : str
        `name` is what the patients were divided by; `outcome` may be "".
    groups : tuple of Group
        By their order if they have one.
    ordered : bool
    """

    trial: str
    outcome: str
    name: str
    groups: tuple[Group, ...]
    ordered: bool

    @property
    def complete(self) -> bool:
        """Whether every group's count is known and there are two groups or more."""
        return len(self.groups) > 1 and all(g.events is not None for g in self.groups)

    @property
    def events(self) -> list[int]:
        """The counts of a complete grouping."""
        return [g.events for g in self.groups]

    @property
    def totals(self) -> list[int]:
        """The group sizes."""
        return [g.n for g in self.groups]


def published_subgroups() -> Path:
    """Return the path of the published subgroups, from the Discussion of Shen 2025."""
    return project_root() / "data" / "bispecific_subgroups.csv"


def read_subgroups(path: str | Path = "") -> tuple[Grouping, ...]:
    """Read a table of subgroups, one row a group.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns of ``data/bispecific_subgroups.csv``; needed
        are trial, grouping, group, n, and in each row events or printed (a
        percentage). Empty: the published subgroups.

    Returns
    -------
    tuple of Grouping
        In the order of the file.

    Raises
    ------
    InputError
        One sentence for each fault, with its line and column.
    """
    path = Path(path).expanduser() if str(path) else published_subgroups()
    table = read_checked(path, "subgroups", "bispecific_subgroups", REQUIRED, subgroups_schema)
    for column, missing in (("outcome", ""), ("printed", ""), ("events", pd.NA)):
        if column not in table:
            table[column] = missing
    for column in ("order", "lower_day", "upper_day"):
        if column not in table:
            table[column] = float("nan")
    groupings = []
    for (trial, outcome, name), rows in table.groupby(["trial", "outcome", "grouping"], sort=False):
        ordered = bool(rows["order"].notna().all())
        rows = rows.sort_values("order", kind="stable") if ordered else rows
        groups = tuple(_group(row) for row in rows.itertuples())
        groupings.append(Grouping(trial, outcome, name, groups, ordered and len(groups) > 1))
    return tuple(groupings)


def counting_responses(groupings) -> tuple[Grouping, ...]:
    """Return the groupings whose outcome is a response, or not named; all if none is.

    A share of patients who had an earlier response, say, does not belong on one axis
    with shares of patients who responded.
    """
    mine = tuple(g for g in groupings if g.outcome.strip().upper() in ("", *OUTCOMES))
    return mine or tuple(groupings)


def subgroup_label(path: str | Path = "") -> dict[str, str]:
    """Return the provenance and source of what is computed from a table of subgroups."""
    if str(path):
        return {"provenance": "own", "source": Path(path).name}
    return {"provenance": "recomputed", "source": "Shen 2025"}


def _group(row) -> Group:
    n = int(row.n)
    fits = counts_from_percentage(row.printed, n) if row.printed else None
    if not pd.isna(row.events):
        events = int(row.events)
        known, fits = GIVEN, (events,) if fits is None else fits
    else:
        events = fits[0] if len(fits) == 1 else None
        known = {0: IMPOSSIBLE, 1: DERIVED}.get(len(fits), AMBIGUOUS)
    return Group(row.group, n, events, row.printed, known, fits, row.lower_day, row.upper_day)


@cache
def subgroups_schema():
    """Return the pandera schema of a table of subgroups; each check's name ends a sentence."""
    import pandera.pandas as pa

    def filled(name):
        return pa.Column(
            str, pa.Check.str_length(min_value=1, error="is empty; it is needed"), name=name
        )

    def column(table, name):
        # pandera checks whole rows of files that leave columns out
        kind = {"events": "Int64", "printed": "str"}.get(name, "float64")
        empty = "" if kind == "str" else None
        return table.get(name, pd.Series(empty, index=table.index, dtype=kind))

    def key(table):
        names = ("trial", "outcome", "grouping")
        return [table[name] for name in names if name in table]

    def whole(check, error):
        return pa.Check(check, error=error, ignore_na=False)

    def order_is_whole(table):
        order = column(table, "order")
        return order.notna() == order.notna().groupby(key(table)).transform("max")

    def order_differs(table):
        order = column(table, "order")
        frame = pd.concat([*key(table), order.rename("order")], axis=1)
        return order.isna() | ~frame.duplicated()

    columns = {
        "trial": filled("trial"),
        "grouping": filled("grouping"),
        "group": filled("group"),
        "n": pa.Column(
            "Int64",
            [
                pa.Check.gt(0, error="is not a group size; it must be 1 or more"),
                whole(lambda s: s.notna(), "is missing; it is needed"),
            ],
            nullable=True,
        ),
        "events": pa.Column(
            "Int64",
            pa.Check.ge(0, error="is negative; a count cannot be"),
            nullable=True,
            required=False,
        ),
        "printed": pa.Column(
            str,
            pa.Check(
                lambda s: (
                    s.str.fullmatch(r"(?:\d{1,2}(?:\.\d+)?|100(?:\.0+)?)?").astype(bool)
                ),
                error="is not a percentage from 0 to 100; write it without its sign, as 34.9",
            ),
            required=False,
        ),
        "lower_day": pa.Column(
            float,
            pa.Check.ge(0, error="is negative; a day cannot be"),
            nullable=True,
            required=False,
        ),
    }
    checks = [
        whole(lambda t: (column(t, "events") <= t["n"]).fillna(True), "events exceeds n"),
        whole(
            lambda t: column(t, "events").notna() | (column(t, "printed") != ""),
            "neither events nor printed is given; one is needed",
        ),
        whole(
            lambda t: (column(t, "lower_day") <= column(t, "upper_day")).where(
                column(t, "lower_day").notna() & column(t, "upper_day").notna(), True
            ),
            "upper_day lies before lower_day",
        ),
        whole(order_is_whole, "order is empty, though other groups of the grouping have one"),
        whole(order_differs, "another group of the grouping has the same order"),
        whole(
            lambda t: ~pd.concat([*key(t), t["group"]], axis=1).duplicated(),
            "the group stands twice in its grouping",
        ),
    ]
    return pa.DataFrameSchema(columns, checks=checks, strict=False)
