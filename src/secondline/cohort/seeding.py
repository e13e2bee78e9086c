"""Streams of random numbers, one for each step and arm of the reference cohort."""

import numpy as np

MOST_SEEDS = 5_000


def stream(seed: int, *key: int) -> np.random.Generator:
    """Return the generator of a step: the same for the same seed and key."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
