"""What the signer's process answers to what it is asked, whatever that is."""

from __future__ import annotations

from pydantic import ValidationError

from paddock.core.errors import Code, Invalid, PaddockError
from paddock.venues.signing.grant import Sealed
from paddock.venues.signing.vault import Vault
from paddock.venues.signing.wire import (
    ASKED,
    KEPT,
    SIGNED,
    Asked,
    Close,
    Kept,
    Look,
    Make,
    Markets,
    Open,
    Play,
    Reseal,
    Revoke,
    Rewrap,
    SelfTest,
    Sign,
    done,
    failed,
)


def answered(vault: Vault, body: bytes) -> bytes:
    """The body of the answer to the body of any frame, whatever is in it."""
    try:
        request = ASKED.validate_json(body, strict=True, extra="forbid")
        return done(_do(vault, request))
    except ValidationError as error:
        return failed(_garbled(error))
    except PaddockError as error:
        return failed(error)


def _do(vault: Vault, request: Asked) -> object:
    match request:
        case Sign(order):
            return [[each.kind, each.path, each.body] for each in vault.sign(order)]
        case Make(wanted):
            return _told(vault.make(wanted))
        case Play(wanted, terms):
            sealed, approvals = vault.play(wanted, terms)
            return {"key": _told(sealed), "approvals": SIGNED.dump_python(approvals, mode="json")}
        case Reseal(key, policy):
            return _told(vault.reseal(key.sealed, policy))
        case Rewrap(key):
            return _told(vault.rewrap(key.sealed))
        case Open(key, closing):
            vault.open(key.sealed, closing=closing)
        case Close(account_id):
            vault.close(account_id)
        case Revoke(grant):
            vault.revoke(grant)
        case SelfTest(account_id):
            vault.self_test(account_id)
        case Markets(venue, network, markets):
            vault.list_markets(venue, network, markets)
        case Look():
            return {
                account_id: {"agent": opened.sealed.grant.agent, "closing": opened.closing, "spent": opened.spent}
                for account_id, opened in vault.look().items()
            }
    return None


def _told(sealed: Sealed) -> object:
    return KEPT.dump_python(Kept(sealed.grant, sealed.blob), mode="json")


def _garbled(error: ValidationError) -> Invalid:
    """Says where and why; never what was seen, which may be anything."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return Invalid(
        Code.SIGNER_REQUEST,
        "this is no request for the signer",
        where=".".join(map(str, first["loc"]))[:200],
        seen=f"{error.error_count()} problems",
        rule=first["msg"][:200],
    )
