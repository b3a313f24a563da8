"""Wallets with throw-away keys, as extensions bring them to a page: they sign in the test, the page only asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from nacl.signing import SigningKey

from paddock.venues import base58
from tests.wallets import Account, encode_defunct

ANNOUNCED = """(() => {
  const request = async (asked) => {
    const { error, result } = await window.askEthereumWallet(asked.method, asked.params ?? []);
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
  };
  const info = { uuid: "5f3b", name: "Test wallet", icon: "", rdns: "test.wallet" };
  const detail = Object.freeze({ info, provider: { request } });
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  addEventListener("eip6963:requestProvider", announce);
  announce();
})()"""

REGISTERED = """(() => {
  const account = { address: "ADDRESS", chains: ["solana:mainnet"] };
  const signMessage = async ({ message }) => {
    const signature = await window.askSolanaWallet(Array.from(message));
    return [{ signedMessage: message, signature: Uint8Array.from(signature) }];
  };
  const features = {
    "standard:connect": { connect: async () => ({ accounts: [account] }) },
    "solana:signMessage": { signMessage },
  };
  const wallet = { name: "Sun wallet", icon: "", chains: ["solana:mainnet"], features };
  const register = (door) => door.register(wallet);
  addEventListener("wallet-standard:app-ready", (event) => register(event.detail));
  dispatchEvent(new CustomEvent("wallet-standard:register-wallet", { detail: register }));
})()"""


class Wallet(Protocol):
    def install(self, context: Any) -> None:
        """Every page of a browser's context has it from now on."""


@dataclass
class EthereumWallet:
    """By EIP-1193 and EIP-6963. `refuses`: its owner says no to what is to be signed."""

    chain: int = 1
    refuses: bool = False
    account: Any = field(default_factory=Account.create)

    def install(self, context: Any) -> None:
        context.expose_function("askEthereumWallet", self._answer)
        context.add_init_script(ANNOUNCED)

    def _answer(self, method: str, params: list[str]) -> dict[str, Any]:
        if method == "eth_requestAccounts":
            return {"result": [self.account.address.lower()]}  # as many wallets give it
        if method == "eth_chainId":
            return {"result": hex(self.chain)}
        assert (method, params[1]) == ("personal_sign", self.account.address)
        if self.refuses:
            return {"error": {"code": 4001, "message": "User rejected the request."}}
        signed = self.account.sign_message(encode_defunct(hexstr=params[0]))
        return {"result": "0x" + bytes(signed.signature).hex()}


@dataclass
class SolanaWallet:
    """By the Wallet Standard."""

    key: SigningKey = field(default_factory=SigningKey.generate)

    def install(self, context: Any) -> None:
        context.expose_function("askSolanaWallet", lambda message: list(self.key.sign(bytes(message)).signature))
        context.add_init_script(REGISTERED.replace("ADDRESS", base58.encode(bytes(self.key.verify_key))))
