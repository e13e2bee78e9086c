"""Second Line: the library behind an executable book on large B-cell lymphoma.

Pure functions that the book's notebooks narrate. They take arrays or data
frames, return frozen results, and raise :class:`secondline.errors.InputError`
with a sentence when they are given something they cannot use.
"""

__version__ = "0.1.0"
