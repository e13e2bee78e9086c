"""What an explorer is: controls, an expression for each number, and its texts.

The page computes with Vega expressions or looks up; `expected` gives the same numbers by
the library. Both are put into the same texts, so that they can be compared word by word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter

from secondline.checks import check_choice, is_number
from secondline.errors import InputError, one_of


@dataclass(frozen=True)
class Slider:
    """A number that is moved between two ends.

    Attributes
    ----------
    name : str
    label : str
        What it is, in words.
    low, high, step, value : float
        Ends, step, and the value as the page comes.
    unit : str
        After the number: ``%``, ``a month``.
    prefix : str
        Before the number: ``day``.
    end : str
        What the highest value stands for, if not for itself: ``never``.
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    unit: str = ""
    prefix: str = ""
    end: str = ""

    @property
    def digits(self) -> int:
        """Digits after the point."""
        text = f"{self.step:g}"
        return len(text.partition(".")[2])

    def check(self, value) -> None:
        """Raise an InputError unless the slider has such a value."""
        if not (is_number(value) and self.low <= value <= self.high):
            raise InputError(
                f"{self.name} is {value!r}; it must be a number from {self.low:g} to {self.high:g}."
            )

    def words(self, value) -> str:
        """Return a value as the page says it."""
        if self.end and value >= self.high:
            return self.end
        return " ".join(filter(None, (self.prefix, shown(value, self.digits), self.unit)))


@dataclass(frozen=True)
class Choice:
    """One of several named values.

    Attributes
    ----------
    name, label : str
    options : dict of str to str
        Value to its words.
    value : str
        As the page comes.
    """

    name: str
    label: str
    options: Mapping[str, str]
    value: str

    def check(self, value) -> None:
        """Raise an InputError unless there is such an option."""
        check_choice(self.name, value, self.options)

    def words(self, value) -> str:
        """Return a value as the page says it."""
        return self.options[value]


@dataclass(frozen=True)
class Switch:
    """Something that is on or off; `value` as the page comes.

    Neighbours with the same `group` stand together under that heading.
    """

    name: str
    label: str
    value: bool
    group: str = ""

    def check(self, value) -> None:
        """Raise an InputError unless the value is True or False."""
        if not isinstance(value, bool):
            raise InputError(f"{self.name} is {value!r}; it must be True or False.")

    def words(self, value) -> str:
        """Return a value as the page says it."""
        return "yes" if value else "no"


@dataclass(frozen=True, eq=False)
class Explorer:
    """An interactive figure of the site.

    Attributes
    ----------
    name, title : str
    description : str
        What the picture shows, for those who do not see it.
    controls : tuple of Slider, Choice or Switch
    says : str
        The result in words, with ``{output:.1f}`` where a number comes.
    caption : str
        Of the table.
    columns : tuple of str
    rows : tuple of tuple of str
        Cells, texts like `says`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.
    expected : callable
        Takes the controls' values by name and returns every output by name, a number or
        a text, by the library.
    spec : dict or None
        Vega-Lite, whose signals have the names of the controls and the outputs.
    lookup : dict or None
        In its place, tables of all cases; see :mod:`secondline.explorers.routes`.
    """

    name: str
    title: str
    description: str
    controls: tuple
    says: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    provenance: str
    source: str
    expected: Callable[..., dict] = field(repr=False)
    spec: dict | None = field(default=None, repr=False)
    lookup: dict | None = field(default=None, repr=False)

    def outputs(self, **changed) -> dict:
        """Return every number and text that the page shows, for some changed controls.

        Raises
        ------
        InputError
            If there is no such control, or it has no such value.
        """
        controls = {control.name: control for control in self.controls}
        for name, value in changed.items():
            if name not in controls:
                raise InputError(f"There is no control {name!r}; there are {one_of(controls)}.")
            controls[name].check(value)
        values = {name: control.value for name, control in controls.items()}
        return self.expected(**values | changed)

    def sentence(self, **changed) -> str:
        """Return the result in words, for some changed controls."""
        return filled(self.says, self.outputs(**changed))

    def table(self, **changed) -> list[list[str]]:
        """Return the table's cells, for some changed controls."""
        outputs = self.outputs(**changed)
        return [[filled(cell, outputs) for cell in row] for row in self.rows]


def filled(template: str, outputs: Mapping) -> str:
    """Put outputs into a text: ``"{share:.1f} %"`` to ``"40.3 %"``.

    >>> filled("{share:.1f} % at {when}", {"share": -0.04, "when": "two years"})
    '0.0 % at two years'
    """
    return "".join(
        words + ("" if name is None else shown(outputs[name], digits))
        for words, name, digits in parts(template)
    )


def parts(template: str):
    """Yield the pieces of a text: words, then an output's name (or None) and its digits."""
    for words, name, spec, _ in Formatter().parse(template):
        yield words, name, int(spec[1:-1]) if spec else 0


def shown(value, digits: int) -> str:
    """Return a text as it stands, and a number with so many digits; "–" if it is none.

    A half is rounded away from zero, as browsers do it.

    >>> shown(98.5, 0), shown(98.25, 1)
    ('99', '98.3')
    """
    if isinstance(value, str):
        return value
    if not is_number(value):
        return "–"
    text = f"{Decimal(float(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    return text.replace("-", "−")
