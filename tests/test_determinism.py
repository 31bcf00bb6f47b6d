"""The same fit gives the same files, whatever the number of threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import threadpoolctl

import whyzero as wz
from whyzero.certificates.one_thread import on_one_blas_thread


def test_certificate_and_explanation_do_not_depend_on_the_threads_of_blas():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3000, 60))
    y = x[:, 0] - x[:, 1] + rng.normal(size=3000) > 0
    path = wz.fit_path(x, y, loss="logistic", alphas=20)
    texts = set()
    for threads in (1, 2, 4):
        with threadpoolctl.threadpool_limits(threads):
            explanation = wz.explain(path[10])
            texts.add((explanation.certificate.to_json(), explanation.to_json()))
    assert len(texts) == 1


def blas_threads() -> dict[str, int]:
    return {i["filepath"]: i["num_threads"] for i in threadpoolctl.threadpool_info() if i["user_api"] == "blas"}


def test_blas_has_its_threads_again_afterwards():
    x = np.random.default_rng(0).normal(size=(50, 4))
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        wz.certify(x, x[:, 0], np.zeros(4), loss="squared", alpha=0.1)
        assert blas_threads() == before


def of_numpy(threads: dict[str, int]) -> dict[str, int]:
    """Those of the library that makes the products of a certificate; SciPy may bring another."""
    return {path: count for path, count in threads.items() if "scipy.libs" not in path}


def test_one_thread_of_python_does_not_give_blas_back_while_another_computes():
    entered, left = Event(), Event()

    @on_one_blas_thread
    def leave_first() -> None:
        entered.wait(10)

    @on_one_blas_thread
    def stay() -> dict[str, int]:
        entered.set()
        assert left.wait(10)
        return of_numpy(blas_threads())

    with threadpoolctl.threadpool_limits(2, user_api="blas"), ThreadPoolExecutor(2) as pool:
        before = of_numpy(blas_threads())
        first = pool.submit(leave_first)
        second = pool.submit(stay)
        first.result(10)
        left.set()
        assert set(second.result(10).values()) == {1}
        assert of_numpy(blas_threads()) == before
