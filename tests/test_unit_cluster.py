"""Blocks of a simulation on a cluster: what is sent there, and what is said when it is lost."""

from concurrent.futures import CancelledError
from contextlib import contextmanager

import pytest

from secondline import cluster
from secondline.cluster import ClusterLost, run_blocks


def add(settings, block):
    return settings[0] + block


def test_settings_that_come_again_are_sent_under_another_name(monkeypatch):
    """The workers may be giving up the first ones, and with them what is named alike."""
    from distributed import Client, LocalCluster

    names, scatter = [], Client.scatter

    def noted(self, *given, **options):
        sent = scatter(self, *given, **options)
        names.extend(future.key for future in sent)
        return sent

    monkeypatch.setattr(Client, "scatter", noted)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=":0"
    ) as here:
        for _ in range(3):
            results = run_blocks(add, (10, "alike"), range(4), scheduler=here.scheduler_address)
            assert list(results) == [10, 11, 12, 13]
    assert len(set(names)) == 3


def test_a_part_that_is_lost_is_a_sentence(monkeypatch):
    class Losing:
        def scatter(self, settings, **_):
            return settings

        def submit(self, work, *_, **__):
            return work

        def gather(self, futures):
            raise CancelledError("lost dependencies")

    @contextmanager
    def connected(scheduler):
        yield Losing()

    monkeypatch.setattr(cluster, "connected", connected)
    with pytest.raises(ClusterLost, match=r"at 'tcp://here:1' lost a part .*lost dependencies.*again"):
        list(run_blocks(add, (1,), range(2), scheduler="tcp://here:1"))
