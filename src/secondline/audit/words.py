"""The audit in words and tables, for the page."""

from collections.abc import Iterable, Mapping

import pandas as pd

from secondline.audit.checks import SEVERITIES, Check
from secondline.audit.relations import JUDGED
from secondline.audit.run import Audit
from secondline.claims import Claim, read_card

QUESTIONS = {
    "between": "Does a number lie between two others?",
    "contradiction": "Can two statements both be true? (a person's reading)",
    "definition": "Is one thing defined in one way only? (a person's reading)",
    "equal": "Do two claims that speak of one quantity agree after rounding?",
    "i2_p": "Do I² and the P value of Q belong to one Q?",
    "interval_order": "Do the limits stand in order, with the value between them?",
    "interval_symmetric": "Does a ratio lie in the middle of its interval on the log scale?",
    "median_rate": "Does the share free of an event fit the median?",
    "p_from_interval": "Does P follow from the ratio and its interval?",
    "p_possible": "Does P lie between 0 and 1?",
    "percentage_of_count": "Is the percentage its count over its denominator, rounded?",
    "percentage_possible": "Does any whole number of patients give the percentage?",
    "pooled": "Does a pooled proportion follow from the printed counts?",
    "range": "Does a range run from the smallest to the largest of its members?",
    "reduction": "Is a risk reduction 100 (1 − ratio)?",
    "same_concept": "Is one quantity printed alike in all its places?",
    "same_numbers": "Do equal numbers carry one label? (entered where they do not)",
    "share": "Is a percentage one claim's count over another's?",
    "share_possible": "Is no part larger than its whole?",
    "sum": "Do the parts add up to the whole?",
    "unsupported": "Does the document carry a strong statement? (a person's reading)",
    "words_i2": "Do words on heterogeneity fit the recomputed I²?",
    "words_p": "Do words on a difference fit the P value beside them?",
}
READINGS = {
    "percentage_of_count": "The count, the denominator or the percentage is misprinted, or was "
    "cut instead of rounded.",
    "percentage_possible": "Another denominator, or a misprinted digit.",
    "interval_symmetric": "A misprinted limit or estimate, or an interval of another kind.",
}
CONSEQUENCES = {
    "percentage_of_count": "Whoever pools these trials must choose between the count and the "
    "percentage.",
    "percentage_possible": "The percentage cannot be turned back into patients.",
    "interval_symmetric": "A meta-analysis that takes the standard error from the interval "
    "centres it beside the estimate.",
}


def rule_table(audit: Audit) -> pd.DataFrame:
    """Return for each rule what it asks, the checks made, and those passed."""
    return pd.DataFrame(
        {
            "Rule": rule,
            "What it asks": QUESTIONS[rule],
            "Checks": made,
            "Hold": "–" if rule in JUDGED else held,
        }
        for rule, (made, held) in audit.counts().items()
    )


def document_table(audit: Audit, claims: Mapping[str, Claim]) -> pd.DataFrame:
    """Return for each document its claims, those that could be checked, and its findings."""
    checked = audit.checked_claims()
    by_arithmetic = {
        i for check in audit.checks if check.rule not in JUDGED for i in check.claims
    }
    rows = []
    for document in sorted({claim.document for claim in claims.values()}):
        mine = {i for i, claim in claims.items() if claim.document == document}
        findings = [f for f in audit.findings if mine & set(f.claims)]
        row = {
            "Document": read_card(document)["short"],
            "Claims": f"{len(mine):,}",
            "Checked by arithmetic": f"{len(mine & by_arithmetic):,}",
            "or by reading": f"{len(mine & checked):,}",
            "Findings": f"{len(findings):,}",
        }
        for severity in SEVERITIES:
            row[severity.capitalize()] = sum(f.severity == severity for f in findings)
        rows.append(row)
    return pd.DataFrame(rows)


def grade(check: Check) -> str:
    """Return a finding's grade, and whether it is impossible."""
    return f"{check.severity}, impossible" if check.impossible else check.severity


def documents_of(check: Check, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """Return the short names of the documents that a check involves."""
    names = [read_card(claims[i].document)["short"] for i in check.claims if i in claims]
    return tuple(dict.fromkeys(names))


def readings(check: Check) -> str:
    """Return what would resolve a finding."""
    return check.readings or READINGS.get(check.rule, "")


def consequence(check: Check) -> str:
    """Return what a finding changes for a reader."""
    return check.consequence or CONSEQUENCES.get(check.rule, "")


def select(findings: Iterable[Check], *severities: str) -> list[Check]:
    """Return the findings of the given severities, in their order."""
    return [finding for finding in findings if finding.severity in severities]
