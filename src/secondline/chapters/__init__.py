"""Chapters: their parameters, what they record, and how the book runs them."""

from secondline.chapters.exercises import check_number
from secondline.chapters.parameters import check_parameters
from secondline.chapters.recording import read_recorded, record
from secondline.chapters.wording import as_text

__all__ = ["as_text", "check_number", "check_parameters", "read_recorded", "record"]
