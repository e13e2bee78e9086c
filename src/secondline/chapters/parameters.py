"""The check that stands below each chapter's parameters."""

from numbers import Real

from secondline.errors import InputError, one_of


def check_parameters(**parameters) -> None:
    """Check a chapter's parameters in one call.

    Parameters
    ----------
    **parameters : tuple
        ``name=(value, allowed)``. `allowed` is a collection of choices, a type
        (``str``, ``int``, ``bool``), or a ``(lowest, highest)`` range of numbers
        written as ``range`` or as a tuple of two floats.

    Raises
    ------
    InputError
        With one sentence for each parameter that cannot be used.

    Examples
    --------
    >>> check_parameters(outcome=("CR", ("ORR", "CR")), level=(0.95, (0.5, 0.999)))
    >>> check_parameters(outcome=("XYZ", ("ORR", "CR")))
    Traceback (most recent call last):
    secondline.errors.InputError: outcome is 'XYZ'; allowed: 'ORR' or 'CR'.
    """
    faults = [
        fault
        for name, (value, allowed) in parameters.items()
        if (fault := _fault(name, value, allowed))
    ]
    if faults:
        raise InputError(" ".join(faults))


def _fault(name: str, value, allowed) -> str:
    if isinstance(allowed, type):
        # True is an int in Python, but a count of True patients is a mistake
        if isinstance(value, allowed) and not (allowed is int and isinstance(value, bool)):
            return ""
        kind = {str: "a text", int: "a whole number", bool: "True or False"}[allowed]
        return f"{name} is {value!r}; it must be {kind}."
    if isinstance(allowed, range):
        if isinstance(value, int) and not isinstance(value, bool) and value in allowed:
            return ""
        return f"{name} is {value!r}; it must be a whole number from {allowed[0]} to {allowed[-1]}."
    if isinstance(allowed, tuple) and all(isinstance(end, float) for end in allowed):
        lowest, highest = allowed
        number = isinstance(value, Real) and not isinstance(value, bool)
        if number and lowest <= value <= highest:
            return ""
        return f"{name} is {value!r}; it must be a number from {lowest:g} to {highest:g}."
    choices = tuple(allowed)
    if isinstance(value, str) and value in choices:
        return ""
    return f"{name} is {value!r}; allowed: {one_of(choices)}."
