"""The web app's client is made from the API that there is."""

from __future__ import annotations

from tests import write_openapi


def test_the_description_that_the_web_app_is_made_from_is_current():
    assert write_openapi.FILE.read_text(encoding="utf-8") == write_openapi.text(), "run: python -m tests.write_openapi"
