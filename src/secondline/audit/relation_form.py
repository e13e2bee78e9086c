"""What a relation must name for its rule to be applied."""

from fractions import Fraction

from secondline.audit.relations import Relation
from secondline.errors import InputError, one_of

# how many claims a rule takes, at least and at most (None: any number), and whether it
# holds them against a target
FORM = {
    "sum": (1, None, True),
    "share": (2, 2, True),
    "range": (1, None, True),
    "equal": (1, None, None),
    "reduction": (1, 1, True),
    "i2_p": (1, 1, None),
    "words_p": (1, 1, True),
    "words_i2": (1, 1, None),
    "pooled": (1, 1, None),
    "median_rate": (1, 1, True),
    "between": (2, 2, True),
    "same_numbers": (1, 1, True),
}
PARTS = ("value", "lower", "upper", "p", "n", "N")
CHOICES = {
    "part": PARTS,
    "target": PARTS,
    "expect": ("significant", "none"),
    "possible": ("yes", "no"),
}


def check_form(relation: Relation) -> None:
    """Refuse a relation that its rule can do nothing with.

    Raises
    ------
    InputError
        If it names too few or too many claims or no target, or a setting has a value that
        is not allowed.
    """
    least, most, target = FORM.get(relation.rule, (1, None, None))
    given = len(relation.claims)
    if given < least or (most is not None and given > most):
        wanted = f"{least}" if most == least else f"at least {least}"
        raise InputError(
            f"Relation {relation.id!r}: the rule {relation.rule} takes {wanted} "
            f"claim{'' if least == 1 else 's'}, and {given} {'is' if given == 1 else 'are'} named."
        )
    if target and not relation.target:
        raise InputError(
            f"Relation {relation.id!r}: the rule {relation.rule} needs a target, and none is named."
        )
    if relation.rule == "equal" and given + bool(relation.target) < 2:
        raise InputError(
            f"Relation {relation.id!r}: the rule equal needs two claims, and 1 is named."
        )
    for name, choices in CHOICES.items():
        if name in relation.detail:
            setting_of(relation, name, choices)


def setting_of(relation: Relation, name: str, choices) -> str:
    """Return a setting that must be one of some choices.

    Raises
    ------
    InputError
        If it is missing or another.
    """
    text = relation.detail.get(name)
    if text is None:
        raise InputError(
            f"Relation {relation.id!r}: the rule {relation.rule} needs the setting {name}= in "
            f"detail; allowed: {one_of(choices)}."
        )
    if text not in choices:
        raise InputError(
            f"Relation {relation.id!r}: {name} is {text!r}; allowed: {one_of(choices)}."
        )
    return text


def setting(relation: Relation, name: str, *, lowest: int, whole: bool = False):
    """Return a setting that must be a number.

    Parameters
    ----------
    relation : Relation
    name : str
    lowest : int
        The least that is allowed.
    whole : bool
        Whether it must be a whole number.

    Raises
    ------
    InputError
        If it is missing, no number, or too small.
    """
    kind = "a whole number" if whole else "a number"
    text = relation.detail.get(name)
    if text is None:
        raise InputError(
            f"Relation {relation.id!r}: the rule {relation.rule} needs the setting {name}= in "
            f"detail, {kind} of at least {lowest}."
        )
    try:
        value = int(text) if whole else Fraction(text)
    except (ValueError, ZeroDivisionError):
        value = None
    if value is None or value < lowest:
        raise InputError(
            f"Relation {relation.id!r}: {name} is {text!r}; it must be {kind} of at least {lowest}."
        )
    return value
