"""The libraries that wallets are made of, as the other side of a signature; only tests use them.

Importing `eth_account` raises the recursion limit of the whole process; it is put back here.
"""

import sys

_limit = sys.getrecursionlimit()
from eth_account import Account  # noqa: E402
from eth_account.messages import encode_defunct, encode_typed_data  # noqa: E402

sys.setrecursionlimit(_limit)

__all__ = ["Account", "encode_defunct", "encode_typed_data"]
