"""The look of the explorers' pictures: that of the book's figures."""

from textwrap import wrap

from secondline.figures.style import (
    FAINT,
    GREY,
    INK,
    provenance_text,
)

# the page's darker vermilion, which small letters need
MARKED = "#b34a00"
AXIS = {
    "domainColor": GREY, "tickColor": GREY, "labelColor": INK, "titleColor": INK,
    "gridColor": FAINT, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
    "titlePadding": 8, "labelPadding": 4,
}  # fmt: skip
CONFIG = {
    "background": "white",
    "view": {"stroke": None},
    "axis": AXIS,
    "axisY": {"domain": False, "ticks": False},
    "axisX": {"grid": False},
    "text": {"fontSize": 12, "color": INK},
    # one sentence describes the picture; its marks are not read out one by one
    "aria": False,
}


def picture(*layers: dict, height: int, params: list[dict], provenance: str, source: str = ""):
    """Return a Vega-Lite specification as wide as the page, with its provenance inside.

    Parameters
    ----------
    *layers : dict
        Marks, the lowest first.
    height : int
        Of the plot, in pixels.
    params : list of dict
        Signals, each after those that it refers to.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    dict
    """
    virtual = provenance == "virtual"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 6,
        "title": {
            # short lines, so that a phone shows them whole
            "text": wrap(provenance_text(provenance, source), 42),
            "orient": "bottom", "anchor": "end", "frame": "bounds", "offset": 10,
            "fontSize": 11, "lineHeight": 14, "color": MARKED if virtual else GREY,
            "fontWeight": "bold" if virtual else "normal",
            "fontStyle": "normal" if virtual else "italic",
        },
        "params": params,
        "layer": list(layers),
        "config": CONFIG,
    }  # fmt: skip


def inputs(controls) -> list[dict]:
    """Return a signal for each control, with the value as the page comes."""
    return [{"name": control.name, "value": control.value} for control in controls]


def signals(**expressions: str) -> list[dict]:
    """Return a signal for each expression, in order."""
    return [{"name": name, "expr": expression} for name, expression in expressions.items()]


def calculated(**expressions: str) -> list[dict]:
    """Return the steps that give each row a field by an expression."""
    return [{"calculate": expression, "as": name} for name, expression in expressions.items()]


def layer(kind: str, encoding: dict, *, data: dict | None = None, transform=(), **style) -> dict:
    """Return one mark.

    Parameters
    ----------
    kind : str
        Of the mark: rule, point, line, area or text.
    encoding : dict
    data : dict, optional
        One empty row if not given, for what comes from signals alone.
    transform : sequence of dict
    **style
        Of the mark.
    """
    found = {"data": data or {"values": [{}]}}
    if transform:
        found["transform"] = list(transform)
    return found | {"mark": {"type": kind, **style}, "encoding": encoding}
