"""Rows F6 and F7 of the catalogue: what a fit takes, and what happens when it gets nothing more."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from catalogue_rows import Row
from programs import run_program

LINUX = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")

MEMORY = """
    import sys
    import numpy as np
    from scipy import sparse
    import whyzero as wz
    from benchmarks.memory import Watch

    kind, megabytes, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rng = np.random.default_rng(0)

    def scattered(n, p, entries):
        rows, columns = rng.integers(n, size=entries), rng.integers(p, size=entries)
        return sparse.csc_matrix((rng.normal(size=entries), (rows, columns)), shape=(n, p))

    def filled(n, p, dtype, order):
        X = np.empty((n, p), dtype, order)
        for begin in range(0, n, 500):
            X[begin:begin + 500] = rng.normal(size=X[begin:begin + 500].shape)
        return X

    bytes_ = megabytes * 2**20
    if kind == "CSC":
        X = scattered(bytes_ // 1200, 1000, bytes_ // 12)
    elif kind == "CSC, ten entries a row":
        X = scattered(bytes_ // 120, 1000, bytes_ // 12)
    elif kind == "square CSC":
        X = scattered(bytes_ // 120, bytes_ // 120, bytes_ // 12)
    elif kind == "float32":
        X = filled(bytes_ // 4000, 1000, np.float32, "C")
    else:
        X = filled(bytes_ // 8000, 1000, np.float64, "C" if kind == "C" else "F")
    size = X.data.nbytes + X.indices.nbytes + X.indptr.nbytes if sparse.issparse(X) else X.nbytes
    if kind == "memmap":
        np.save(folder + "/x.npy", X)
        X = np.load(folder + "/x.npy", mmap_mode="r")
    y = rng.normal(size=X.shape[0])
    wz.fit(rng.normal(size=(50, 5)), rng.normal(size=50), alpha=0.1)
    watch = Watch()
    path = wz.fit_path(X, y, alphas=2, alpha_min_ratio=0.5)
    print(watch.peak(), size, X.shape[0], X.shape[1])
"""


@LINUX
@pytest.mark.parametrize("kind", ["C", "F", "float32", "memmap", "CSC", "CSC, ten entries a row", "square CSC"])
def test_a_fit_takes_little_more_than_its_data(row: Row, kind, tmp_path):
    """F6: 5 % and 64 MiB beyond the data, three times the data where vectors over rows and columns weigh as much."""
    path = ":".join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
    megabytes = row.count(30, 120 if kind == "square CSC" else 200)
    run = run_program(tmp_path, MEMORY, kind, megabytes, tmp_path, PYTHONPATH=path)
    assert run.returncode == 0, run.stderr
    extra, size, n, p = map(int, run.stdout.split())
    row.tell(f"F6: {kind}, {n} x {p}: {extra / 2**20:.0f} MiB beyond {size / 2**20:.0f} MiB of data")
    mapped = size if kind == "memmap" else 0  # pages of the file, which the kernel may take back at any time
    thin = kind in ("CSC, ten entries a row", "square CSC")
    assert extra - mapped <= (3 * size if thin else 0.05 * size + 64 * 2**20)


@LINUX
def test_many_fits_leave_no_memory_behind(row: Row, tmp_path):
    """F6: the drift of a process."""
    rounds = row.count(100, 1000)
    run = run_program(
        tmp_path,
        """
        import gc, sys
        import numpy as np
        import whyzero as wz
        from whyzero import sklearn as ours
        rng = np.random.default_rng(0)
        x = rng.normal(size=(60, 80)); y = x[:, 0] + rng.normal(size=60)
        def fits(count):
            for _ in range(count):
                ours.Lasso(0.1).fit(x, y)
                ours.LogisticRegression(l1_ratio=1.0).fit(x, y > 0)
                wz.certify(x, y, np.zeros(80), loss="squared", alpha=0.1)
            gc.collect()
            return int(open("/proc/self/statm").read().split()[1]) * 4096
        before = fits(200)
        print(fits(int(sys.argv[1])) - before)
        """,
        rounds,
        MALLOC_ARENA_MAX="1",
    )
    assert run.returncode == 0, run.stderr
    drift = int(run.stdout)
    row.tell(f"F6: drift of {drift / 2**10:.0f} KiB over {rounds} rounds of two fits and a certificate")
    assert drift <= 2**20


# operator new with a fuse: the N-th call after `arm(N)` throws, in whatever thread it comes.
SHIM = """
#include <atomic>
#include <cstdlib>
#include <new>
namespace {
std::atomic<long> left{-1};  // negative: no fuse
std::atomic<long> calls{0};
void* allocate(std::size_t size, std::size_t align) noexcept {
  calls.fetch_add(1);
  if (left.load() >= 0 && left.fetch_sub(1) == 0) return nullptr;
  size = size == 0 ? 1 : size;
  return align == 0 ? std::malloc(size) : std::aligned_alloc(align, (size + align - 1) / align * align);
}
void* or_throw(void* place) {
  if (place == nullptr) throw std::bad_alloc();
  return place;
}
}  // namespace
extern "C" void arm(long n) { calls = 0; left = n; }
extern "C" long disarm() { left = -1; return calls; }
void* operator new(std::size_t n) { return or_throw(allocate(n, 0)); }
void* operator new[](std::size_t n) { return or_throw(allocate(n, 0)); }
void* operator new(std::size_t n, std::align_val_t a) { return or_throw(allocate(n, static_cast<std::size_t>(a))); }
void* operator new[](std::size_t n, std::align_val_t a) { return or_throw(allocate(n, static_cast<std::size_t>(a))); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, 0); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, 0); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
"""

STARVED = """
    import ctypes, sys
    import numpy as np
    from scipy import sparse
    import whyzero as wz
    from whyzero.cross_validation import cross_validate_path
    from whyzero.problem import make_problem
    from whyzero.solution import Settings
    from whyzero.solve import solve_path

    shim, kind, most = ctypes.CDLL(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    rng = np.random.default_rng(0)
    shape = {"tall": (4000, 8), "equal rows": (3000, 6)}.get(kind, (40, 300))
    x = rng.normal(size=shape)
    if kind == "equal rows":
        x = rng.integers(0, 2, shape).astype(float)
    score = x[:, 0] - x[:, 1] + rng.normal(size=shape[0])
    X = sparse.csc_matrix(np.where(rng.random(shape) < 0.3, x, 0.0)) if kind == "sparse" else x
    loss = "logistic" if kind in ("logistic", "sparse", "ridge") else "squared"
    options = {"loss": loss, "l1_ratio": 0.0 if kind == "ridge" else 1.0}
    problem = make_problem(X, score > 0 if loss == "logistic" else score, **options)
    settings = Settings(n_threads=2)

    def bits():
        if kind == "moments":
            made = make_problem(X, score)
            return made.column_mean.tobytes() + made.column_sd.tobytes()
        path = solve_path(problem, alphas=6, settings=settings)
        if kind == "folds":
            return cross_validate_path(path, folds=np.arange(shape[0]) % 3).fold_scores.tobytes()
        return path.coefs.tobytes() + path.intercepts.tobytes()

    expected = bits()
    points = errors = 0
    step = 1
    n = 0
    while True:
        shim.arm(n)
        try:
            found = bits()
        except MemoryError:
            found = None
        used = shim.disarm()
        points += 1
        if found is None:
            errors += 1
        elif used <= n:
            assert found == expected
            break
        else:
            assert found == expected, n  # done without what it could not have: a thread, for instance
        assert bits() == expected, n
        n += 1 if points < most else max(1, n // 8)
    print(points, errors, used)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs LD_PRELOAD")
@pytest.mark.skipif(shutil.which("c++") is None, reason="needs a compiler")
@pytest.mark.parametrize("kind", ["wide", "tall", "equal rows", "logistic", "sparse", "ridge", "folds", "moments"])
def test_any_allocation_of_the_core_may_fail(row: Row, kind, tmp_path):
    """F7: `MemoryError`, or the same result without it; and the fit after it has the same bits."""
    source, shim = tmp_path / "shim.cpp", tmp_path / "libshim.so"
    source.write_text(SHIM)
    subprocess.run(["c++", "-std=c++17", "-O1", "-shared", "-fPIC", "-o", shim, source], check=True)
    limit = 7200.0 if row.long else 600.0  # every allocation of some kinds takes minutes on an idle machine
    run = run_program(tmp_path, STARVED, shim, kind, row.count(40, 10**9), timeout=limit, LD_PRELOAD=str(shim))
    assert run.returncode == 0, run.stderr[-2000:]
    points, errors, calls = map(int, run.stdout.split())
    row.tell(f"F7: {kind}: {points} of {calls} allocations failed in turn, {errors} MemoryErrors, next fits bit-equal")
    assert errors > 0
