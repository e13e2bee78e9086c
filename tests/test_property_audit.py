"""The audit's two promises: true numbers never raise a finding; wrong ones mostly do.

Ten thousand true results are generated, rounded as papers round, and audited; the
number of findings must be zero. Then one digit of each is changed.
"""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondline.audit import Relation, audit, read_number
from secondline.audit.planting import change_digit
from secondline.claims import COLUMNS, Claim

MANY = 10_000


def claim(number, **fields):
    blank = dict.fromkeys(COLUMNS, "")
    return Claim(**{**blank, "id": f"c{number}", "kind": "count", "document": "made", **fields})


def rounded(value: float, digits: int, mode=ROUND_HALF_UP) -> str:
    return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=mode))


def true_percentages(generator):
    for i in range(MANY):
        total = int(generator.integers(1, 3000))
        n = int(generator.integers(0, total + 1))
        digits = int(generator.integers(0, 3))
        mode = (ROUND_HALF_UP, ROUND_HALF_EVEN)[int(generator.integers(2))]
        exact = Decimal(100 * n) / Decimal(total)
        shown = str(exact.quantize(Decimal(1).scaleb(-digits), rounding=mode))
        hidden = bool(generator.integers(2))
        yield claim(
            i, kind="percentage", unit="%", value=shown, n="" if hidden else str(n), N=str(total)
        )


def true_ratios(generator):
    z = stats.norm.ppf(0.975)
    for i in range(MANY):
        log_ratio = generator.normal(-0.3, 0.5)
        se = generator.uniform(0.05, 0.6)
        ends = [math.exp(log_ratio + k * z * se) for k in (-1, 0, 1)]
        digits = int(generator.integers(2, 4))
        lower, value, upper = (rounded(e, digits) for e in ends)
        p = 2 * stats.norm.sf(abs(log_ratio) / se)
        shown = "<0.001" if p < 0.001 else rounded(p, int(generator.integers(2, 5)))
        yield claim(
            i, kind="effect", quantity="hazard ratio", value=value, lower=lower, upper=upper, p=shown
        )


def true_sums(generator):
    claims, relations = [], []
    for i in range(MANY):
        parts = generator.integers(0, 400, size=int(generator.integers(2, 6)))
        ids = []
        for j, part in enumerate(parts):
            claims.append(claim(f"{i}p{j}", value=str(part)))
            ids.append(claims[-1].id)
        claims.append(claim(f"{i}t", value=str(parts.sum())))
        relations.append(
            Relation(f"r{i}", "sum", tuple(ids), claims[-1].id, {}, "high", "", "", "")
        )
    return claims, relations


def true_repeats(generator):
    for i in range(MANY):
        value = float(generator.lognormal(1, 2))
        for place in "ab":
            digits = int(generator.integers(0, 4))
            yield claim(
                f"{i}{place}", concept=f"q{i}", kind="median", value=rounded(value, digits)
            )


def true_heterogeneity(generator):
    claims, relations = [], []
    for i in range(MANY):
        df = int(generator.integers(1, 12))
        q = float(generator.chisquare(df) * generator.uniform(0.5, 4))
        i2 = max(0.0, 100 * (q - df) / q)
        p = stats.chi2.sf(q, df)
        value = rounded(i2, int(generator.integers(0, 3)))
        shown = "<0.001" if p < 0.001 else rounded(p, int(generator.integers(2, 4)))
        claims.append(claim(i, kind="statistic", value=value, p=shown))
        relations.append(
            Relation(f"r{i}", "i2_p", (f"c{i}",), "", {"k": str(df + 1)}, "high", "", "", "")
        )
    return claims, relations


def findings(claims, relations=()):
    return [(c.rule, c.reason) for c in audit(claims, relations).findings]


def test_true_percentages_raise_no_finding():
    claims = list(true_percentages(np.random.default_rng(1)))
    assert findings(claims) == []


def test_true_ratios_raise_no_finding():
    assert findings(true_ratios(np.random.default_rng(2))) == []


def test_true_sums_raise_no_finding():
    assert findings(*true_sums(np.random.default_rng(3))) == []


def test_one_quantity_rounded_twice_raises_no_finding():
    assert findings(true_repeats(np.random.default_rng(4))) == []


def test_true_heterogeneity_raises_no_finding():
    assert findings(*true_heterogeneity(np.random.default_rng(5))) == []


def test_true_reductions_raise_no_finding():
    generator = np.random.default_rng(6)
    claims, relations = [], []
    for i in range(MANY):
        ratio = float(generator.uniform(0.2, 0.99))
        claims.append(claim(f"{i}h", kind="effect", value=rounded(ratio, 3)))
        claims.append(claim(f"{i}r", kind="rate", value=rounded(100 * (1 - ratio), 0)))
        relations.append(
            Relation(f"r{i}", "reduction", (f"c{i}h",), f"c{i}r", {}, "high", "", "", "")
        )
    assert findings(claims, relations) == []


def share_caught(claims, fields, relations=(), seed=9):
    """Change one digit in each claim, and return the share with a finding."""
    generator = np.random.default_rng(seed)
    caught = 0
    claims = list(claims)
    changed = []
    for c in claims:
        values = {name: getattr(c, name) for name in COLUMNS}
        field = fields[int(generator.integers(len(fields)))]
        if not any(ch.isdigit() for ch in values[field]):
            continue
        values[field] = change_digit(values[field], generator)
        changed.append(Claim(**values, document="made"))
    found = {i for check in audit(changed, relations).findings for i in check.claims}
    caught = sum(c.id in found for c in changed)
    return caught / len(changed)


def test_wrong_digits_are_caught_at_the_reported_rate(record_property):
    """The rates stand in the chapter on the audit; here they may not fall below these."""
    rng = np.random.default_rng
    percentages = [c for c in true_percentages(rng(1)) if c.n]
    rates = {
        "percentage beside its count": share_caught(percentages, ["value", "n", "N"]),
        "ratio with interval and P": share_caught(
            true_ratios(rng(2)), ["value", "lower", "upper"]
        ),
    }
    for name, rate in rates.items():
        record_property(name, round(rate, 3))
    assert rates["percentage beside its count"] > 0.9
    assert rates["ratio with interval and P"] > 0.75


def test_a_wrong_total_is_always_caught():
    claims, relations = true_sums(np.random.default_rng(3))
    generator = np.random.default_rng(4)
    spoilt = [
        Claim(
            **{
                **{n: getattr(c, n) for n in COLUMNS},
                "value": change_digit(c.value, generator) if c.id.endswith("t") else c.value,
            },
            document="made",
        )
        for c in claims
    ]
    assert len(audit(spoilt, relations).findings) == len(relations)


@given(st.decimals(min_value=0, max_value=10**6, places=3), st.integers(0, 3))
def test_a_number_may_equal_its_own_rounding(value, digits):
    shown = str(value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))
    assert read_number(shown).may_equal(read_number(str(value)))


@pytest.mark.parametrize(
    ("text", "value", "relation"),
    [
        ("2,755", 2755, ""),
        ("<0.001", 0.001, "<"),
        ("< 0.05", 0.05, "<"),
        ("≥3", 3, ">"),
        ("8.56 × 10–9", 8.56e-9, ""),
        ("nine", 9, ""),
        ("0.398", 0.398, ""),
    ],
)
def test_numbers_are_read_as_printed(text, value, relation):
    number = read_number(text)
    assert float(number.value) == pytest.approx(value)
    assert number.relation == relation


@pytest.mark.parametrize("text", ["NR", "", "1:1", "phase 3", "22-46", "v.4.2.3", "5 June 2026"])
def test_what_is_no_number_is_left_alone(text):
    assert read_number(text) is None
