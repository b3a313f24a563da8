"""Clients of other people that trade against our simulators: ccxt's."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

_PACKAGES = ("ccxt", "ccxt.async_support", "ccxt.pro")


def ccxt(exchange: str, *, pro: bool = False) -> type:
    """ccxt's class for one exchange, with its sockets where `pro`.

    Its packages import all hundred exchanges, which takes seconds; here they hold what one asks of them.
    """
    if "ccxt" not in sys.modules:
        _lay_out()
    for name in _PACKAGES if pro else _PACKAGES[:1]:
        found = getattr(import_module(f"{name}.{exchange}"), exchange)
        setattr(sys.modules[name], exchange, found)
    return found


def _lay_out() -> None:
    for name in _PACKAGES:
        package = ModuleType(name)
        package.__path__ = list(find_spec(name).submodule_search_locations)
        sys.modules[name] = package
        if "." in name:
            setattr(sys.modules["ccxt"], name.partition(".")[2], package)
    errors = vars(import_module("ccxt.base.errors"))
    shared = {name: value for name, value in errors.items() if not name.startswith("__")}
    vars(sys.modules["ccxt"]).update(shared, Exchange=import_module("ccxt.base.exchange").Exchange)
