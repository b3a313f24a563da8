"""Returns by calendar month, from the daily closes of a result document."""

from __future__ import annotations

from datetime import UTC, datetime

from paddock.engine.result import Document
from paddock.surfaces.figures import number

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHADES = (2.0, 5.0, 10.0)  # percent: where the next shade of profit or loss begins


def monthly_returns(doc: Document) -> dict[int, dict[int, float | None]]:
    """Return by year and month, as a fraction; None where the month began with nothing, absent where it has no bar."""
    ends: dict[tuple[int, int], float] = {}
    for point in doc["equity"]:
        day = datetime.fromtimestamp((point["ts"] - 1) / 1000, UTC)  # a close at midnight ends the day before
        ends[day.year, day.month] = float(point["usd"])
    table: dict[int, dict[int, float | None]] = {}
    base = float(doc["account"]["start_usd"])
    for (year, month), end in ends.items():
        table.setdefault(year, {})[month] = end / base - 1 if base > 0 else None
        base = end
    return table


def month_table(doc: Document) -> str:
    """The HTML table: a row a year, a column a month, and the year's compound return."""
    head = "".join(f"<th>{name}</th>" for name in _NAMES)
    rows = []
    for year, months in monthly_returns(doc).items():
        known = [value for value in months.values() if value is not None]
        total = 1.0
        for value in known:
            total *= 1 + value
        cells = "".join(_cell(months.get(month), "") for month in range(1, 13))
        rows.append(f"<tr><th>{year}</th>{cells}{_cell(total - 1 if known else None, 'total')}</tr>")
    head = f"<thead><tr><th></th>{head}<th>Year</th></tr></thead>"
    return f'<table class="months">{head}<tbody>{"".join(rows)}</tbody></table>'


def _cell(value: float | None, kind: str) -> str:
    if value is None:
        return f'<td class="{kind}"></td>'
    percent = 100 * value
    shade = sum(abs(percent) >= edge for edge in _SHADES)
    tone = "flat" if not round(percent, 1) else f"{'up' if percent > 0 else 'down'}{shade}"
    return f'<td class="{tone} {kind}">{number(percent, 1, signed=True)}</td>'
