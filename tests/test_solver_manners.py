"""How a fit behaves in a process: threads, forks, interrupts, memory, and the arrays it is given."""

from __future__ import annotations

import concurrent.futures
import hashlib
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import threadpoolctl

import whyzero as wz
from whyzero import _core
from whyzero.problem import make_problem
from whyzero.solve import solve_path


def wide(n: int = 80, p: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, p))
    return x, x[:, 0] - x[:, 1] + rng.normal(size=n)


def fingerprint(path: wz.Path) -> str:
    return hashlib.sha256(path.coefs.tobytes() + path.intercepts.tobytes() + path.dual_gaps.tobytes()).hexdigest()


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program of its own; a bound on its time keeps a hang from being a hang of the tests."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("shape", [(80, 1500), (20_000, 12)])
def test_any_number_of_threads_gives_the_same_bits(loss, shape):
    x, y = wide(*shape)
    y = y if loss == "squared" else y > 0
    before = _core.get_num_threads()
    _core.set_num_threads(8)
    try:
        prints = {fingerprint(wz.fit_path(x, y, loss=loss, alphas=15, n_threads=t)) for t in (1, 2, 3, 8)}
    finally:
        _core.set_num_threads(before)
    assert len(prints) == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or os.cpu_count() == 1, reason="needs two processors")
def test_helpers_do_not_crowd_on_the_processor_that_a_caller_was_bound_to():
    """OpenMP in another library binds the thread that calls it, and threads inherit that."""
    done = python(
        """
        import os, time
        import numpy as np
        import whyzero as wz

        all_of_them = os.sched_getaffinity(0)
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(4000, 60)), rng.normal(size=4000)
        wz.fit(x[:50, :5], y[:50], alpha=0.1)
        before = set(os.listdir("/proc/self/task"))
        os.sched_setaffinity(0, {min(all_of_them)})
        wz.fit_path(x, y, alphas=5, n_threads=2)
        helpers = set(os.listdir("/proc/self/task")) - before
        free = lambda: all(os.sched_getaffinity(int(t)) == all_of_them for t in helpers)
        for _ in range(200):  # a helper that has not been needed yet may still be starting
            if free():
                break
            time.sleep(0.02)
        print(len(helpers), free())
        """,
        OMP_NUM_THREADS="2",
    )
    assert done.stdout.split() == ["1", "True"], done.stderr


def test_concurrent_fits_in_many_threads_give_one_result():
    x, y = wide()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        prints = {
            f.result() for f in [pool.submit(lambda: fingerprint(wz.fit_path(x, y, alphas=10))) for _ in range(24)]
        }
    assert len(prints) == 1


def test_omp_num_threads_is_honoured():
    result = python("from whyzero import _core; print(_core.get_num_threads())", OMP_NUM_THREADS="3")
    assert result.stdout.strip() == "3", result.stderr


def test_threadpoolctl_sees_and_limits_the_pool():
    before = _core.get_num_threads()
    names = [info["internal_api"] for info in threadpoolctl.threadpool_info()]
    assert "whyzero" in names
    with threadpoolctl.threadpool_limits(1):
        assert _core.get_num_threads() == 1
    assert _core.get_num_threads() == before


FIT = "import numpy as np, whyzero as wz; wz.fit(np.eye(3), [1.0, 2.0, 4.0], alpha=0.1)"
LIMIT = """
import threadpoolctl
from whyzero import _core
with threadpoolctl.threadpool_limits(1):
    print(_core.get_num_threads(), end=" ")
print(_core.get_num_threads(), *[i["num_threads"] for i in threadpoolctl.threadpool_info() if i["prefix"] == "_core"])
"""


@pytest.mark.parametrize(
    "first", [f"{FIT}{LIMIT}", f"import threadpoolctl\n{FIT}{LIMIT}", f"{FIT}\nimport sklearn{LIMIT}"]
)
def test_the_pool_is_limited_whichever_of_the_two_is_imported_first(first):
    result = python(first, OMP_NUM_THREADS="3")
    assert result.stdout.split() == ["1", "3", "3"], result.stderr


def test_a_fit_of_arrays_loads_no_library_but_numpy():
    result = python(
        FIT + "\nimport sys; print(*sorted({name.partition('.')[0] for name in sys.modules}), *sys.modules)"
    )
    loaded = set(result.stdout.split())
    assert "numpy" in loaded
    assert loaded & {"scipy", "narwhals", "threadpoolctl", "sklearn", "pandas", "numpy.ma"} == set(), result.stderr


def test_a_forked_child_can_fit():
    """In a process of its own, so that the fork copies no other library's threads."""
    result = python(
        """
        import os, signal
        import numpy as np, whyzero as wz
        rng = np.random.default_rng(0)
        x = rng.normal(size=(100, 3000)); y = x[:, 0] + rng.normal(size=100)
        parent = wz.fit_path(x, y, alphas=10, n_threads=2).coefs
        for _ in range(5):
            child = os.fork()
            if child == 0:
                signal.alarm(30)
                same = np.array_equal(wz.fit_path(x, y, alphas=10, n_threads=2).coefs, parent)
                os._exit(0 if same else 1)
            assert os.waitpid(child, 0)[1] == 0
        print("done")
        """,
        OMP_NUM_THREADS="2",
    )
    assert result.stdout.strip() == "done", result.stderr


@pytest.mark.parametrize("kind", ["wide", "tall", "sparse", "descent"])
def test_ctrl_c_ends_a_fit_and_the_next_one_has_the_same_bits(kind):
    result = python(
        f"""
        import os, signal, threading
        import numpy as np, whyzero as wz
        from scipy import sparse
        rng = np.random.default_rng(0)
        shape, options = {{
            "wide": ((300, 20000), {{"alphas": 100, "alpha_min_ratio": 1e-3}}),
            "tall": ((200000, 60), {{"alphas": 300, "loss": "logistic"}}),
            "sparse": ((20000, 3000), {{"alphas": 300, "loss": "logistic", "alpha_min_ratio": 1e-3}}),
            "descent": ((200, 6000), {{"alphas": 300, "l1_ratio": 0.0, "loss": "logistic"}}),
        }}["{kind}"]
        make = {{"sparse": lambda: sparse.random(*shape, density=0.01, format="csc", random_state=0)}}
        x = make.get("{kind}", lambda: rng.normal(size=shape))()
        y = x[:, :3].sum(axis=1)
        y = np.asarray(y).ravel() + 0.1 * rng.normal(size=shape[0])
        y = y > 0 if "loss" in options else y
        small = (x[:500, :50], y[:500])
        before = wz.fit_path(*small, alphas=10, loss=options.get("loss", "squared"))
        threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            for _ in range(100):
                wz.fit_path(x, y, **options)
            print("never stopped")
        except KeyboardInterrupt:
            after = wz.fit_path(*small, alphas=10, loss=options.get("loss", "squared"))
            print("stopped", np.array_equal(before.coefs, after.coefs))
        """
    )
    assert result.stdout.strip() == "stopped True", result.stderr


def test_too_little_memory_is_a_memory_error_and_the_process_goes_on():
    result = python(
        """
        import resource
        import numpy as np, whyzero as wz
        rng = np.random.default_rng(0)
        x = rng.normal(size=(1200, 2900)); y = rng.normal(size=1200)
        small = wz.fit_path(x[:, :50], y, alphas=5)
        pages = int(open("/proc/self/statm").read().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * 4096 + (24 << 20), resource.RLIM_INFINITY))
        try:
            wz.fit(x, y, alpha=0.1, l1_ratio=0.0)
            print("fitted")
        except MemoryError:
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            print("MemoryError", np.array_equal(wz.fit_path(x[:, :50], y, alphas=5).coefs, small.coefs))
        """,
        OMP_NUM_THREADS="1",
    )
    assert result.stdout.strip() == "MemoryError True", result.stderr


def test_read_only_and_memory_mapped_arrays_are_read_in_place(tmp_path):
    x, y = wide(40, 30)
    np.save(tmp_path / "x.npy", np.asfortranarray(x))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    locked = x.copy()
    locked.setflags(write=False)
    plain = wz.fit_path(x, y, alphas=8)
    for other in (mapped, locked):
        fit = wz.fit_path(other, y, alphas=8)
        assert np.shares_memory(fit.problem.design.values, other)
        np.testing.assert_allclose(fit.coefs, plain.coefs, rtol=0, atol=1e-12)


def test_the_arrays_given_are_never_changed():
    x, y = wide(40, 30)
    weight, offset = np.full(40, 2.0), np.linspace(0, 1, 40)
    before = [a.tobytes() for a in (x, y, weight, offset)]
    wz.fit_path(x, y, sample_weight=weight, offset=offset, standardize=True, alphas=5)
    assert [a.tobytes() for a in (x, y, weight, offset)] == before


def test_the_core_refuses_a_wrong_dtype_instead_of_converting_it():
    with pytest.raises(TypeError):
        _core.dense(np.zeros((3, 2), dtype=np.int64))
    with pytest.raises(TypeError):
        _core.csc(np.zeros(1), np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int32), 3)


def test_the_callback_sees_progress_and_what_it_raises_ends_the_fit():
    x, y = wide(300, 8000)
    seen: list[int] = []
    solve_path(make_problem(x, y), alphas=100, callback=seen.append)
    assert seen == sorted(seen) and seen and 0 <= seen[-1] <= 100

    def stop(done: int) -> None:
        raise RuntimeError(f"enough at {done}")

    with pytest.raises(RuntimeError, match="enough at"):
        solve_path(make_problem(x, y), alphas=100, callback=stop)


@pytest.mark.parametrize("name", ["baseline", "avx2"])
def test_every_instruction_set_that_this_processor_has_gives_the_same_fit(name, tmp_path):
    code = """
        import numpy as np, whyzero as wz
        from whyzero import _core
        rng = np.random.default_rng(0)
        x = rng.normal(size=(120, 400)); y = x[:, 0] - x[:, 1] + rng.normal(size=120)
        fits = [wz.fit_path(a, b, loss=l, alphas=12, tol=1e-10).coefs
                for a in (x, np.float32(x), np.asfortranarray(x)) for l, b in (("squared", y), ("logistic", y > 0))]
        np.save("PATH", fits)
        print(_core.instruction_set())
        """
    best = python(code.replace("PATH", str(tmp_path / "best.npy")))
    other = python(code.replace("PATH", str(tmp_path / "other.npy")), WHYZERO_ISA=name)
    assert best.returncode == 0 and other.returncode == 0, best.stderr + other.stderr
    assert other.stdout.strip() in (name, "baseline")  # what the processor lacks falls back
    a, b = np.load(tmp_path / "best.npy"), np.load(tmp_path / "other.npy")
    np.testing.assert_array_equal(a != 0, b != 0)
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-9)
