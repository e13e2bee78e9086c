"""How many errors would the audit find? Plant some, and look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from secondline.audit.relations import ANNOTATE, JUDGED, Relation
from secondline.audit.run import audit
from secondline.claims import Claim
from secondline.errors import InputError

FIELDS = ("value", "lower", "upper", "p", "n", "N")


@dataclass(frozen=True)
class PlantedErrors:
    """What the audit made of planted one-digit errors.

    Attributes
    ----------
    planted : int
        Errors planted.
    checkable : int
        Those in claims that at least one arithmetic rule looks at.
    caught : int
        Those whose claim has a finding that it did not have before.
    raised, right : int
        New findings, and how many of them involve a claim with an error.
    """

    planted: int
    checkable: int
    caught: int
    raised: int
    right: int

    @property
    def recall(self) -> float:
        """Share of all planted errors that were caught."""
        return self.caught / self.planted

    @property
    def recall_checkable(self) -> float:
        """Share of the planted errors in checkable claims that were caught."""
        return self.caught / self.checkable if self.checkable else float("nan")

    @property
    def precision(self) -> float:
        """Share of the new findings that involve a planted error."""
        return self.right / self.raised if self.raised else float("nan")


def change_digit(text: str, generator: np.random.Generator) -> str:
    """Return the text with one of its digits replaced by another digit."""
    places = [i for i, c in enumerate(text) if c.isdigit()]
    if not places:
        raise InputError(f"{text!r} has no digit to change.")
    place = places[int(generator.integers(len(places)))]
    other = (int(text[place]) + int(generator.integers(1, 10))) % 10
    return text[:place] + str(other) + text[place + 1 :]


def plant_errors(
    claims: Iterable[Claim],
    relations: Sequence[Relation] = (),
    *,
    errors: int = 40,
    rounds: int = 5,
    seed: int = 0,
) -> PlantedErrors:
    """Change single digits in copies of the claims and audit the copies.

    Parameters
    ----------
    claims : iterable of Claim
    relations : sequence of Relation
        Rules that are a person's reading are left out: a digit does not move them.
    errors : int
        Errors in each copy.
    rounds : int
        Copies.
    seed : int

    Returns
    -------
    PlantedErrors
    """
    claims = tuple(claims)
    relations = tuple(r for r in relations if r.rule not in (*JUDGED, ANNOTATE))
    before = audit(claims, relations)
    known = {(c.rule, c.claims, c.printed) for c in before.findings}
    checkable = before.checked_claims()
    candidates = [
        (i, field)
        for i, claim in enumerate(claims)
        for field in FIELDS
        if _is_number(getattr(claim, field)) and claim.kind not in ("date", "verbal", "definition")
    ]
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    totals = np.zeros(5, dtype=int)
    for _ in range(rounds):
        chosen = generator.choice(len(candidates), size=min(errors, len(candidates)), replace=False)
        changed = list(claims)
        spoilt = set()
        for index in chosen:
            i, field = candidates[index]
            if claims[i].id in spoilt:
                continue
            text = change_digit(getattr(claims[i], field), generator)
            changed[i] = replace(claims[i], **{field: text})
            spoilt.add(claims[i].id)
        after = audit(changed, relations)
        new = [c for c in after.findings if (c.rule, c.claims, c.printed) not in known]
        hit = {claim for check in new for claim in check.claims} & spoilt
        totals += (
            len(spoilt),
            len(spoilt & checkable),
            len(hit),
            len(new),
            sum(bool(spoilt & set(check.claims)) for check in new),
        )
    return PlantedErrors(*(int(t) for t in totals))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
