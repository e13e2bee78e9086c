"""An explorer as HTML: the picture, native controls, the result in words, a table.

Everything is there before any script runs, with the values as the page comes; the script
``explorers.js`` draws the picture anew, and writes what follows the controls. On a narrow
screen the controls stand below the picture that they move, on a wide one above it; the order
here is the former.
"""

import json
from html import escape
from itertools import groupby

from secondline.explorers.explorer import Choice, Explorer, Slider, filled, parts, shown
from secondline.figures.style import provenance_text


def page(explorer: Explorer, drawn: str = "") -> str:
    """Return an explorer's HTML, the same for each build.

    Parameters
    ----------
    explorer : Explorer
    drawn : str
        Its picture as SVG, as the page comes: for paper, and before or without a script.
    """
    outputs = explorer.outputs()
    name, title = explorer.name, escape(explorer.title)
    controls = "".join(
        _group(heading, "".join(_control(name, control) for control in members))
        for heading, members in groupby(explorer.controls, lambda c: getattr(c, "group", ""))
    )
    return (
        f'<figure class="sl-explorer tex2jax_ignore mathjax_ignore" data-explorer="{name}">'
        f'<div class="sl-play">{_picture(explorer, drawn)}'
        f'<form autocomplete="off" aria-label="Controls: {escape(title, quote=True)}">'
        f'<fieldset disabled><legend>{title}</legend>{controls}'
        '<button type="reset">As it came</button></fieldset></form></div>'
        f'<p class="sl-says" role="status" aria-atomic="true">{_text(explorer.says, outputs)}</p>'
        f"{_still(explorer)}"
        f"{_table(explorer, outputs)}"
        f"{_data(explorer)}{_caption(explorer)}</figure>"
    )


def _still(explorer: Explorer) -> str:
    """Return what stands in place of the controls where nothing can be moved."""
    values = "; ".join(
        f'{escape(control.label)}: <b data-set="{control.name}">'
        f"{escape(control.words(control.value))}</b>"
        for control in explorer.controls
    )
    return f'<p class="sl-still">Set here: {values}. {escape(where(explorer))}</p>'


def where(explorer: Explorer) -> str:
    """Return the sentence that leads a reader of paper to the figure that moves."""
    return (
        "These values can be moved on the book's site, in a browser that runs JavaScript: "
        f"explore/{explorer.name}.html."
    )


def _group(heading: str, controls: str) -> str:
    inside = f'<div class="sl-controls">{controls}</div>'
    if not heading:
        return inside
    return f'<fieldset class="sl-group"><legend>{escape(heading)}</legend>{inside}</fieldset>'


def _control(explorer: str, control) -> str:
    place = f'id="{explorer}-{control.name}" name="{control.name}"'
    label = f'<label for="{explorer}-{control.name}">{escape(control.label)}</label>'
    if isinstance(control, Slider):
        words = escape(control.words(control.value))
        said = {"prefix": control.prefix, "unit": control.unit, "end": control.end}
        data = "".join(f' data-{k}="{escape(v)}"' for k, v in said.items() if v)
        return (
            f'<div class="sl-control">{label}<input type="range" {place} min="{control.low:g}" '
            f'max="{control.high:g}" step="{control.step:g}" value="{control.value:g}" '
            f'data-digits="{control.digits}"{data} aria-valuetext="{words}">'
            f'<output for="{explorer}-{control.name}" aria-hidden="true">{words}</output></div>'
        )
    if isinstance(control, Choice):
        options = "".join(
            f'<option value="{escape(value)}"{" selected" if value == control.value else ""}>'
            f"{escape(words)}</option>"
            for value, words in control.options.items()
        )
        return f'<div class="sl-control">{label}<select {place}>{options}</select></div>'
    checked = " checked" if control.value else ""
    return (
        f'<div class="sl-control sl-switch"><input type="checkbox" {place}{checked}>{label}</div>'
    )


def _picture(explorer: Explorer, drawn: str) -> str:
    if explorer.spec is None:
        return ""
    return (
        f'<div class="sl-picture" role="img" aria-label="{escape(explorer.description)}">'
        f"{drawn}</div>"
    )


def _caption(explorer: Explorer) -> str:
    # a table that stands alone has it in its own caption
    return f"<figcaption>{_provenance(explorer)}</figcaption>" if explorer.spec else ""


def _provenance(explorer: Explorer) -> str:
    label = provenance_text(explorer.provenance, explorer.source)
    kind, _, rest = label.partition(":")
    return f'<span class="provenance {kind}"><b>{kind}</b>:{escape(rest)}</span>'


def _table(explorer: Explorer, outputs: dict) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in explorer.columns)
    body = ""
    for first, *others in explorer.rows:
        cells = "".join(f"<td>{_text(cell, outputs)}</td>" for cell in others)
        body += f'<tr><th scope="row">{_text(first, outputs)}</th>{cells}</tr>'
    caption = escape(explorer.caption)
    table = (
        f'<div class="sl-table" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="table"><caption><span class="caption">{caption} '
        f"{_provenance(explorer)}</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    # without a picture the table is the figure
    if explorer.spec is None:
        return table
    return f"<details><summary>The values as a table</summary>{table}</details>"


def _text(template: str, outputs: dict) -> str:
    html = ""
    for words, name, digits in parts(template):
        html += escape(words)
        if name is not None:
            kind = "words" if isinstance(outputs[name], str) else "number"
            value = escape(shown(outputs[name], digits))
            html += (
                f'<span class="sl-{kind}" data-show="{name}" data-digits="{digits}">{value}</span>'
            )
    return html


def _data(explorer: Explorer) -> str:
    kind, data = ("spec", explorer.spec) if explorer.spec else ("lookup", explorer.lookup)
    # a slash after an opening bracket could end the script's element
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("</", "<\\/")
    return f'<script type="application/json" data-{kind}>{text}</script>'


def plain(explorer: Explorer) -> str:
    """Return title, result and description as plain text, for outputs that are no HTML."""
    return (
        f"{explorer.title}. {filled(explorer.says, explorer.outputs())} {explorer.description} "
        f"{where(explorer)}"
    )
