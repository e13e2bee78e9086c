"""Put a chapter's questions on its page, as a section before its limits.

The questions stand in ``teaching/quizzes/*.yml`` beside the chapters; the results that they
quote are read from the executed notebooks of this build. Without JavaScript a page shows the
questions and folded answers; ``quiz.js`` adds the checking.
"""

from html import escape
from pathlib import Path

from claims_on_the_page import claim_box
from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.teaching.quizzes import Option, Question, read_quizzes
from secondline.teaching.quoted import Text

logger = logging.getLogger(__name__)

TITLE, ANCHOR = "Check yourself", "check-yourself"
BEFORE = "Limits"
INTRODUCTION = "Every answer, right or wrong, says why."
CHECKED = "They are checked in this page: nothing is sent, counted or kept."
# docutils wants to know where running text stands: for links, and for typographic quotes
OF_WORDS = ("button", "legend", "p", "span", "strong", "summary")
RIGHT, WRONG = "✓ Right.", "✗ Not right."


class quiz_tag(nodes.General, nodes.Element):  # noqa: N801 (docutils names its nodes so)
    """An HTML element that holds others: ``tag`` and ``attributes``."""


class quiz_words(nodes.Inline, nodes.TextElement):  # noqa: N801
    """An HTML element that holds words: ``tag`` and ``attributes``."""


def tag(name: str, /, *children, **attributes) -> nodes.Element:
    """Return an element; ``class_`` is its class, and True an attribute without a value."""
    pairs = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    kind = quiz_words if name in OF_WORDS else quiz_tag
    element = kind("", tag=name, attributes=pairs)
    for child in children:
        element += nodes.Text(child) if isinstance(child, str) else child
    return element


def visit_html(self, node):
    pairs = node["attributes"].items()
    said = "".join(
        f" {key}" if value is True else f' {key}="{escape(str(value))}"'
        for key, value in pairs
        if value is not False
    )
    self.body.append(f"<{node['tag']}{said}>")


def depart_html(self, node):
    if node["tag"] != "input":
        self.body.append(f"</{node['tag']}>")


def visit_other(self, node):
    """A format without forms keeps the words."""


class PutQuestions(SphinxTransform):
    """Add the section of questions to a chapter that has some."""

    default_priority = 700  # after the page is read, before its table of contents is made

    def apply(self, **kwargs):
        questions = [q for q in self.env.quizzes if q.chapter == self.env.docname]
        top = next(self.document.findall(nodes.section), None)
        if not questions or top is None:
            return
        section = nodes.section(ids=[ANCHOR], names=[TITLE.lower()])
        section += nodes.title("", TITLE)
        said = nodes.inline("", CHECKED, classes=["screen-only"])
        section += nodes.paragraph("", "", nodes.Text(f"{INTRODUCTION} "), said)
        for number, question in enumerate(questions, start=1):
            section += self._question(number, question)
        place = next((s for s in top.children if _title(s).startswith(BEFORE)), None)
        top.insert(len(top) if place is None else top.index(place), section)
        # a link from another page, chapter.ipynb#check-yourself, is looked up among these
        slugs = self.env.metadata[self.env.docname].setdefault("myst_slugs", {})
        slugs[ANCHOR] = (None, ANCHOR, TITLE)

    @property
    def checked(self) -> bool:
        """Whether answers are checked in the page: an e-book's reader has no forms."""
        return self.app.builder.name != "epub"

    def _question(self, number: int, question: Question):
        made = self._choice if question.kind == "choice" else self._number
        asked, answers, about = made(question)
        head = tag("strong", f"Question {number}. ", class_="quiz-no")
        words = [head, *self._text(question.prompt)]
        if self.checked:
            form = self._form(tag("legend", *words), *asked)
        else:
            form = tag("div", tag("p", *words), *asked)
        folded = tag(
            "details",
            tag("summary", f"Answer to question {number}"),
            *answers,
            tag("p", "Shown under: ", self._link(question), class_="quiz-see"),
            class_="quiz-answer",
        )
        return tag("div", form, folded, class_="quiz", id=f"quiz-{question.id}", **about)

    def _form(self, *asked):
        return tag(
            "form",
            tag("fieldset", *asked),
            tag("button", "Check", type="submit", class_="quiz-check", hidden=True),
            tag("div", class_="quiz-said", role="status"),
            # a form for a dialogue sends nothing, also without JavaScript
            method="dialog",
            novalidate=True,
            autocomplete="off",
        )

    def _choice(self, question: Question):
        kind = "checkbox" if question.several else "radio"
        ask = "Choose all that are right." if question.several else "Choose one."
        options = tag("ol", class_="quiz-options", type="A")
        answers = tag("ol", class_="quiz-whys", type="A")
        for k, option in enumerate(question.options):
            words = tag("span", *self._text(option.text, linked=False))
            if self.checked:
                words = tag("label", tag("input", type=kind, name=question.id, value=k), words)
            options += tag("li", words)
            answers += self._why(option)
        return [tag("p", ask, class_="quiz-ask"), options], [answers], {"data_kind": kind}

    def _why(self, option: Option):
        return tag(
            "li",
            *_verdict(option.right),
            tag("span", *self._text(option.feedback), class_="quiz-why"),
            data_right="yes" if option.right else "no",
        )

    def _number(self, question: Question):
        if self.checked:
            field = tag("input", type="text", inputmode="decimal", size=8)
            unit = [" ", tag("span", question.unit, class_="quiz-unit")] if question.unit else []
            asked = [tag("p", tag("label", tag("span", "Your answer"), " ", field, *unit))]
        else:
            asked = [tag("p", f"A number in {question.unit}." if question.unit else "A number.")]
        answer = question.answer
        shown = f"{answer.shown} {question.unit}".strip()
        right = tag(
            "p",
            tag("strong", f"{shown}."),
            " ",
            tag("span", *self._text(question.right), class_="quiz-why"),
            class_="quiz-right-why",
        )
        hint = tag("p", "Hint: ", tag("span", *self._text(question.hint), class_="quiz-why"))
        hint["attributes"]["class"] = "quiz-hint"
        slips = tag("ul", class_="quiz-slips")
        for slip in question.slips:
            slips += tag(
                "li",
                tag("strong", f"Not {slip.number.shown}."),
                " ",
                tag("span", *self._text(slip.feedback), class_="quiz-why"),
                data_value=repr(slip.number.value),
                data_within=repr(slip.within),
            )
        about = {"data_answer": repr(answer.value), "data_within": repr(question.within)}
        return asked, [right, slips, hint] if question.slips else [right, hint], {
            "data_kind": "number",
            **about,
        }

    def _link(self, question: Question):
        for section in self.document.findall(nodes.section):
            if _title(section) == question.see:
                return nodes.reference("", question.see, internal=True, refid=section["ids"][0])
        logger.warning(
            "quiz, question %s: %s has no heading %r", question.id, question.chapter, question.see
        )
        return nodes.Text(question.see)

    def _text(self, text: Text, *, linked: bool = True) -> list[nodes.Node]:
        found = []
        for piece in text:
            if piece.claim and linked:
                found.append(claim_box(piece.words, get_claim(piece.claim), self.env.docname))
            elif piece.stressed:
                found.append(nodes.emphasis("", piece.words))
            else:
                found.append(nodes.Text(piece.words))
        return found


def _verdict(right: bool):
    words, kind = (RIGHT, "right") if right else (WRONG, "wrong")
    return tag("strong", words, class_=f"quiz-{kind}"), nodes.Text(" ")


def _title(section) -> str:
    title = section.next_node(nodes.title) if isinstance(section, nodes.section) else None
    return title.astext() if title is not None else ""


def read_questions(app, env, docnames):
    """Read all parts, and report every part that cannot be read."""
    env.quizzes = []
    source = Path(app.srcdir)
    for path in sorted((source / "teaching/quizzes").glob("*.yml")):
        try:
            found = read_quizzes(path, executed=source)
        except InputError as error:
            logger.warning("quiz: %s", error)
            continue
        for question in found:
            if question.chapter not in env.found_docs:
                logger.warning(
                    "quiz: %s, question %s: there is no page %r",
                    *(path.name, question.id, question.chapter),
                )
            if question.id in {other.id for other in env.quizzes}:
                logger.warning(
                    "quiz: %s, question %s: another part has this id", path.name, question.id
                )
            env.quizzes.append(question)


def setup(app):
    others = {name: (visit_other, visit_other) for name in ("latex", "text", "man", "texinfo")}
    for node in (quiz_tag, quiz_words):
        app.add_node(node, html=(visit_html, depart_html), **others)
    app.connect("env-before-read-docs", read_questions)
    app.add_transform(PutQuestions)
    return {"version": "1", "parallel_read_safe": True}
