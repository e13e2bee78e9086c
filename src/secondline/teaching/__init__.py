"""Teaching: exercises, quizzes, sessions and kits, all made from the chapters."""

from secondline.teaching.sealed import check_answer

__all__ = ["check_answer"]
