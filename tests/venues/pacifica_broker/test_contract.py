"""The broker keeps the contract of venues, over sockets to the simulated Pacifica."""

import pytest

from tests.venues.contract import VenueContract, trader  # noqa: F401

from .staged import staged


class TestPacifica(VenueContract):
    @pytest.fixture
    def stage(self, tmp_path):
        with staged(tmp_path) as stage:
            yield stage
