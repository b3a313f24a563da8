"""What the OpenAPI document promises, and that the server keeps it whatever a generator thinks of."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from paddock.strategy.templates import find_template
from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.models.base import FORMS
from paddock.surfaces.http.scopes import ALL

from .test_walk import STREAMS, routes

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Streams do not end, and to say 503 is what readiness is for: see test_stream.py and test_system.py.
ENDING = [route.operation_id for route in routes() if route.operation_id not in STREAMS | {"getReadiness"}]
KEY = "^[!-~]+$"  # of an Idempotency-Key, which is read elsewhere


def patterns(of: object) -> Iterator[str]:
    """All there are in a document."""
    if isinstance(of, dict):
        yield from ([of["pattern"]] if isinstance(of.get("pattern"), str) else [])
    for part in of.values() if isinstance(of, dict) else of if isinstance(of, list) else ():
        yield from patterns(part)


def test_every_form_has_words_for_people(world):
    """What does not match is told in words, not as a program."""
    described = create_app(world.services()).openapi()
    assert set(patterns(described)) - set(FORMS) == {KEY}


@pytest.fixture(scope="module")
def served(lasting):
    token = lasting.token("ann", ALL)
    services = lasting.services()
    with lasting.client(token, services) as client:
        bot = {"name": "generated", "strategy": find_template("sma-crossover").document()}
        client.post("/api/v1/bots", json=bot)
        client.post("/api/v1/accounts", json={"name": "generated", "deposit_usd": "1000"})
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(services)), token


@pytest.mark.parametrize("name", ENDING)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_that_fits_or_breaks_the_document_is_answered_otherwise(name, data, served):
    schema, token = served
    operation = schema.find_operation_by_id(name)
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)


def document(world) -> dict:
    return create_app(world.services()).openapi()


def operations(world) -> list[dict]:
    return [operation for path in document(world)["paths"].values() for operation in path.values()]


def test_each_operation_has_a_name_of_its_own_a_tag_and_words(world):
    found = operations(world)
    names = [operation["operationId"] for operation in found]
    assert len(set(names)) == len(names) > 40
    assert [name for name in names if not re.fullmatch(r"[a-z][A-Za-z]+", name)] == []
    assert all(len(operation["tags"]) == 1 and operation["description"] for operation in found)


def test_each_operation_documents_how_it_fails(world):
    for operation in operations(world):
        answers = operation["responses"]
        assert {"400", "429", "503", "default"} <= set(answers) and "422" not in answers
        if operation["x-scope"] != "none":
            assert {"401", "403"} <= set(answers)
            assert operation["security"] == [{"bearer": []}, {"session": []}]
        for status, answer in answers.items():
            if status == "default" or int(status) >= 400:
                assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorDocument")


def test_each_answer_with_a_body_has_a_model(world):
    for operation in operations(world):
        for status, answer in operation["responses"].items():
            if status in ("200", "201"):
                assert answer["content"], operation["operationId"]
                for kind, content in answer["content"].items():
                    assert kind != "application/json" or content["schema"], operation["operationId"]


def test_money_and_times_have_one_form(world):
    schemas = document(world)["components"]["schemas"]
    for name, model in schemas.items():
        for field, form in model.get("properties", {}).items():
            kinds = {each.get("type") for each in (form, *form.get("anyOf", ()))} - {None, "null"}
            if field.endswith("_usd"):
                assert kinds == {"string"}, (name, field)
            if field.endswith("_ts"):
                assert kinds == {"integer"}, (name, field)
