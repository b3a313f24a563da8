"""The venue's own client writes and signs the same."""

from __future__ import annotations

import pytest
from coincurve import PrivateKey
from hyperliquid.utils import signing as sdk
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.orders import Side, Tif
from paddock.venues.evm import ORDER
from paddock.venues.hyperliquid.codec import actions, approvals
from paddock.venues.hyperliquid.codec.numbers import lots_text, px_text
from paddock.venues.hyperliquid.codec.signing import Network, Signature, sign
from tests.venues.hyperliquid.test_numbers import grid_prices
from tests.wallets import Account

SECRETS = st.integers(1, ORDER - 1).map(lambda secret: secret.to_bytes(32, "big"))
ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
CLOIDS = st.none() | st.binary(min_size=16, max_size=16).map(lambda raw: "0x" + raw.hex())
TIFS = {Tif.GTC: "Gtc", Tif.IOC: "Ioc", Tif.ALO: "Alo"}


class Cloid:
    """All that the client asks of one of its own."""

    def __init__(self, raw: str) -> None:
        self.raw = raw

    def to_raw(self) -> str:
        return self.raw


@st.composite
def orders(draw):
    """An order as the client takes it, and the same as ours."""
    spec, price = draw(grid_prices())
    count, asset, side = draw(st.integers(1, 10**6)), draw(st.integers(0, 200_000)), draw(st.sampled_from(Side))
    reduce_only, cloid = draw(st.booleans()), draw(CLOIDS)
    px, size = float(price.decimal), float(spec.qty(count))
    if draw(st.booleans()):
        take, market = draw(st.booleans()), draw(st.booleans())
        theirs = {"trigger": {"isMarket": market, "triggerPx": px, "tpsl": "tp" if take else "sl"}}
        ours = actions.trigger(px_text(spec, px), take=take, market=market)
    else:
        tif = draw(st.sampled_from(Tif))
        theirs, ours = {"limit": {"tif": TIFS[tif]}}, actions.limit(tif)
    request = {
        "coin": "X",
        "is_buy": side is Side.BUY,
        "sz": size,
        "limit_px": px,
        "order_type": theirs,
        "reduce_only": reduce_only,
        "cloid": Cloid(cloid) if cloid else None,
    }
    item = actions.item(
        asset, side, px_text(spec, px), lots_text(spec, count), ours, reduce_only=reduce_only, cloid=cloid or ""
    )
    return sdk.order_request_to_order_wire(request, asset), item


@given(
    st.lists(orders(), min_size=1, max_size=3),
    SECRETS,
    st.integers(0, 2**53),
    st.none() | ADDRESSES,
    st.none() | st.integers(0, 2**53),
    st.sampled_from(Network),
    st.none() | st.integers(1, 100),
)
def test_orders_are_written_and_signed_as_the_client_does(drawn, secret, nonce, vault, expires_after, network, fee):
    theirs, ours = map(list, zip(*drawn, strict=True))
    builder = None if fee is None else {"b": "0x" + "ab" * 20, "f": fee}
    action = sdk.order_wires_to_order_action(theirs, builder, "normalTpsl" if len(ours) > 1 else "na")
    named = fee and actions.Builder("0x" + "AB" * 20, fee)
    made = actions.order(ours, actions.Grouping(action["grouping"]), named)
    assert made == action and repr(made) == repr(action)
    wanted = sdk.sign_l1_action(
        Account.from_key(secret), action, vault, nonce, expires_after, network is Network.MAINNET
    )
    body = sign(PrivateKey(secret), network, made, nonce, vault=vault, expires_after=expires_after)
    assert Signature.parse(body["signature"]) == Signature.parse(wanted)


@pytest.mark.parametrize("network", Network)
def test_approvals_are_written_and_signed_as_the_client_does(network):
    wallet, mainnet = Account.from_key("0x" + "11" * 32), network is Network.MAINNET
    agent = "0x" + "12" * 20
    for name in ("", "bot"):
        action = {"type": "approveAgent", "agentAddress": agent, "agentName": name, "nonce": 5}
        signature = Signature.parse(sdk.sign_agent(wallet, action, mainnet))
        draft = approvals.approve_agent(network, agent, 5, name=name)
        assert draft.signer(signature) == wallet.address.lower()
        posted = action if name else {key: value for key, value in action.items() if key != "agentName"}
        assert draft.action == posted
    action = {"maxFeeRate": "0.05%", "builder": agent, "nonce": 5, "type": "approveBuilderFee"}
    signature = Signature.parse(sdk.sign_approve_builder_fee(wallet, action, mainnet))
    draft = approvals.approve_builder_fee(network, agent, 50, 5)
    assert draft.signer(signature) == wallet.address.lower() and draft.action == action
