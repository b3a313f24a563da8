"""A user's Python source becomes a strategy class. It runs with the rights of whoever started the program."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, redirect_stdout
from types import CodeType, ModuleType

from paddock.core.errors import Code, Invalid, nearest
from paddock.strategy.python import SOURCE_NAME, Strategy, UserCode

MODULE = "paddock_user_strategy"  # what a strategy's source believes to be


def printing_aside() -> AbstractContextManager[object]:
    """Around whatever calls a strategy: what it prints goes to stderr, for stdout holds the result and nothing else."""
    return redirect_stdout(sys.stderr)


def load_python(source: str, class_name: str) -> type[Strategy]:
    """The class of that name; raises Invalid (strategy.python) with the line when the source does not run."""
    found = strategy_classes(source)
    if class_name not in found:
        raise Invalid(
            Code.STRATEGY_PYTHON,
            f'the source has no strategy class "{class_name}"',
            where="python.class",
            seen=class_name,
            rule="the class is defined in the source and derives from paddock.strategy.python.Strategy",
            suggestion=nearest(class_name, found) or ", ".join(found),
        )
    return found[class_name]


def strategy_classes(source: str) -> dict[str, type[Strategy]]:
    """Run the source and give the strategy classes that it defines, by name."""
    module = ModuleType(MODULE)
    code = _compiled(source)
    sys.modules[MODULE] = module  # dataclasses and pickle look a class's module up there
    with printing_aside(), UserCode("the source"):
        exec(code, module.__dict__)
    return {
        name: item
        for name, item in vars(module).items()
        if isinstance(item, type) and issubclass(item, Strategy) and item.__module__ == module.__name__
    }


def _compiled(source: str) -> CodeType:
    try:
        return compile(source, SOURCE_NAME, "exec")
    except SyntaxError as error:
        where = "python.source" if error.lineno is None else f"line {error.lineno}"
        raise _not_python(error.msg, where, (error.text or "").strip()[:80]) from None
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, bottomless nesting
        raise _not_python(str(error) or "nested too deep", "python.source", "") from None


def _not_python(reason: str, where: str, seen: str) -> Invalid:
    return Invalid(
        Code.STRATEGY_PYTHON,
        f"the source is not Python: {reason}",
        where=where,
        seen=seen,
        rule="the source is Python 3.11 or later",
    )
