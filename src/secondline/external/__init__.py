"""Open data of real patients, downloaded by the reader and never part of the project."""

from secondline.external.fetch import fetch
from secondline.external.files import (
    FILES,
    FOLDER_VARIABLE,
    ExternalFile,
    available,
    data_folder,
    how_to_get,
    is_pinned,
    locate,
    missing,
)
from secondline.external.lme import PLATFORMS, Samples, read_samples
from secondline.external.schmitz import read_schmitz

__all__ = [
    "FILES",
    "FOLDER_VARIABLE",
    "PLATFORMS",
    "ExternalFile",
    "Samples",
    "available",
    "data_folder",
    "fetch",
    "how_to_get",
    "is_pinned",
    "locate",
    "missing",
    "read_samples",
    "read_schmitz",
]
