"""Teaching: exercises, quizzes, sessions and kits, all made from the chapters."""
