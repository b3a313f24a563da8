"""How is a WebSocket of a venue opened? Directly, to where it was said, and with nothing of it in any log."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from ssl import SSLContext
from typing import Final

from websockets.asyncio.client import ClientConnection, connect

_CLOSE_S: Final = 1.0

# At DEBUG the library logs each frame whole, and orders travel in frames with their signatures.
_QUIET: Final = logging.getLogger("paddock.venues.transport")
_QUIET.setLevel(logging.INFO)


class _Direct(connect):
    """The library would follow redirects."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def opened(
    url: str, headers: Mapping[str, str], tls: SSLContext | None, open_ms: int, frame_bytes: int
) -> ClientConnection:
    """A connection that pings of the venue's kind keep open, not the protocol's.

    OSError, TimeoutError among them, or WebSocketException when there is none.
    """
    return await _Direct(
        url,
        additional_headers=dict(headers),
        proxy=None,
        ssl=tls,
        open_timeout=open_ms / 1000,
        close_timeout=_CLOSE_S,
        ping_interval=None,
        max_size=frame_bytes,
        logger=_QUIET,
    )
