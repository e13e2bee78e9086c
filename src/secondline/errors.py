"""The exception that bad input raises, and its one special case."""


class InputError(ValueError):
    """Input that cannot be used; the message says what, where, and what is allowed."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own rendering: a reader who mistypes
        # a parameter gets the sentence, not the library's call stack.
        return [f"InputError: {self}"]


class NoFiniteEstimate(InputError):
    """Good input of which a method has no estimate, such as a model when there is no event."""


def one_of(allowed) -> str:
    """Write choices as a phrase: ``'a', 'b' or 'c'``."""
    quoted = [repr(choice) for choice in allowed]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
