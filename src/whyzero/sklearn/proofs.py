"""What the drop-ins have and scikit-learn lacks: gaps, certificates, explanations."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from whyzero.certificates import certify_problem
from whyzero.errors import InputError
from whyzero.explanations import Explanation, explain
from whyzero.multi import (
    MatrixCertificate,
    MatrixExplanation,
    MatrixProblem,
    MatrixSolution,
    certify_matrix_problem,
)
from whyzero.multi import explain as explain_matrix
from whyzero.problem import Problem
from whyzero.sklearn.fitting import stated
from whyzero.solution import Solution, Status

__all__ = ["Proved", "rows_of"]

_GONE = object()

# Each refers to the training data, or holds a vector over the rows.
_HOLD_DATA = ("_training", "_certificates")


@dataclass(frozen=True)
class _Outcome:
    """What is kept of a solution: all but its data and weights. `alpha` is 0 without a penalty."""

    alpha: float
    dual_gap: float
    status: Status
    n_iter: int


class Proved:
    """Adds `dual_gap_`, `status_`, `certificate_`, `certify` and `explain` to an estimator of scikit-learn.

    A subclass writes `_problems`, which states the problem of each target for given data, or `_matrix_problem` where
    all targets have one, and calls `_keep` at the end of its fit.

    Attributes
    ----------
    dual_gap_ : float, or ndarray of shape (n_targets,)
        Upper bound, up to rounding, of the distance of whyzero's objective (the mean loss plus the penalty) from its
        minimum.
    status_ : Status, or list of Status
        Why the solver stopped.
    certificate_ : Certificate, list of Certificate, or MatrixCertificate
        Proofs about the weights; computed when first asked for, from the data that `fit` was given, as long as the
        program has them. The estimator does not keep them alive, and a pickle or a copy knows nothing of them: use
        `certify` there.
    """

    _outcomes: list[_Outcome]
    _training: tuple[Callable[[], Any], ...]
    _certificates: Any
    coef_: Any
    intercept_: Any
    dual_gap_: Any
    status_: Any
    n_iter_: Any

    def certify(self, X: Any, y: Any, sample_weight: Any = None, proof: str = "float") -> Any:
        """Prove for every weight whether the exact optimum has it at zero.

        Parameters
        ----------
        X, y, sample_weight
            The data of the fit.
        proof : {"float", "exact"}
            The arithmetic of the proof, as in `whyzero.certify`; not ``"exact"`` for a model with a matrix of weights.

        Returns
        -------
        Certificate, or list of Certificate with one for each target of a `y` of several columns; MatrixCertificate for
        the `MultiTask` estimators and for three classes or more
        """
        if self._has_matrix():
            return self._certify_matrix(X, y, sample_weight, proof)
        found = [
            certify_problem(solution.problem, solution.coef, solution.intercept, solution.alpha, proof=proof)
            for solution in self._solutions_on(X, y, sample_weight)
        ]
        return found if len(found) > 1 else found[0]

    def explain(self, X: Any, y: Any, sample_weight: Any = None, **options: Any) -> Any:
        """Say for every weight why it is zero or not.

        Parameters
        ----------
        X, y, sample_weight
            The data of the fit.
        **options
            Options of `whyzero.explain`; for a model with a matrix of weights `compare`, `targets`, `certificate` and
            `title` of `whyzero.multi.explain`.

        Returns
        -------
        Explanation, or list of Explanation with one for each target of a `y` of several columns; MatrixExplanation for
        the `MultiTask` estimators and for three classes or more
        """
        if self._has_matrix():
            return self._explain_matrix(X, y, sample_weight, options)
        found: list[Explanation] = [
            explain(solution, **options) for solution in self._solutions_on(X, y, sample_weight)
        ]
        return found if len(found) > 1 else found[0]

    def _problems(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        """The problem of each target, without its alpha."""
        raise NotImplementedError

    def _has_matrix(self) -> bool:
        """Whether all targets or classes have one problem, with a matrix of weights."""
        return False

    def _matrix_problem(self, X: Any, y: Any, sample_weight: Any) -> MatrixProblem:
        """That problem, without its alpha."""
        raise NotImplementedError

    def _certify_matrix(self, X: Any, y: Any, sample_weight: Any, proof: str) -> MatrixCertificate:
        self._check_solved()
        if proof != "float":
            raise InputError(f"proof={proof!r} is for one target or two classes; use proof='float'.")
        problem, alpha = self._stated_matrix(X, y, sample_weight)
        return certify_matrix_problem(problem, self._dense_coef(), self.intercept_, alpha)

    def _explain_matrix(self, X: Any, y: Any, sample_weight: Any, options: dict[str, Any]) -> MatrixExplanation:
        self._check_solved()
        problem, alpha = self._stated_matrix(X, y, sample_weight)
        kept, coef = self._outcomes[0], np.array(self._dense_coef(), dtype=np.float64)
        intercept = np.array(np.broadcast_to(self.intercept_, len(coef)), dtype=np.float64)
        if problem.classes is None and hasattr(y, "columns"):
            options = {"targets": tuple(y.columns), **options}
        solution = MatrixSolution(problem, alpha, coef, intercept, kept.dual_gap, kept.status, kept.n_iter)
        return explain_matrix(solution, **options)

    def _stated_matrix(self, X: Any, y: Any, sample_weight: Any) -> tuple[MatrixProblem, float]:
        """The problem that these data pose, and alpha; without a penalty every factor is 0 and alpha is idle."""
        problem, alpha = self._matrix_problem(X, y, sample_weight), self._outcomes[0].alpha
        return (problem.without_penalty(), 1.0) if alpha == 0.0 else (problem, alpha)

    def _check_solved(self) -> None:
        check_is_fitted(self)
        if "_outcomes" not in self.__dict__:
            raise InputError(f"the weights of this {type(self).__name__} solve no problem: there is nothing to prove.")

    def _dense_coef(self) -> Any:
        return self.coef_.toarray() if hasattr(self.coef_, "toarray") else self.coef_

    def _keep(self, solutions: Sequence[Solution | MatrixSolution], training: tuple[Any, ...]) -> None:
        """Set the attributes that scikit-learn lacks; weights that are no solution (none given) have none of them."""
        for name in ("dual_gap_", "status_", "_outcomes", *_HOLD_DATA):
            self.__dict__.pop(name, None)
        if not solutions:
            return
        several = len(solutions) > 1
        gaps = [solution.dual_gap for solution in solutions]
        statuses = [solution.status for solution in solutions]
        self.dual_gap_ = np.array(gaps) if several else gaps[0]
        self.status_ = statuses if several else statuses[0]
        alphas = [0.0 if rows_of(solution).penalty.free.all() else solution.alpha for solution in solutions]
        steps = [solution.n_iter for solution in solutions]
        self._outcomes = [_Outcome(*parts) for parts in zip(alphas, gaps, statuses, steps, strict=True)]
        self._refer_to(*training)

    def _refer_to(self, *training: Any) -> None:
        """Remember what `certificate_` is computed from."""
        self._training = tuple(_reference(value) for value in training)
        self.__dict__.pop("_certificates", None)

    def _solutions_on(self, X: Any, y: Any, sample_weight: Any) -> list[Solution]:
        """The fitted weights as solutions of the problems that these data pose."""
        self._check_solved()
        problems = self._problems(X, y, sample_weight)
        coefs = np.atleast_2d(np.asarray(self._dense_coef(), dtype=np.float64))
        intercepts = np.broadcast_to(np.asarray(self.intercept_, dtype=np.float64), len(coefs))
        return [
            Solution(
                *stated(problem, kept.alpha), coef.copy(), float(intercept), kept.dual_gap, kept.status, kept.n_iter
            )
            for problem, kept, coef, intercept in zip(problems, self._outcomes, coefs, intercepts, strict=True)
        ]

    def __getattr__(self, name: str) -> Any:
        """Compute `certificate_` when it is asked for by name.

        It is no property because scikit-learn's HTML repr evaluates every property of a fitted estimator.
        """
        if name != "certificate_":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if "_certificates" not in self.__dict__:
            training = [reference() for reference in self.__dict__.get("_training", ())]
            if not training or any(value is _GONE for value in training):
                raise AttributeError(
                    f"certificate_ needs the training data, and this {type(self).__name__} does not have them: it is "
                    "not fitted, was pickled or copied, or they are no longer in memory. Use certify(X, y)."
                )
            self._certificates = self.certify(*training)
        return self._certificates

    def __getstate__(self) -> dict[str, Any]:
        """The model without the training data."""
        state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment]
        return {name: value for name, value in state.items() if name not in _HOLD_DATA}


def rows_of(solution: Solution | MatrixSolution) -> Problem:
    """The problem of a solution; of one with a matrix of weights the part with X, row weights and penalty."""
    return solution.problem.rows if isinstance(solution, MatrixSolution) else solution.problem


def _reference(value: Any) -> Callable[[], Any]:
    """A call for the value that does not keep it in memory; a list or a number, which has no such call, is kept."""
    try:
        weak = weakref.ref(value)
    except TypeError:
        return lambda: value

    def there() -> Any:
        found = weak()
        return _GONE if found is None else found

    return there
