"""Keep the site whole without a network, and mend what the theme leaves inaccessible."""

import importlib.util
import shutil
from pathlib import Path

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


def setup(app):
    app.connect("config-inited", set_mathjax_path)
    app.connect("build-finished", copy_mathjax)
    return {"version": "1", "parallel_read_safe": True}
