"""Open data of real patients that a reader downloads: what they are, and where they lie."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from secondline.csvfiles import shown
from secondline.errors import InputError, one_of
from secondline.paths import data_folder

RAW = "https://raw.githubusercontent.com"
LME = "BostonGene/LME/ec337ea2f49dceec4cdb8f902540af058eff0aa8"
NEEDS_DATA = "(needs the data)"  # in the place of a number in a text
LME_TERMS = (
    "For academic and non-profit use only; any commercial use needs a separate licence from "
    "BostonGene. Results that are published must name the source, and copies must carry its "
    "notice. This is a summary: the repository's licence files hold the whole text."
)


@dataclass(frozen=True)
class ExternalFile:
    """A file of open data, pinned to one version.

    Attributes
    ----------
    name : str
        What a person types.
    file : str
        File name on the reader's disk.
    url : str
        Where exactly this version lies.
    sha256 : str
        Of its bytes, as 64 hexadecimal digits.
    page : str
        Where a person reads about it, and its licence.
    content : str
        What it holds.
    terms : str
        What its owner allows, in this project's words.
    reference : str
        Key in the bibliography.
    """

    name: str
    file: str
    url: str
    sha256: str
    page: str
    content: str
    terms: str
    reference: str


FILES = {
    of.name: of
    for of in (
        ExternalFile(
            "reddy2017", "DLBCL_Reddy.xlsx",
            f"{RAW}/morinlab/GAMBLR.data/57b3af269369d349e1972589d09c535827f98cab/"
            "inst/extdata/studies/DLBCL_Reddy.xlsx",
            "b0001fad1e5975d458bf493f1271d175eae721c4db5b8851ac92b21a4b7433af",
            "https://github.com/morinlab/GAMBLR.data",
            "patients with diffuse large B-cell lymphoma: response to first line, survival, IPI",
            "The package that carries it has the MIT licence. The table itself is supplementary "
            "material of an article in Cell (2017), whose publisher holds the rights; cite it.",
            "reddy2017",
        ),
        ExternalFile(
            "schmitz2018", "schmitz2018_characteristics.tsv",
            f"{RAW}/getzlab/DLBCL-Classifier/b5c6678b420d23030ed0655ab839d0fce04199fc/"
            "data_tables/Tab%20S9%20Characteristics%20DLBCL-Table%201.tsv",
            "8ee152e8024a938c0e1a70b99b6835048071748e44e780eb4e3548255c83bf1f",
            "https://github.com/getzlab/DLBCL-Classifier",
            "patients with diffuse large B-cell lymphoma: treatment, IPI, survival",
            "The repository has no licence file. The table is supplementary material of an "
            "article in the New England Journal of Medicine (2018); cite it.",
            "schmitz2018",
        ),
        ExternalFile(
            "lme2021-annotation", "lme_pan_cohort_annotation.tsv",
            f"{RAW}/{LME}/datasets/pan_cohort_annotation.tsv",
            "82fe92579269930ac58526874bf77accefe054869eb5258c501c6ea12c9cdd18",
            "https://github.com/BostonGene/LME",
            "samples of lymphoma from many data sets: platform, diagnosis, microenvironment class",
            LME_TERMS, "kotlov2021",
        ),
        ExternalFile(
            "lme2021-signatures", "lme_pan_cohort_signatures.tsv.gz",
            f"{RAW}/{LME}/datasets/pan_cohort_signatures.tsv.gz",
            "2d47828fc4fed84dd2589b1ad9c24edb4511be0f7b52e374934d639094b125b6",
            "https://github.com/BostonGene/LME",
            "microenvironment signatures of the same samples",
            LME_TERMS, "kotlov2021",
        ),
    )
}  # fmt: skip


def available(*names: str) -> bool:
    """Return whether all these files are there; :func:`locate` also checks what they hold.

    Raises
    ------
    InputError
        If there is no such name.
    """
    return not missing(*names)


def missing(*names: str) -> tuple[str, ...]:
    """Return those of these files that are not there."""
    return tuple(name for name in names if not (data_folder() / _known(name).file).is_file())


def how_to_get(*names: str) -> str:
    """Return the one command that downloads these files."""
    return f".venv/bin/python scripts/fetch.py {' '.join(names)} --accept-licence"


def data_note(*names: str) -> str:
    """Return a sentence for below a page's bottom line: whether the data of it were there.

    Parameters
    ----------
    names : str
        Of :data:`FILES`.
    """
    gone = missing(*names)
    if not gone:
        return f"Computed from open data of real patients when this page was made: {', '.join(names)}."
    return (
        f"This copy of the page was made without open data of real patients: {', '.join(gone)}. "
        "What needs them is left out; what does not need them is here. How to get them is said "
        "below."
    )


def absence(*names: str) -> str:
    """Say which of these data are not there, and the one command that gets them.

    Returns
    -------
    str
        Empty if all are there.
    """
    gone = missing(*names)
    if not gone:
        return ""
    return (
        "What needs open data of real patients is left out on this page, since they are not on "
        f"this machine: {', '.join(gone)}. Where there is a network, and if you accept the terms "
        f"of their owners, this gets them: {how_to_get(*gone)}"
    )


def locate(name: str) -> Path:
    """Return the path of a downloaded file whose content is the pinned one.

    Parameters
    ----------
    name : str
        One of :data:`FILES`.

    Raises
    ------
    InputError
        If there is no such name, the file is not there (with the command that gets it),
        or it holds something else than the pinned version.
    """
    of = _known(name)
    path = data_folder() / of.file
    if not path.is_file():
        raise InputError(
            f"The data {name} ({of.content}) are not on this machine: there is no "
            f"{shown(str(path))}. Where there is a network, this gets them: {how_to_get(name)}"
        )
    if not is_pinned(of, path):
        raise InputError(
            f"{shown(str(path))} is not the version of {name} that this book is made for: its "
            f"SHA-256 differs. Move it away, and get the right one: {how_to_get(name)}"
        )
    return path


def is_pinned(of: ExternalFile, path: Path) -> bool:
    """Return whether a file holds the pinned version, by its SHA-256."""
    status = path.stat()
    return _sha256(str(path), status.st_size, status.st_mtime_ns) == of.sha256


@lru_cache(maxsize=64)
def _sha256(path: str, size: int, changed: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(name: str) -> ExternalFile:
    if name not in FILES:
        raise InputError(f"There are no external data {name!r}; allowed: {one_of(tuple(FILES))}.")
    return FILES[name]
