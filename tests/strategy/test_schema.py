"""The published JSON Schema and the reader agree on the form of documents."""

import copy
import json

import pytest

from paddock.strategy.canonical import canonical
from paddock.strategy.schema import json_schema
from paddock.strategy.templates import TEMPLATES
from paddock.strategy.validate import load_document, validate

from .documents import issue_example
from .json_schema import accepts
from .test_vocabulary import ACTIONS, CONDITIONS

SCHEMA = json_schema()


def test_it_is_plain_json():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(
    "raw", [issue_example(), *(t.document() for t in TEMPLATES.values())], ids=lambda raw: raw["name"]
)
def test_it_accepts_valid_documents_as_written_and_in_canonical_form(raw):
    assert accepts(SCHEMA, raw)
    assert accepts(SCHEMA, canonical(load_document(raw)))


@pytest.mark.parametrize(("name", "params"), [*CONDITIONS.items(), *ACTIONS.items()])
def test_it_accepts_every_name_and_parameter_that_the_reader_accepts(name, params):
    params = {key: value.lower() if key == "tif" else value for key, value in params.items()}
    assert accepts(SCHEMA["$defs"]["node"], {"id": "x", "type": name, "params": params}, SCHEMA)


def test_it_accepts_a_python_document():
    raw = {
        "schema": "paddock/strategy@1",
        "kind": "python",
        "name": "x",
        "scope": {"venue": "demo", "universe": {"exclude": ["A"], "max_symbols": None}, "interval": "1h"},
        "waivers": [{"rule": "entry_without_stop", "reason": "stops live on the venue"}],
        "python": {"source": "class A: ...", "class": "A"},
    }
    assert accepts(SCHEMA, raw)
    assert validate(raw).document is not None


def set_in(raw, path, value):
    *parents, last = path
    for key in parents:
        raw = raw[key]
    raw[last] = value


BROKEN = [
    (("schema",), "paddock/strategy@2"),
    (("kind",), "prompt"),
    (("name",), ""),
    (("colour",), "red"),
    (("scope", "interval"), "7q"),
    (("scope", "symbols"), []),
    (("scope", "universe"), "all"),
    (("scope", "venue"), "Hyper Liquid"),
    (("risk", "max_leverage"), 0),
    (("risk", "max_leverag"), 3),
    (("risk", "max_drawdown_pct"), 101),
    (("waivers",), [{"rule": "entry_without_stop"}]),
    (("nodes",), {}),
    (("nodes", 1, "type"), "rsi_belwo"),
    (("nodes", 1, "params", "perid"), 3),
    (("nodes", 1, "params", "period"), 3.5),
    (("nodes", 1, "params", "period"), -3),
    (("nodes", 1, "params", "period"), 10**9),
    (("nodes", 1, "params", "value"), True),
    (("nodes", 1, "params", "value"), "30"),
    (("nodes", 3, "params", "size", "value"), 0),
    (("nodes", 3, "params", "size", "mode"), "lots"),
    (("nodes", 3, "params", "leverage"), 1000),
    (("nodes", 0, "id"), ""),
    (("edges", 0), {"source": "start"}),
    (("edges", 0, "weight"), 1),
]


@pytest.mark.parametrize(("path", "value"), BROKEN)
def test_it_refuses_what_the_reader_refuses(path, value):
    raw = copy.deepcopy(issue_example())
    set_in(raw, path, value)
    assert not accepts(SCHEMA, raw)
    assert validate(raw).document is None
