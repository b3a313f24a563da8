"""The `paddock` command: mounts the subcommands and turns every failure into lines and an exit code, in one place."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from paddock import __version__
from paddock.core.errors import Code, Invalid, PaddockError
from paddock.surfaces import kernel_cache, settings
from paddock.surfaces.cli import data, failure, strategy
from paddock.surfaces.cli.backtest import backtest
from paddock.surfaces.cli.demo import demo

app = App(
    name="paddock",
    version=__version__,
    help="Write, backtest and compare trading strategies on your own machine.",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
app.command(demo)
app.command(backtest)
app.command(strategy.app)
app.command(data.app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name; `sys.argv` by default) and return its exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(tokens)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return failure.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing may be written when the interpreter flushes on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failure.BROKEN_PIPE
    return code


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
