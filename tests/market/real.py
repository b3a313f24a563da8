"""The recorded data beside the project; a test that needs it is skipped where it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded data (../shared/data) is not here")

HL_1H = DATA / "hl_candles" / "hl_perp_1h.parquet"
HL_5M = DATA / "hl_candles" / "hl_perp_5m.parquet"
HL_1D = DATA / "hl_candles" / "hl_perp_1d.parquet"
HL_SPOT = DATA / "hl_candles" / "hl_spot_1h.parquet"
LASTWEEK_1M = DATA / "hl_candles" / "hl_perp_lastweek_1m.parquet"
LASTWEEK_5M = DATA / "hl_candles" / "hl_perp_lastweek_5m.parquet"
BITFINEX = DATA / "bitfinex" / "bitfinex_btcusd_1m_2019.parquet"
BINANCE_1H = DATA / "binance" / "binance_1h.parquet"
HL_FUNDING = DATA / "funding" / "hl_funding.parquet"
VENUES_FUNDING = DATA / "funding" / "multi_venue_funding_btc_eth_2020_2024.parquet"
