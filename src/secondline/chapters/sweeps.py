"""Many variants of chapters, described in a file."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from secondline.chapters.parameters_cell import Parameter
from secondline.chapters.project import Project, Request
from secondline.chapters.yaml_files import read_yaml
from secondline.errors import InputError, one_of

MOST = 100_000  # variants of one file
WAYS = ("grid", "list", "draws")
OF_RUN = ("chapter", *WAYS, "same", "without")
OF_FILE = ("title", "keep", "runs")
OF_DRAWS = ("n", "seed", "between", "among")


@dataclass(frozen=True)
class Sweep:
    """Variants of one or more chapters.

    Attributes
    ----------
    name : str
        The file's, without its ending.
    title : str
    requests : tuple of Request
        Checked, and each once.
    varied : tuple of str
        Parameters that the file names.
    keep : tuple of str
        Recorded results that the table holds; empty for all.
    """

    name: str
    title: str
    requests: tuple[Request, ...]
    varied: tuple[str, ...]
    keep: tuple[str, ...] = ()


def read_sweep(path: Path, project: Project) -> Sweep:
    """Read a sweep's file and check every variant.

    Parameters
    ----------
    path : Path
        YAML: ``title``, and either one run or a list of them under ``runs``. A run has a
        ``chapter`` and one of: ``grid`` (a list of values for each parameter, all
        combinations), ``list`` (a list of variants), ``draws`` (``n``, ``seed``, and
        ``between`` two numbers or ``among`` values). ``same`` gives values to all variants of
        a run; ``without`` lists combinations that are left out. ``keep`` lists the recorded
        results that the table holds, if it is not to hold all.
    project : Project

    Raises
    ------
    InputError
        If the file cannot be read, or a variant is not allowed; the first such variant is
        named.
    """
    if not re.fullmatch(r"[\w.-]+", path.stem) or path.stem.startswith("."):
        raise InputError(f"{path.name} must be named with letters, digits, - and _.")
    content = read_yaml(path, "sweep", "a chapter or runs")
    where = path.name
    if "runs" in content:
        _known(content, OF_FILE, where)
        runs = content["runs"]
        if not isinstance(runs, list) or not runs:
            raise InputError(f"runs in {where} must be a list of runs.")
    else:
        _known(content, ("title", "keep", *OF_RUN), where)
        runs = [{k: value for k, value in content.items() if k not in OF_FILE}]
    requests: dict[tuple, Request] = {}
    varied: dict[str, None] = {}
    for k, run in enumerate(runs, start=1):
        spot = f"{where}, run {k}" if len(runs) > 1 else where
        for given in _variants(run, project, spot):
            varied |= dict.fromkeys(given)
            request = _checked(project, run["chapter"], given, spot)
            requests.setdefault((request.chapter, *request.values.items()), request)
            if len(requests) > MOST:
                raise InputError(f"{where} has more than {MOST} variants.")
    if not requests:
        raise InputError(f"{where} leaves no variant.")
    title = content.get("title", path.stem)
    if not isinstance(title, str):
        raise InputError(f"title in {where} is {title!r}; it must be a text.")
    keep = content.get("keep", [])
    if not isinstance(keep, list) or not all(isinstance(name, str) for name in keep):
        raise InputError(f"keep in {where} must be a list of names of recorded results.")
    return Sweep(path.stem, title, tuple(requests.values()), tuple(varied), tuple(keep))


def _checked(project: Project, chapter: str, given: dict, spot: str) -> Request:
    # the notebook runs in another folder
    paths = [n for n, p in project.parameters(chapter).items() if p.is_path and n in given]
    whole = {n: str(Path(given[n]).expanduser().absolute()) for n in paths if _named(given[n])}
    try:
        return project.request(chapter, given | whole)
    except InputError as error:
        said = ", ".join(f"{name}: {value!r}" for name, value in given.items())
        raise InputError(f"{spot}, variant {said or 'with defaults'}: {error}") from error


def _named(path) -> bool:
    return isinstance(path, str) and bool(path)


def _variants(run, project: Project, spot: str):
    """Yield what each variant of a run gives."""
    if not isinstance(run, dict):
        raise InputError(f"{spot} must be a mapping with a chapter.")
    _known(run, OF_RUN, spot)
    chapter = run.get("chapter")
    if not isinstance(chapter, str):
        raise InputError(f"{spot} has no chapter, such as chapter: tme/clusters.")
    parameters = project.parameters(chapter)
    ways = [way for way in WAYS if way in run]
    if len(ways) != 1:
        raise InputError(f"{spot} must have one of grid, list and draws; it has {len(ways)}.")
    same = _mapping(run.get("same", {}), "same", spot)
    without = run.get("without", [])
    if not isinstance(without, list) or not all(isinstance(w, dict) and w for w in without):
        raise InputError(f"without in {spot} must be a list of combinations.")
    makers = {"grid": _grid, "list": _listed, "draws": _drawn}
    for given in makers[ways[0]](run[ways[0]], parameters, spot):
        twice = set(same) & set(given)
        if twice:
            raise InputError(f"{spot} gives {min(twice)} two values: in same and in {ways[0]}.")
        variant = same | given
        if not any(_has(variant, left_out) for left_out in without):
            yield variant


def _has(variant: dict, part: dict) -> bool:
    return all(name in variant and _same(variant[name], value) for name, value in part.items())


def _same(a, b) -> bool:
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _grid(grid, parameters, spot: str):
    grid = _mapping(grid, "grid", spot)
    size = 1
    for name, values in grid.items():
        _values(values, name, "grid", spot)
        size *= len(values)
    if not grid or size > MOST:
        raise InputError(f"grid in {spot} has {size if grid else 'no'} variants; at most {MOST}.")
    for values in itertools.product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def _listed(variants, parameters, spot: str):
    if not isinstance(variants, list) or not all(isinstance(v, dict) for v in variants):
        raise InputError(f"list in {spot} must be a list of variants, each name: value.")
    yield from variants


def _drawn(draws, parameters: dict[str, Parameter], spot: str):
    draws = _mapping(draws, "draws", spot)
    _known(draws, OF_DRAWS, f"draws in {spot}")
    n, seed = draws.get("n"), draws.get("seed")
    for name, value, highest in (("n", n, MOST), ("seed", seed, 2**63)):
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= highest:
            raise InputError(
                f"{name} of the draws in {spot} is {value!r}; it must be a whole number, "
                f"at most {highest}."
            )
    between = _mapping(draws.get("between", {}), "between", spot)
    among = _mapping(draws.get("among", {}), "among", spot)
    if not between and not among or set(between) & set(among):
        raise InputError(f"draws in {spot} need between or among, and each parameter in one.")
    for name, ends in between.items():
        ok = isinstance(ends, list) and len(ends) == 2 and all(_number(end) for end in ends)
        if not ok or not ends[0] <= ends[1]:
            raise InputError(f"between in {spot} gives {name} {ends!r}; write [lowest, highest].")
    for name, values in among.items():
        _values(values, name, "among", spot)
    rng = np.random.default_rng(seed)
    for _ in range(n):
        yield {
            name: _between(rng, ends, parameters.get(name)) for name, ends in between.items()
        } | {name: values[int(rng.integers(len(values)))] for name, values in among.items()}


def _between(rng, ends, parameter):
    if parameter is not None and parameter.kind is int:
        return int(rng.integers(int(ends[0]), int(ends[1]), endpoint=True))
    return float(rng.uniform(*ends))


def _number(value) -> bool:
    kinds = isinstance(value, int | float) and not isinstance(value, bool)
    return kinds and bool(np.isfinite(value))


def _values(values, name, way: str, spot: str) -> None:
    if not isinstance(values, list) or not values:
        raise InputError(f"{way} in {spot} gives {name} {values!r}; it must be a list of values.")


def _mapping(content, name: str, spot: str) -> dict:
    if not isinstance(content, dict):
        raise InputError(f"{name} in {spot} must be a mapping, parameter: value.")
    return content


def _known(content: dict, allowed, spot: str) -> None:
    for key in content:
        if key not in allowed:
            raise InputError(f"{spot} has {key!r}; allowed: {one_of(allowed)}.")
