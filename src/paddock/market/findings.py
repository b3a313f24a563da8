"""The words of verification: what it looks for, what each means, and how a finding is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

JUMP_SIGMAS, JUMP_SHARE = 25, 0.1


class Severity(StrEnum):
    """An error stops a backtest, a warning is worth a look, a note is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that verification looks for."""

    severity: Severity
    meaning: str
    mend: str


_ROW = "the row is left out with --allow-gaps; fetch it again from the venue"
KINDS: dict[str, Kind] = {
    "price_missing": Kind(Severity.ERROR, "a price is empty, NaN or infinite", _ROW),
    "price_not_positive": Kind(Severity.ERROR, "a price is zero or negative", _ROW),
    "price_out_of_range": Kind(Severity.ERROR, "a price is below 1e-12 or above 1e12", _ROW),
    "high_below_low": Kind(Severity.ERROR, "the high lies below the low", _ROW),
    "outside_range": Kind(Severity.ERROR, "open or close lie outside low to high", _ROW),
    "volume_impossible": Kind(Severity.ERROR, "the volume is negative, empty, NaN or infinite", _ROW),
    "off_grid": Kind(Severity.ERROR, "the bar opens off the grid of the interval, so it overlaps others", _ROW),
    "conflicting": Kind(
        Severity.ERROR, "two different bars have one stamp", "decide which is right; --allow-gaps takes the last one"
    ),
    "coverage": Kind(
        Severity.ERROR,
        "less than 90 % of the bars between first and last are there and traded",
        "fill the gaps, use a higher interval, or run with --allow-gaps",
    ),
    "duplicate": Kind(Severity.WARNING, "the same row is there more than once", "one is used; nothing needs doing"),
    "out_of_order": Kind(Severity.WARNING, "a stamp is earlier than one before it", "rows are sorted when read"),
    "gap": Kind(
        Severity.WARNING,
        "bars are missing",
        "nothing is filled in: orders wait, indicators skip; download or import them, if the venue was not down",
    ),
    "leading_backfill": Kind(
        Severity.WARNING,
        "bars without volume before the first trade: filled in from elsewhere, nobody could trade them",
        "they are left off every tape",
    ),
    "no_volume": Kind(
        Severity.WARNING, "bars in which nobody traded (an outage or a thin market)", "they count as missing on a tape"
    ),
    "price_jump": Kind(
        Severity.WARNING,
        f"price moved by more than 10 % and {JUMP_SIGMAS} times its usual bar from the close before",
        "compare with another source: a bad print makes false profits",
    ),
    "shifted_grid": Kind(
        Severity.WARNING,
        "all bars open at an offset from whole intervals of UTC",
        "check the time zone of the source, and that stamps are opens and not closes",
    ),
    "spot_halt": Kind(
        Severity.WARNING,
        "the bars of Binance's spot halt of 2023-03-24 are missing: this is spot, not a perpetual",
        "do not pair it with funding or leverage; look for the perpetual's own candles",
    ),
    "spot_market": Kind(
        Severity.NOTE,
        "the set says these are spot prices",
        "no funding is charged and leverage is 1; do not mix with perpetuals",
    ),
    "no_volume_at_all": Kind(
        Severity.NOTE, "the symbol has no volume anywhere", "its bars count as traded; volume conditions never hold"
    ),
    "rate_missing": Kind(Severity.ERROR, "a rate is empty, NaN or infinite", "the stamp is skipped; fetch it again"),
    "extreme_rate": Kind(
        Severity.WARNING,
        "a rate beyond 1 % for one interval",
        "real in squeezes; check that it is a fraction, not percent",
    ),
    "funding_gap": Kind(
        Severity.WARNING,
        "stamps are missing",
        "positions pay nothing for them; download or import them, if there are any",
    ),
    "late_stamp": Kind(Severity.WARNING, "a stamp off the usual hours", "it is charged in the bar it falls into"),
    "charged_twice": Kind(
        Severity.WARNING,
        "two stamps less than a minute apart: one rate, as two sources stamp it",
        "both are charged; keep the files of one source",
    ),
    "unreadable": Kind(Severity.ERROR, "a file of a recording is damaged", "move it away: what it held is a gap"),
    "stream_gap": Kind(
        Severity.WARNING,
        "the recorder did not hear the venue: trades or books may be missing between these times",
        "nothing is filled in: take what lies before and after as two pieces",
    ),
    "crossed_book": Kind(
        Severity.WARNING, "the best bid of a book is not below its best ask", "leave such books out of what you compute"
    ),
    "spacing_change": Kind(Severity.NOTE, "the venue changed its funding interval", "rates are charged as stamped"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Rows next to each other: first and last stamp (ms UTC) and how many."""

    first_ts: int
    last_ts: int
    rows: int


@dataclass(frozen=True, slots=True)
class Finding:
    """All places where one symbol has one problem; `code` is a key of KINDS."""

    code: str
    symbol: str
    spans: tuple[Span, ...]

    @property
    def kind(self) -> Kind:
        return KINDS[self.code]

    @property
    def rows(self) -> int:
        return sum(span.rows for span in self.spans)

    @property
    def longest(self) -> Span:
        return max(self.spans, key=lambda span: span.rows)

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": str(self.kind.severity),
            "symbol": self.symbol,
            "rows": self.rows,
            "first_ts": min(span.first_ts for span in self.spans),
            "last_ts": max(span.last_ts for span in self.spans),
            "meaning": self.kind.meaning,
            "mend": self.kind.mend,
            "spans": [asdict(span) for span in self.spans],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The findings over one set: candles of one interval, or funding."""

    source: str
    interval: str
    symbols: tuple[str, ...]
    rows: int
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "interval": self.interval,
            "symbols": list(self.symbols),
            "rows": self.rows,
            "findings": [finding.as_dict() for finding in self.findings],
        }
