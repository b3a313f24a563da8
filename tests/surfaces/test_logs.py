"""The log holds what happened, and no secret, whichever way one tries to get in."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from paddock.surfaces import logs
from paddock.surfaces.redact import HIDDEN

CANARY = "SECRET_CANARY_7f3a"


@pytest.fixture(autouse=True)
def as_before():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def raising(text: str) -> None:
    raise ValueError(text)


def write_secrets_everywhere() -> None:
    ours = structlog.get_logger("ours").bind(run_id="run-1")
    ours.info("deployed", url=f"postgresql://me:{CANARY}@host/db", token=CANARY, note=f"it is {CANARY}")
    ours.info(f"said {CANARY}", inner={"password": CANARY, "list": [CANARY, {"x": CANARY}]}, error=ValueError(CANARY))
    theirs = logging.getLogger("theirs")
    theirs.warning("Authorization: Bearer %s", "whatever-it-is")
    for log in (ours, theirs):
        try:
            raising(CANARY)
        except ValueError:
            log.exception(f"raised with {CANARY}")


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_is_written(as_json, capsys):
    logs.configure(as_json=as_json, secrets=[CANARY])
    write_secrets_everywhere()
    out, err = capsys.readouterr()
    assert out == ""
    assert "ValueError" in err
    assert "run-1" in err
    for secret in (CANARY, "whatever-it-is"):
        assert secret not in err


def test_json_is_one_object_a_line_with_the_run(capsys):
    logs.configure(as_json=True, secrets=[CANARY])
    write_secrets_everywhere()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["logger"] for line in lines] == ["ours", "ours", "theirs", "ours", "theirs"]
    assert {"event": "deployed", "run_id": "run-1", "level": "info"}.items() <= lines[0].items()
    assert lines[0]["url"] == f"postgresql://{HIDDEN}@host/db"
    assert "Traceback" in lines[3]["exception"]


def test_an_unknown_password_in_a_url_is_taken_out_too(capsys):
    logs.configure(as_json=True)
    structlog.get_logger("ours").info("connecting", to="postgresql://me:hunter2@host/db?x=1")
    assert "hunter2" not in capsys.readouterr().err
