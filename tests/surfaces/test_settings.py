"""The environment is read in one place, into types, and a value that cannot be read is named."""

from pathlib import Path

import pytest

from paddock.core.errors import Code, Invalid
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


def test_a_flag_that_is_neither_on_nor_off_is_named():
    with pytest.raises(Invalid) as caught:
        load({"PADDOCK_DEBUG": "perhaps"})
    assert (caught.value.code, caught.value.where, caught.value.seen) == (Code.SETTINGS, "PADDOCK_DEBUG", "perhaps")


def test_a_home_of_a_user_that_does_not_exist_is_named():
    with pytest.raises(Invalid) as caught:
        load({"PADDOCK_HOME": "~nobody-of-that-name/lake"})
    assert caught.value.where == "PADDOCK_HOME"
