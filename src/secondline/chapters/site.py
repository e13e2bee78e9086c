"""Pages from executed chapters: the site, or an e-book."""

import subprocess
import sys
from pathlib import Path

# what each builder leaves, below its output folder
MADE = {
    "html": ("_build/html", "index.html"),
    "epub": ("_build/epub", "*.epub"),
}


class SiteError(Exception):
    """Sphinx could not make the pages; the message is what it said."""


def sphinx_pages(executed: Path, work: Path, builder: str = "html") -> Path:
    """Make pages from executed chapters, without executing anything and without a network.

    Parameters
    ----------
    executed : Path
        A book whose notebooks hold their outputs.
    work : Path
        A folder to work in, which is empty or does not exist.
    builder : {"html", "epub"}

    Returns
    -------
    Path
        The folder in `work` that holds the pages, or the e-book's file.

    Raises
    ------
    SiteError
        If there was a warning, an unknown reference or an error.
    """
    how = ("--builder", builder)
    if builder == "epub":
        how = ("--builder", "custom", "--custom-builder", builder)
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"),
        *(str(executed), "--path-output", str(work), *how),
        # -W -n: a warning or an unknown reference fails the build; --keep-going: show all
        *("--all", "-W", "-n", "--keep-going", "-q"),
    ]
    work.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, cwd=work)
    folder, file = MADE[builder]
    found = sorted((work / folder).glob(file))
    if done.returncode or not found:
        # messages name the copy; a person edits the original
        raise SiteError((done.stdout + done.stderr).replace(str(executed), "book"))
    return found[0] if builder == "epub" else work / folder
