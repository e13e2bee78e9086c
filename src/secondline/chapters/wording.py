"""Words of a reader's own file in a chapter's text."""

import re


def as_text(words: str) -> str:
    """Return words that Markdown shows as they stand.

    Every sign that is neither letter, digit nor blank is written as its number, so that
    nothing in it is taken for HTML, a formula, a link or a directive.

    Parameters
    ----------
    words : str
        For example the name of a trial in a reader's own table.

    Examples
    --------
    >>> as_text("<b>A</b> $x$")
    '&#60;b&#62;A&#60;&#47;b&#62; &#36;x&#36;'
    """
    line = " ".join(words.split())
    return re.sub(r"[^\w ]|_", lambda sign: f"&#{ord(sign.group())};", line)
