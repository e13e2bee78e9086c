"""Sphinx roles and directives that tie a page to ``seeds/``.

``{claim}`0.398 <zuma7-efs-hr>` `` shows a printed number, links it to its row in
the table of sources, and fails the build if the text differs from the claim.
``{source} document`` writes that table, ``{source-card} document`` its card.
"""

from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from page_widgets import filter_box, with_tip
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import split_explicit_title

from secondline.audit import audit_all
from secondline.claims import Claim, all_claims, documents, get_claim, read_card
from secondline.errors import InputError

logger = logging.getLogger(__name__)


LONGEST_NUMBER = 24  # characters; longer texts are words, such as a title that names CD19


def claim_box(shown: str, claim: Claim, docname: str) -> nodes.inline:
    """Return a claim's number as a link to its row, with its source in a tooltip."""
    link = addnodes.pending_xref(
        "",
        nodes.inline("", shown, classes=["claim-value"]),
        refdomain="std",
        reftype="ref",
        reftarget=f"claim-{claim.id}",
        refexplicit=True,
        refwarn=True,
        refdoc=docname,
    )
    card = read_card(claim.document)
    tip = (
        f"<b>{escape(claim.describe())}</b><br>"
        f"{escape(card['short'])}, {escape(claim.locator)}<br>"
        f"Audit: {escape(audit_all().verdict(claim.id))}"
    )
    # words may go on in the next line, a number stays with its unit
    number = any(map(str.isdigit, shown)) and len(shown) <= LONGEST_NUMBER
    return with_tip(link, "claim", tip, *([] if number else ["claim-words"]))


class ClaimRole(SphinxRole):
    """Show a claim's printed number as a link with its source in a tooltip."""

    def run(self):
        explicit, shown, claim_id = split_explicit_title(self.text)
        if not explicit:
            return self._fail("has no id; write {claim}`0.398 <zuma7-efs-hr>`")
        try:
            claim = get_claim(claim_id)
            claim.check_wording(shown)
        except InputError as error:
            return self._fail(str(error))
        return [claim_box(shown, claim, self.env.docname)], []

    def _fail(self, what):
        logger.warning("claim %r %s", self.text, what, location=self.get_location())
        return [nodes.inline("", self.text)], []


class SourceDirective(Directive):
    """Write a document's claims as a table; each row is a link target."""

    required_arguments = 1

    def run(self):
        document = self.arguments[0]
        if document not in documents():
            raise self.error(f"There is no document {document!r} in seeds/.")
        environment = self.state.document.settings.env
        labels = environment.get_domain("std").anonlabels
        rows = []
        for claim in all_claims().values():
            if claim.document != document:
                continue
            anchor = f"claim-{claim.id}"
            labels[anchor] = (environment.docname, anchor)
            rows.append(_row(anchor, claim))
        names = ("Claim", "What", "Printed", "Where", "Audit")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        caption = f"{len(rows)} claims of {read_card(document)['short']}"
        html = (
            f'{filter_box("rows")}<div class="sl-table claims" tabindex="0" role="region" aria-label="{caption}">'
            f'<table class="table"><caption><span class="caption">{caption} '
            '<span class="provenance published"><b>published</b>: as printed in the source'
            "</span></span></caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )
        return [nodes.raw("", html, format="html")]


def _row(anchor, claim):
    what = [claim.quantity, claim.arm, claim.population, claim.endpoint, claim.time_point]
    printed = [f"{claim.value} {claim.unit}".strip() if claim.value else ""]
    if claim.interval:
        printed.append(claim.interval if claim.value else f"{claim.interval} {claim.unit}")
    if claim.n and claim.N:
        printed.append(f"{claim.n} of {claim.N}")
    if claim.p:
        printed.append(f"P {claim.p}" if claim.p[0] in "<>" else f"P = {claim.p}")
    text = "; ".join(part for part in printed if part) or "–"
    note = f'<br><span class="claim-note">{escape(claim.note)}</span>' if claim.note else ""
    return (
        f'<tr id="{anchor}"><th scope="row"><code>{escape(claim.id)}</code></th>'
        f"<td>{escape(', '.join(w for w in what if w))}{note}</td>"
        f"<td>{escape(text)}</td><td>{escape(claim.locator)}</td>"
        f"<td>{escape(audit_all().verdict(claim.id))}</td></tr>"
    )


class SourceCardDirective(Directive):
    """Write a document's card: what it is, how it was read, its licence."""

    required_arguments = 1

    def run(self):
        try:
            card = read_card(self.arguments[0])
        except InputError as error:
            raise self.error(str(error)) from error
        items = (
            ("Citation", f"{card['citation']} {'doi:' + card['doi'] if card['doi'] else ''}"),
            ("Kind of evidence", card["evidence"]),
            ("How it was read", card["read"]),
            ("Licence", f"{card['licence']}. {card['licence_note']}"),
        )
        rows = "".join(f"<dt>{name}</dt><dd>{escape(text.strip())}</dd>" for name, text in items)
        return [nodes.raw("", f'<dl class="card-list">{rows}</dl>', format="html")]


def setup(app):
    app.setup_extension("page_widgets")
    app.add_role("claim", ClaimRole())
    app.add_directive("source", SourceDirective)
    app.add_directive("source-card", SourceCardDirective)
    return {"version": "1", "parallel_read_safe": True}
