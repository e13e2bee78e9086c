"""Read and check the tables in ``data/``, and a reader's own in the same form."""

from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from secondline.csvfiles import (
    column_faults,
    raise_if_any,
    read_number_cell,
    read_own_table,
    shown,
)
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
# what people call these columns
ALIASES = {
    "orr": "orr_events",
    "response": "orr_events",
    "responses": "orr_events",
    "responders": "orr_events",
    "events": "orr_events",
    "cr": "cr_events",
    "complete_responses": "cr_events",
    "patients": "n",
    "total": "n",
    "totals": "n",
    "size": "n",
    "name": "trial",
    "author": "trial",
    "cohort": "trial",
    "partner": "backbone",
    "treatment": "backbone",
    "combination": "backbone",
    "car_t": "prior_car_t",
    "cart": "prior_car_t",
    "prior_cart": "prior_car_t",
    "antibody": "drug",
    "refractory": "refractory_share",
    "lines": "lines_median",
    "follow_up": "follow_up_months",
}
# lower limit, median and upper limit of each
TRIPLES = (
    *(
        (f"{name}_lower", f"{name}_median", f"{name}_upper")
        for name in ("dor", "docr", "pfs", "os")
    ),
    ("lines_min", "lines_median", "lines_max"),
)
# ways to say that nothing was given with the antibody; one of them is right
NO_BACKBONE = ("none", "no", "-", "–", "n/a", "na", "mono", "monotherapy")
LARGEST_COUNT = 1_000_000
EARLIEST, LATEST = 1950, 2100  # years of a report


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
        Commas, semicolons or tabs separate; an empty cell means not reported.
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
        each of the first ten faults, with the line of the file, the trial and the
        column, and how many more there are.
    """
    path = Path(path) if str(path) else published_trials()
    if str(path).startswith("~"):
        path = Path.home() / str(path).removeprefix("~").lstrip("/\\")
    return read_checked(path, "trials", "bispecific_trials", REQUIRED, trials_schema, ALIASES)


def read_checked(
    path: Path, parameter: str, table: str, required, schema, aliases=MappingProxyType({})
) -> pd.DataFrame:
    """Read a CSV file with the columns that the dictionary gives a table.

    Parameters
    ----------
    path : Path
    parameter : str
        The setting that the path comes from, for the sentence if there is no file.
    table : str
        Name in ``data/dictionary.csv``; it gives the columns and their types. The
        rows are named by the column "trial", which is one of the required.
    required : sequence of str
        Columns that the file must have.
    schema : callable
        Returns the pandera schema; the name of each check ends a sentence.
    aliases : mapping of str to str
        What people call a column, in lower case, and its right name.

    Returns
    -------
    DataFrame
        The file's columns and rows; the index is the line of the file.

    Raises
    ------
    InputError
        One sentence for each of the first ten faults, with its line and column, and how
        many more there are.
    """
    frame = read_own_table(
        path, f"{parameter} is the path of a CSV file, or empty for the published table."
    )
    kinds = _kinds(table)
    raise_if_any(path, column_faults(frame.columns, list(kinds), required, aliases))
    checked = pd.DataFrame(index=frame.index)
    faults = {}
    for column in frame:
        if kinds[column] == "text":
            checked[column] = frame[column]
        else:
            checked[column], more = _to_numbers(frame, column, kinds[column])
            faults |= more
    # a cell that is no number has had its sentence; the schema sees it as missing,
    # and what it says of the whole of that row is not to be relied on
    unread = {line for line, _ in faults}
    more = _schema_faults(checked, schema())
    faults |= {
        place: text
        for place, text in more.items()
        if place not in faults and not (place[0] in unread and place[1] not in checked)
    }
    raise_if_any(path, [faults[place] for place in sorted(faults)])
    return checked


def published_trials() -> Path:
    """Return the path of the published table, Table 2 of Shen 2025 joined to its Table 1."""
    return project_root() / "data" / "bispecific_trials.csv"


@cache
def read_suspect_cells() -> pd.DataFrame:
    """Return the cells of the published table that can be read otherwise.

    Returns
    -------
    DataFrame
        Columns trial, prior_car_t, column, printed, alternative (int), reason, claims
        (ids, separated by spaces). The cells of one trial belong together.
    """
    cells = pd.read_csv(project_root() / "data" / "bispecific_suspect_cells.csv", dtype=str)
    return cells.astype({"printed": int, "alternative": int})


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
        (Int64; events missing where a trial did not report the outcome),
        printed (percentage as printed) and year (Int64; missing where not known).

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
            "year": rows.get("year", pd.Series(pd.NA, index=rows.index, dtype="Int64")),
        }
    )


def _kinds(table: str) -> dict[str, str]:
    dictionary = read_dictionary()
    mine = dictionary[dictionary["table"] == table]
    # a year is a whole number, but no count of patients
    counted = (mine["type"] != "count") | (mine["unit"] == "patients")
    return dict(zip(mine["column"], mine["type"].where(counted, "whole"), strict=True))


def _to_numbers(frame: pd.DataFrame, column: str, kind: str):
    values, sentences = [], {}
    for line, text in frame[column].items():
        number, fault = read_number_cell(text, kind=kind, largest=LARGEST_COUNT)
        values.append(number)
        if fault:
            sentences[line, column] = f"{_where(frame, line, column)}: {shown(text)} {fault}."
    dtype = "float64" if kind == "number" else "Int64"
    return pd.Series(values, index=frame.index, dtype=dtype), sentences


def _schema_faults(table: pd.DataFrame, schema) -> dict[tuple[int, str], str]:
    """Return pandera's failures as sentences, by line and column ("" for a whole row)."""
    import pandera.pandas as pa

    try:
        schema.validate(table, lazy=True)
        return {}
    except pa.errors.SchemaErrors as error:
        faults = {}
        for case in error.failure_cases.to_dict("records"):
            line = int(case["index"])
            column = case["column"] if case["schema_context"] == "Column" else ""
            value = table.loc[line, column] if column else None
            told = "" if value is None or pd.isna(value) or value == "" else f"{_cut(value)} "
            # two checks can fail on one cell: the first says enough
            place = (line, column or case["check"])
            faults.setdefault(place, f"{_where(table, line, column)}: {told}{case['check']}.")
        return faults


@cache
def trials_schema():
    """Return the pandera schema of a table of trials; each check's name ends a sentence."""
    import pandera.pandas as pa

    def filled(name):
        return pa.Column(
            str, pa.Check.str_length(min_value=1, error="is empty; it is needed"), name=name
        )

    def optional(kind, check):
        return pa.Column(kind, check, nullable=True, required=False)

    at_least_zero = pa.Check.ge(0, error="is negative; a count cannot be")
    not_negative = pa.Check.ge(0, error="is negative; it must be 0 or more")

    def not_above(low, high, words=""):
        def holds(table):
            if low not in table or high not in table:
                return pd.Series(True, index=table.index)
            return (table[low] <= table[high]) | table[low].isna() | table[high].isna()

        return pa.Check(
            lambda t: holds(t).fillna(True),
            error=f"{low} exceeds {high}{words}",
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
        "year": optional(
            "Int64",
            pa.Check.in_range(
                EARLIEST,
                LATEST,
                error=f"is no year of a report; allowed are {EARLIEST} to {LATEST}",
            ),
        ),
        "publication": optional(
            str,
            pa.Check.isin(
                ["article", "abstract", ""],
                error="is not allowed; allowed are article and abstract, or an empty cell",
            ),
        ),
        "refractory_share": optional(
            float,
            pa.Check.in_range(
                0, 1, error="is no share; write one from 0 to 1, such as 0.67 for 67 %"
            ),
        ),
        "follow_up_months": optional(float, not_negative),
        **{name: optional(float, not_negative) for triple in TRIPLES for name in triple},
    }
    checks = [
        not_above("orr_events", "n"),
        not_above("cr_events", "n"),
        not_above("cr_events", "orr_events", ", though a complete response is a response"),
        *(
            not_above(low, high)
            for triple in TRIPLES
            for low, high in (triple[:2], triple[1:], triple[::2])
        ),
        pa.Check(
            lambda t: ~t.duplicated(["trial", "prior_car_t", "backbone"], keep="first"),
            error="the trial stands twice with the same prior_car_t and backbone",
            ignore_na=False,
        ),
    ]
    return pa.DataFrameSchema(columns, checks=checks, strict=False)


def _where(frame: pd.DataFrame, line: int, column: str) -> str:
    trial = f" ({_cut(frame.loc[line, 'trial'])})" if frame.loc[line, "trial"] else ""
    return f"Line {line}{trial}" + (f", {column}" if column else "")


def _cut(value, longest: int = 60) -> str:
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
