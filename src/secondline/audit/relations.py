"""Relations between claims, kept as data: what must add up, agree or not contradict."""

from dataclasses import dataclass, fields
from pathlib import Path

from secondline.audit.checks import SEVERITIES
from secondline.csvfiles import keyed_rows
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
    "pooled",
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
        Settings of the rule; ``possible=yes`` where a failed sum may be true all
        the same, because the parts need not be everybody.
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
    relations = []
    for where, values in keyed_rows(Path(path), COLUMNS):
        for field, allowed in (("rule", RULES), ("severity", SEVERITIES)):
            if values[field] not in allowed:
                raise InputError(
                    f"{where}: {field} is {values[field]!r}; allowed are {', '.join(allowed)}."
                )
        values["claims"] = tuple(values["claims"].split())
        try:
            settings = dict(part.split("=", 1) for part in values["detail"].split())
        except ValueError as error:
            raise InputError(
                f"{where}: detail is {values['detail']!r}; write settings as name=value."
            ) from error
        if values["rule"] == ANNOTATE and not (settings.get("rule") and values["claims"]):
            raise InputError(
                f"{where}: an annotation names one claim, and in detail the rule whose "
                "finding it explains (rule=percentage_of_count)."
            )
        relations.append(Relation(**{**values, "detail": settings}))
    return tuple(relations)


def read_all_relations() -> tuple[Relation, ...]:
    """Return the relations of the book's own sources."""
    return read_relations(project_root() / "seeds" / "relations.csv")
