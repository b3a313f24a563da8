"""The `paddock` command: mounts the subcommands and turns every failure into lines and an exit code, in one place."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from cyclopts import App, CycloptsError

from paddock import __version__
from paddock.core.errors import Code, Invalid, PaddockError
from paddock.surfaces import kernel_cache, settings
from paddock.surfaces.cli import accounts, bots, data, db, failure, journal, kill, live, runs, simulate, strategy, venue
from paddock.surfaces.cli.backtest import backtest
from paddock.surfaces.cli.demo import demo
from paddock.surfaces.cli.doctor import doctor
from paddock.surfaces.cli.serve import serve
from paddock.surfaces.cli.status import status

app = App(
    name="paddock",
    version=__version__,
    help="Write, backtest and run trading strategies on your own machine.",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
app.command(demo)
app.command(backtest)
app.command(strategy.app)
app.command(data.app)
app.command(serve)
app.command(bots.app)
app.command(accounts.app)
app.command(runs.app)
app.command(kill.app)
app.command(live.app)
app.command(status)
app.command(journal.app)
app.command(db.app)
app.command(doctor)
app.command(venue.app)
app.command(simulate.app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name; `sys.argv` by default) and return its exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    _open_streams()
    try:
        code = _run(tokens)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return failure.INTERRUPTED
    except BrokenPipeError:
        _abandon_stdout()  # whoever read our output has gone
        return failure.BROKEN_PIPE
    except OSError as error:  # stdout takes no more: a full disk
        _abandon_stdout()
        return _report(failure.of_machine(error), [])
    return code


def _open_streams() -> None:
    """Streams that take whatever is printed: a character that they cannot encode becomes "?"; a closed one is mute."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  open until the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _abandon_stdout() -> None:
    """Nothing may be written when the interpreter flushes on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(tokens: list[str]) -> int:
    debug = False
    try:
        configured = settings.load()
        debug = configured.debug
        kernel_cache.use(configured.home / "cache")
        result = app(tokens, print_error=False, exit_on_error=False)
    except PaddockError as error:
        return _report(error, tokens)
    except CycloptsError as error:
        return _report(_usage(error), tokens)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _report(failure.of_machine(error), tokens)
    except Exception as error:  # noqa: BLE001  the one place where anything unforeseen ends
        if debug:
            traceback.print_exc()
        return _report(failure.of_bug(error, f"set {settings.DEBUG.name}=1 to see where"), tokens)
    return result if isinstance(result, int) else 0


def _report(error: PaddockError, tokens: list[str]) -> int:
    if "--json" in tokens:
        print(failure.document(error))
    else:
        print(failure.human(error), file=sys.stderr)
    return error.exit_code


def _usage(error: CycloptsError) -> Invalid:
    chain = " ".join(("paddock", *(error.command_chain or ())))
    return Invalid(Code.USAGE, " ".join(str(error).split()), suggestion=f"{chain} --help")


if __name__ == "__main__":
    sys.exit(main())
