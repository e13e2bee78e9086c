"""A handout of one page, as PDF."""

import io
import re
from html import escape
from pathlib import Path

from secondline.claims import get_claim, read_card
from secondline.errors import InputError
from secondline.teaching.handed_out import Chapter
from secondline.teaching.marks import plain_text
from secondline.teaching.sessions import Number, Session

MARGIN = 48  # points


def handout(session: Session, chapters: dict[str, Chapter]) -> bytes:
    """Return a session's handout.

    Parameters
    ----------
    session : Session
    chapters : dict
        Name to Chapter, for all whose results the handout shows.

    Raises
    ------
    InputError
        If a claim or a result is not there, or all does not fit on one page.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    styles = _styles()
    where = f"{session.name}.yml"

    def list_of(texts):
        return [Paragraph(_marked(text, where), styles["item"], bulletText="•") for text in texts]

    story = [
        Paragraph(escape(session.title), styles["title"]),
        Paragraph(_marked(session.question, where), styles["text"]),
        Paragraph("You will be able to", styles["head"]),
        *list_of(session.outcomes.values()),
        Paragraph("The numbers", styles["head"]),
        _numbers(session, chapters, styles),
        Paragraph("To take home", styles["head"]),
        *list_of(session.take_home),
    ]
    prompts = [_prompt(block.exercise, chapters) for block in session.blocks if block.exercise]
    if prompts:
        story += [Paragraph("Exercises", styles["head"]), *list_of(prompts)]
    story += [Paragraph("To read on", styles["head"])]
    titles = [chapters[name].title for name in session.read_on]
    story += [
        Paragraph(_marked("; ".join(titles) + ".", where), styles["text"]),
        Spacer(1, 6),
        Paragraph(
            "From the book Second Line. Evidence for teaching and research, not treatment advice.",
            styles["small"],
        ),
    ]
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
        bottomMargin=MARGIN, title=session.title, author="The Second Line developers", lang="en",
        invariant=1,  # no date inside: the same input gives the same file
    )  # fmt: skip
    document.build(story)
    if document.page > 1:
        raise InputError(f"{where}: the handout has {document.page} pages; shorten it to one.")
    return buffer.getvalue()


def number_text(number: Number, chapters: dict[str, Chapter], where: str) -> tuple[str, str]:
    """Return a number as it is shown, and where it comes from.

    Raises
    ------
    InputError
        If there is no such claim or result.
    """
    if number.claim:
        try:
            claim = get_claim(number.claim)
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        printed = f"{claim.value} {claim.unit}".strip() if claim.value else claim.interval
        if claim.value and claim.interval:
            printed += f" ({claim.interval})"
        return printed, f"{read_card(claim.document)['short']}, {claim.locator}"
    results = chapters[number.chapter].results
    if number.result not in results:
        raise InputError(f"{where}: {number.chapter} does not record {number.result!r}.")
    value = format(results[number.result], number.form)
    return f"{value} {number.unit}".strip(), f"computed in: {chapters[number.chapter].title}"


def _numbers(session: Session, chapters, styles):
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, Table, TableStyle

    rows = [
        [Paragraph(escape(text), styles["cell"]) for text in
         (n.what, *number_text(n, chapters, f"{session.name}.yml, number {k}"))]
        for k, n in enumerate(session.numbers, start=1)
    ]  # fmt: skip
    table = Table(rows, colWidths=[200, 120, 179], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


def _prompt(exercise: str, chapters: dict[str, Chapter]) -> str:
    chapter = chapters[exercise.partition("#")[0]]
    one = chapter.exercise(exercise)
    text = plain_text(one.prompt, chapter.results, one.place)
    return f"**{one.title}** " + " ".join(text.split())


def _marked(text: str, where: str) -> str:
    """Return Markdown's bold, italics and code as the PDF's own marks."""
    text = escape(plain_text(text, {}, where), quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)
    return re.sub(r"`([^`]+)`", r'<font face="DejaVuSansMono">\1</font>', text)


def _styles() -> dict:
    import matplotlib
    from reportlab.lib.fonts import addMapping
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    # letters that the PDF's built-in fonts lack, such as τ; Matplotlib brings them
    folder = Path(matplotlib.get_data_path()) / "fonts/ttf"
    for name in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono"):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    for bold, italic, name in ((0, 0, ""), (1, 0, "-Bold"), (0, 1, "-Oblique"), (1, 1, "-Bold")):
        addMapping("DejaVuSans", bold, italic, f"DejaVuSans{name}")
    base = ParagraphStyle("text", fontName="DejaVuSans", fontSize=9.5, leading=12.5, spaceAfter=4)

    def style(name, **options):
        return ParagraphStyle(name, parent=base, **options)

    return {
        "text": base,
        "title": style("title", fontName="DejaVuSans-Bold", fontSize=15, leading=19),
        "head": style("head", fontName="DejaVuSans-Bold", fontSize=11, leading=14, spaceBefore=8),
        "item": style("item", leftIndent=11, bulletIndent=1, spaceAfter=2),
        "cell": style("cell", fontSize=8.5, leading=10.5, spaceAfter=0),
        "small": style("small", fontSize=7, leading=9),
    }
