"""Interactive figures of the site: what they show, and the library's own numbers beside it."""

from secondline.errors import InputError, one_of
from secondline.explorers.clock import clock
from secondline.explorers.explorer import Choice, Explorer, Slider, Switch
from secondline.explorers.order import order
from secondline.explorers.page import page, plain
from secondline.explorers.plateau import plateau
from secondline.explorers.pool import pool
from secondline.explorers.routes import routes

EXPLORERS = {"plateau": plateau, "pool": pool, "clock": clock, "routes": routes, "order": order}

__all__ = ["EXPLORERS", "Choice", "Explorer", "Slider", "Switch", "explorer", "page", "plain"]


def explorer(name: str) -> Explorer:
    """Return an explorer by its name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in EXPLORERS:
        raise InputError(f"There is no explorer {name!r}; there are {one_of(EXPLORERS)}.")
    return EXPLORERS[name]()
