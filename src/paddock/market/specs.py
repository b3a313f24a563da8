"""Instrument specifications of a venue as a JSON file: symbol to fields of `Instrument`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from paddock.core.errors import Code, Invalid, nearest
from paddock.core.instrument import Instrument, InstrumentKind
from paddock.market.files import replace_file

FIELDS = tuple(field.name for field in fields(Instrument))


def load(path: Path) -> dict[str, Instrument]:
    """The instruments by symbol, none when there is no file; raises Invalid (data.unreadable, value.instrument)."""
    if not path.exists():
        return {}
    try:
        document = json.loads(path.read_text())
    except ValueError as error:
        raise _damaged(path, "", str(error)) from error
    if not isinstance(document, dict):
        raise _damaged(path, "", "the file holds one object, symbol to fields")
    return {symbol: parse(path, symbol, entry) for symbol, entry in document.items()}


def save(path: Path, instruments: Mapping[str, Instrument]) -> None:
    document = {symbol: plain(instrument) for symbol, instrument in sorted(instruments.items())}
    text = json.dumps(document, indent=1)
    replace_file(path, lambda temporary: temporary.write_text(text))


def plain(instrument: Instrument) -> dict[str, Any]:
    """The instrument as JSON values."""
    return {**asdict(instrument), "kind": str(instrument.kind), "min_notional_usd": str(instrument.min_notional_usd)}


def parse(path: Path, symbol: str, entry: Any) -> Instrument:
    """The reverse of `plain`; `path` and `symbol` are for the errors: Invalid (data.unreadable, value.instrument)."""
    if not isinstance(entry, dict):
        raise _damaged(path, symbol, "an instrument is an object of its fields")
    unknown = next((name for name in entry if name not in FIELDS), None)
    if unknown is not None:
        raise _damaged(path, symbol, f'there is no field "{unknown}"', nearest(unknown, FIELDS))
    values = {"venue": "", **entry, "symbol": symbol}
    try:
        values["kind"] = InstrumentKind(values.get("kind", "perp"))
        values["min_notional_usd"] = Decimal(values.get("min_notional_usd", "0"))
        return Instrument(**values)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise _damaged(path, symbol, str(error)) from error


def _damaged(path: Path, symbol: str, rule: str, suggestion: str = "") -> Invalid:
    message = f"{path.name} cannot be read{f' at {symbol}' if symbol else ''}"
    return Invalid(Code.DATA_UNREADABLE, message, where=str(path), seen=symbol, rule=rule, suggestion=suggestion)
