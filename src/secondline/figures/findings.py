"""Findings of the audit as cards and as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from secondline.audit.checks import Check
from secondline.audit.words import consequence, documents_of, grade, readings
from secondline.claims import Claim


@dataclass(frozen=True, eq=False)
class Findings:
    """Findings, shown by Jupyter as cards with links to the claims."""

    checks: tuple[Check, ...]
    claims: Mapping[str, Claim]
    start: int
    sources: str

    def _repr_html_(self) -> str:
        cards = "".join(self._card(i, c) for i, c in enumerate(self.checks, start=self.start))
        return f'<div class="sl-findings">{cards}</div>'

    def _card(self, number: int, check: Check) -> str:
        links = "; ".join(self._link(i) for i in check.claims)
        rows = [
            ("What follows" if check.expected else "", check.expected),
            ("Readings", readings(check)),
            ("For a reader", consequence(check)),
        ]
        body = "".join(f"<dt>{n}</dt><dd>{escape(t)}</dd>" for n, t in rows if n and t)
        where = escape(", ".join(documents_of(check, self.claims)))
        mark = grade(check)
        return (
            f'<section class="finding {check.severity}" aria-label="Finding {number}">'
            f'<p class="finding-head"><b>{number}.</b> {where} '
            f'<span class="finding-mark">{escape(mark)}</span></p>'
            f"<p>{escape(check.reason)}</p><dl>{body}<dt>Claims</dt><dd>{links}</dd></dl></section>"
        )

    def _link(self, claim_id: str) -> str:
        claim = self.claims[claim_id]
        page = f"{self.sources}/{claim.document}.html#claim-{claim_id}"
        printed = f"{claim.value} {claim.unit}".strip() or claim.interval
        text = ": ".join(part for part in (claim.quantity, printed) if part)
        return f'<a href="{escape(page)}">{escape(text)}</a> ({escape(claim.locator)})'

    def __repr__(self) -> str:
        return "\n".join(
            f"{i}. [{c.severity}] {c.reason}" for i, c in enumerate(self.checks, start=self.start)
        )


def findings(
    checks: Sequence[Check],
    claims: Mapping[str, Claim],
    *,
    start: int = 1,
    sources: str = "../appendix/sources",
) -> Findings:
    """Return findings to show.

    Parameters
    ----------
    checks : sequence of Check
    claims : mapping of str to Claim
    start : int
        Number of the first one.
    sources : str
        Folder of the pages that list the claims, as seen from the page.
    """
    return Findings(tuple(checks), claims, start, sources)


@dataclass(frozen=True, eq=False)
class FindingsTable:
    """All findings in one table that can be searched, shown by Jupyter as HTML."""

    cards: Findings

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col">{name}</th>'
            for name in ("No.", "Finding", "Grade", "Documents", "Claims")
        )
        body = "".join(self._row(i, c) for i, c in enumerate(self.cards.checks, start=1))
        caption = f"{len(self.cards.checks)} findings, the gravest first"
        return (
            '<p class="filter"><label>Show rows with <input type="search" class="sl-filter">'
            '</label> <span class="filter-count" aria-live="polite"></span></p>'
            f'<div class="sl-table" tabindex="0" role="region" aria-label="{caption}">'
            f'<table class="table"><caption><span class="caption">{caption} '
            '<span class="provenance recomputed"><b>recomputed</b>: computed here from the '
            "claims of the four documents</span></span></caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, number: int, check: Check) -> str:
        mark = grade(check)
        links = "; ".join(self.cards._link(i) for i in check.claims[:4])
        more = f" and {len(check.claims) - 4} more" if len(check.claims) > 4 else ""
        where = escape(", ".join(documents_of(check, self.cards.claims)))
        return (
            f'<tr><th scope="row">{number}</th><td>{escape(check.reason)}</td>'
            f"<td>{escape(mark)}</td><td>{where}</td><td>{links}{more}</td></tr>"
        )

    def __repr__(self) -> str:
        return repr(self.cards)


def findings_table(
    checks: Sequence[Check],
    claims: Mapping[str, Claim],
    *,
    sources: str = "../appendix/sources",
) -> FindingsTable:
    """Return findings as one table; parameters as for :func:`findings`."""
    return FindingsTable(findings(checks, claims, sources=sources))
