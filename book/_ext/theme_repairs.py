"""Mend what the theme writes into each page: names for screen readers, and dead weight."""

import re

# what is wrong, and what stands there instead
REPAIRS = [
    # a name that differs from the words that are seen
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    (r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"', r"\1"),
    (r'aria-label="Color mode" data-bs-title="Color mode"',
     'aria-label="Colour mode" data-bs-title="Colour mode"'),
    (r'(<i class="theme-switch [^>]*?)\s+title="[^"]*"', r"\1"),
    # a button without a name
    (r'(<a class="(?:current )?reference internal" href="[^"]*">([^<]*)</a><details[^>]*><summary)>',
     r'\1 aria-label="Pages of: \2">'),
    # the head of a row in a table that is written as a list
    (r'<th class="stub">', '<th class="stub" scope="row">'),
    # a role that is deprecated, in a list that has no items
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # a list of one step back and one forth without a name
    (r'<div class="prev-next-area">',
     '<div class="prev-next-area" role="navigation" aria-label="Previous and next page">'),
    # a handler that the page's policy would stop; page.js has it
    (r'<button onclick="window\.print\(\)"', '<button type="button" data-print'),
    # of two buttons for one sidebar the theme's script knows the first, in the bar that is hidden
    (r'class="pst-navbar-icon sidebar-toggle (?:primary|secondary)-toggle"',
     'class="pst-navbar-icon sidebar-toggle"'),
    (r'title="Toggle primary sidebar"', 'title="Pages of the book"'),
    (r'title="Toggle secondary sidebar"', 'title="On this page"'),
    # Firefox fetches what comes next ahead of time, and the page's policy stops it
    (r'\s*<link rel="next"[^>]*>', ""),
    # written twice more
    (r'(<meta name="viewport"[^>]*>.*?)<meta name="viewport"[^>]*>(.*?)\s*<meta name="viewport"[^>]*>',
     r"\1\2"),
    # a head start for scripts, at the expense of the text
    (r'\s*<link rel="preload" as="script"[^>]*>', ""),
]  # fmt: skip
# read by the search page alone; the field on other pages leads there
SEARCH = re.compile(
    r'\s*<script src="[^"]*(?:_static/searchtools|_static/language_data|searchindex)\.js"></script>'
)
SCRIPTS = re.compile(r"\s*<script\b([^>]*)>.*?</script>", re.DOTALL)
HEADS = re.compile(r"<thead>.*?</thead>", re.DOTALL)
UNSCOPED = re.compile(r"<th (?![^>]*\bscope=)|<th>")
# a table whose first column has no head: its cells are the heads of the rows
CORNERED = re.compile(r"<thead>\s*<tr[^>]*>\s*<td></td>.*?</table>", re.DOTALL)
FIRST = re.compile(r"(<tr[^>]*>\s*)<td([^>]*>(?:(?!</?t[dr]\b).)+)</td>", re.DOTALL)
SECTIONS = re.compile(
    r"<h[1-6]\b[^>]*>(?P<heading>.*?)</h[1-6]>|<table\b(?P<table>.*?)</table>", re.DOTALL
)


def repaired(html: str, *, search: bool = False) -> str:
    """Return a page with the theme's faults mended.

    Parameters
    ----------
    html : str
    search : bool
        Whether this is the page that searches.
    """
    for wrong, right in REPAIRS:
        html = re.sub(wrong, right, html, flags=re.DOTALL)
    html = HEADS.sub(lambda head: _scoped(head[0]), html)
    html = CORNERED.sub(lambda table: FIRST.sub(r'\1<th scope="row"\2</th>', table[0]), html)
    html = _scripts_last(_named_tables(html))
    return html if search else SEARCH.sub("", html)


def _scripts_last(html: str) -> str:
    """Move the scripts behind the text, in their order, where they neither stop it nor slow it.

    What sets light or dark stays where it is, before anything is painted.
    """
    head, end, body = html.partition("</head>")
    waited = [m[0] for m in SCRIPTS.finditer(head) if "cfasync" not in m[1]]
    if not end or not waited:
        return html
    for script in waited:
        head = head.replace(script, "", 1)
    body, close, rest = body.rpartition("</body>")
    last = "".join(f"{script.strip()}\n" for script in waited)
    return f"{head}{end}{body}{last}{close}{rest}"


def _scoped(head: str) -> str:
    # a corner without words heads nothing
    head = re.sub(r"<th[^>]*>\s*(?:<p>\s*</p>)?\s*</th>", "<td></td>", head)
    return UNSCOPED.sub(lambda th: f'<th scope="col"{th[0][3:]}', head)


def _named_tables(html: str) -> str:
    """Give a table without a caption the name of its section."""
    section = ""

    def name(part: re.Match) -> str:
        nonlocal section
        if part["heading"] is not None:
            section = re.sub(r"<a class=\"headerlink.*?</a>|<[^>]+>", "", part["heading"]).strip()
            return part[0]
        if "<caption" in part["table"] or "aria-label" in part[0].partition(">")[0]:
            return part[0]
        return f'<table aria-label="Table: {section}"{part[0][len("<table"):]}'

    return SECTIONS.sub(name, html)
