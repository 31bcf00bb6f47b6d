"""
The compiled core of whyzero. A test lists the few modules that import it.
"""

from typing import Annotated, overload

import numpy
from numpy.typing import NDArray


class NotFinite(ArithmeticError):
    pass

class Design:
    """
    A view of a data matrix; the arrays it was made from stay alive with it.
    """

@overload
def dense(x: Annotated[NDArray[numpy.float64], dict(shape=(None, None), device='cpu', writable=False)]) -> Design:
    """A dense float64 matrix of any strides."""

@overload
def dense(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), device='cpu', writable=False)]) -> Design:
    """A dense float32 matrix of any strides."""

@overload
def csc(data: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int) -> Design: ...

@overload
def csc(data: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int) -> Design: ...

@overload
def csc(data: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int) -> Design: ...

@overload
def csc(data: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int) -> Design:
    """
    Compressed sparse columns: sorted, without duplicates, checked by the caller.
    """

@overload
def codes(numbers: Annotated[NDArray[numpy.float64], dict(shape=(None, None), device='cpu', writable=False)], blocks: tuple, levels: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], owner: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], place: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Design: ...

@overload
def codes(numbers: Annotated[NDArray[numpy.float32], dict(shape=(None, None), device='cpu', writable=False)], blocks: tuple, levels: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], owner: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], place: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Design:
    """
    Numbers and blocks of codes (uint8, uint16 or int32); column j is level place[j] of block owner[j], or column place[j] of the numbers where that is -1.
    """

class PathFit:
    """
    Fits along a grid of alphas; the weights of all fits one after the other.
    """

    @property
    def alphas(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]: ...

    @property
    def intercepts(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]: ...

    @property
    def gaps(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]: ...

    @property
    def steps(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]: ...

    @property
    def outcomes(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
        """0 optimal, 1 max_iter, 2 stalled, 3 separated"""

    @property
    def indptr(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
        """Fit k has the weights indptr[k] ... indptr[k + 1]."""

    @property
    def indices(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]: ...

    @property
    def values(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]: ...

    @property
    def alpha_max(self) -> float: ...

    @property
    def null_loss(self) -> float: ...

    @property
    def account(self) -> dict:
        """What was done, and the seconds of each phase; see Account in path.hpp."""

def fit_path(design: Design, y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], offset: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], l1: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], l2: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], center: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], spread: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], loss: str, intercept: bool, positive: bool, alphas: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], count: int, min_ratio: float, tol: float, exact: bool, max_iter: int, threads: int, plan: int, hint_indptr: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, hint_indices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, callback: object | None) -> PathFit:
    """
    Fits a path; see cpp/whyzero/problem.hpp for what is minimised and path.hpp for how.
    """

@overload
def dense_moments(x: Annotated[NDArray[numpy.float64], dict(shape=(None, None), device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, mean: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], sd: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> bool: ...

@overload
def dense_moments(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, mean: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], sd: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> bool:
    """
    Writes mean and deviation of every column; False if an entry is not finite.
    """

@overload
def csc_moments(data: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int, weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, mean: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], sd: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> bool: ...

@overload
def csc_moments(data: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int, weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, mean: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], sd: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> bool: ...

@overload
def csc_moments(data: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int, weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, mean: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], sd: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> bool: ...

@overload
def csc_moments(data: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], indptr: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: int, weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, mean: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], sd: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> bool:
    """
    Writes mean and deviation of every column; False if a stored entry is not finite.
    """

@overload
def check_compressed(indptr: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], stored: int, limit: int) -> int: ...

@overload
def check_compressed(indptr: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], stored: int, limit: int) -> int:
    """0: sorted without duplicates, 1: in range, 2: malformed."""

def codes_moments(blocks: tuple, levels: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, rows: int, mean: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], sd: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], counts: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu')]) -> None:
    """
    Writes mean, deviation and number of rows of every level, block after block.
    """

def equal_rows(blocks: tuple, levels: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], offset: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, rows: int, most: int) -> tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,))], Annotated[NDArray[numpy.int64], dict(shape=(None,))]] | None:
    """
    The group of every row, and the first row of every group; None if there are more than `most`.
    """

def all_finite(x: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> bool:
    """Whether every number of a vector is finite."""

def fold_deviances(design: Design, target: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], folds: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], columns: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], center: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], level: float, intercept: bool, l1: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], l2: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], standardize: bool, positive: bool, alphas: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], tol: float, threads: int, out: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu')]) -> None:
    """
    Writes the held-out deviance of every fold (row) at every alpha (column) for the squared loss, from sums over the folds; NaN where rounding could matter. See cpp/whyzero/cross_validation.hpp.
    """

class MatrixPathFit:
    """
    Fits of a matrix of weights along a grid of alphas, one after the other.
    """

    @property
    def alphas(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]: ...

    @property
    def gaps(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]: ...

    @property
    def steps(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]: ...

    @property
    def outcomes(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
        """0 optimal, 1 max_iter, 2 stalled, 3 separated"""

    @property
    def intercepts(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]:
        """One for each task, fit after fit."""

    @property
    def indptr(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
        """Fit k has the columns indptr[k] ... indptr[k + 1]."""

    @property
    def indices(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]: ...

    @property
    def values(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]:
        """The weights of each column, one for each task."""

    @property
    def alpha_max(self) -> float: ...

    @property
    def null_loss(self) -> float: ...

    @property
    def passes(self) -> float: ...

def fit_matrix_path(design: Design, y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], tasks: int, weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], l1: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], l2: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], center: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], spread: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], loss: str, intercept: bool, alphas: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], count: int, min_ratio: float, tol: float, exact: bool, max_iter: int, threads: int, callback: object | None) -> MatrixPathFit:
    """
    Fits a path of a model with a matrix of weights; see cpp/whyzero/multi/matrix_problem.hpp for what is minimised and matrix_path.hpp for how.
    """

def matrix_loss_terms(loss: str, y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], eta: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], tasks: int, s: float) -> tuple:
    """
    The mean loss, its weighted slopes, the Fenchel-Young terms at s times them, and the slopes made to sum to zero.
    """

def group_terms(b: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], c: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], l1: float, l2: float) -> tuple:
    """
    Value, minimiser of |b - c|^2 / 2 + penalty, violation at gradient c, and gap of the weights of one column.
    """

def loss_terms(loss: str, y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], eta: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> tuple:
    """
    Value, gradient, second derivative and Fenchel-Young term of every row, as the kernels compute them.
    """

def loss_rows(loss: str, y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], eta: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> tuple:
    """
    Weighted gradient and second derivative of every row, and the four sums of Loss::rows.
    """

def loss_gap_rows(loss: str, y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], eta: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], u: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], s: float) -> float:
    """The weighted sum of the Fenchel-Young terms at v = s u / weight."""

def penalty_terms(b: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], c: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], l1: float, l2: float, positive: bool = False) -> tuple:
    """
    Value, conjugate, minimiser of (b - c)^2 / 2 + penalty, and violation at gradient c, of every weight.
    """

def get_num_threads() -> int:
    """Threads that a fit may use."""

def set_num_threads(threads: int) -> None:
    """Sets the threads that a fit may use."""

def instruction_set() -> str:
    """The instruction set chosen for this processor."""
