"""The paper venue keeps the contract of venues, and forgets nothing."""

from __future__ import annotations

import pytest

from tests.venues.contract import VenueContract, trader  # noqa: F401

from .papers import stage_on


class TestPaperVenue(VenueContract):
    @pytest.fixture
    def stage(self, database):
        return stage_on(database)
