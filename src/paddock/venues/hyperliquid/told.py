"""What has an account at Hyperliquid been told? Its news as entries, and its orders as they were told last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from paddock.core.orders import TERMINAL, OrderState
from paddock.venues import told
from paddock.venues.broker import VenueFunding
from paddock.venues.hyperliquid.codec.fills import Fill
from paddock.venues.hyperliquid.codec.history import TwapReport
from paddock.venues.hyperliquid.codec.order_reports import OrderReport
from paddock.venues.told import MOST_KEPT, Entry, Shelf

News = Fill | OrderReport | VenueFunding | TwapReport
_ENDED: Final = TERMINAL | {OrderState.UNKNOWN}


class Told(told.Told[News]):
    def __init__(self) -> None:
        super().__init__()
        self._newest: dict[int, OrderReport] = {}  # orders by the venue's id

    def add(self, shelf: Shelf, news: Iterable[News]) -> None:
        for one in news:
            if isinstance(one, OrderReport):
                self.learn(one)
            ts = one.status_ts if isinstance(one, OrderReport) else one.venue_ts
            self.put([Entry(ts, *_named(one), shelf, one)])

    def learn(self, report: OrderReport) -> None:
        """Where an order stands, for those who ask what it was."""
        known = self._newest.get(report.oid)
        if known is None or known.status_ts <= report.status_ts:
            self._newest[report.oid] = report

    def order(self, oid: int) -> OrderReport | None:
        return self._newest.get(oid)

    def prune(self, most: int = MOST_KEPT) -> None:
        before = len(self.entries)
        super().prune(most)
        if len(self.entries) < before:
            oids = {entry.news.oid for entry in self.entries if isinstance(entry.news, OrderReport | Fill)}
            self._newest = {oid: report for oid, report in self._newest.items() if oid in oids}


def _named(news: News) -> tuple[int, str]:
    """Where it stands at its moment, and its key, which is the same however it is heard of."""
    match news:
        case Fill(fill_id):
            return 1, fill_id
        case VenueFunding(payment_id):
            return 2, payment_id
        case TwapReport():
            return 3, f"twap-{news.twap_id}-{news.status}"
        case OrderReport():
            return 3 if news.state in _ENDED else 0, f"{news.oid}-{news.status}-{news.status_ts}"
