"""Formulas as MathML, for pages that stand alone and for e-books."""

import html
import re


def mathml(formula: str, *, block: bool) -> str:
    """Return a TeX formula as MathML, or as it was written where the converter fails."""
    from latex2mathml.converter import convert

    tex = formula.strip()
    # the converter knows this environment by one of its names, and not within itself
    if r"\begin{aligned}" in tex:
        tex = re.sub(r"\\(begin|end)\{split\}", "", tex).replace("{aligned}", "{split}")
    try:
        return convert(tex.strip(), display="block" if block else "inline")
    except Exception:
        return f"<code>{html.escape(formula.strip())}</code>"
