"""What several extensions put on a page: a link with a tooltip, a field that filters."""

from docutils import nodes


class TipBox(nodes.General, nodes.Element):
    """The tooltip of a link. It has no text node, so that the search does not index it."""


def with_tip(link, kind, html, *classes):
    """Return `link` in a frame with its tooltip; ``tips.js`` opens and closes it.

    Parameters
    ----------
    link : nodes.Node
        One link.
    kind : str
        "claim" or "term": a class of the frame.
    html : str
        What the tooltip shows. It may hold nothing but text, ``b`` and ``br``.
    *classes : str
        Further classes of the frame.
    """
    return nodes.inline("", "", link, TipBox(kind=kind, html=html), classes=["tip", kind, *classes])


def filter_box(what):
    """Return a field that hides what does not hold the words typed; ``filter.js`` does it."""
    return (
        f'<p class="filter"><label>Show {what} with <input type="search" class="sl-filter">'
        f'</label> <span class="filter-count" data-what="{what}" aria-live="polite"></span></p>'
    )


def _visit_html(translator, node):
    translator.body.append(
        f'<span class="tip-box {node["kind"]}-tip" role="tooltip">{node["html"]}</span>'
    )
    raise nodes.SkipNode


def _skip(translator, node):
    raise nodes.SkipNode


def setup(app):
    app.add_node(TipBox, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
