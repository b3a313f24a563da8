"""Trades and books of the simulated Pacifica, as a recorder takes them."""

from __future__ import annotations

from paddock.market.lake import Lake
from paddock.market.recording import Kind, Recording
from paddock.runtime.recorder import FLUSH_MS, Recorder
from paddock.venues.pacifica.ticks import PacificaTicks
from tests.patience import until


def test_what_is_traded_is_recorded_once_with_the_book_beside_it(stage, tmp_path):
    lake, source = Lake(tmp_path), PacificaTicks(stage.gateway)
    recorder = Recorder(source, lake, "pacifica", {"COIN": stage.instrument}, stage.clock)
    trades = Recording(lake, "pacifica", "COIN", Kind.TRADES)
    books = Recording(lake, "pacifica", "COIN", Kind.BOOKS)

    def found(recording, column):
        return recording.read()[column].drop_nulls()

    def stepped(met):
        def step():
            stage.clock.advance(FLUSH_MS)
            recorder.step()
            return met()

        until(step)

    stepped(lambda: bool(len(found(trades, "gap"))) and bool(len(found(books, "gap"))))
    stage.move(101.0, lots=700)
    stepped(lambda: len(found(trades, "trade_id")) > 0 and len(found(books, "bid_px")) > 0)
    stage.move(102.0, lots=700)
    before = len(found(trades, "trade_id"))
    stepped(lambda: len(found(trades, "trade_id")) > before)
    recorder.close()
    assert not stage.gateway.client._heard
    ids = found(trades, "trade_id").to_list()
    assert len(set(ids)) == len(ids)
    assert (found(trades, "qty") > 0).all() and found(trades, "px")[-1] > 101.0
    assert all(bid[0] < ask[0] for bid, ask in books.read().drop_nulls("bid_px").select("bid_px", "ask_px").rows())
