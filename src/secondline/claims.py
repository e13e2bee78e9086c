"""Read what the source documents say: one card and one table of claims each."""

import difflib
import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from secondline.csvfiles import keyed_rows
from secondline.errors import InputError, one_of
from secondline.paths import project_root

KINDS = (
    "count",
    "percentage",
    "pooled",
    "effect",
    "interval",
    "p-value",
    "statistic",
    "median",
    "mean",
    "range",
    "rate",
    "threshold",
    "date",
    "definition",
    "verbal",
)
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raise_powers(text: str) -> str:
    """Write powers of ten as a journal sets them; the text of a PDF loses the raising.

    Examples
    --------
    >>> raise_powers("P = 8.56 × 10–9")
    'P = 8.56 × 10⁻⁹'
    """
    return re.sub(r"(?<=× 10)[–−-](\d+)", lambda m: "⁻" + m[1].translate(RAISED), text)


@dataclass(frozen=True)
class Claim:
    """One quantitative statement of a source document, as printed.

    Every attribute is a string and empty where the source prints nothing:
    trailing zeros matter. `n` and `N` are the printed numerator and denominator,
    `concept` is shared by all claims about the same quantity, and `document` is
    the name of the folder in ``seeds/``.
    """

    id: str
    concept: str
    kind: str
    locator: str
    quantity: str
    arm: str
    population: str
    endpoint: str
    time_point: str
    value: str
    lower: str
    upper: str
    p: str
    n: str
    N: str
    unit: str
    note: str
    document: str = ""

    @property
    def interval(self) -> str:
        """The printed limits as ``43.1 to 65.7``, or an empty string."""
        return f"{self.lower} to {self.upper}" if self.lower and self.upper else ""

    def wordings(self) -> tuple[str, ...]:
        """Return the texts with which prose may quote this claim."""
        unit = self.unit
        forms = [self.value, self.lower, self.upper, self.p, self.n, self.N, self.interval]
        if self.p:
            forms += [f"P {self.p}" if self.p[0] in "<>" else f"P = {self.p}"]
        if self.n and self.N:
            forms += [f"{self.n} of {self.N}", f"{self.n}/{self.N}"]
        if unit:
            forms += [f"{form} {unit}" for form in (self.value, self.interval) if form]
        forms += [raise_powers(form) for form in forms]
        return tuple(dict.fromkeys(form for form in forms if form))

    def check_wording(self, text: str) -> None:
        """Refuse a text that is none of this claim's wordings.

        Spaces may be of any kind and number.

        Raises
        ------
        InputError
        """
        wordings = self.wordings()
        if not wordings:
            raise InputError(f"cites {self.id}, which has no printed text to show")
        if " ".join(text.split()) not in wordings:
            raise InputError(f"shows {text!r}, but {self.id} is printed as {one_of(wordings)}")

    def describe(self) -> str:
        """Return the claim in one line: what, how much, where."""
        parts = [self.value and f"{self.value} {self.unit}".strip()]
        if self.interval:
            parts.append(f"({self.interval})" if self.value else self.interval)
        if self.n and self.N:
            parts.append(f"[{self.n} of {self.N}]")
        if self.p:
            parts.append(f"P {self.p}" if self.p[0] in "<>" else f"P = {self.p}")
        what = [self.quantity, self.arm, self.population, self.time_point]
        numbers = raise_powers(" ".join(p for p in parts if p))
        return f"{', '.join(w for w in what if w)}: {numbers}".rstrip(": ")


COLUMNS = tuple(field.name for field in fields(Claim) if field.name != "document")


def read_claims(path) -> tuple[Claim, ...]:
    """Read one ``claims.csv``.

    Parameters
    ----------
    path : str or Path
        The table; its folder's name becomes the claims' `document`.

    Returns
    -------
    tuple of Claim

    Raises
    ------
    InputError
        If a column is missing or unknown, a row has too many or too few fields,
        an id is empty or doubled, or a kind is unknown; with the line number.
    """
    path = Path(path)
    claims = []
    for where, values in keyed_rows(path, COLUMNS):
        if values["kind"] not in KINDS:
            raise InputError(
                f"{where}: kind is {values['kind']!r}; allowed are {', '.join(KINDS)}."
            )
        claims.append(Claim(**values, document=path.parent.name))
    return tuple(claims)


@cache
def documents() -> tuple[str, ...]:
    """Return the names of the source documents, sorted."""
    return tuple(sorted(p.parent.name for p in (project_root() / "seeds").glob("*/claims.csv")))


@cache
def all_claims() -> dict[str, Claim]:
    """Return the claims of all documents by id.

    Raises
    ------
    InputError
        If two documents use the same id.
    """
    claims: dict[str, Claim] = {}
    for document in documents():
        for claim in read_claims(project_root() / "seeds" / document / "claims.csv"):
            if claim.id in claims:
                raise InputError(
                    f"The id {claim.id!r} is used in {claims[claim.id].document} "
                    f"and in {document}; ids are unique across documents."
                )
            claims[claim.id] = claim
    return claims


def get_claim(claim_id: str) -> Claim:
    """Return one claim.

    Raises
    ------
    InputError
        If no document has it; the sentence names the nearest ids.
    """
    claims = all_claims()
    if claim_id not in claims:
        near = difflib.get_close_matches(claim_id, claims, n=3)
        hint = f" Near to it: {', '.join(near)}." if near else ""
        raise InputError(f"There is no claim {claim_id!r} in seeds/.{hint}")
    return claims[claim_id]


@cache
def read_card(document: str) -> dict:
    """Return a document's ``card.yml``: citation, DOI, kind of evidence, licence.

    Raises
    ------
    InputError
        If there is no such document.
    """
    import yaml

    path = project_root() / "seeds" / document / "card.yml"
    if not path.is_file():
        raise InputError(
            f"There is no document {document!r} in seeds/; there are {', '.join(documents())}."
        )
    return yaml.safe_load(path.read_text(encoding="utf-8"))
