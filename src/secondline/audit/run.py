"""Run every rule over claims and relations."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from secondline.audit.checks import SEVERITIES, Check
from secondline.audit.claim_rules import check_claim
from secondline.audit.concept_rules import same_concept
from secondline.audit.relation_rules import check_relation
from secondline.audit.relations import ANNOTATE, Relation, read_all_relations
from secondline.claims import Claim, all_claims


@dataclass(frozen=True)
class Audit:
    """All checks of one run.

    Attributes
    ----------
    checks : tuple of Check
        Those that hold and those that do not, in the order of the claims.
    """

    checks: tuple[Check, ...]

    @property
    def findings(self) -> tuple[Check, ...]:
        """The checks that do not hold, the gravest first."""
        failed = [check for check in self.checks if not check.holds]
        return tuple(sorted(failed, key=lambda c: SEVERITIES.index(c.severity)))

    @property
    def impossible(self) -> tuple[Check, ...]:
        """The findings that no data could explain."""
        return tuple(check for check in self.findings if check.impossible)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return by rule how many checks were made and how many hold."""
        made = Counter(check.rule for check in self.checks)
        held = Counter(check.rule for check in self.checks if check.holds)
        return {rule: (made[rule], held[rule]) for rule in sorted(made)}

    def checked_claims(self) -> set[str]:
        """Return the ids of the claims that at least one rule could look at."""
        return {claim for check in self.checks for claim in check.claims}

    def verdict(self, claim_id: str) -> str:
        """Return in a few words what the audit has to say of one claim."""
        mine = [check for check in self.checks if claim_id in check.claims]
        failed = [check for check in mine if not check.holds]
        if failed:
            # one that only lends its number to another's finding comes last, its own first
            worst = min(
                failed,
                key=lambda c: (
                    self._lends(c, claim_id),
                    SEVERITIES.index(c.severity),
                    not self._in_question(c, claim_id),
                ),
            )
            if self._lends(worst, claim_id):
                return f"fits; another place gives it another name: {worst.reason}"
            part = "finding" if self._in_question(worst, claim_id) else "part of a finding"
            return f"{part} ({worst.severity}): {worst.reason}"
        if mine:
            return "fits the other numbers" if len(mine) > 1 else "fits"
        return "nothing to check it against"

    def _in_question(self, check: Check, claim_id: str) -> bool:
        """Whether a finding is about this claim; of most sets no one is known to be wrong."""
        return set(check.claims) == {claim_id} or (
            claim_id != check.claims[0] and self._lends(check, check.claims[0])
        )

    def _lends(self, check: Check, claim_id: str) -> bool:
        """Whether the claim lends its number to a finding about another's label.

        It comes first there, stands in another source (ids begin with theirs; in one source
        either place may be wrong), and passes a check against other numbers.
        """
        sources = {claim.partition("-")[0] for claim in check.claims}
        return (
            check.rule == "same_numbers"
            and check.claims[0] == claim_id
            and len(sources) > 1
            and any(c.holds and claim_id in c.claims and len(set(c.claims)) > 1
                    for c in self.checks)
        )  # fmt: skip


def audit(claims: Iterable[Claim], relations: Iterable[Relation] = ()) -> Audit:
    """Apply every rule.

    Parameters
    ----------
    claims : iterable of Claim
        With unique ids.
    relations : iterable of Relation
        What the claims have to do with each other; may be empty.

    Returns
    -------
    Audit

    Raises
    ------
    InputError
        If a relation names a claim that is not there or a number that is not
        printed.
    """
    claims = tuple(claims)
    by_id = {claim.id: claim for claim in claims}
    checks = [check for claim in claims for check in check_claim(claim)]
    checks += same_concept(claims)
    relations = tuple(relations)
    checks += [check_relation(r, by_id) for r in relations if r.rule != ANNOTATE]
    notes = {(r.detail["rule"], r.claims[0]): r for r in relations if r.rule == ANNOTATE}
    return Audit(tuple(_annotated(check, notes) for check in checks))


def _annotated(check: Check, notes: dict[tuple[str, str], Relation]) -> Check:
    note = notes.get((check.rule, check.claims[0]))
    if check.holds or note is None:
        return check
    return replace(
        check,
        severity=note.severity,
        reason=note.reason,
        readings=note.readings,
        consequence=note.consequence,
    )


@cache
def audit_all() -> Audit:
    """Return the audit of the book's own sources."""
    return audit(all_claims().values(), read_all_relations())
