"""No code of ours can ask a venue to move money: not by name, and not by signing something that another names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from paddock.venues.hyperliquid.codec.signing import SIGNABLE
from paddock.venues.pacifica.codec.operations import PATHS, Op
from tests.project import PACKAGE, sources, tree

# What venues call a request that takes money out, or elsewhere, or lets somebody else do it.
MOVING = {
    *("withdraw3", "usdSend", "spotSend", "sendAsset", "usdClassTransfer", "subAccountTransfer", "vaultTransfer"),
    *("subAccountSpotTransfer", "agentSendAsset", "sendToEvmWithData", "cWithdraw", "cDeposit", "tokenDelegate"),
    *("vaultDistribute", "convertToMultiSigUser", "multiSig", "perpDexClassTransfer", "subAccountModify"),
    *("withdraw", "transfer_funds", "withdraw_spot_asset", "subaccount_transfer", "subaccount_spot_transfer"),
    *("deposit_to_lake", "withdraw_from_lake", "create_lake", "subaccount_initiate", "subaccount_confirm"),
    *("create_api_key", "/account/withdraw", "/account/subaccount/transfer", "/account/spot_asset/withdraw"),
    *("/account/subaccount/create", "/account/subaccount/spot_asset/transfer", "/lake/withdraw", "/lake/deposit"),
}
# Where such a name is heard, not said. A folder stands for all that is in it.
HEARD = {
    "venues/hyperliquid/codec/user_signed.py": "checks who signed what came in",
    "venues/pacifica/codec/operations.py": "lists what agents may not sign",
    "venues/hyperliquid/simulator": "stands in for the venue",
    "venues/pacifica/simulator": "stands in for the venue",
    "venues/hyperliquid/codec/account.py": "reads what happened to an account",
    "venues/hyperliquid/codec/history.py": "reads what happened to an account",
    "venues/hyperliquid/codec/funding.py": "reads what happened to an account",
    "venues/pacifica/codec/account.py": "reads what happened to an account",
}
# All that holds a key, or what makes a signature of one.
SIGNING = {
    "venues/evm.py",
    "venues/hyperliquid/codec/signing.py",
    "venues/pacifica/codec/signing.py",
    "venues/signing/hyperliquid.py",
    "venues/signing/pacifica.py",
}
KEYS = {
    *("coincurve.PrivateKey", "nacl.signing.SigningKey", "paddock.venues.evm.signed"),
    *("paddock.venues.hyperliquid.codec.signing.sign", "paddock.venues.pacifica.codec.signing.sign"),
    *("paddock.venues.pacifica.codec.signing.signed", "paddock.venues.pacifica.codec.signing.key_of"),
}


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def heard(name: str) -> bool:
    return any(name == where or name.startswith(f"{where}/") for where in HEARD)


def names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts in code; a docstring only speaks of things."""
    speech = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in speech:
            yield node.lineno, node.value


def imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_code_names_a_request_that_moves_money():
    found = [
        (place(path), line, text)
        for path in sources(PACKAGE / "venues", PACKAGE / "runtime", PACKAGE / "surfaces")
        for line, text in names(tree(path))
        if text in MOVING and not heard(place(path))
    ]
    assert found == []


def test_only_the_signer_holds_keys():
    """A whole module of these is imported nowhere else either: its names could be reached through it."""
    whole = {name.rpartition(".")[0] for name in KEYS} - {
        "paddock.venues.hyperliquid.codec.signing",
        "paddock.venues.evm",
    }
    held = [
        (place(path), name)
        for path in sources(PACKAGE)
        for name in imports(tree(path))
        if name in KEYS | whole | {"coincurve", "nacl"} and place(path) not in SIGNING
    ]
    assert held == []


def test_what_may_be_signed_moves_nothing():
    assert not SIGNABLE & MOVING
    assert not {str(op) for op in Op} & MOVING
    assert not set(PATHS.values()) & MOVING


@pytest.mark.parametrize("code", ["x = {'type': 'withdraw3'}", "def f():\n    return post('/account/withdraw')"])
def test_the_rule_sees_what_it_should(code):
    assert any(text in MOVING for _, text in names(ast.parse(code)))


def test_it_looks_where_the_words_are():
    """Else the names here would have gone out of date without anybody noticing."""
    found = {text for path in sources(PACKAGE / "venues") for _, text in names(tree(path)) if text in MOVING}
    assert {"withdraw3", "usdSend"} <= found
