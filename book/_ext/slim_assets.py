"""Leave out of the theme's files what no page uses."""

import re
from pathlib import Path

ICON = re.compile(
    r'(?P<q>"?)(?P<name>[a-z0-9-]+)(?P=q):\[\d+,\d+,\[(?P<also>[^\]]*)\],"[0-9a-f]*",'
    r'(?:"[^"]*"|\["[^"]*"(?:,"[^"]*")*\])\],?'
)
USED = re.compile(r"\bfa-([a-z0-9-]+)")


def with_icons(script: str, used: set[str]) -> str:
    """Return Font Awesome's script with no other icons than those used.

    The script holds two thousand icons, a third of what a first visit loads.
    """
    return ICON.sub(lambda icon: icon[0] if _names(icon) & used else "", script)


def icons_used(texts) -> set[str]:
    """Return the names behind ``fa-`` in pages, scripts and style sheets."""
    return {name for text in texts for name in USED.findall(text)}


def slim(site: Path) -> None:
    """Cut the files of a finished site down to what its pages use."""
    static = site / "_static"
    for path in static.rglob("*.map"):
        path.unlink()
    script = static / "scripts/fontawesome.js"
    if script.is_file():
        texts = [path.read_text(encoding="utf-8") for path in _pages_and_scripts(site, script)]
        text = script.read_text(encoding="utf-8")
        script.write_text(with_icons(text, icons_used(texts)), encoding="utf-8")


def _pages_and_scripts(site: Path, without: Path):
    yield from (p for p in site.rglob("*.html") if "_static" not in p.parts)
    scripts = (site / "_static").rglob("*.js")
    yield from (p for p in scripts if p != without and "mathjax" not in p.parts)


def _names(icon: re.Match) -> set[str]:
    return {icon["name"], *re.findall(r'"([^"]+)"', icon["also"])}
