"""Audit a table that a person brings: read what can be read, and say what cannot."""

import csv
import io
from dataclasses import fields
from html import escape
from pathlib import Path

from secondline.audit.checks import Check
from secondline.audit.concept_rules import WORDED
from secondline.audit.run import Audit
from secondline.claims import COLUMNS, KINDS, Claim
from secondline.csvfiles import fitted, numbered_rows, read_own_file
from secondline.errors import InputError
from secondline.intervals import read_number

NEEDED = ("id", "value")


def read_own_claims(path) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Read a table of claims, row by row.

    Parameters
    ----------
    path : str or Path
        A CSV file (commas, semicolons or tabs) with the columns of ``claims.csv``; only
        id and value are needed, the others may be left out.

    Returns
    -------
    claims : tuple of Claim
        The rows that could be read.
    faults : tuple of str
        A sentence with its line number for each row that could not.

    Raises
    ------
    InputError
        If the file cannot be read as a table at all.
    """
    path = Path(path)
    text, separator = read_own_file(path, "give the path of a CSV file.")
    rows = (row for row in numbered_rows(text, separator) if row[2] or any(map(str.strip, row[1])))
    line, header, fault = next(rows, (1, [], ""))
    if fault:
        raise InputError(f"{path.name}, line {line}: {fault}.")
    if not header:
        raise InputError(f"{path.name} is empty.")
    header = [name.strip() for name in header]
    while not header[-1]:
        header.pop()
    missing = [name for name in NEEDED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing or unknown or len(set(header)) < len(header):
        what = []
        if missing:
            what.append(f"the column {', '.join(missing)} is missing")
        if unknown:
            what.append(f"{', '.join(map(repr, unknown))} is unknown")
        if len(set(header)) < len(header):
            what.append("a column stands twice")
        raise InputError(
            f"{path.name}, line {line}: {'; '.join(what)}. A table may have {', '.join(COLUMNS)}."
        )
    return _read_rows(rows, header, path)


def example_claims() -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Return the claims of the example in the book, and no faults."""
    rows = csv.DictReader(io.StringIO(EXAMPLE))
    blank = dict.fromkeys(COLUMNS, "")
    return tuple(Claim(**{**blank, **row}, document="example") for row in rows), ()


EXAMPLE = """id,concept,kind,value,lower,upper,p,n,N,unit
abstract-response,response,percentage,54,,,,,,%
results-response,response,percentage,54.1,,,,33,61,%
results-complete,,percentage,37,,,,20,52,%
primary,,effect,0.62,0.45,0.85,0.003,,,
axi-n,,count,180,,,,,,patients
soc-n,,count,179,,,,,,patients
all-n,,count,359,,,,,,patients
"""


def findings_text(audit: Audit) -> str:
    """Return the findings as plain lines for a terminal."""
    lines = []
    for check in audit.findings:
        mark = "IMPOSSIBLE" if check.impossible else check.severity
        lines.append(f"{mark:<10}  {check.rule:<20}  {', '.join(check.claims)}")
        lines.append(f"            {check.reason}")
    made, held = len(audit.checks), sum(check.holds for check in audit.checks)
    lines.append(
        f"{made} checks, {held} hold, {made - held} "
        f"{'finding' if made - held == 1 else 'findings'}, "
        f"{len(audit.impossible)} of them impossible."
    )
    return "\n".join(lines)


def unchecked_text(claims, audit: Audit) -> str:
    """Return a line that names the claims no rule could look at, or an empty text."""
    checked = audit.checked_claims()
    ids = [claim.id for claim in claims if claim.id not in checked]
    return f"In no check: {', '.join(ids)}." if ids else ""


def findings_html(audit: Audit, *, title: str, faults=()) -> str:
    """Return a whole page with the findings; it loads nothing from elsewhere."""
    rows = "".join(_html_row(check) for check in audit.findings)
    made, held = len(audit.checks), sum(check.holds for check in audit.checks)
    notes = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
    unread = f"<h2>Rows that could not be read</h2><ul>{notes}</ul>" if notes else ""
    table = (
        "<table><caption>Findings, the gravest first</caption><thead><tr>"
        '<th scope="col">Severity</th><th scope="col">Claims</th><th scope="col">Finding</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else "<p>No finding.</p>"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1><p>{made} checks, {held} hold, {made - held} findings, "
        f"{len(audit.impossible)} of them impossible.</p>{table}{unread}</main></body></html>"
    )


STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1f2328;background:#fff}"
    "main{max-width:60rem;margin:auto;padding:1rem}table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;font-weight:600}th,td{text-align:left;vertical-align:top;"
    "padding:.4rem;border-bottom:1px solid #c9ced6;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#e9edf2;background:#14181d}}"
)


def _html_row(check: Check) -> str:
    mark = "impossible" if check.impossible else check.severity
    return (
        f'<tr><th scope="row">{escape(mark)}</th><td>{escape(", ".join(check.claims))}</td>'
        f"<td>{escape(check.reason)}</td></tr>"
    )


def _no_number(values: dict[str, str]) -> str:
    """Return the first field that should hold a number and does not."""
    for field in ("value", "lower", "upper", "p", "n", "N"):
        text = values[field]
        worded = field == "value" and values["kind"] in WORDED
        if text and not worded and text.upper() not in OPEN and read_number(text) is None:
            return field
    if not values["value"] and not any(values[f] for f in ("lower", "upper", "p", "n", "N")):
        return "" if values["kind"] in WORDED else "value"
    return ""


# limits and medians that a study did not reach or give
OPEN = ("NR", "NE", "NA", "–", "-")


def _read_rows(rows, header, path):
    claims: dict[str, Claim] = {}
    faults = []
    names = {field.name for field in fields(Claim)}
    for line, row, fault in rows:
        where = f"{path.name}, line {line}"
        if fault:
            faults.append(f"{where}: {fault}.")
            continue
        row = fitted(row, len(header))
        if len(row) != len(header):
            faults.append(f"{where}: {len(row)} fields, but the header has {len(header)}.")
            continue
        values = dict.fromkeys(names, "")
        values |= {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        values["unit"] = "%" if values["unit"] in ("percent", "per cent") else values["unit"]
        if values["value"].endswith("%"):
            values |= {"value": values["value"][:-1].strip(), "unit": "%"}
        values["kind"] = values["kind"] or ("percentage" if values["unit"] == "%" else "count")
        values["document"] = path.stem
        if not values["id"]:
            faults.append(f"{where}: the id is empty.")
        elif values["id"] in claims:
            faults.append(f"{where}: the id {values['id']!r} is used twice.")
        elif values["kind"] not in KINDS:
            faults.append(
                f"{where}: kind is {values['kind']!r}; allowed are {', '.join(KINDS)}."
            )
        elif odd := _no_number(values):
            faults.append(f"{where}: {odd} is {values[odd]!r}, which is not a number.")
        else:
            claims[values["id"]] = Claim(**values)
    return tuple(claims.values()), tuple(faults)
