"""Keep the site whole without a network, and mend what the theme leaves inaccessible."""

import importlib.util
import shutil
from pathlib import Path

from docutils import nodes

# one file that draws formulas as SVG and fetches nothing
MATHJAX = "tex-svg-full.js"


def copy_mathjax(app, exception):
    if exception or app.builder.format != "html":
        return
    package = importlib.util.find_spec("sphinx-mathjax-offline")
    source = Path(package.origin).parent / "static/mathjax" / MATHJAX
    target = Path(app.outdir) / "_static/mathjax"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target / MATHJAX)


def set_mathjax_path(app, config):
    config.mathjax_path = f"mathjax/{MATHJAX}"


def frame_wide_pictures(app, doctree, docname):
    """Put each wide picture into a frame of its own, which scrolls while the caption stays."""
    for picture in list(doctree.findall(nodes.image)):
        if "wide" in picture["classes"] and isinstance(picture.parent, nodes.figure):
            opening = (
                '<div class="wide-frame" tabindex="0" role="group" '
                'aria-label="Wide picture; it scrolls sideways on a narrow screen">'
            )
            frame = [nodes.raw("", opening, format="html"), picture.deepcopy()]
            frame.append(nodes.raw("", "</div>", format="html"))
            picture.parent.replace(picture, frame)


def setup(app):
    app.connect("doctree-resolved", frame_wide_pictures)
    app.connect("config-inited", set_mathjax_path)
    app.connect("build-finished", copy_mathjax)
    return {"version": "1", "parallel_read_safe": True}
