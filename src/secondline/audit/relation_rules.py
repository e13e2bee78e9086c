"""Rules over several claims, one function for each rule of a relation."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

from scipy import stats

from secondline.audit.checks import Check, passed
from secondline.audit.concept_rules import agree
from secondline.audit.relation_form import check_form, setting, setting_of
from secondline.audit.relations import JUDGED, Relation
from secondline.claims import Claim
from secondline.errors import InputError
from secondline.intervals import PrintedNumber, as_printed, percentage_agrees, read_number


def check_relation(relation: Relation, claims: Mapping[str, Claim]) -> Check:
    """Apply a relation to the claims it names.

    Raises
    ------
    InputError
        If it names a claim that is not there or a number that is not printed, names too
        few or too many claims, or lacks a setting that its rule needs.
    """
    for claim_id in (*relation.claims, *filter(None, [relation.target])):
        if claim_id not in claims:
            raise InputError(f"Relation {relation.id!r} names {claim_id!r}, which is no claim.")
    check_form(relation)
    ids = tuple(filter(None, [relation.target, *relation.claims]))
    if relation.rule in JUDGED:
        check = Check(relation.rule, ids, False, reason=relation.reason)
    else:
        check = ARITHMETIC_RULES[relation.rule](relation, claims)
    if check.holds:
        return replace(check, claims=ids)
    return replace(
        check,
        claims=ids,
        # parts may leave somebody out, and then nothing is impossible
        impossible=check.impossible and relation.detail.get("possible") != "yes",
        severity=relation.severity,
        reason=relation.reason or check.reason,
        readings=relation.readings,
        consequence=relation.consequence,
    )


def _sum(relation, claims):
    """Parts add up to their total; rounding of the parts is allowed for."""
    part = relation.detail.get("part", "value")
    parts = [_number(relation, claims[c], part) for c in relation.claims]
    total = _number(relation, claims[relation.target], relation.detail.get("target", part))
    added = sum(p.value for p in parts)
    # counts add up exactly; what was rounded may be off by half a unit each
    percentages = part == "value" and claims[relation.target].unit == "%"
    rounded = percentages or any(p.half < Fraction(1, 2) for p in parts)
    slack = sum(p.half for p in (*parts, total)) if rounded else 0
    if abs(added - total.value) <= slack:
        return passed("sum")
    shown = " + ".join(p.text for p in parts)
    return _finding(
        "sum",
        f"{shown} = {_plain(added)}",
        total.text,
        f"{shown} is {_plain(added)}, printed is {total.text}.",
        impossible=True,
    )


def _share(relation, claims):
    """A percentage is one claim's count over another's."""
    part = relation.detail.get("part", "value")
    n, total = (int(_number(relation, claims[c], part).value) for c in relation.claims)
    if not 0 <= n <= total or total == 0:
        raise InputError(f"Relation {relation.id!r}: {n} of {total} is not a share.")
    printed = claims[relation.target].value
    if percentage_agrees(n, total, printed):
        return passed("share")
    return _finding(
        "share",
        f"{100 * n / total:.2f} %",
        f"{printed} %",
        f"{n} of {total} is {100 * n / total:.2f} %, printed is {printed} %.",
        impossible=True,
    )


def _range(relation, claims):
    """A printed range runs from the smallest to the largest of its members."""
    members = [_number(relation, claims[c], "value") for c in relation.claims]
    target = claims[relation.target]
    low, high = (_number(relation, target, end) for end in ("lower", "upper"))
    smallest = min(members, key=lambda m: m.value)
    largest = max(members, key=lambda m: m.value)
    factor = _unit_factor(claims[relation.claims[0]], target)
    if agree(smallest.scaled(factor), low) and agree(largest.scaled(factor), high):
        return passed("range")
    return _finding(
        "range",
        f"{smallest.text} to {largest.text}",
        target.interval,
        f"The members run from {smallest.text} to {largest.text}, printed is {target.interval}.",
    )


def _equal(relation, claims):
    """Two claims print one quantity."""
    part = relation.detail.get("part", "value")
    ids = [*relation.claims, *filter(None, [relation.target])]
    numbers = [_number(relation, claims[c], part) for c in ids]
    first = numbers[0]
    for claim_id, number in zip(ids[1:], numbers[1:], strict=True):
        factor = _unit_factor(claims[claim_id], claims[ids[0]])
        if not agree(number.scaled(factor), first):
            return _finding(
                "equal",
                first.text,
                number.text,
                f"{first.text} in one place, {number.text} in another.",
            )
    return passed("equal")


def _reduction(relation, claims):
    """A risk reduction in percent is 100 (1 - ratio)."""
    ratio = _number(relation, claims[relation.claims[0]], "value")
    printed = _number(relation, claims[relation.target], "value")
    implied = PrintedNumber(ratio.text, 100 * (1 - ratio.value), 100 * ratio.half)
    if implied.may_equal(printed):
        return passed("reduction")
    return _finding(
        "reduction",
        f"{_plain(implied.value)} %",
        f"{printed.text} %",
        f"A ratio of {ratio.text} is a reduction by {_plain(implied.value)} %, "
        f"printed is {printed.text} %.",
        impossible=True,
    )


def _i2_p(relation, claims):
    """I2 and the P value of Q belong to one Q."""
    df = setting(relation, "k", lowest=2, whole=True) - 1
    claim = claims[relation.claims[0]]
    i2, p = _number(relation, claim, "value"), _number(relation, claim, "p")
    ends = []
    for share in (i2.low, i2.high):
        share = min(max(float(share) / 100, 0.0), 0.999999)
        ends.append(stats.chi2.sf(df / (1 - share), df))
    smallest, largest = min(ends), max(ends)
    if i2.value == 0:
        largest = 1.0
    if float(p.high if p.high is not None else 1) >= smallest and (
        p.low is None or float(p.low) <= largest
    ):
        return passed("i2_p")
    return _finding(
        "i2_p",
        f"P from {smallest:.3g} to {largest:.3g}",
        f"P {p.text}",
        f"I² of {i2.text} % in {df + 1} studies means P from {smallest:.3g} to {largest:.3g}; "
        f"printed is {p.text}.",
        impossible=True,
    )


def _words_p(relation, claims):
    """Words that assert or deny a difference fit the P value beside them."""
    target = claims[relation.target]
    p = read_number(target.p) or _number(relation, target, "value")
    significant = p.value < Fraction(5, 100) or (p.relation == "<" and p.value <= Fraction(5, 100))
    asserted = relation.detail.get("expect", "significant") == "significant"
    if significant == asserted:
        return passed("words_p")
    words = claims[relation.claims[0]]
    verb = "asserts" if asserted else "denies"
    return _finding(
        "words_p",
        "P below 0.05" if asserted else "P of 0.05 or more",
        f"P {p.text}",
        f"The text {verb} a relation ({words.value or words.quantity}) beside P {p.text}.",
    )


def _words_i2(relation, claims):
    """Words on heterogeneity fit the recomputed I2, on the source's own scale."""
    from secondline.proportions.printed import allowed_words, i2_class

    words = claims[relation.claims[0]]
    i2 = _printed_pool(relation).result.i2
    if words.value in allowed_words(i2):
        return passed("words_i2")
    return _finding(
        "words_i2",
        f"I² {i2:.1f} %, {i2_class(i2)}",
        words.value,
        f"The counts give I² of {i2:.1f} %, which is {i2_class(i2)} on the source's own "
        f"scale; the words are '{words.value}'.",
    )


def _pooled(relation, claims):
    """A printed pooled proportion and its limits follow from the printed counts."""
    claim = claims[relation.claims[0]]
    result = _printed_pool(relation).result
    follows = [
        as_printed(100 * value, printed)
        for value, printed in (
            (result.estimate, claim.value),
            (result.lower, claim.lower),
            (result.upper, claim.upper),
        )
    ]
    if follows == [claim.value, claim.lower, claim.upper]:
        return passed("pooled")
    expected = "{} ({} to {})".format(*follows)
    return _finding(
        "pooled",
        expected,
        f"{claim.value} ({claim.interval})",
        f"The counts give {expected}, printed is {claim.value} ({claim.interval}).",
    )


def _median_rate(relation, claims):
    """The share event-free at a time lies on the side of 50 % that the median says."""
    time = setting(relation, "t", lowest=0)
    median = _number(relation, claims[relation.claims[0]], "value")
    rate = _number(relation, claims[relation.target], "value")
    if median.high < time and rate.low > 50:
        side = "below"
    elif median.low > time and rate.high < 50:
        side = "above"
    else:
        return passed("median_rate")
    return _finding(
        "median_rate",
        f"at {'most' if side == 'below' else 'least'} 50 %",
        f"{rate.text} %",
        f"The median {median.text} lies {side} {_plain(time)}, so at "
        f"{'most' if side == 'below' else 'least'} half are free of the event then; "
        f"printed is {rate.text} %.",
    )


def _between(relation, claims):
    """A number lies between two others."""
    low, high = (_number(relation, claims[c], "value") for c in relation.claims)
    value = _number(relation, claims[relation.target], "value")
    if low.low < value.high and value.low < high.high:
        return passed("between")
    return _finding(
        "between",
        f"between {low.text} and {high.text}",
        value.text,
        f"{value.text} does not lie between {low.text} and {high.text}.",
    )


def _same_numbers(relation, claims):
    """One number under two labels: a finding if the numbers agree."""
    first = _number(relation, claims[relation.claims[0]], "value")
    other = _number(relation, claims[relation.target], "value")
    if not agree(first, other):
        return passed("same_numbers")
    return _finding(
        "same_numbers",
        f"{other.text} is printed elsewhere as {_label(claims[relation.target])}",
        f"{first.text}: {_label(claims[relation.claims[0]])}",
        f"{first.text} is called {_label(claims[relation.claims[0]])} in one place and "
        f"{_label(claims[relation.target])} in another.",
    )


ARITHMETIC_RULES = {
    "sum": _sum,
    "share": _share,
    "range": _range,
    "equal": _equal,
    "reduction": _reduction,
    "i2_p": _i2_p,
    "words_p": _words_p,
    "words_i2": _words_i2,
    "pooled": _pooled,
    "median_rate": _median_rate,
    "between": _between,
    "same_numbers": _same_numbers,
}


def _printed_pool(relation: Relation):
    pools = _printed_pools()
    return pools[setting_of(relation, "pool", pools)]


@cache
def _printed_pools() -> dict:
    from secondline.proportions.printed import SHORT, reproduce_printed_pools

    return {f"{SHORT[p.population]}-{p.outcome.lower()}": p for p in reproduce_printed_pools()}


def _finding(rule, expected, printed, reason, *, impossible=False):
    return Check(rule, (), False, expected, printed, "", reason, impossible)


def _number(relation: Relation, claim: Claim, part: str) -> PrintedNumber:
    number = read_number(getattr(claim, part))
    if number is None:
        raise InputError(
            f"Relation {relation.id!r} needs a number in {part} of {claim.id!r}, "
            f"which has {getattr(claim, part)!r}."
        )
    return number


def _unit_factor(claim: Claim, other: Claim) -> Fraction:
    if (claim.unit, other.unit) == ("proportion", "%"):
        return Fraction(100)
    if (claim.unit, other.unit) == ("%", "proportion"):
        return Fraction(1, 100)
    return Fraction(1)


def _label(claim: Claim) -> str:
    return ", ".join(w for w in (claim.quantity, claim.endpoint, claim.time_point) if w)


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"
