"""The ``{explorer}`` directive: an interactive figure that needs no kernel and no network.

``{explorer} plateau`` writes the figure from :mod:`secondline.explorers`, and draws its picture
once, for paper and e-books. Pages that hold one load ``explorers.js`` and ``explorers.css``, and
no other page does. Vega, one file for all of them, comes from the Python package vl-convert and
is written beside them.
"""

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from secondline.errors import InputError
from secondline.explorers import explorer, page, plain

VEGA_LITE = "6.4"
# of the picture that does not move, in pixels; the others follow their column
WIDTH = 640


class ExplorerDirective(Directive):
    """Write an explorer with its controls, sentence and table."""

    required_arguments = 1

    def run(self):
        try:
            found = explorer(self.arguments[0])
        except InputError as error:
            raise self.error(str(error)) from error
        environment = self.state.document.settings.env
        # kept with the page, so that it is known also when the page is not read again
        environment.metadata[environment.docname]["explorers"] = "yes"
        other = nodes.raw("", plain(found), format="text latex")
        return [nodes.raw("", page(found, drawn(found)), format="html"), other]


def drawn(explorer) -> str:
    """Return an explorer's picture as it comes, as SVG."""
    if explorer.spec is None:
        return ""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(explorer.spec | {"width": WIDTH}, vl_version=VEGA_LITE)
    # its place on the page has a description
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)


def add_assets(app, pagename, templatename, context, doctree):
    if app.env.metadata.get(pagename, {}).get("explorers"):
        app.add_js_file("explorers.js", loading_method="defer")
        app.add_css_file("explorers.css")


def write_vega(app, exception):
    if exception or app.builder.format != "html":
        return
    if not any("explorers" in about for about in app.env.metadata.values()):
        return
    import vl_convert

    target = Path(app.outdir) / "_static/vega"
    target.mkdir(parents=True, exist_ok=True)
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    # in a scope of its own: its names are short, and the theme has such names, too
    (target / "vega.js").write_text(f"(() => {{{bundle}}})();\n", encoding="utf-8")


def setup(app):
    app.connect("html-page-context", add_assets)
    app.connect("build-finished", write_vega)
    app.add_directive("explorer", ExplorerDirective)
    return {"version": "1", "parallel_read_safe": True}
