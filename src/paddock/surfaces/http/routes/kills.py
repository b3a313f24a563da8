"""The kill switch: of a run or an account by its owner, of the platform by an admin.

Pulling it twice is pulling it once, and it works while nothing can be written: so no key is kept of it.
"""

from __future__ import annotations

from paddock.core.errors import Code, Invalid
from paddock.runtime.kill import PLATFORM, Kill, account_scope, engaged, run_scope
from paddock.surfaces.http.models.base import Listed
from paddock.surfaces.http.models.runtime import KillModel, KillWanted, SwitchWanted
from paddock.surfaces.http.owners import Owners
from paddock.surfaces.http.route import Ask, Asked, Routes
from paddock.surfaces.http.scopes import Scope

routes = Routes("kills")


@routes.get("/kills", "listKills", Scope.READ)
def list_(ask: Ask) -> Listed[KillModel]:
    """Those that are engaged over me: the platform's, and those of my accounts and runs."""
    with ask.services.database.read() as conn:
        found = engaged(conn)
        users = Owners().of(conn, {kill.scope for kill in found})
    mine = [kill for kill in found if kill.scope == PLATFORM or users.get(kill.scope) == ask.caller.user_id]
    return Listed(items=[_model(kill) for kill in mine])


@routes.post("/kills", "engageKill", Scope.PAPER, status=201, once=False)
def engage(ask: Ask, wanted: KillWanted) -> KillModel:
    """Honoured before anything else, also while the database is away."""
    kill = ask.services.kills.engage(
        _scope(ask, wanted), wanted.reason, by=ask.caller.user_id, action=wanted.action, foreign=wanted.foreign
    )
    return _model(kill)


@routes.post("/kills/release", "releaseKill", Scope.PAPER, once=False)
def release(ask: Ask, wanted: SwitchWanted) -> Listed[KillModel]:
    """Things may be started again; what was stopped stays stopped. Answers with what is still engaged."""
    ask.services.kills.release(_scope(ask, wanted), by=ask.caller.user_id)
    return list_(ask)


def _scope(ask: Asked, wanted: SwitchWanted) -> str:
    """The switch that is meant; raises NotFound for what is not the caller's, Refused without the scope it takes."""
    owner = ask.caller.user_id
    if wanted.scope == "platform":
        ask.caller.require(Scope.ADMIN)
        return PLATFORM
    if not wanted.id:
        raise Invalid(Code.REQUEST, "which one?", where="body.id", rule=f"the id of the {wanted.scope}")
    if wanted.scope == "run":
        run = ask.services.runs.get(owner, wanted.id)
        ask.require_account(run.account_id)
        return run_scope(run.run_id)
    ask.require_account(wanted.id)
    return account_scope(wanted.id)


def _model(kill: Kill) -> KillModel:
    return KillModel(**{name: getattr(kill, name) for name in KillModel.model_fields})
