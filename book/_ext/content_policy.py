"""Say in each page what it may load: files of this site and nothing else.

The policy holds over http and from a folder alike. Scripts that stand in a page are named
by their hash, so that nothing else that gets into a page runs.
"""

import re

from secondline.chapters.html import script_hash

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
META = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
# A page opened from a folder has no origin that 'self' could match by the standard. Chromium lets
# it match; "file:" says so to the others, and over http it allows nothing.
HERE = "'self' file:"


def policy(html: str) -> str:
    """Return the policy of a page; it depends on the scripts that stand in it."""
    hashes = sorted(set(map(script_hash, inline_scripts(html))))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join((HERE, *hashes))}",
            # formulas, charts and the theme set styles of single elements
            f"style-src {HERE} 'unsafe-inline'",
            f"img-src {HERE} data:",
            f"font-src {HERE}",
            f"connect-src {HERE}",
            f"form-action {HERE}",
            "base-uri 'none'",
        )
    )


def with_policy(html: str) -> str:
    """Return the page with its policy, before anything that the policy speaks of."""
    html = META.sub("", html)
    line = f'<meta http-equiv="Content-Security-Policy" content="{policy(html)}">\n'
    head, charset, rest = html.partition('<meta charset="utf-8" />')
    if not charset:
        raise ValueError("a page of the site names no character set, which its policy follows")
    return f"{head}{charset}\n{line}{rest.lstrip()}"


def inline_scripts(html: str) -> list[str]:
    """Return the scripts that stand in a page; data such as JSON are no scripts."""
    return [
        text
        for attributes, text in SCRIPT.findall(html)
        if not re.search(r"\bsrc\s*=", attributes) and not _is_data(attributes)
    ]


def _is_data(attributes: str) -> bool:
    kind = re.search(r"""\btype\s*=\s*["']?([^\s"'>]+)""", attributes)
    return bool(kind) and "javascript" not in kind[1] and kind[1] != "module"
