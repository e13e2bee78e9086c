#!/usr/bin/env python
"""Download open data of real patients, for the chapters that need them.

    python scripts/fetch.py                          list what there is, and what is here
    python scripts/fetch.py NAME ... --accept-licence
    python scripts/fetch.py all --accept-licence

The files go to data/external, or to the folder that SECONDLINE_DATA names. Each is pinned to
one version by its SHA-256. A cut download goes on where it ended; a file that is here is not
downloaded again. The data are not part of this project: their owners' terms hold.
"""

import argparse
import sys
import textwrap

from secondline.cohort import fetch_geo
from secondline.errors import InputError, one_of
from secondline.external import FILES, available, fetch
from secondline.paths import data_folder

GEO = "gse248835"
GEO_TERMS = (
    "The trial's deposited patients, at GEO. Use the public release only. No version is "
    "pinned: GEO makes the file anew now and then."
)


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0],
        epilog=f"names: {', '.join((*FILES, GEO))}, or all for the pinned ones",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="none: list what there is")
    parser.add_argument(
        "--accept-licence", action="store_true",
        help="you have read the terms that are shown, and accept them",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    if not given.names:
        _show((*FILES, GEO))
        return 0
    names = list(FILES) if given.names == ["all"] else list(dict.fromkeys(given.names))
    try:
        for name in names:
            if name not in (*FILES, GEO):
                raise InputError(
                    f"There are no external data {name!r}; allowed: {one_of((*FILES, GEO))}."
                )
        needed = [name for name in names if not _here(name)]
        _show(needed)
        if needed and not (given.accept_licence or _accepted()):
            raise InputError(
                "Nothing was downloaded. If you accept these terms, say so: "
                f"scripts/fetch.py {' '.join(needed)} --accept-licence"
            )
        return _fetch_all(names)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. What has come is kept; the same command goes on.", file=sys.stderr)
        return 130


def _fetch_all(names) -> int:
    """Fetch each; one that fails does not keep the others from coming."""
    failed = 0
    for name in names:
        try:
            if name == GEO:
                print(f"{GEO}: {fetch_geo(data_folder())}")
            else:
                fetch(FILES[name], data_folder())
        except InputError as error:
            print(error, file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def _here(name: str) -> bool:
    return name in FILES and available(name)


def _show(names) -> None:
    """Print what each holds and its terms; the same terms once."""
    said = {}
    for name in names:
        if name == GEO:
            head, terms = f"{GEO}: patients of ZUMA-7 and their tumours' gene expression", GEO_TERMS
            page = f"https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc={GEO.upper()}"
        else:
            of = FILES[name]
            head = f"{name} ({'here' if _here(name) else 'not here'}): {of.content}"
            terms, page = of.terms, of.page
        if terms in said:
            terms = f"The same terms as {said[terms]}."
        said.setdefault(terms, name)
        print(head)
        for line in (terms, page):
            print(textwrap.fill(line, 88, initial_indent="    ", subsequent_indent="    "))


def _accepted() -> bool:
    """Ask at a terminal; elsewhere nobody can answer."""
    if not sys.stdin.isatty():
        return False
    return input("Do you accept these terms? Type yes: ").strip().lower() == "yes"


if __name__ == "__main__":
    raise SystemExit(main())
