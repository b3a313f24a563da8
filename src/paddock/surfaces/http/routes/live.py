"""Trading live: connections to venues, what their owners sign, and the switch.

Switching off and revoking work while nothing can be written: so no key is kept of them.
"""

from __future__ import annotations

from paddock.core.errors import Code, Invalid
from paddock.runtime.live.checklist import Checked
from paddock.runtime.live.gateway import Finding
from paddock.runtime.live.rows import Approval, Connection
from paddock.runtime.live.wish import Wish
from paddock.surfaces.http.models.base import PAGE, After, InPath, Limit, Listed, micros, money
from paddock.surfaces.http.models.live import (
    ChecklistModel,
    ConnectionModel,
    ConnectionWanted,
    DraftModel,
    FindingModel,
    PolicyModel,
    PolicyWanted,
    ReasonWanted,
    SignatureWanted,
)
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.scopes import Scope
from paddock.venues.approvals.base import Terms
from paddock.venues.signing.policy import Policy

routes = Routes("live")


@routes.get("/connections", "listConnections", Scope.READ)
def list_(ask: Ask, after: After = None, limit: Limit = PAGE) -> Listed[ConnectionModel]:
    """Mine, by id, those that ended included."""
    page = ask.services.live.list(ask.caller.user_id, after=after or "", limit=limit)
    return Listed(items=[_model(each) for each in page.items], next=page.next or None)


@routes.post("/connections", "connectVenue", Scope.LIVE, status=201)
def connect(ask: Ask, wanted: ConnectionWanted) -> ConnectionModel:
    """An agent with a key of its own, and drafts of what the owner has to sign for it."""
    if (wanted.name is None) is (wanted.account_id is None):
        rule = "a connection is for a new account or for one that is there"
        raise Invalid(Code.REQUEST, "which account?", where="body.account_id", rule=rule, suggestion="give name")
    wish = Wish(
        wanted.venue,
        wanted.network,
        wanted.main,
        _policy(wanted.policy, "body.policy"),
        name=wanted.name or "",
        account_id=wanted.account_id or "",
        url=wanted.url,
        terms=Terms(wanted.agent_name, wanted.expires_ts or 0, wanted.chain_id),
        builder=wanted.builder,
        builder_fee=wanted.builder_fee,
    )
    return _model(ask.services.live.connect(ask.caller.user_id, wish))


@routes.get("/accounts/{account_id}/connection", "getConnection", Scope.READ)
def get(ask: Ask, account_id: InPath) -> ConnectionModel:
    """The newest of an account, and where it stands."""
    return _model(ask.services.live.get(ask.caller.user_id, account_id))


@routes.get("/accounts/{account_id}/connection/drafts", "listDrafts", Scope.READ)
def drafts(ask: Ask, account_id: InPath) -> Listed[DraftModel]:
    """What its owner has to sign, to the letter, and what of it is signed."""
    return Listed(items=[_draft(each) for each in ask.services.live.approvals(ask.caller.user_id, account_id)])


@routes.post("/accounts/{account_id}/connection/drafts", "renewDrafts", Scope.LIVE)
def redraft(ask: Ask, account_id: InPath) -> Listed[DraftModel]:
    """New ones in the place of those that nobody signed in time."""
    ask.services.live.redraft(ask.caller.user_id, account_id)
    return drafts(ask, account_id)


@routes.post("/accounts/{account_id}/connection/approvals", "approveDraft", Scope.LIVE, private=True)
def approve(ask: Ask, account_id: InPath, wanted: SignatureWanted) -> ConnectionModel:
    """The owner's signature of a draft; it is handed to the venue at once."""
    owner = ask.caller.user_id
    return _model(ask.services.live.approve(owner, account_id, wanted.kind, wanted.signature))


@routes.post("/accounts/{account_id}/connection/refresh", "refreshConnection", Scope.LIVE)
def refresh(ask: Ask, account_id: InPath) -> ConnectionModel:
    """Hand in what the venue has not had, and see whether it knows the agent now."""
    return _model(ask.services.live.check(ask.caller.user_id, account_id))


@routes.post("/accounts/{account_id}/connection/policy", "limitConnection", Scope.LIVE)
def limit_(ask: Ask, account_id: InPath, wanted: PolicyWanted) -> ConnectionModel:
    """Other limits for the same key."""
    return _model(ask.services.live.limit(ask.caller.user_id, account_id, _policy(wanted, "body")))


@routes.get("/accounts/{account_id}/live/checklist", "checkLive", Scope.LIVE)
def check(ask: Ask, account_id: InPath) -> ChecklistModel:
    """What stands for and against trading live now, asked of the signer and the venue."""
    return _checklist(ask.services.live.inspect(ask.caller.user_id, account_id))


@routes.post("/accounts/{account_id}/live/enable", "enableLive", Scope.LIVE)
def enable(ask: Ask, account_id: InPath) -> ChecklistModel:
    """Switch trading live on, if its checklist passes. Runs that are paused stay so."""
    return _checklist(ask.services.live.enable(ask.caller.user_id, account_id))


@routes.post("/accounts/{account_id}/live/disable", "disableLive", Scope.LIVE, once=False)
def disable(ask: Ask, account_id: InPath, wanted: ReasonWanted) -> ConnectionModel:
    """Switch it off: only exits are signed from now on, and the account's runs are paused."""
    return _model(ask.services.live.disable(ask.caller.user_id, account_id, wanted.reason))


@routes.post("/accounts/{account_id}/live/revoke", "revokeConnection", Scope.LIVE, once=False)
def revoke(ask: Ask, account_id: InPath, wanted: ReasonWanted) -> ConnectionModel:
    """Sign nothing more, destroy the key, stop the account's runs. What is at the venue stays there."""
    return _model(ask.services.live.revoke(ask.caller.user_id, account_id, wanted.reason))


def _policy(wanted: PolicyWanted, where: str) -> Policy:
    order, day = (micros(getattr(wanted, name), f"{where}.{name}") for name in ("order_usd", "day_usd"))
    return Policy(tuple(wanted.symbols), order, day, wanted.max_leverage)


def _model(connection: Connection) -> ConnectionModel:
    grant = connection.grant
    policy = PolicyModel(
        symbols=list(grant.policy.symbols),
        order_usd=money(grant.policy.order_usd),
        day_usd=money(grant.policy.day_usd),
        max_leverage=grant.policy.max_leverage,
    )
    own = ("connection_id", "url", "agent_name", "status", "live", "reason", "expires_ts", "created_ts", "changed_ts")
    granted = ("account_id", "venue", "network", "main", "agent", "builder", "builder_fee")
    values = {name: getattr(connection, name) for name in own} | {name: getattr(grant, name) for name in granted}
    return ConnectionModel(policy=policy, **values)


def _draft(approval: Approval) -> DraftModel:
    draft = approval.draft
    return DraftModel(
        kind=draft.kind,
        scheme=draft.scheme,
        message=draft.message,
        exact=draft.exact,
        made_ts=draft.made_ts,
        until_ts=draft.until_ts,
        signed_ts=approval.signed_ts,
        sent_ts=approval.sent_ts,
    )


def _checklist(checked: Checked) -> ChecklistModel:
    findings = [_finding(each) for each in checked.findings]
    return ChecklistModel(connection=_model(checked.connection), findings=findings, passed=checked.passed)


def _finding(finding: Finding) -> FindingModel:
    return FindingModel(**{name: getattr(finding, name) for name in FindingModel.model_fields})
