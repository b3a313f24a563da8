"""A user's Python source becomes a strategy class. It runs with the rights of whoever started the program."""

from __future__ import annotations

from types import ModuleType

from paddock.core.errors import Code, Invalid, nearest
from paddock.strategy.python import SOURCE_NAME, Strategy, UserCode


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
    module = ModuleType("paddock_user_strategy")
    with UserCode("the source"):
        exec(compile(_parsed(source), SOURCE_NAME, "exec"), module.__dict__)
    return {
        name: item
        for name, item in vars(module).items()
        if isinstance(item, type) and issubclass(item, Strategy) and item.__module__ == module.__name__
    }


def _parsed(source: str) -> str:
    """The source, when it is Python at all."""
    try:
        compile(source, SOURCE_NAME, "exec")
    except (SyntaxError, ValueError) as error:
        line = f"line {error.lineno}" if isinstance(error, SyntaxError) else "python.source"
        raise Invalid(
            Code.STRATEGY_PYTHON,
            f"the source is not Python: {error.msg if isinstance(error, SyntaxError) else error}",
            where=line,
            seen=(error.text or "").strip()[:80] if isinstance(error, SyntaxError) else "",
            rule="the source is Python 3.11 or later",
        ) from None
    return source
