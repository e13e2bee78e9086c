"""Download open data to the reader's disk: pinned, checked, gone on with after a cut."""

import shutil
from collections.abc import Callable
from pathlib import Path

from secondline.errors import InputError
from secondline.external.files import ExternalFile, is_pinned

CHUNK = 1 << 14  # bytes; a cut loses less than one
TIMEOUT = 30  # seconds without a byte


def fetch(of: ExternalFile, folder: Path, report: Callable[[str], None] = print) -> Path:
    """Return the path of a file in a folder, downloading it unless it is there.

    A download that was cut is gone on with where it ended. A file gets its name only when
    it is whole and has the pinned SHA-256.

    Parameters
    ----------
    of : ExternalFile
    folder : Path
        Made if it does not exist.
    report : callable
        Is given a sentence on what happened.

    Raises
    ------
    InputError
        If another file has the place, the download fails, or what came has another SHA-256.
    """
    path = Path(folder) / of.file
    if path.is_file():
        if is_pinned(of, path):
            report(f"{of.name}: already here ({path}).")
            return path
        raise InputError(
            f"{path} is not the pinned version of {of.name}: its SHA-256 differs. It was left "
            "as it is; move it away, and run the command again."
        )
    _download(of, path)
    report(f"{of.name}: downloaded to {path}; the SHA-256 is right.")
    return path


def _download(of: ExternalFile, path: Path) -> None:
    import pooch
    import requests

    part = path.with_name(f"{path.name}.part")
    pooch.get_logger().setLevel("ERROR")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pooch.retrieve(
            of.url, f"sha256:{of.sha256}", fname=path.name, path=path.parent,
            downloader=lambda url, target, _: _go_on(url, part, Path(target)),
        )  # fmt: skip
    except requests.RequestException as error:
        kept = "What has come is kept, and the next try goes on from there."
        raise InputError(
            f"{of.name} could not be downloaded from {of.url}: {_reason(error)}. "
            f"{kept if part.exists() else ''}".rstrip()
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    except ValueError as error:
        # pooch's word for a wrong hash; its temporary file is gone
        raise InputError(
            f"What {of.url} gave is not the pinned version of {of.name}: its SHA-256 differs. "
            "It was thrown away, and nothing was saved."
        ) from error


def _go_on(url: str, part: Path, target: Path) -> None:
    """Download to a part file from where it ends, and move it to the target when it is whole."""
    import requests

    have = part.stat().st_size if part.exists() else 0
    # no compression on the way: a range would be one of the compressed bytes
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            # there was nothing left to come; whether it is right, the hash tells
            shutil.move(part, target)
            return
        answer.raise_for_status()
        goes_on = answer.status_code == requests.codes.partial_content
        with part.open("ab" if goes_on else "wb") as file:
            for chunk in answer.iter_content(CHUNK):
                file.write(chunk)
        length = answer.headers.get("Content-Length")
        came = part.stat().st_size - (have if goes_on else 0)
        if length is not None and came != int(length):
            raise requests.ConnectionError("the connection ended early")
    shutil.move(part, target)


def _reason(error) -> str:
    import requests

    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return f"nothing came for {TIMEOUT} seconds"
    if isinstance(error, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        return "there is no connection to the server, or it was cut"
    return str(error).rstrip(".")
