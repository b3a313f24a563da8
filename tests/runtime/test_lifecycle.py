"""A run's life: the table that the code obeys is the one in the documentation."""

from __future__ import annotations

import re

import pytest

from paddock.core.errors import Refused
from paddock.runtime.lifecycle import ALLOWED, CHANGES, KEPT, RunState, require, targets
from tests.project import DOCS


def test_the_documented_table_is_the_one_that_is_obeyed() -> None:
    page = (DOCS / "runtime.md").read_text(encoding="utf-8").partition("\n## Lifecycle\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\w+) \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    assert rows[1:] == [(change.source, change.target, change.by) for change in CHANGES]


@pytest.mark.parametrize("source", RunState)
@pytest.mark.parametrize("target", RunState)
def test_only_the_changes_of_the_table_are_allowed(source: RunState, target: RunState) -> None:
    if (source, target) in ALLOWED:
        require(source, target)
    else:
        with pytest.raises(Refused, match=f"{source} cannot become {target}"):
            require(source, target)


def test_stopped_is_final_and_every_other_state_leads_there() -> None:
    assert targets(RunState.STOPPED) == ()
    assert all(RunState.STOPPED in targets(state) for state in RunState if state is not RunState.STOPPED)
    assert set(KEPT) == {RunState.ACTIVE, RunState.PAUSED}
