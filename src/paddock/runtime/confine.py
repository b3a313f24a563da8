"""What a process takes away from itself, for good, before it runs a stranger's code.

Limits of the operating system hold everywhere. On Linux the process also leaves the network, and a filter in the
kernel lets through only the calls that computing and answering need: no file can be opened, no socket made, no process
started, signalled or looked into. None of it can be taken back from within.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import struct
import sys
from collections.abc import Sequence

LIMITS, MEMORY, NETWORK, CALLS = "limits", "memory", "network", "calls"  # the walls

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the table below, the kernel's own name
# The calls that are let through, and their numbers from the kernel's tables, which never change.
_CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216),
    "madvise": (28, 233), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128), "futex": (202, 98), "membarrier": (324, 283),
    "rseq": (334, 293), "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "gettimeofday": (96, 169), "time": (201, None), "getrandom": (318, 278), "getrusage": (98, 165),
    "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174), "geteuid": (107, 175),
    "getgid": (104, 176), "getegid": (108, 177), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # instructions of the kernel's packet filter
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000


def confine(memory_mb: int, cpu_s: int) -> tuple[str, ...]:
    """Put up every wall that this machine has, and name them."""
    held = [_limit(*one) for one in (("CPU", cpu_s), ("FSIZE", 0), ("CORE", 0), ("NPROC", 0), ("NOFILE", 16))]
    walls = [LIMITS] * all(held) + [MEMORY] * _limit("AS", memory_mb << 20)
    if sys.platform == "linux":
        kernel = ctypes.CDLL(None, use_errno=True)
        walls += [NETWORK] * _leave_network(kernel) + [CALLS] * _filter_calls(kernel)
    return tuple(walls)


def _limit(name: str, most: int) -> bool:
    """Lower a limit for good, unless the machine does not know it (macOS has none on memory)."""
    kind = getattr(resource, f"RLIMIT_{name}")
    _, hard = resource.getrlimit(kind)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError):
        return False
    return True


def _leave_network(kernel: ctypes.CDLL) -> bool:
    """Into a network of its own, which leads nowhere; containers often do not allow it."""
    return bool(kernel.unshare(_NEW_USER | _NEW_NET | _NEW_IPC) == 0)


def _filter_calls(kernel: ctypes.CDLL) -> bool:
    if platform.machine() not in _MACHINES:
        return False
    column, name = _MACHINES[platform.machine()]
    code = packet_filter(name, [number for row in _CALLS.values() if (number := row[column]) is not None])
    program = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(program)))
    return bool(
        kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and kernel.prctl(_SECCOMP, _FILTER, header, 0, 0) == 0
    )


def packet_filter(machine: int, calls: Sequence[int]) -> bytes:
    """The filter's instructions: another machine's calls kill, `calls` pass, every other call is refused."""
    count = len(calls)
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps += [(_EQUAL, count - n, 0, call) for n, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("@HBBI", *step) for step in steps)
