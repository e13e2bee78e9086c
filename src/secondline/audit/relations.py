"""Relations between claims, kept as data: what must add up, agree or not contradict."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path

from secondline.audit.checks import SEVERITIES
from secondline.errors import InputError
from secondline.paths import project_root

ARITHMETIC = (
    "sum",
    "share",
    "range",
    "equal",
    "reduction",
    "i2_p",
    "words_p",
    "words_i2",
    "median_rate",
    "between",
    "same_numbers",
)
JUDGED = ("definition", "contradiction", "unsupported")
# no check of its own: words for the finding of another rule on one claim
ANNOTATE = "annotate"
RULES = (*ARITHMETIC, *JUDGED, ANNOTATE)


@dataclass(frozen=True)
class Relation:
    """Claims that constrain each other.

    Attributes
    ----------
    id, rule : str
        `rule` is one of :data:`RULES`. Those in :data:`JUDGED` are a person's
        reading of the texts; "annotate" gives the finding of the rule named in
        `detail`, on its one claim, a severity and words; the others are decided
        by arithmetic.
    claims : tuple of str
        Ids of the claims, in the order that the rule needs.
    target : str
        Id of the claim that is held against them, or "".
    detail : dict of str to str
        Settings of the rule.
    severity : str
        Of the finding, if there is one.
    reason, readings, consequence : str
        For the reader of a finding.
    """

    id: str
    rule: str
    claims: tuple[str, ...]
    target: str
    detail: dict
    severity: str
    reason: str
    readings: str
    consequence: str


COLUMNS = tuple(field.name for field in fields(Relation))


def read_relations(path) -> tuple[Relation, ...]:
    """Read a table of relations.

    Raises
    ------
    InputError
        If the columns are wrong, a row has a wrong number of fields, an id is
        doubled, or a rule or severity is unknown; with the line number.
    """
    path = Path(path)
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        header = tuple(next(reader, ()))
        if header != COLUMNS:
            raise InputError(
                f"{path}, line 1: the columns are {', '.join(header)}; "
                f"they must be {', '.join(COLUMNS)}."
            )
        relations: dict[str, Relation] = {}
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if len(row) != len(COLUMNS):
                raise InputError(f"{where}: {len(row)} fields; a row has {len(COLUMNS)}.")
            values = dict(zip(COLUMNS, row, strict=True))
            if not values["id"] or values["id"] in relations:
                raise InputError(f"{where}: the id {values['id']!r} is empty or used twice.")
            if values["rule"] not in RULES:
                raise InputError(
                    f"{where}: rule is {values['rule']!r}; allowed are {', '.join(RULES)}."
                )
            if values["severity"] not in SEVERITIES:
                raise InputError(
                    f"{where}: severity is {values['severity']!r}; "
                    f"allowed are {', '.join(SEVERITIES)}."
                )
            values["claims"] = tuple(values["claims"].split())
            try:
                values["detail"] = dict(part.split("=", 1) for part in values["detail"].split())
            except ValueError as error:
                raise InputError(
                    f"{where}: detail is {row[4]!r}; write settings as name=value."
                ) from error
            if values["rule"] == ANNOTATE and not (values["detail"].get("rule") and values["claims"]):
                raise InputError(
                    f"{where}: an annotation names one claim, and in detail the rule whose "
                    "finding it explains (rule=percentage_of_count)."
                )
            relations[values["id"]] = Relation(**values)
    return tuple(relations.values())


def read_all_relations() -> tuple[Relation, ...]:
    """Return the relations of the book's own sources."""
    return read_relations(project_root() / "seeds" / "relations.csv")
