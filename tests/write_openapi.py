"""Writes the description of the API that the web client is made from: `.venv/bin/python -m tests.write_openapi`."""

import json
from unittest.mock import MagicMock

from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.services import Limits

from .project import ROOT

FILE = ROOT / "web" / "openapi.json"


def text() -> str:
    services = MagicMock()
    services.settings.limits = Limits()
    return json.dumps(create_app(services).openapi(), indent=1, sort_keys=True) + "\n"


def write() -> None:
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write()
