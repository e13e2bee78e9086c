"""A role for pages without code: what a chapter recorded.

``{result}`18 <bispecifics/pooled-response#mono_orr_prediction_lower:.0f>` `` shows the recorded
value in the form behind the colon and links to the chapter. The text in front is what the
author saw; if the value in that form differs, the build fails, as it does for a claim.
"""

import json
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from page_widgets import with_tip
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import split_explicit_title

from secondline.chapters.notebooks import title_of
from secondline.chapters.recording import read_recorded

logger = logging.getLogger(__name__)


class ResultRole(SphinxRole):
    """Show a recorded value as a link to its chapter."""

    def run(self):
        explicit, shown, target = split_explicit_title(self.text)
        chapter, _, rest = target.partition("#")
        name, _, form = rest.partition(":")
        if not explicit or not name:
            return self._fail("has no target; write {result}`18 <chapter#name:.0f>`")
        path = Path(self.env.srcdir) / f"{chapter}.ipynb"
        if not path.is_file():
            return self._fail(f"names {chapter!r}, which is no chapter")
        title, results = _read(path)
        if name not in results:
            return self._fail(f"names {name!r}, which {chapter} does not record")
        value = format(results[name], form)
        # a page writes a minus, and a space before the percent sign
        typed = " ".join(shown.split()).replace("−", "-").replace(" %", "%")
        if typed != value:
            return self._fail(f"shows {shown!r}, but {chapter} computes {value!r}")
        self.env.note_dependency(str(path))
        link = addnodes.pending_xref(
            "", nodes.inline("", shown, classes=["claim-value"]), refdomain="std", reftype="doc",
            reftarget=f"/{chapter}", refexplicit=True, refwarn=True, refdoc=self.env.docname,
        )  # fmt: skip
        tip = f"Computed in the chapter: <b>{escape(title)}</b>"
        return [with_tip(link, "claim", tip, "computed")], []

    def _fail(self, what):
        logger.warning("result %r %s", self.text, what, location=self.get_location())
        return [nodes.inline("", self.text)], []


@cache
def _read(path: Path) -> tuple[str, dict]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return title_of(notebook, path.stem), read_recorded(notebook)


def setup(app):
    app.add_role("result", ResultRole())
    return {"version": "1", "parallel_read_safe": True}
