"""Ask for memory before it is needed. The kernel jumps from event to event over columns that are larger than any cache:
waiting for them took longer than all of its work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]  # llvmlite comes without types
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

READ, KEEP, DATA = 0, 3, 1  # arguments of llvm.prefetch


def typed(_context: Any, array: Any, _index: Any) -> Any:
    """What Numba asks of an intrinsic: its signature, and what writes its code."""
    return types.none(array, types.int64), written


def written(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    view = context.make_array(signature.args[0])(context, builder, args[0])
    place = builder.bitcast(builder.gep(view.data, [args[1]]), byte)
    kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
    builder.call(
        builder.module.declare_intrinsic("llvm.prefetch", [byte], kind), [place, word(READ), word(KEEP), word(DATA)]
    )
    return context.get_dummy_value()


# `prefetch(column, index)` begins to load `column[index]` of a contiguous array; the index is not checked.
prefetch = cast("Callable[[NDArray[Any], int], None]", intrinsic(typed))
