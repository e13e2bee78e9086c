"""What a chapter can be asked to change: its own parameters cell, read as Python syntax.

The cell is read and never run. papermill's own reader goes line by line and misses some forms.
"""

import ast
import io
import math
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from secondline.chapters.notebooks import PARAMETERS_TAG, read_notebook, source_of, tags_of
from secondline.errors import InputError, one_of

PATH_WORDS = "path of"  # how the comment of a parameter that names a file begins
LONGEST = 10_000  # characters of a text given as a value
KINDS = {"str": str, "int": int, "float": float, "bool": bool}
WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "True or False"}


@dataclass(frozen=True)
class Parameter:
    """One setting of a chapter.

    Attributes
    ----------
    name : str
    kind : type
        str, int, float or bool.
    default : str, int, float or bool
    meaning : str
        The comment behind it: meaning, unit, allowed values.
    """

    name: str
    kind: type
    default: object
    meaning: str

    @property
    def is_path(self) -> bool:
        """Whether the value names a file of the reader's own."""
        return self.kind is str and self.meaning.startswith(PATH_WORDS)


def read_parameters(path: Path) -> dict[str, Parameter]:
    """Return a notebook's parameters, in their order.

    Raises
    ------
    InputError
        If no cell, or more than one, has the tag ``parameters``, or its cell holds anything
        but names with literal values: a value worked out from another one would keep its
        default when the other one is changed.
    """
    name = Path(path).stem
    notebook = read_notebook(path)
    found = [cell for cell in notebook["cells"] if PARAMETERS_TAG in tags_of(cell)]
    if len(found) != 1:
        raise InputError(
            f"{name} has {len(found) or 'no'} cell{'s' * (len(found) > 1)} with the tag "
            f"'{PARAMETERS_TAG}'; it needs one, or its settings cannot be changed."
        )
    return parse_parameters(source_of(found[0]), name)


def parse_parameters(source: str, where: str) -> dict[str, Parameter]:
    """Return the parameters that the text of a cell defines; see :func:`read_parameters`."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise InputError(
            f"The parameters cell of {where} is no Python: line {error.lineno}, {error.msg}."
        ) from error
    comments = _comments(source)
    parameters: dict[str, Parameter] = {}
    for statement in tree.body:
        meaning = comments.get(statement.end_lineno, "")
        for name, node, annotation in _assigned(statement, where):
            if name in parameters:
                raise InputError(f"The parameters cell of {where} sets {name} twice.")
            parameters[name] = _parameter(name, node, annotation, meaning, where)
    return parameters


def typed_value(parameter: Parameter, text: str):
    """Return a value typed at the command line, in the parameter's own type.

    Raises
    ------
    InputError
        If it is none of that type.
    """
    if parameter.kind is str:
        return text
    if parameter.kind is bool and text in ("True", "true", "False", "false"):
        return text in ("True", "true")
    if parameter.kind is int and re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        return int(text)
    if parameter.kind is float:
        try:
            return float(text)
        except ValueError:
            pass
    raise InputError(
        f"{parameter.name} is {_short(text)}; it must be {WORDS[parameter.kind]}."
    )


def chosen_values(parameters: dict[str, Parameter], given: dict, where: str) -> dict:
    """Return the value of every parameter: the given ones, and defaults for the others.

    Parameters
    ----------
    parameters : dict of str to Parameter
    given : dict
        Values from a file or from :func:`typed_value`.
    where : str
        The chapter, for messages.

    Raises
    ------
    InputError
        For names that the chapter does not have, values of a wrong type, numbers that are
        not finite, and texts that are too long or hold a null character.
    """
    for name in given:
        if not isinstance(name, str) or not name.isidentifier():
            raise InputError(f"{_short(name)} is no name of a parameter of {where}.")
        if name not in parameters:
            has = one_of(parameters) if parameters else "none"
            raise InputError(f"{where} has no parameter {name!r}; it has {has}.")
    return {
        name: _fitting(parameter, given[name]) if name in given else parameter.default
        for name, parameter in parameters.items()
    }


def _fitting(parameter: Parameter, value):
    kind, name = parameter.kind, parameter.name
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1e300 else math.inf
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        hint = " Put it in quotes." if kind is str and value is not None else ""
        raise InputError(f"{name} is {_short(value)}; it must be {WORDS[kind]}.{hint}")
    if kind is float and not math.isfinite(value):
        raise InputError(f"{name} is {value}; it must be a finite number.")
    if kind is str and (len(value) > LONGEST or "\0" in value or not _encodes(value)):
        raise InputError(
            f"{name} is {_short(value)}; a text has at most {LONGEST} characters, and each of "
            "them must be one that a file can hold."
        )
    return value


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _short(value) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _assigned(statement, where: str):
    """Yield name, value and annotation of each name that a statement sets."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        if statement.value is not None:
            yield statement.target.id, statement.value, statement.annotation
            return
    if isinstance(statement, ast.Assign):
        pairs = []
        for target in statement.targets:
            if isinstance(target, ast.Name):
                pairs.append((target.id, statement.value, None))
            elif isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
                if len(target.elts) == len(statement.value.elts) and all(
                    isinstance(name, ast.Name) for name in target.elts
                ):
                    pairs += [
                        (name.id, value, None)
                        for name, value in zip(target.elts, statement.value.elts, strict=True)
                    ]
                    continue
                pairs = []
                break
            else:
                pairs = []
                break
        if pairs:
            yield from pairs
            return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return  # a text that explains
    raise InputError(
        f"Line {statement.lineno} of the parameters cell of {where} is no name with a value, "
        "such as alpha: float = 0.05."
    )


def _parameter(name, node, annotation, meaning, where) -> Parameter:
    try:
        default = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        raise InputError(
            f"{name} in the parameters cell of {where} is worked out; it must be a plain value, "
            "or it would not follow when other parameters change."
        ) from None
    said = annotation.id if isinstance(annotation, ast.Name) else None
    kind = KINDS.get(said, type(default))
    if kind not in WORDS or (annotation is not None and said not in KINDS):
        raise InputError(
            f"{name} in the parameters cell of {where} must be a text, a number, or True or False."
        )
    plain = Parameter(name, kind, default, meaning)
    return Parameter(name, kind, _fitting(plain, default), meaning)


def _comments(source: str) -> dict[int, str]:
    """Return the comment of each line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }
