"""An executed notebook as one page that needs nothing else: no server, no script, no request."""

import base64
import html
import re

from secondline.chapters.formulas import mathml
from secondline.chapters.notebooks import source_of, tags_of
from secondline.chapters.recording import read_recorded

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
pre, code { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; }
img, svg { max-width: 100%; height: auto; background: #fff; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: 1rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.6rem; text-align: left; }
.note, details { border-left: 4px solid var(--line); padding: 0.1rem 1rem; margin: 1rem 0; }
.output { overflow-x: auto; } .error { border-left: 4px solid #c33; }
summary { cursor: pointer; } math[display="block"] { margin: 1rem 0; overflow-x: auto; }
"""
_CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.M | re.S)


def standalone_page(notebook: dict, title: str) -> str:
    """Return a page that shows an executed notebook.

    Parameters
    ----------
    notebook : dict
        With its outputs.
    title : str
        Of the browser's tab.

    Notes
    -----
    The book's own marks (claims, recorded values, notes) become plain text; links to other
    pages of the book lose their target, for the page is read alone.
    """
    results = read_recorded(notebook)
    parts = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(rendered(plain_markdown(source_of(cell), results)))
        elif cell["cell_type"] == "code":
            parts.append(_code(cell))
    return bare_page(title, "\n".join(part for part in parts if part))


def bare_page(title: str, body: str) -> str:
    """Return a page with its own style around HTML; the browser fetches and runs nothing."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # whatever an output holds
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">\n"
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def plain_markdown(source: str, results: dict) -> str:
    """Return a cell's text with the book's marks in words.

    Parameters
    ----------
    source : str
    results : dict
        What the notebook recorded, for the values that the text cites.

    Examples
    --------
    >>> plain_markdown("HR {claim}`0.398 <zuma7-efs-hr>`, {glue:text}`n:.0f` trials", {"n": 5})
    'HR 0.398, 5 trials'
    >>> plain_markdown("P {claim}`<0.0001 <zuma7-efs-hr>`", {})
    'P <0.0001'
    """

    def value(mark) -> str:
        name, _, form = mark[1].partition(":")
        if name not in results:
            return "(not recorded)"
        found = results[name]
        return format(found, form) if form else str(found)

    # what is shown may hold a "less than" of its own
    text = re.sub(r"\{claim\}`([^`]*?)\s*<[^`<]*>`", r"\1", source)
    text = re.sub(r"\{glue:text\}`([^`]+)`", value, text)
    text = re.sub(r"\{cite:p\}`([^`]+)`", r"[\1]", text)
    text = re.sub(r"\{cite:t\}`([^`]+)`", r"\1", text)
    text = re.sub(r"^:::+\{dropdown\} *(.*)$", r"\n<details><summary>\1</summary>\n", text, flags=re.M)
    # the options of a directive stand below it
    text = re.sub(r"^:[\w-]+:.*\n", "", text, flags=re.M)
    text = re.sub(r"^:::+\{[\w-]+\} *(.*)$", r'\n<div class="note">\n\n**\1**\n', text, flags=re.M)
    closing = iter(re.findall(r"<(details|div class=\"note\")>", text))
    text = re.sub(r"^:::+ *$", lambda _: f"\n</{next(closing, 'div').split()[0]}>\n", text, flags=re.M)
    return re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", text)


def rendered(text: str) -> str:
    """Return Markdown without the book's marks as HTML, formulas as MathML."""
    from markdown_it import MarkdownIt

    formulas: list[str] = []

    def formula(mark) -> str:
        formulas.append(mathml(mark[1] or mark[2], block=bool(mark[1])))
        return f"@@{len(formulas) - 1}@@"

    # formulas first, for Markdown would read their underscores; not within code
    pieces = [
        piece if k % 2 else re.sub(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?)\$", formula, piece, flags=re.S)
        for k, piece in enumerate(_CODE.split(text))
    ]  # fmt: skip
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render("".join(pieces))
    return re.sub(r"@@(\d+)@@", lambda mark: formulas[int(mark[1])], page)


def _code(cell: dict) -> str:
    source = source_of(cell)
    hidden = {"hide-input", "hide-cell", "remove-input", "remove-cell"} & set(tags_of(cell))
    shown = "".join(_output(output) for output in cell.get("outputs", ()))
    code = f"<pre><code>{html.escape(source)}</code></pre>"
    if hidden and source:
        code = f"<details><summary>Code</summary>{code}</details>"
    return (code if source else "") + (f'<div class="output">{shown}</div>' if shown else "")


def _output(output: dict) -> str:
    kind = output["output_type"]
    if kind == "stream":
        return f"<pre>{html.escape(_joined(output['text']))}</pre>"
    if kind == "error":
        lines = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output["traceback"]))
        return f'<pre class="error">{html.escape(lines)}</pre>'
    data = output.get("data", {})
    if "scrapbook" in output.get("metadata", {}):
        return ""
    if "text/html" in data:
        return _joined(data["text/html"])
    for image in ("image/svg+xml", "image/png"):
        if image in data:
            content = _joined(data[image])
            if image.endswith("xml"):
                content = base64.b64encode(content.encode()).decode()
            name = html.escape(output.get("metadata", {}).get("alt", "Figure"))
            return f'<img alt="{name}" src="data:{image};base64,{content.strip()}">'
    if "text/markdown" in data:
        return rendered(plain_markdown(_joined(data["text/markdown"]), {}))
    return f"<pre>{html.escape(_joined(data.get('text/plain', '')))}</pre>" if data else ""


def _joined(text) -> str:
    return text if isinstance(text, str) else "".join(text)
