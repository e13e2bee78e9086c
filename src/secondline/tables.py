"""Read and check the tables in ``data/``, and a reader's own in the same form."""

import csv
from functools import cache
from pathlib import Path

import pandas as pd

from secondline.csvfiles import open_rows, read_own_file
from secondline.errors import InputError, one_of
from secondline.paths import project_root

OUTCOMES = {"ORR": "an objective response", "CR": "a complete response"}
# the value of the setting, and how a sentence or a title names it
POPULATIONS = {
    "after CAR-T monotherapy": "antibody alone, after CAR-T",
    "after CAR-T combination": "antibody with a partner, after CAR-T",
    "CAR-T-naive": "no CAR-T before",
}
REQUIRED = ("trial", "backbone", "prior_car_t", "n", "orr_events", "cr_events")
COUNTS = ("n", "orr_events", "cr_events")
# ways to say that nothing was given with the antibody; one of them is right
NO_BACKBONE = ("none", "no", "-", "–", "n/a", "na", "mono", "monotherapy")
LARGEST_COUNT = 1_000_000


@cache
def read_dictionary() -> pd.DataFrame:
    """Return the dictionary of every column in ``data/``.

    Returns
    -------
    DataFrame
        Columns table, column, type (text, count, number), required, unit, allowed, meaning,
        source; all text.
    """
    return pd.read_csv(project_root() / "data" / "dictionary.csv", dtype=str).fillna("")


def read_trials(path: str | Path = "") -> pd.DataFrame:
    """Read a table of single-arm response counts.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns of ``data/bispecific_trials.csv``; only
        trial, backbone, prior_car_t, n, orr_events and cr_events are needed.
        Commas or semicolons separate; an empty cell means not reported.
        Empty: the published table itself.

    Returns
    -------
    DataFrame
        One row a cohort. Counts are Int64 (missing allowed), numbers float,
        everything else text with "" for missing.

    Raises
    ------
    InputError
        If the file cannot be read or a cell cannot be used. One sentence for
        each fault, with the line of the file, the trial and the column.
    """
    path = Path(path).expanduser() if str(path) else published_trials()
    frame = _read_text(path)
    kinds = _kinds()
    _raise_if_any(path, _column_faults(frame, kinds))
    table = pd.DataFrame(index=frame.index)
    faults = {}
    for column in frame:
        if kinds[column] == "text":
            table[column] = frame[column]
        else:
            table[column], more = _to_numbers(frame, column, whole=kinds[column] == "count")
            faults |= more
    # a cell that is no number has had its sentence; the schema sees it as missing
    faults = {**_schema_faults(table), **faults}
    _raise_if_any(path, [faults[place] for place in sorted(faults)])
    return table


def published_trials() -> Path:
    """Return the path of the published table, Table 2 of Shen 2025 joined to its Table 1."""
    return project_root() / "data" / "bispecific_trials.csv"


def provenance_label(path: str | Path = "") -> dict[str, str]:
    """Return the provenance and source of what is computed from a table of trials.

    Parameters
    ----------
    path : str or Path
        As given to :func:`read_trials`.

    Returns
    -------
    dict
        With the keys provenance and source, as the figures and tables take them.
    """
    if str(path):
        return {"provenance": "own", "source": Path(path).name}
    return {"provenance": "recomputed", "source": "Shen 2025"}


def treatments(trials: pd.DataFrame) -> list[str]:
    """Return what each cohort of a table of trials got: ``"glofitamab + GemOx"``.

    Parameters
    ----------
    trials : DataFrame
        From :func:`read_trials`; where it has no column drug, the partner alone.
    """
    drug = trials.get("drug", pd.Series("", index=trials.index))
    # what a backbone is called beside its drug; "none" adds nothing
    partner = trials["backbone"].where(trials["backbone"] != "none", "")
    return [" + ".join(part for part in pair if part) for pair in zip(drug, partner, strict=True)]


def select_cohorts(trials: pd.DataFrame, population: str, outcome: str) -> pd.DataFrame:
    """Return the cohorts of one population with events and totals for one outcome.

    Parameters
    ----------
    trials : DataFrame
        From :func:`read_trials`.
    population : str
        One of :data:`POPULATIONS`. The CAR-T-naive cohorts are taken together,
        whatever their backbone.
    outcome : {"ORR", "CR"}

    Returns
    -------
    DataFrame
        Columns trial, study (name of the trial, or ""), treatment, events, totals
        (Int64; events missing where a trial did not report the outcome) and
        printed (percentage as printed).

    Raises
    ------
    InputError
        If the population or outcome is unknown or fewer than two of its trials
        report the outcome.
    """
    if population not in POPULATIONS:
        raise InputError(f"population is {population!r}; allowed: {one_of(POPULATIONS)}.")
    if outcome not in OUTCOMES:
        raise InputError(f"outcome is {outcome!r}; allowed: {one_of(OUTCOMES)}.")
    exposed = trials["prior_car_t"] == "yes"
    alone = trials["backbone"] == "none"
    rows = trials[
        {
            "after CAR-T monotherapy": exposed & alone,
            "after CAR-T combination": exposed & ~alone,
            "CAR-T-naive": ~exposed,
        }[population]
    ].reset_index(drop=True)
    prefix = outcome.lower()
    reported = int(rows[f"{prefix}_events"].notna().sum())
    if reported < 2:
        raise InputError(
            f"Cohorts that report {outcome} for the population {population!r}: {reported}; "
            "pooling needs at least 2. The table holds "
            f"{int((exposed & alone).sum())} cohorts after CAR-T with monotherapy, "
            f"{int((exposed & ~alone).sum())} after CAR-T with a combination and "
            f"{int((~exposed).sum())} CAR-T-naive."
        )
    blank = pd.Series("", index=rows.index)
    return pd.DataFrame(
        {
            "trial": rows["trial"],
            "study": rows.get("study", blank),
            "treatment": treatments(rows),
            "events": rows[f"{prefix}_events"],
            "totals": rows["n"],
            "printed": rows.get(f"{prefix}_printed", blank),
        }
    )


def _raise_if_any(path: Path, faults: list[str]) -> None:
    if len(faults) == 1:
        raise InputError(f"{path.name}: {faults[0]}")
    if faults:
        raise InputError(f"{path.name} has {len(faults)} faults.\n- " + "\n- ".join(faults))


def _kinds() -> dict[str, str]:
    dictionary = read_dictionary()
    mine = dictionary[dictionary["table"] == "bispecific_trials"]
    return dict(zip(mine["column"], mine["type"], strict=True))


def _read_text(path: Path) -> pd.DataFrame:
    text, separator = read_own_file(
        path, "trials is the path of a CSV file, or empty for the published table."
    )
    try:
        rows = list(open_rows(text, separator))
    except csv.Error as error:
        raise InputError(f"{path.name} is not a readable CSV table: {error}.") from error
    lines = [(number, row) for number, row in enumerate(rows, start=1) if any(map(str.strip, row))]
    if len(lines) < 2:
        raise InputError(f"{path.name} has no rows below its header.")
    header = [name.strip() for name in lines[0][1]]
    for number, row in lines[1:]:
        if len(row) != len(header):
            raise InputError(
                f"{path.name}, line {number}: {len(row)} fields, but the header has {len(header)}."
            )
    cells = [[cell.strip() for cell in row] for _, row in lines[1:]]
    # the index carries the line of the file, so that every fault can name it
    return pd.DataFrame(cells, columns=header, index=[number for number, _ in lines[1:]], dtype=str)


def _column_faults(frame: pd.DataFrame, kinds: dict[str, str]) -> list[str]:
    faults = []
    doubled = sorted({name for name in frame.columns if list(frame.columns).count(name) > 1})
    if doubled:
        faults.append(f"The column {doubled[0]!r} stands twice.")
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        faults.append(
            f"The columns {', '.join(missing)} are missing; needed are {', '.join(REQUIRED)}."
        )
    unknown = [name for name in frame.columns if name not in kinds]
    if unknown:
        faults.append(
            f"The columns {', '.join(map(repr, unknown))} are unknown; "
            f"a table may have {', '.join(kinds)}."
        )
    return faults


def _to_numbers(frame: pd.DataFrame, column: str, *, whole: bool):
    values, faults = [], {}
    for line, text in frame[column].items():
        number = None
        try:
            number = float(text) if text else None
        except ValueError:
            faults[line, column] = "is not a number"
        if number is not None and not abs(number) <= LARGEST_COUNT:
            faults[line, column] = "is not a number that a trial can have"
        elif whole and number is not None and number != int(number):
            faults[line, column] = (
                "is not a whole number; give counts of patients, not shares or percentages"
            )
        values.append(None if (line, column) in faults else number)
    dtype = "Int64" if whole else "float64"
    sentences = {
        place: f"{_where(frame, *place)}: {frame.loc[place]!r} {what}."
        for place, what in faults.items()
    }
    return pd.Series(values, index=frame.index, dtype=dtype), sentences


def _schema_faults(table: pd.DataFrame) -> dict[tuple[int, str], str]:
    """Return pandera's failures as sentences, by line and column ("" for a whole row)."""
    import pandera.pandas as pa

    try:
        trials_schema().validate(table, lazy=True)
        return {}
    except pa.errors.SchemaErrors as error:
        faults = {}
        for case in error.failure_cases.to_dict("records"):
            line = int(case["index"])
            column = case["column"] if case["schema_context"] == "Column" else ""
            value = table.loc[line, column] if column else None
            shown = "" if value is None or pd.isna(value) or value == "" else f"{value!s} "
            # two checks can fail on one cell: the first says enough
            place = (line, column or case["check"])
            faults.setdefault(place, f"{_where(table, line, column)}: {shown}{case['check']}.")
        return faults


@cache
def trials_schema():
    """Return the pandera schema of a table of trials; each check's name ends a sentence."""
    import pandera.pandas as pa

    def filled(name):
        return pa.Column(
            str, pa.Check.str_length(min_value=1, error="is empty; it is needed"), name=name
        )

    at_least_zero = pa.Check.ge(0, error="is negative; a count cannot be")

    def not_above_n(column):
        return pa.Check(
            lambda t: (t[column] <= t["n"]).fillna(True),
            error=f"{column} exceeds n",
            ignore_na=False,
        )

    columns = {
        "trial": filled("trial"),
        "backbone": pa.Column(
            str,
            [
                pa.Check.str_length(min_value=1, error="is empty; it is needed"),
                pa.Check(
                    lambda s: (s == "none") | ~s.str.lower().isin(NO_BACKBONE),
                    error="is not allowed; write none for monotherapy",
                ),
            ],
        ),
        "prior_car_t": pa.Column(
            str, pa.Check.isin(["yes", "no"], error="is not allowed; allowed are yes and no")
        ),
        "n": pa.Column(
            "Int64",
            [
                pa.Check.gt(0, error="is not a group size; it must be 1 or more"),
                pa.Check(lambda s: s.notna(), error="is missing; it is needed", ignore_na=False),
            ],
            nullable=True,
        ),
        "orr_events": pa.Column("Int64", at_least_zero, nullable=True),
        "cr_events": pa.Column("Int64", at_least_zero, nullable=True),
    }
    checks = [
        not_above_n("orr_events"),
        not_above_n("cr_events"),
        pa.Check(
            lambda t: (t["cr_events"] <= t["orr_events"]).fillna(True),
            error="cr_events exceeds orr_events, though a complete response is a response",
            ignore_na=False,
        ),
        pa.Check(
            lambda t: ~t.duplicated(["trial", "prior_car_t"], keep="first"),
            error="the trial stands twice with the same prior_car_t",
            ignore_na=False,
        ),
    ]
    return pa.DataFrameSchema(columns, checks=checks, strict=False)


def _where(frame: pd.DataFrame, line: int, column: str) -> str:
    trial = f" ({frame.loc[line, 'trial']})" if frame.loc[line, "trial"] else ""
    return f"Line {line}{trial}" + (f", {column}" if column else "")
