"""A chapter's own check of its parameters, made before a kernel starts.

The cell below the parameters calls ``check_parameters``. Its statements up to the last check
are run here, with the values asked for, so that the rules stand in one place: the chapter.
"""

import ast
import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from secondline.chapters.notebooks import PARAMETERS_TAG, read_notebook, source_of, tags_of
from secondline.chapters.parameters import check_parameters
from secondline.errors import InputError, one_of

CALL = "check_parameters"


@dataclass(frozen=True)
class Checked:
    """What a chapter's check says.

    Attributes
    ----------
    allowed : dict
        Name to what is allowed, as `check_parameters` takes it.
    fault : str
        One sentence for each value that cannot be used; empty if all can be.
    """

    allowed: dict
    fault: str


def check_chapter(path: Path, values: dict) -> Checked:
    """Return what the check of a chapter says of values, one for each of its parameters.

    A notebook without a check allows all values.

    Raises
    ------
    InputError
        If the cell with the check cannot be run as far as the check.
    """
    statements = _statements(read_notebook(path))
    allowed: dict = {}
    if not statements:
        return Checked({}, "")

    def note(**parameters) -> None:
        allowed.update({name: rule for name, (_, rule) in parameters.items()})
        check_parameters(**parameters)

    namespace = dict(values)
    # the chapter's name for the check is one that its cell imports, so it is put in afterwards
    module = ast.Module([_Redirect().visit(kept) for kept in _used(statements)], type_ignores=[])
    namespace["__note__"] = note
    fault = ""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.fix_missing_locations(module), f"{path} (check)", "exec"), namespace)
    except InputError as error:
        fault = str(error)
    except Exception as error:
        raise InputError(
            f"The parameters of {Path(path).stem} cannot be checked: {type(error).__name__}: {error}."
        ) from error
    return Checked(allowed, fault)


def allowed_words(rule) -> str:
    """Write what is allowed as a phrase.

    Examples
    --------
    >>> allowed_words((0.5, 0.999)), allowed_words(("ORR", "CR")), allowed_words(bool)
    ('0.5 to 0.999', "'ORR' or 'CR'", 'True or False')
    """
    if isinstance(rule, type):
        return {str: "any text", int: "a whole number", bool: "True or False"}[rule]
    if isinstance(rule, range):
        return f"{rule[0]} to {rule[-1]}"
    if isinstance(rule, tuple) and all(isinstance(end, float) for end in rule):
        return f"{rule[0]:g} to {rule[1]:g}"
    return one_of(tuple(rule))


class _Redirect(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == CALL:
            node.func.id = "__note__"
        return node


def _used(statements: list) -> list:
    """Leave out what is imported for the rest of the chapter; it takes longer than the check."""
    names = {node.id for each in statements for node in ast.walk(each) if isinstance(node, ast.Name)}
    kept = []
    for statement in statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            statement.names = [
                alias
                for alias in statement.names
                if alias.name == "*" or (alias.asname or alias.name).split(".")[0] in names
            ]
            if not statement.names:
                continue
        kept.append(statement)
    return kept


def _statements(notebook: dict) -> list:
    """Return the statements of the cell with the check, up to the last check in a row."""
    below = False
    for cell in notebook["cells"]:
        if PARAMETERS_TAG in tags_of(cell):
            below = True
            continue
        if not below or cell["cell_type"] != "code":
            continue
        try:
            body = ast.parse(source_of(cell)).body
        except SyntaxError:
            continue  # magics; the chapter's own checks are plain Python
        last = None
        for k, statement in enumerate(body):
            if _called(statement) == CALL:
                last = k
            elif last == k - 1 and _called(statement).startswith("check_"):
                last = k
        if last is not None:
            return body[: last + 1]
    return []


def _called(statement) -> str:
    """Return the name of the function that a statement calls, empty for other statements."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return ""
