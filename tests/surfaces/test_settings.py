"""The environment is read in one place, into types, and a value that cannot be read is named."""

from pathlib import Path

import pytest

from paddock.core.errors import Code, Invalid
from paddock.engine.costs import Costs
from paddock.surfaces.settings import load


def test_defaults():
    settings = load({})
    assert settings.home == Path("~/.paddock").expanduser()
    assert settings.debug is False
    assert load({"PADDOCK_HOME": "", "PADDOCK_DEBUG": ""}) == settings


def test_values():
    assert load({"PADDOCK_HOME": "/srv/paddock"}).home == Path("/srv/paddock")
    assert load({"PADDOCK_HOME": "~/lake"}).home == Path("~/lake").expanduser()
    assert load({"PADDOCK_HOME": "lake"}).home == Path.cwd() / "lake"


@pytest.mark.parametrize(("word", "value"), [("1", True), ("TRUE", True), (" on ", True), ("0", False), ("No", False)])
def test_flags(word, value):
    assert load({"PADDOCK_DEBUG": word}).debug is value


def test_files_and_the_database_lie_in_the_home_unless_they_are_named():
    settings = load({"PADDOCK_HOME": "/srv/paddock"})
    assert settings.database_url == "sqlite:////srv/paddock/paddock.db"
    assert settings.token_file == Path("/srv/paddock/token")
    assert load({"PADDOCK_HOME": "/srv/paddock"}, home=Path("/tmp/other")).token_file == Path("/tmp/other/token")
    named = load({"PADDOCK_DATABASE_URL": "postgresql://me:hunter2@host/db", "PADDOCK_TOKEN_FILE": "/srv/t"})
    assert (named.database_url, named.token_file) == ("postgresql://me:hunter2@host/db", Path("/srv/t"))
    assert "hunter2" not in repr(named)


def test_paper_costs_what_it_is_told():
    assert load({}).paper == Costs()
    assert load({"PADDOCK_PAPER_LATENCY_MS": "250"}).paper == Costs(latency_ms=250)


@pytest.mark.parametrize("text", ["soon", "-1", "60001", "nan"])
def test_a_latency_that_is_none_is_named(text):
    with pytest.raises(Invalid) as caught:
        load({"PADDOCK_PAPER_LATENCY_MS": text})
    assert (caught.value.code, caught.value.where, caught.value.seen) == (
        Code.SETTINGS,
        "PADDOCK_PAPER_LATENCY_MS",
        text,
    )


def test_master_keys_are_not_shown():
    settings = load({"PADDOCK_MASTER_KEYS": "c2VjcmV0"})
    assert settings.master_keys == "c2VjcmV0"
    assert "c2VjcmV0" not in repr(settings)


def test_who_may_reach_the_api():
    assert load({}).reach.guarded is False
    assert load({"PADDOCK_SIGN_IN_DOMAINS": " app.example.org,, b.org "}).reach.sign_in_domains == (
        "app.example.org",
        "b.org",
    )
    assert load({"PADDOCK_SIGN_IN_DOMAINS": "app.example.org"}).reach.guarded
    assert not load({"PADDOCK_PRIVY_APP_ID": "x"}).reach.guarded
    assert load({"PADDOCK_PRIVY_APP_ID": "x", "PADDOCK_PRIVY_KEY_FILE": "/srv/key.pem"}).reach.guarded


def test_a_word_that_is_none_is_named_with_the_nearest():
    with pytest.raises(Invalid) as caught:
        load({"PADDOCK_LOG": "jsn"})
    assert (caught.value.where, caught.value.suggestion) == ("PADDOCK_LOG", 'did you mean "json"?')


def test_a_flag_that_is_neither_on_nor_off_is_named():
    with pytest.raises(Invalid) as caught:
        load({"PADDOCK_DEBUG": "perhaps"})
    assert (caught.value.code, caught.value.where, caught.value.seen) == (Code.SETTINGS, "PADDOCK_DEBUG", "perhaps")


def test_a_home_of_a_user_that_does_not_exist_is_named():
    with pytest.raises(Invalid) as caught:
        load({"PADDOCK_HOME": "~nobody-of-that-name/lake"})
    assert caught.value.where == "PADDOCK_HOME"
