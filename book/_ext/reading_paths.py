"""Reading paths: chapters in an order, each with its minutes, and what they add up to.

A line of ``{reading-path}`` is ``chapter | why``. The minutes are those that the chapters
state, so that nothing here has to be kept in step.
"""

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from secondline.chapters.execution import chapter_file
from secondline.chapters.minutes import stated_minutes
from secondline.errors import InputError


class ReadingPathDirective(SphinxDirective):
    """Write a path as a numbered list and its minutes in all."""

    has_content = True

    def run(self):
        lines, minutes = [], 0
        for line in filter(str.strip, self.content):
            name, bar, why = (part.strip() for part in line.partition("|"))
            if not bar or not why:
                raise self.error(f"{line!r} is no step; write: chapter | one sentence.")
            path = self._file(name)
            taken = stated_minutes(path)
            if taken is None:
                raise self.error(f"{name} does not state how many minutes it takes.")
            minutes += taken
            # without a text the link takes the chapter's title
            lines.append(f"1. [](/{name}{path.suffix}) ({taken} minutes). {why}")
        lines += ["", f"**In all about {in_words(minutes)}.**"]
        box = nodes.container(classes=["reading-path"])
        self.state.nested_parse(StringList(lines, source=self.env.docname), 0, box)
        return [box]

    def _file(self, name):
        try:
            path = chapter_file(Path(self.env.srcdir), name)
        except InputError as error:
            raise self.error(f"There is no chapter {name!r}.") from error
        self.env.note_dependency(str(path))
        return path


def in_words(minutes: int) -> str:
    """Return a duration to read: ``2 hours 5 minutes``.

    Examples
    --------
    >>> in_words(125), in_words(60), in_words(45)
    ('2 hours 5 minutes', '1 hour', '45 minutes')
    """
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' * (hours > 1)}"] * bool(hours)
    parts += [f"{rest} minutes"] * bool(rest)
    return " ".join(parts)


def setup(app):
    app.add_directive("reading-path", ReadingPathDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
