"""How much memory a process has taken at its highest point since a moment."""

from __future__ import annotations

import gc
import resource
import sys
from pathlib import Path

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


class Watch:
    """Starts at once. On Linux exact; elsewhere the high-water mark cannot be reset, and the peak is a lower bound."""

    def __init__(self) -> None:
        gc.collect()
        if _CLEAR.exists():
            _CLEAR.write_text("5", "ascii")  # resets VmHWM to the present size
        self._start = _resident() if _STATUS.exists() else _high_water()

    def peak(self) -> int:
        """Bytes beyond the size at the start."""
        return max(0, _high_water() - self._start)


def _field(name: str) -> int:
    line = next(line for line in _STATUS.read_text("ascii", "replace").splitlines() if line.startswith(f"{name}:"))
    return 1024 * int(line.split()[1])


def _resident() -> int:
    return _field("VmRSS")


def _high_water() -> int:
    if _STATUS.exists():
        return _field("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
