"""`paddock status`: is it running, and what is it doing?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from paddock.surfaces.cli.remote import Json, show_one


def status(
    *,
    home: Annotated[Path | None, Parameter(help="Home of the process; PADDOCK_HOME, or ~/.paddock.")] = None,
    json: Json = False,
) -> None:
    """Say what `paddock serve` is doing: over its socket, or over the API where it runs elsewhere.

    Exits with 3 when nothing runs, with 5 when it does not answer.
    """
    from paddock.surfaces import settings

    show_one(_asked(settings.load(home=home)), json=json)


def _asked(configured: Any) -> dict[str, Any]:
    from paddock.core.errors import NotRunning
    from paddock.surfaces.ipc import ask

    try:
        return ask(configured.home, "get_state")
    except NotRunning:
        from paddock.surfaces.client import Api

        with Api(configured.url, configured.token_file) as session:
            return session.get("/status")
