"""Let ``threadpoolctl.threadpool_limits`` reach the core's pool as it reaches OpenMP and BLAS.

threadpoolctl is not imported for that: if it is there, the pool is registered at once, else as soon as it is imported.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["share_with_threadpoolctl"]

_NAME = "threadpoolctl"


def share_with_threadpoolctl() -> None:
    """Register the core's pool, now or when threadpoolctl is imported."""
    if _NAME in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _Watch())


def _register() -> None:
    import threadpoolctl

    class CoreController(threadpoolctl.LibController):
        user_api = "openmp"
        internal_api = "whyzero"
        filename_prefixes = ("_core",)
        check_symbols = ("whyzero_get_num_threads",)

        def get_num_threads(self) -> int:
            return int(self.dynlib.whyzero_get_num_threads())

        def set_num_threads(self, num_threads: int) -> None:
            self.dynlib.whyzero_set_num_threads(num_threads)

        def get_version(self) -> None:
            return None

    threadpoolctl.register(CoreController)


class _Watch(MetaPathFinder):
    """Sees the first import of threadpoolctl, leaves it to the other finders, and stops looking."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _NAME:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Registering(spec.loader)
        return spec


class _Registering(Loader):
    """Another loader, after whose work the pool is registered."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _register()
