"""The local token: made once, for its owner only."""

import pytest

from paddock.core.errors import Invalid
from paddock.surfaces.secret import local_token, read_token


def test_it_is_made_once_and_kept_for_its_owner(tmp_path):
    first = local_token(tmp_path / "token")
    again = local_token(tmp_path / "token")
    assert (first.fresh, again.fresh) == (True, False)
    assert first.text == again.text == read_token(tmp_path / "token")
    assert len(first.text) >= 43
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert first.text not in repr(first)


def test_two_homes_have_two_tokens(tmp_path):
    assert local_token(tmp_path / "a").text != local_token(tmp_path / "b").text


def test_a_token_that_others_may_read_is_refused(tmp_path):
    local_token(tmp_path / "token")
    (tmp_path / "token").chmod(0o644)
    with pytest.raises(Invalid) as caught:
        local_token(tmp_path / "token")
    assert caught.value.suggestion.startswith("chmod 600")


@pytest.mark.parametrize("held", [b"\xff\xfe", b"two words", b"two\r\nlines", "é".encode()])
def test_a_file_with_something_else_is_named(tmp_path, held):
    (tmp_path / "token").touch(mode=0o600)
    (tmp_path / "token").write_bytes(held)
    with pytest.raises(Invalid, match="something else"):
        read_token(tmp_path / "token")


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "token").touch(mode=0o600)
    with pytest.raises(Invalid, match="empty"):
        read_token(tmp_path / "token")
