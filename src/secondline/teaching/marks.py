"""The book's marks in texts for notebooks, slides and handouts, where no Sphinx resolves them."""

import re

from secondline.chapters.standalone import plain_markdown
from secondline.claims import get_claim
from secondline.errors import InputError

_CLAIM = re.compile(r"\{claim\}`([^`]*?)\s*<([^`<>]*)>`")
_GLUE = re.compile(r"\{glue:text\}`([^`:]+)(?::[^`]*)?`")
_LEFT = re.compile(r"\{[\w:-]+\}`|^:{3,}|^`{3,}\{", re.M)
# what stands in code is shown as it is; behind a brace a backtick opens a role
_CODE = re.compile(r"(^```\w*\n.*?^```|(?<!\})`[^`\n]+`)", re.M | re.S)


def cited_claims(text: str) -> list[str]:
    """Return the ids of the claims that a text quotes, in its order."""
    return [claim_id.strip() for _, claim_id in _CLAIM.findall(text)]


def plain_text(text: str, results: dict, where: str) -> str:
    """Return Markdown with the book's marks in words.

    Parameters
    ----------
    text : str
    results : dict
        What the chapter recorded that the text speaks of.
    where : str
        File and place, for messages.

    Raises
    ------
    InputError
        If a claim is not printed so, a value was not recorded, or a mark is left that only
        the book's pages know.

    Examples
    --------
    >>> plain_text("HR {claim}`0.398 <zuma7-efs-hr>`", {}, "here")
    'HR 0.398'
    """
    for shown, claim_id in _CLAIM.findall(text):
        try:
            claim = get_claim(claim_id.strip())
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        try:
            claim.check_wording(shown)
        except InputError as error:
            raise InputError(f"{where} {error}.") from error
    for name in _GLUE.findall(text):
        if name not in results:
            raise InputError(f"{where} cites {name!r}, which the chapter does not record.")
    plain = plain_markdown(text, results)
    for piece in _CODE.split(plain)[::2]:
        left = _LEFT.search(piece)
        if left:
            line = piece[left.start() :].splitlines()[0][:40]
            raise InputError(f"{where} has a mark that only the book's pages know: {line!r}.")
    return plain
