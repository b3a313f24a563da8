"""Nobody trades real money before its owner signed, the venue said yes, and a person switched it on; and never after
one of them took it back."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import delete, insert, update

from paddock.core.errors import Code, Invalid, NotFound, PaddockError, Refused, Unavailable, Unknown
from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, OrderState, Reason
from paddock.journal.kinds import EventKind
from paddock.journal.tables import orders
from paddock.runtime.kill import account_scope
from paddock.runtime.lifecycle import StopMode, Wanted
from paddock.runtime.live.gateway import Finding
from paddock.runtime.live.handover import hand_over
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.states import ALLOWED, LIVING, Status, require, targets
from paddock.runtime.live.tables import connections
from paddock.runtime.tables import feeds
from paddock.venues.approvals.base import Kind, Terms
from paddock.venues.signing.grant import Network
from tests.runtime.live.place import Place
from tests.venues.approvals.test_approvals import OWNER, signature
from tests.venues.signing.given import NOW, POLICY, order, place

K = EventKind
AWAY = Unavailable(Code.VENUE_UNAVAILABLE, "the venue is away")
LOST = Unknown(Code.VENUE_UNCLEAR, "no answer")
BAD = Finding("balance", passed=False, seen="0 USD", rule="there is money", mend="deposit some")


@pytest.fixture
def at(database, tmp_path):
    made = Place(database, tmp_path)
    yield made
    made.close()


def refused(code: Code, ask) -> PaddockError:
    with pytest.raises(PaddockError) as caught:
        ask()
    assert caught.value.code is code
    return caught.value


def signs(at: Place, account_id: str, **changes) -> bool:
    one = order(lots=1, account_id=account_id, **changes)
    try:
        return bool(at.signer.vault.sign(replace(place(one), account_id=account_id)))
    except Refused:
        return False


def test_the_way_from_a_wallet_to_trading_live(at):
    drafted = at.connect(terms=Terms("paddock"))
    account_id = drafted.account_id
    assert (drafted.status, drafted.live, drafted.grant.main) == (Status.DRAFT, False, OWNER)
    assert at.accounts.get("ann", account_id).venue == "hyperliquid"
    assert not signs(at, account_id)
    active = at.sign(drafted)
    assert (active.status, active.live) == (Status.ACTIVE, False)
    (posted,) = at.venue.posted
    assert posted.body["action"]["agentAddress"] == drafted.grant.agent
    assert not signs(at, account_id)
    refused(Code.RUN_NOT_READY, lambda: at.deploy(active))
    checked = at.live.enable("ann", account_id)
    assert checked.passed and checked.connection.live
    assert at.live.get("ann", account_id) == checked.connection
    assert signs(at, account_id)
    assert at.deploy(active).wanted is Wanted.ACTIVE
    told = [kind for kind in at.events(account_id) if kind.split(".")[0] in ("connection", "live")]
    assert told == [K.CONNECTION_DRAFTED, K.CONNECTION_SIGNED, K.CONNECTION_ACTIVATED, K.LIVE_ENABLED]


def test_a_draft_is_stored_to_the_letter_with_its_signature(at):
    drafted = at.connect(builder="0x" + "ee" * 20, builder_fee=10)
    before = at.live.approvals("ann", drafted.account_id)
    assert [(each.number, each.draft.kind, each.signature) for each in before] == [
        (1, Kind.AGENT, ""),
        (2, Kind.BUILDER, ""),
    ]
    waiting = at.sign(drafted)
    assert (waiting.status, waiting.reason) == (Status.DRAFT, "not signed yet: builder")
    agent, builder = at.live.approvals("ann", drafted.account_id)
    assert agent.draft == before[0].draft and agent.signature == signature(agent.draft.message)
    assert (agent.signed_ts, agent.sent_ts) == (NOW, NOW)
    assert builder.signed_ts is None
    assert at.sign(drafted, Kind.BUILDER).status is Status.ACTIVE


@pytest.mark.parametrize("key", ["0x" + "43" * 32, ""], ids=["another wallet", "spoiled"])
def test_another_signature_is_refused_and_leaves_no_trace(at, key):
    drafted = at.connect()
    (approval,) = at.live.approvals("ann", drafted.account_id)
    bad = signature(approval.draft.message, key) if key else signature(approval.draft.message)[:-6] + "00001b"
    refused(Code.LIVE_SIGNATURE, lambda: at.live.approve("ann", drafted.account_id, Kind.AGENT, bad))
    assert at.live.approvals("ann", drafted.account_id) == [approval]
    assert at.venue.posted == [] and at.live.get("ann", drafted.account_id).status is Status.DRAFT
    assert at.events(drafted.account_id) == [K.ACCOUNT_OPENED, K.CONNECTION_DRAFTED]


def test_a_venue_that_is_away_is_asked_again(at):
    drafted = at.connect()
    at.venue.errors = [AWAY]
    assert at.sign(drafted).reason == "the venue is away"
    at.venue.errors = [LOST]
    assert at.live.check("ann", drafted.account_id).status is Status.DRAFT
    assert at.live.check("ann", drafted.account_id).status is Status.ACTIVE
    assert len(at.venue.posted) == 1
    assert at.live.check("ann", drafted.account_id).status is Status.ACTIVE
    assert len(at.venue.posted) == 1


def test_an_approval_whose_answer_was_lost_counts_when_the_venue_names_the_agent(at):
    drafted = at.connect()
    at.venue.errors = [Refused(Code.VENUE_UNCLEAR, "Invalid nonce: duplicate nonce")]
    at.venue.posted.append(None)  # it had arrived
    assert at.sign(drafted).status is Status.ACTIVE


def test_an_approval_of_which_nothing_is_known_counts_when_the_venue_names_the_agent(at):
    drafted = at.connect()
    at.venue.errors = [LOST]
    assert (at.sign(drafted).status, at.live.get("ann", drafted.account_id).reason) == (Status.DRAFT, LOST.message)
    at.venue.posted.append(None)  # it had arrived; handed in again, the venue only says that it knows the nonce
    at.venue.errors = [LOST]
    assert at.live.check("ann", drafted.account_id).status is Status.ACTIVE


def test_a_venue_that_says_no_is_quoted(at):
    drafted = at.connect()
    at.venue.errors = [Refused(Code.VENUE_UNCLEAR, "Must deposit before performing actions")]
    with pytest.raises(Refused, match="Must deposit"):
        at.sign(drafted)
    assert at.live.get("ann", drafted.account_id).reason == "Must deposit before performing actions"


def test_an_agent_that_the_venue_does_not_name_is_not_active(at):
    at.venue.known = False
    assert at.active().status is Status.DRAFT


def test_an_old_draft_takes_a_new_one(at):
    drafted = at.connect()
    (old,) = at.live.approvals("ann", drafted.account_id)
    at.clock.advance(2 * 86_400_000)
    refused(Code.LIVE_STATE, lambda: at.sign(drafted))
    at.live.redraft("ann", drafted.account_id)
    (new,) = at.live.approvals("ann", drafted.account_id)
    assert (new.number, new.draft.made_ts) == (2, at.clock.ts) and new.draft.exact != old.draft.exact
    refused(
        Code.LIVE_SIGNATURE,
        lambda: at.live.approve("ann", drafted.account_id, Kind.AGENT, signature(old.draft.message)),
    )
    assert at.sign(drafted).status is Status.ACTIVE
    refused(Code.LIVE_STATE, lambda: at.live.redraft("ann", drafted.account_id))


def test_nothing_is_switched_on_while_something_stands_against_it(at):
    drafted = at.connect()
    error = refused(Code.LIVE_CHECKLIST, lambda: at.live.enable("ann", drafted.account_id))
    assert [problem.where for problem in error.problems] == ["approval"]
    active = at.sign(drafted)
    assert at.live.inspect("ann", active.account_id).passed
    at.venue.findings = [BAD]  # since it was looked at
    at.kills.engage(account_scope(active.account_id), "enough", by="ann")
    error = refused(Code.LIVE_CHECKLIST, lambda: at.live.enable("ann", active.account_id))
    assert [(each.code, each.suggestion) for each in error.problems] == [
        ("live.kill_switch", f"paddock kill release account:{active.account_id}"),
        ("live.balance", "deposit some"),
    ]
    at.kills.release(account_scope(active.account_id), by="ann")
    at.venue.findings, at.venue.errors = [], [AWAY]
    error = refused(Code.LIVE_CHECKLIST, lambda: at.live.enable("ann", active.account_id))
    assert [problem.where for problem in error.problems] == ["venue"]
    assert not at.live.get("ann", active.account_id).live and not signs(at, active.account_id)
    assert at.live.enable("ann", active.account_id).passed


def test_a_key_that_does_not_open_is_found_before(at):
    active = at.active()
    with at.database.write() as conn:
        conn.execute(update(connections).values(owner="bob"))
        conn.execute(update(connections).values(owner="ann", blob=b"x" * 69))
    error = refused(Code.LIVE_CHECKLIST, lambda: at.live.enable("ann", active.account_id))
    assert [problem.where for problem in error.problems] == ["key"]


def test_a_row_that_was_altered_signs_nothing(at):
    """Whoever changes the database cannot widen what a key may do."""
    enabled = at.enabled()
    wider = {"symbols": ["*"], "order_usd": 10**15, "day_usd": 10**15, "max_leverage": 100}
    with at.database.write() as conn:
        conn.execute(update(connections).values(policy=wider))
    at.signer.vault = at.signer.another()
    live = LiveAccounts(at.database, at.clock, at.live._ids, at.signer.vault, at.links)
    live.tend()
    assert at.signer.vault.opened() == frozenset()
    assert not signs(at, enabled.account_id)


def test_switched_off_only_exits_pass_and_runs_are_paused(at):
    enabled = at.enabled()
    run = at.deploy(enabled)
    off = at.live.disable("ann", enabled.account_id, "a walk")
    assert (off.live, off.reason, off.status) == (False, "a walk", Status.ACTIVE)
    assert not signs(at, enabled.account_id) and signs(at, enabled.account_id, reduce_only=True)
    assert at.runs.get("ann", run.run_id).wanted is Wanted.PAUSED
    refused(Code.LIVE_OFF, lambda: at.runs.resume("ann", run.run_id))
    refused(Code.RUN_NOT_READY, lambda: at.deploy(enabled))
    at.live.disable("ann", enabled.account_id)
    assert at.events(enabled.account_id).count(K.LIVE_DISABLED) == 1
    at.live.enable("ann", enabled.account_id)
    assert at.runs.get("ann", run.run_id).wanted is Wanted.PAUSED
    assert at.runs.resume("ann", run.run_id).wanted is Wanted.ACTIVE


def test_an_account_that_was_switched_off_meanwhile_is_not_opened_again(at, monkeypatch):
    account_id, opened = at.enabled().account_id, at.signer.vault.opened

    def read_before():
        at.live.disable("ann", account_id)
        return opened()

    monkeypatch.setattr(at.signer.vault, "opened", read_before)
    at.live.tend()
    assert not signs(at, account_id)


def test_what_is_being_switched_off_is_not_opened_until_that_is_written(at, monkeypatch):
    account_id, tell = at.enabled().account_id, at.signer.vault.open
    tending = Thread(target=at.live.tend)

    def told(sealed, *, closing):
        tell(sealed, closing=closing)
        if tending.ident is None:
            tending.start()
            tending.join(0.5)  # it waits for what is being written

    monkeypatch.setattr(at.signer.vault, "open", told)
    at.live.disable("ann", account_id)
    tending.join()
    assert not signs(at, account_id)


def test_an_account_of_a_venue_never_trades_on_a_replay(at):
    enabled = at.enabled()
    at.deploy(enabled)
    with at.database.write() as conn:
        conn.execute(update(feeds).values(source="lake"))
    problems = refused(Code.RUN_NOT_READY, lambda: at.deploy(enabled)).problems
    assert "account.replay" in {problem.code for problem in problems}


@pytest.mark.parametrize("error", [AWAY, Refused(Code.LIVE_OFF, "no key"), Invalid(Code.SETTINGS, "a spoiled file")])
def test_leave_is_taken_away_whatever_the_signer_says(at, monkeypatch, error):
    enabled = at.enabled()

    def broken(*_):
        raise error

    monkeypatch.setattr(at.signer.vault, "open", lambda *_, **__: broken())
    assert not at.live.disable("ann", enabled.account_id).live
    monkeypatch.setattr(at.signer.vault, "revoke", broken)
    assert at.live.revoke("ann", enabled.account_id).status is Status.REVOKED
    assert at.blobs() == [None]


def test_revoked_nothing_is_signed_the_key_is_gone_and_runs_stop(at):
    enabled = at.enabled()
    run = at.deploy(enabled)
    ended = at.live.revoke("ann", enabled.account_id)
    assert (ended.status, ended.live, ended.blob) == (Status.REVOKED, False, None)
    assert at.blobs() == [None]
    assert not signs(at, enabled.account_id, reduce_only=True)
    stopped = at.runs.get("ann", run.run_id)
    assert (stopped.wanted, stopped.stop_mode, stopped.asked) == (Wanted.STOPPED, StopMode.HANDOVER, True)
    assert at.live.revoke("ann", enabled.account_id).status is Status.REVOKED
    assert at.events(enabled.account_id).count(K.CONNECTION_REVOKED) == 1
    for ask in (at.live.enable, at.live.disable, at.live.inspect):
        refused(Code.LIVE_STATE, lambda ask=ask: ask("ann", enabled.account_id))
    refused(Code.LIVE_STATE, lambda: at.live.limit("ann", enabled.account_id, POLICY))


def test_a_run_whose_key_goes_while_a_stop_is_moved_says_what_rests_twice(at):
    enabled = at.enabled()
    run = at.deploy(enabled)
    level = {"run_id": run.run_id, "account_id": enabled.account_id, "decision": 1, "symbol": "BTC", "side": -1}
    level |= {"lots": 10, "traded": 0, "px": 50_000.0, "reduce_only": True, "reason": Reason.STOP_LOSS}
    level |= {"venue_order_id": "", "note": "", "intended_ts": NOW, "changed_ts": NOW}
    for end, known in ((OrderState.CANCELED, "the agent is revoked"), (OrderState.OPEN, "older stop")):
        rows = [("older", OrderKind.STOP, end), ("newer", OrderKind.STOP, OrderState.SENT)]
        rows.append(("target", OrderKind.TAKE, OrderState.OPEN))
        with at.database.write() as conn:
            conn.execute(delete(orders))
            for leg, (name, kind, state) in enumerate(rows):
                conn.execute(insert(orders).values(**level, intent_id=name, leg=leg, kind=kind, state=state))
            hand_over(conn, enabled.account_id, "the agent is revoked")
        reason = at.runs.get("ann", run.run_id).reason
        assert known in reason and ("BTC" in reason) == (end is OrderState.OPEN)


def test_revoking_holds_where_it_cannot_be_written(at, monkeypatch):
    enabled = at.enabled()

    def away(*_arguments):
        raise Unavailable(Code.DATABASE_BUSY, "away")

    with monkeypatch.context() as patched:
        patched.setattr(at.database, "write", away)
        with pytest.raises(Unavailable):
            at.live.revoke("ann", enabled.account_id)
    assert not signs(at, enabled.account_id, reduce_only=True)
    at.live.tend()
    assert not signs(at, enabled.account_id, reduce_only=True)
    assert at.live.revoke("ann", enabled.account_id).status is Status.REVOKED


def test_a_signer_that_is_away_holds_up_neither_switching_off_nor_revoking(at, monkeypatch):
    enabled = at.enabled()

    def away(*_arguments, **_options):
        raise Unavailable(Code.SIGNER_UNAVAILABLE, "away")

    monkeypatch.setattr(at.signer.vault, "open", away)
    monkeypatch.setattr(at.signer.vault, "revoke", away)
    assert not at.live.disable("ann", enabled.account_id).live
    assert at.live.revoke("ann", enabled.account_id).blob is None


def test_an_approval_that_runs_out_ends_it(at):
    enabled = at.enabled(terms=Terms("paddock", NOW + 3_600_000))
    run = at.deploy(enabled)
    at.live.tend()
    assert signs(at, enabled.account_id)
    at.clock.advance(3_600_000)
    at.live.tend()
    ended = at.live.get("ann", enabled.account_id)
    assert (ended.status, ended.blob, ended.live) == (Status.EXPIRED, None, False)
    assert at.runs.get("ann", run.run_id).wanted is Wanted.STOPPED
    assert at.signer.vault.opened() == frozenset()
    assert at.events(enabled.account_id)[-1] is K.CONNECTION_EXPIRED


def test_another_process_does_what_the_database_says(at):
    enabled = at.enabled()
    other = at.signer.another()
    tending = LiveAccounts(at.database, at.clock, at.live._ids, other, at.links)
    tending.tend()
    assert other.opened() == {enabled.account_id}
    at.live.disable("ann", enabled.account_id)
    tending.tend()
    assert other.look()[enabled.account_id].closing
    at.live.revoke("ann", enabled.account_id)
    tending.tend()
    assert other.opened() == frozenset()


def test_other_limits_seal_the_same_key_anew(at):
    enabled = at.enabled()
    tighter = replace(POLICY, order_usd=1 * MICROS // 2, day_usd=MICROS)
    limited = at.live.limit("ann", enabled.account_id, tighter)
    assert (limited.grant.agent, limited.live) == (enabled.grant.agent, True)
    assert not signs(at, enabled.account_id)
    refused(Code.LIVE_POLICY, lambda: at.live.limit("ann", enabled.account_id, replace(POLICY, max_leverage=0)))
    at.live.limit("ann", enabled.account_id, POLICY)
    assert signs(at, enabled.account_id)
    assert at.events(enabled.account_id).count(K.CONNECTION_LIMITED) == 2
    at.live.tend()
    assert signs(at, enabled.account_id)


def test_an_account_has_one_connection_at_a_time_and_then_another(at):
    first = at.active()
    again = {"account_id": first.account_id, "name": ""}
    refused(Code.LIVE_STATE, lambda: at.connect(**again))
    at.live.revoke("ann", first.account_id)
    at.clock.advance(1)
    second = at.connect(**again)
    assert (second.account_id, second.status) == (first.account_id, Status.DRAFT)
    assert second.grant.agent != first.grant.agent
    assert at.live.get("ann", first.account_id) == second
    assert [each.status for each in at.live.list("ann").items] == [Status.REVOKED, Status.DRAFT]
    paper = at.accounts.open("ann", "play").account_id
    refused(Code.DATA_VENUE, lambda: at.connect(account_id=paper, name=""))


@pytest.mark.parametrize(
    "changes",
    [
        {"venue": "nowhere"},
        {"main": "0x12"},
        {"policy": replace(POLICY, day_usd=0)},
        {"name": ""},
        {"terms": Terms("x" * 17)},
    ],
)
def test_what_cannot_be_connected_leaves_nothing(at, changes):
    with pytest.raises(Invalid):
        at.connect(**changes)
    assert at.accounts.list("ann").items == () and at.live.list("ann").items == ()


def test_what_others_have_looks_like_what_nobody_has(at):
    mine = at.active().account_id
    paper = at.accounts.open("ann", "play").account_id
    live = at.live
    plain = (live.get, live.approvals, live.redraft, live.check, live.inspect, live.enable, live.disable, live.revoke)
    for ask in (
        *plain,
        lambda who, what: live.limit(who, what, POLICY),
        lambda who, what: live.approve(who, what, Kind.AGENT, "0x"),
    ):
        with pytest.raises(NotFound) as others:
            ask("bob", mine)
        with pytest.raises(NotFound) as nobodys:
            ask("bob", "nothing")
        assert str(others.value.as_dict()).replace(mine, "nothing") == str(nobodys.value.as_dict())
    refused(Code.LIVE_NOT_FOUND, lambda: at.live.get("ann", paper))
    assert at.live.list("bob").items == ()


@pytest.mark.parametrize("venue", ["hyperliquid", "pacifica"])
def test_a_simulator_takes_an_owner_who_is_made_up(at, venue):
    made = at.connect(venue=venue, network=Network.SIMULATOR, main="", url="http://127.0.0.1:9000")
    assert (made.status, len(at.venue.posted)) == (Status.ACTIVE, 1)
    assert at.live.enable("ann", made.account_id).connection.live
    with pytest.raises(PaddockError):
        at.connect(venue=venue, main="")


def test_every_key_is_sealed_anew(at):
    enabled = at.enabled()
    (before,) = at.blobs()
    assert at.live.rewrap() == 1
    assert at.blobs() != [before]
    at.live.tend()
    assert signs(at, enabled.account_id)


def test_the_table_of_states_is_whole():
    for source in Status:
        for target in Status:
            if (source, target) in ALLOWED:
                require(source, target)
            else:
                refused(Code.LIVE_STATE, lambda source=source, target=target: require(source, target))
    assert {status for status in Status if targets(status)} == set(LIVING)
