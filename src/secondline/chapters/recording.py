"""Results that a chapter leaves behind under stable names."""

import ast
import json

MIME = "application/papermill.record/text/plain"


def record(**results) -> None:
    """Record results so that prose, other pages, sweeps and tests can use them.

    Parameters
    ----------
    **results : float, int, str or bool
        ``name=value``; the chapter's text cites a value as ``{glue:text}`name```.
        Each name is recorded once in a chapter.

    Notes
    -----
    The output has the form that MyST-NB's ``glue`` gives it; importing ``glue``
    itself would cost every notebook a second.
    """
    from IPython.display import display

    for name, value in results.items():
        # numpy's own numbers would be written as np.float64(...)
        plain = value.item() if hasattr(value, "item") else value
        tag = {"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}}
        display({MIME: repr(plain)}, metadata=tag, raw=True)


def read_recorded(notebook) -> dict:
    """Return what an executed notebook recorded.

    Parameters
    ----------
    notebook : path or dict
        An executed ``.ipynb`` file, or its content.

    Returns
    -------
    dict
        Name to float, int, str or bool.
    """
    if not isinstance(notebook, dict):
        with open(notebook, encoding="utf-8") as file:
            notebook = json.load(file)
    results = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if name:
                text = output["data"][MIME]
                text = text if isinstance(text, str) else "".join(text)
                results[name] = _value(text)
    return results


def _value(text: str):
    # a missing limit is recorded too, perhaps in a list, and literal_eval knows no nan
    tree = _NotFinite().visit(ast.parse(text, mode="eval"))
    return ast.literal_eval(tree.body)


class _NotFinite(ast.NodeTransformer):
    def visit_Name(self, node):
        if node.id in ("nan", "inf"):
            return ast.copy_location(ast.Constant(float(node.id)), node)
        return node
