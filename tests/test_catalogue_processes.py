"""Rows F1 to F5 of the catalogue: threads, forks, Ctrl-C and determinism."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
from collections import Counter

import numpy as np
import pytest

import whyzero as wz
from catalogue_rows import Row
from programs import run_program
from whyzero import sklearn as ours


def data(n: int = 80, p: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, p))
    return x, x[:, 0] - x[:, 1] + rng.normal(size=n)


KINDS = {
    "Lasso": lambda x, y: ours.Lasso(0.05).fit(x, y).coef_,
    "LassoCV": lambda x, y: ours.LassoCV(alphas=10, cv=3).fit(x, y).coef_,
    "LogisticRegression": lambda x, y: ours.LogisticRegression(l1_ratio=1.0, C=0.3).fit(x, y > 0).coef_,
    "Ridge": lambda x, y: ours.Ridge(1.0).fit(x, y).coef_,
    "path": lambda x, y: wz.fit_path(x, y, alphas=10).coefs,
    "certificate": lambda x, y: np.frombuffer(
        wz.certify(x, y, np.zeros(x.shape[1]), loss="squared", alpha=0.1).to_json().encode(), np.uint8
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_fits_in_eight_threads_have_one_result(row: Row, kind):
    """F1."""
    x, y = data()
    count = row.count(40, 200)

    def digest(_: int) -> str:
        return hashlib.sha256(np.ascontiguousarray(KINDS[kind](x, y)).tobytes()).hexdigest()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = set(pool.map(digest, range(count)))
    row.tell(f"F1: {kind}: {len(found)} distinct result of {count} in 8 threads")
    assert len(found) == 1


STARTS = """
    import multiprocessing, os, sys
    from concurrent.futures import ProcessPoolExecutor
    import numpy as np
    import whyzero as wz

    def fit(seed):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(60, 800))
        return wz.fit_path(x, x[:, 0] + rng.normal(size=60), alphas=8, n_threads=2).coefs.tobytes()

    if __name__ == "__main__":
        method, rounds = sys.argv[1], int(sys.argv[2])
        expected = [fit(seed) for seed in range(4)]  # the parent has its threads already
        for _ in range(rounds):
            if method == "loky":
                from joblib import Parallel, delayed
                found = Parallel(n_jobs=2)(delayed(fit)(seed) for seed in range(4))
            elif method.startswith("Pool "):
                with multiprocessing.get_context(method[5:]).Pool(2) as pool:
                    found = pool.map(fit, range(4))
            else:
                with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
                    found = list(pool.map(fit, range(4)))
            assert found == expected
        print("all", rounds, "rounds")
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver", "Pool fork", "Pool spawn", "loky"])
def test_every_way_to_start_a_process_can_fit(row: Row, method, tmp_path):
    """F2: in the long form 50 rounds where a start costs little, 5 where it imports everything anew."""
    rounds = row.count(1, 50 if "fork" in method and method != "forkserver" else 5)
    run = run_program(tmp_path, STARTS, method, rounds, PYTHONWARNINGS="ignore")
    assert run.stdout.strip() == f"all {rounds} rounds", run.stderr
    row.tell(f"F2: {method}: {rounds} rounds of 4 fits in 2 processes, all ended with the same bits")


def test_processes_share_the_cores(tmp_path):
    """F3: two workers of joblib have no more threads between them than there are cores."""
    run = run_program(
        tmp_path,
        """
        import os
        from joblib import Parallel, delayed
        def threads(_):
            from whyzero import _core
            return _core.get_num_threads()
        if __name__ == "__main__":
            each = Parallel(n_jobs=2)(delayed(threads)(k) for k in range(2))
            print(sum(each) <= max(2, len(os.sched_getaffinity(0))), each)
        """,
    )
    assert run.stdout.startswith("True"), run.stdout + run.stderr


INTERRUPTED = """
    import os, random, signal, sys, threading, time, json
    import numpy as np
    from scipy import sparse
    import whyzero as wz
    from whyzero import sklearn as ours

    kind, rounds = sys.argv[1], int(sys.argv[2])
    rng = np.random.default_rng(0)
    shape = {"tall": (200000, 60), "sparse": (20000, 3000), "ridge": (1500, 6000)}.get(kind, (300, 20000))
    if kind == "sparse":
        x = sparse.random(*shape, density=0.01, format="csc", random_state=0)
    else:
        x = rng.normal(size=shape)
    y = np.asarray(x[:, :3].sum(axis=1)).ravel() + 0.1 * rng.normal(size=shape[0])
    model = None
    def anew():
        global model
        model = ours.LassoCV(alphas=100, cv=5)
        model.fit(x, y)
    fits = {
        "wide": lambda: wz.fit_path(x, y, alphas=100, alpha_min_ratio=1e-3),
        "tall": lambda: wz.fit_path(x, y > 0, alphas=300, loss="logistic"),
        "sparse": lambda: wz.fit_path(x, y > 0, alphas=300, loss="logistic", alpha_min_ratio=1e-3),
        "ridge": lambda: wz.fit(x, y > 0, alpha=1e-4, loss="logistic", l1_ratio=0.0),
        "LassoCV": anew,
        "certificate": lambda: wz.certify(x, y, np.zeros(shape[1]), loss="squared", alpha=0.1),
    }
    small = lambda: wz.fit_path(x[:500, :50], y[:500], alphas=10).coefs
    before, sent, delays, late = small(), [], [], 0
    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)
    random.seed(0)
    for _ in range(rounds):
        timer = threading.Timer(random.uniform(0.02, 0.4), send)
        timer.start()
        try:
            while True:
                fits[kind]()
        except KeyboardInterrupt:
            delays.append(time.perf_counter() - sent[-1])
        timer.join()
        found = [name for name in vars(model) if name.endswith("_")] if model else []
        assert not found or {"coef_", "alpha_", "status_"} <= set(found)  # fitted or not, and nothing between
        assert np.array_equal(small(), before)
    print(json.dumps({"delays": delays, "threads": threading.active_count()}))
"""


@pytest.mark.parametrize("kind", ["wide", "tall", "sparse", "ridge", "LassoCV", "certificate"])
def test_ctrl_c_ends_any_fit_at_any_moment(row: Row, kind, tmp_path):
    """F4: always `KeyboardInterrupt`, the estimator as it was, the next fit bit-equal, no thread left.

    The delay is told, and only the long form, which has the machine for itself, has a limit for it.
    """
    rounds = row.count(3, 50)
    run = run_program(tmp_path, INTERRUPTED, kind, rounds)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    delays = np.array(found["delays"])
    assert len(delays) == rounds and found["threads"] == 1
    row.tell(
        f"F4: {kind}: {rounds} of {rounds} interrupted, median {np.median(delays):.3f} s, "
        f"p99 {np.quantile(delays, 0.99):.3f} s, the next fit bit-equal"
    )
    assert not row.long or np.quantile(delays, 0.99) <= 0.2


COMMAND = """
    import os, signal, sys, threading
    from whyzero.cli import main
    threading.Timer(float(sys.argv.pop(1)), lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    main()
"""


def test_ctrl_c_ends_the_command_with_130(row: Row, tmp_path):
    """F4, command line, from the moment at which it is loaded."""
    x, y = data(400, 60)
    names = ",".join([*(f"c{j}" for j in range(60)), "target"])
    rows = np.tile(np.column_stack([x, y]), (20, 1))
    np.savetxt(tmp_path / "data.csv", rows, delimiter=",", header=names, comments="")
    codes, rounds = Counter(), row.count(1, 20)
    for number in range(rounds):
        fit = ["fit", tmp_path / "data.csv", "--target", "target", "--out", tmp_path / f"run{number}"]
        run = run_program(tmp_path, COMMAND, 0.1 + 0.1 * number, *fit)
        codes[run.returncode] += 1
        assert "Traceback" not in run.stderr
        assert run.returncode in (0, 130), run.stderr
    row.tell(f"F4: command line: exit codes {dict(codes)} of {rounds} interrupted runs (0: it had ended already)")


def test_files_are_the_same_bytes_for_any_hash_seed_and_any_number_of_threads(row: Row, tmp_path):
    """F5: weights, certificate and explanation."""
    code = """
        import hashlib, sys
        import numpy as np
        import whyzero as wz
        rng = np.random.default_rng(0)
        x = rng.normal(size=(90, 400)); y = x[:, 0] - x[:, 1] + rng.normal(size=90)
        total = hashlib.sha256()
        for loss, target in (("squared", y), ("logistic", y > 0)):
            path = wz.fit_path(x, target, loss=loss, alphas=12, n_threads=int(sys.argv[1]))
            explanation = wz.explain(path[8], max_refits=0)
            total.update(path.coefs.tobytes())
            total.update(explanation.certificate.to_json().encode())
            total.update(explanation.to_json().encode())
        print(total.hexdigest())
    """
    runs = [(1, "0"), (2, "random"), (8, "1")] if not row.long else [(t, "random") for t in (1, 2, 8) for _ in range(7)]
    found = set()
    for threads, seed in runs:
        run = run_program(tmp_path, code, threads, PYTHONHASHSEED=seed, OMP_NUM_THREADS="8")
        assert run.returncode == 0, run.stderr
        found.add(run.stdout.strip())
    row.tell(f"F5: {len(found)} distinct set of files of {len(runs)} processes: 1, 2 and 8 threads, any hash seed")
    assert len(found) == 1
