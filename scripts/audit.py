#!/usr/bin/env python
"""Audit a table of published numbers: can they all be true?

    python scripts/audit.py FILE.csv [--relations FILE.csv] [--html report.html]

FILE.csv has the columns of seeds/*/claims.csv; only id and value are needed, and
rules use what there is: n and N against a percentage, limits around an estimate,
P against both. Rows that share a concept must agree.

Exit code 0: nothing impossible, though there may be findings of other grades; 1:
something cannot be true; 2: a file cannot be read, no row of it can, or a relation
lacks what its rule needs.
"""

import argparse
import sys
from pathlib import Path

from secondline.audit import audit, read_relations
from secondline.audit.own_paper import (
    findings_html,
    findings_text,
    read_own_claims,
    unchecked_text,
)
from secondline.errors import InputError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="CSV table of claims")
    parser.add_argument("--relations", help="CSV table of relations between the claims")
    parser.add_argument("--html", help="write a report page to this file")
    options = parser.parse_args()
    try:
        claims, faults = read_own_claims(options.file)
        if not claims:
            told = [*faults, f"{Path(options.file).name} has no row that can be read."]
            raise InputError("\n".join(told))
        relations = read_relations(options.relations) if options.relations else ()
        result = audit(claims, relations)
        if options.html:
            page = findings_html(result, title=f"Audit of {Path(options.file).name}", faults=faults)
            Path(options.html).write_text(page, encoding="utf-8")
    except (InputError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for fault in faults:
        print(fault, file=sys.stderr)
    print(findings_text(result))
    if unchecked := unchecked_text(claims, result):
        print(unchecked)
    return 1 if result.impossible else 0


if __name__ == "__main__":
    raise SystemExit(main())
