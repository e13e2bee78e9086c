"""YAML files that a person writes: plain data, each name once, and a sentence for what is wrong."""

from pathlib import Path

import yaml

from secondline.errors import InputError


def read_yaml(path: Path, what: str = "file", holds: str = "names and values") -> dict:
    """Return the mapping that a YAML file holds.

    Parameters
    ----------
    path : Path
    what : str
        What the file is, for the message: "sweep", "quiz".
    holds : str
        What its mapping has, for the message: "a chapter or runs".

    Raises
    ------
    InputError
        If the file cannot be read, holds anything but plain data, gives one name two values,
        or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is no text in UTF-8.") from error
    try:
        content = yaml.load(text, Loader=_OneValueEach)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        spot = f", line {mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or "it is no plain YAML"
        raise InputError(f"{path.name}{spot} cannot be read: {said}.") from error
    except RecursionError as error:
        raise InputError(f"{path.name} is nested too deeply.") from error
    if not isinstance(content, dict):
        raise InputError(f"{path.name} must be a mapping with {holds}.")
    return content


class _OneValueEach(yaml.SafeLoader):
    """Plain data only, and no name twice."""


def _mapping_once(loader, node, deep=False):
    names = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for name in names:
        if not isinstance(name, str | int | float | bool) or names.count(name) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"{name!r} stands there twice, or is no name", node.start_mark
            )
    return dict(
        zip(names, (loader.construct_object(v, deep=True) for _, v in node.value), strict=True)
    )


_OneValueEach.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_once)
