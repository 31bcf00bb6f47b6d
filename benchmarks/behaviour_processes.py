"""Probes that need a process of their own: Ctrl-C, and the peak of memory."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["interrupts", "memory"]

_INTERRUPTED = """
import os, signal, sys, threading, time
import numpy as np
from {module} import {name}
rng = np.random.default_rng(0)
X = np.asfortranarray(rng.standard_normal((3000, 6000)))
y = X[:, 0] + rng.standard_normal(3000)
model = {name}({options})
def send():
    global sent
    sent = time.perf_counter()
    os.kill(os.getpid(), signal.SIGINT)
threading.Timer(1.0, send).start()
try:
    while True:
        model.fit(X, y > 0 if "Logistic" in "{name}" else y)
except KeyboardInterrupt:
    print(time.perf_counter() - sent)
"""
_LONG_FITS = (
    ("Lasso", "alpha=1e-5, tol=1e-12, max_iter=100000"),
    ("LogisticRegression", "l1_ratio=1.0, C=100.0, solver='liblinear', tol=1e-10, max_iter=100000"),
    ("LogisticRegression", "l1_ratio=1.0, C=100.0, solver='saga', tol=1e-10, max_iter=100000"),
)


def interrupts(package: Any, seconds: int) -> str:
    """Ctrl-C during a long fit: the delay, or that it still ran after `seconds`."""
    told = []
    for name, options in _LONG_FITS:
        program = _INTERRUPTED.format(module=package.__name__, name=name, options=options)
        child = subprocess.Popen([sys.executable, "-W", "ignore", "-c", program], stdout=subprocess.PIPE, text=True)
        begin = time.perf_counter()
        while child.poll() is None and time.perf_counter() - begin < seconds + 5.0:
            time.sleep(0.05)
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            told.append(f"> {seconds} s")
            child.communicate()
        else:
            told.append(f"{float(child.communicate()[0]):.2f} s")
    return ", ".join(told)


_PEAK = """
import numpy as np
from {module} import {name}
from benchmarks.memory import Watch
rng = np.random.default_rng(0)
X = np.empty(({rows}, 1000), np.{dtype}, "{order}")
for begin in range(0, {rows}, 500):
    X[begin:begin + 500] = rng.standard_normal(X[begin:begin + 500].shape)
y = X[:, 0] + rng.standard_normal({rows}).astype(X.dtype)
target = y > 0 if "Logistic" in "{name}" else y
{name}({options}).fit(rng.standard_normal((60, 4)), np.arange(60) % 2)
watch = Watch()
{name}({options}).fit(X, target)
print(watch.peak() / X.nbytes)
"""
_MODELS = (
    ("Lasso, C order", "Lasso", "alpha=0.5", "float64", "C"),
    ("Lasso, F order", "Lasso", "alpha=0.5", "float64", "F"),
    ("Lasso, float32", "Lasso", "alpha=0.5", "float32", "C"),
    ("saga", "LogisticRegression", "l1_ratio=1.0, C=1e-3, solver='saga'", "float64", "C"),
    ("liblinear", "LogisticRegression", "l1_ratio=1.0, C=1e-3, solver='liblinear'", "float64", "C"),
    ("LassoCV, 3 folds", "LassoCV", "cv=3, alphas=20, eps=0.3", "float64", "C"),
)


def memory(package: Any, megabytes: int) -> str:
    """The peak of a fit beyond its data, in multiples of them."""
    told = []
    for label, name, options, dtype, order in _MODELS:
        rows = megabytes * 2**20 // (1000 * np.dtype(dtype).itemsize)
        program = _PEAK.format(module=package.__name__, name=name, options=options, rows=rows, dtype=dtype, order=order)
        child = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program],
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(f"{label} {float(child.stdout):.2f}")
    return "; ".join(told)
