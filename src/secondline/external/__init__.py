"""Open data of real patients, downloaded by the reader and never part of the project."""

from secondline.external.fetch import fetch
from secondline.external.files import (
    FILES,
    NEEDS_DATA,
    ExternalFile,
    absence,
    available,
    data_note,
    how_to_get,
    is_pinned,
    locate,
    missing,
)
from secondline.external.first_line_pages import (
    contrasts_page,
    contrasts_reading,
    flow_page,
    flow_reading,
    guarantee_page,
    survival_page,
    survival_reading,
    unrecorded_page,
)
from secondline.external.first_line_response import (
    ADJUSTMENTS,
    CONTRASTS,
    UNRECORDED,
    Contrast,
    ResponseSurvival,
    contrasts,
    survival_by_response,
    usable,
    watched_until,
)
from secondline.external.lme import PLATFORMS, Samples, read_samples
from secondline.external.reddy import RESPONSES, first_line_patients, read_reddy, read_responders
from secondline.external.schmitz import read_schmitz

__all__ = [
    "ADJUSTMENTS",
    "CONTRASTS",
    "FILES",
    "NEEDS_DATA",
    "PLATFORMS",
    "RESPONSES",
    "UNRECORDED",
    "Contrast",
    "ExternalFile",
    "ResponseSurvival",
    "Samples",
    "absence",
    "available",
    "contrasts",
    "contrasts_page",
    "contrasts_reading",
    "data_note",
    "fetch",
    "first_line_patients",
    "flow_page",
    "flow_reading",
    "guarantee_page",
    "how_to_get",
    "is_pinned",
    "locate",
    "missing",
    "read_reddy",
    "read_responders",
    "read_samples",
    "read_schmitz",
    "survival_by_response",
    "survival_page",
    "survival_reading",
    "unrecorded_page",
    "usable",
    "watched_until",
]
