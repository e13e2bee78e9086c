"""A run repeated from its manifest: do the results agree, and if not, what else is different?"""

from dataclasses import dataclass

from secondline.chapters.notebooks import without_nan

SAID = {
    "python": "Python",
    "commit": "commit",
    "lock_sha256": "requirements.lock",
    "notebook_source_sha256": "the notebook",
}
LISTS = {
    "packages": "package",
    "library": "module",
    "data": "data file",
    "folders": "folder",
    "own_files": "own file of parameter",
}


@dataclass(frozen=True)
class Comparison:
    """Two runs of one chapter under the same parameters.

    Attributes
    ----------
    results : tuple of str
        One line for each recorded result that differs.
    surroundings : tuple of str
        One line for each thing that the runs were made from and that differs.
    n : int
        Recorded results of the first run.
    """

    results: tuple[str, ...]
    surroundings: tuple[str, ...]
    n: int

    @property
    def agree(self) -> bool:
        """Whether all recorded results are the same, to the last digit."""
        return not self.results


def compare_runs(before: dict, after: dict) -> Comparison:
    """Compare the manifests of two runs."""
    was, now = without_nan(before["results"]), without_nan(after["results"])
    results = [
        f"{name}: {_told(was, name)}, now {_told(now, name)}"
        for name in dict.fromkeys((*was, *now))
        if _told(was, name) != _told(now, name)
    ]
    surroundings = [
        f"{words}: {before.get(key)}, now {after.get(key)}"
        for key, words in SAID.items()
        if before.get(key) != after.get(key)
    ]
    for key, words in LISTS.items():
        old, new = before.get(key) or {}, after.get(key) or {}
        for name in dict.fromkeys((*old, *new)):
            if old.get(name) != new.get(name):
                change = "new" if name not in old else "gone" if name not in new else "changed"
                surroundings.append(f"{words} {name}: {change}")
    return Comparison(tuple(results), tuple(surroundings), len(was))


def _told(results: dict, name: str) -> str:
    return repr(results[name]) if name in results else "not recorded"
