"""The foot of each labelled figure: its provenance, and what is drawn as a CSV file.

The chapters' figures bring both along (``secondline.figures.use_book_style``). The files go
to ``figure-data/``, named by chapter and label. The provenance of figures and tables is a link
to the page that explains the labels.
"""

import json
import re
from html import escape
from pathlib import Path

from docutils import nodes

from secondline.figures.drawn import KEY

FOLDER = "figure-data"
LABELS = "appendix/provenance"
TABLE_LABEL = re.compile(r'(<span class="provenance (\w+)">)<b>(\w+)</b>')


class FigureFoot(nodes.General, nodes.Element):
    """What stands below a caption. It has no text node, so that the search does not index it."""


def shown_figures(notebook: Path) -> dict[str, dict]:
    """Return what the labelled figures of an executed notebook bring along, by label."""
    found = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        label = cell["metadata"].get("mystnb", {}).get("figure", {}).get("name")
        for output in cell.get("outputs", ()) if label else ():
            if KEY in output.get("metadata", {}):
                # as the builder writes names of targets
                found[nodes.fully_normalize_name(label)] = output["metadata"][KEY]
    return found


def file_name(docname: str, label: str) -> str:
    """Return the name of a figure's file, such as ``zuma7-efficacy-fig-efs.csv``."""
    return f"{docname.replace('/', '-')}-{label}.csv"


def add_feet(app, doctree, docname):
    source = Path(app.env.doc2path(docname))
    if app.builder.format != "html":
        return
    labels = None
    if LABELS in app.env.all_docs:
        labels = app.builder.get_relative_uri(docname, LABELS)
        _link_tables(doctree, labels)
    if source.suffix != ".ipynb":
        return
    shown = shown_figures(source)
    numbers = app.env.toc_fignumbers.get(docname, {}).get("figure", {})
    for figure in doctree.findall(nodes.figure):
        label = next((name for name in figure["names"] if name in shown), None)
        if label is None:
            continue
        brought = shown[label]
        foot = FigureFoot(provenance=brought["provenance"], labels=labels, data=None)
        # an e-book has no place for a file that no page shows
        if brought["csv"] and app.builder.name == "html":
            name = file_name(docname, label)
            target = Path(app.outdir) / FOLDER / name
            target.parent.mkdir(exist_ok=True)
            target.write_text(brought["csv"], encoding="utf-8", newline="")
            foot["data"] = "../" * docname.count("/") + f"{FOLDER}/{name}"
            number = numbers.get(next(iter(figure["ids"]), ""))
            foot["figure"] = ".".join(map(str, number)) if number else label
        figure += foot


def _link_tables(doctree, labels):
    for raw in doctree.findall(nodes.raw):
        if "html" in raw.get("format", "") and 'class="provenance' in raw.astext():
            text = TABLE_LABEL.sub(rf'\1<b><a href="{labels}#\2">\3</a></b>', raw.astext())
            raw.replace_self(nodes.raw("", text, format=raw["format"]))


def _visit(translator, node):
    parts = []
    if (kind := node["provenance"]) and node["labels"]:
        parts.append(
            f'<a class="{escape(kind)}" href="{node["labels"]}#{escape(kind)}">'
            f'{escape(kind)}<span class="visually-hidden">: what this label means</span></a>'
        )
    if node["data"]:
        about = f'<span class="visually-hidden"> of Figure {escape(node["figure"])} as</span>'
        parts.append(f'<a href="{escape(node["data"])}" download>Data{about} (CSV)</a>')
    translator.body.append(f'<p class="figure-foot">{" · ".join(parts)}</p>')
    raise nodes.SkipNode


def _skip(translator, node):
    raise nodes.SkipNode


def setup(app):
    app.add_node(FigureFoot, html=(_visit, None), latex=(_skip, None), text=(_skip, None))
    app.connect("doctree-resolved", add_feet)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
