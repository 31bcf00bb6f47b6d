"""What the estimators share: validation in scikit-learn's words, one call of the solver, attributes."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted, validate_data

from whyzero.certificates import Certificate, certify_problem
from whyzero.cross_validation import cross_validate_path
from whyzero.errors import ConvergenceWarning, InputError
from whyzero.estimators.rollback import unchanged_on_failure
from whyzero.explanations import Explanation, explain
from whyzero.problem import Problem, make_problem
from whyzero.solution import Path, Settings, Solution, Status
from whyzero.solve import solve, solve_path

__all__ = ["AtChosenAlpha", "AtOneAlpha", "Linear"]

Array = NDArray[np.float64]
_FORMATS = ["csc", "csr"]
_DTYPES = [np.float64, np.float32]
_HOLD_DATA = ("solution_", "path_", "cv_")


class Linear(BaseEstimator):  # type: ignore[misc]
    """What the four estimators share; a subclass adds its parameters, its loss and `_solve`."""

    _loss: ClassVar[str]

    def fit(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> Any:
        """Fit the model.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the rows in the mean loss.
        offset : array-like of shape (n_samples,), optional
            Added to the linear predictor of each row, with a weight fixed at 1.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the duality gap did not reach `tol`.
        """
        with unchanged_on_failure(self):
            problem = self._make_problem(X, y, sample_weight, offset, reset=True)
            solution, attributes = self._solve(problem, X, y)
            if solution.status is not Status.OPTIMAL:
                warnings.warn(
                    f"{type(self).__name__} at alpha={solution.alpha:.6g}: {solution.status.value} "
                    f"The duality gap is {solution.dual_gap:.3g}.",
                    ConvergenceWarning,
                    stacklevel=2,
                )
            if problem.classes is not None:
                self.classes_ = np.unique(np.asarray(y))
            self.coef_ = solution.coef
            self.intercept_ = solution.intercept
            self.dual_gap_ = solution.dual_gap
            self.status_ = solution.status
            self.n_iter_ = max(1, solution.n_iter)
            self.solution_ = solution
            for name, value in attributes.items():
                setattr(self, name, value)
        return self

    def certify(
        self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None, proof: str = "float"
    ) -> Certificate:
        """Prove for every weight whether the exact optimum has it at zero.

        Parameters
        ----------
        X, y, sample_weight, offset
            The data of the fit.
        proof : str, default "float"
            The arithmetic of the proof, as in `whyzero.certify`.

        Returns
        -------
        Certificate
        """
        solution = self._solution_on(X, y, sample_weight, offset)
        return certify_problem(solution.problem, solution.coef, solution.intercept, solution.alpha, proof=proof)

    def explain(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None, **options: Any) -> Explanation:
        """Say for every weight why it is zero or not.

        Parameters
        ----------
        X, y, sample_weight, offset
            The data of the fit.
        **options
            Options of `whyzero.explain`.

        Returns
        -------
        Explanation
        """
        solution = self._solution_on(X, y, sample_weight, offset)
        return explain(solution, **{**self._companions(solution.problem), **options})

    def _companions(self, problem: Problem) -> dict[str, Any]:
        """What a fit of exactly these data has beside its solution, as options of `whyzero.explain`."""
        return {}

    def _solution_on(self, X: Any, y: Any, sample_weight: Any, offset: Any) -> Solution:
        """The fitted weights as a solution of the problem that these data pose."""
        check_is_fitted(self)
        problem = self._make_problem(X, y, sample_weight, offset, reset=False)
        return Solution(
            problem, self._fitted_alpha(), self.coef_, self.intercept_, self.dual_gap_, self.status_, self.n_iter_
        )

    def _make_problem(self, X: Any, y: Any, sample_weight: Any, offset: Any, *, reset: bool) -> Problem:
        data, target = validate_data(
            self,
            X,
            y,
            reset=reset,
            accept_sparse=_FORMATS,
            dtype=_DTYPES,
            y_numeric=self._loss == "squared",
            ensure_min_samples=2,
        )
        self._check_target(target)
        problem = make_problem(
            data,
            target,
            loss=self._loss,
            l1_ratio=self.l1_ratio,
            penalty_factor=self.penalty_factor,
            sample_weight=sample_weight,
            offset=offset,
            fit_intercept=self.fit_intercept,
            standardize=self.standardize,
            positive=self.positive,
        )
        names = self.__dict__.get("feature_names_in_")
        return problem if names is None else replace(problem, names=tuple(names))

    def _check_target(self, y: NDArray[Any]) -> None:
        """Nothing to check beyond what `make_problem` checks."""

    def _settings(self) -> Settings:
        return Settings(tol=self.tol, max_iter=self.max_iter, n_threads=self.n_threads)

    def _solve(self, problem: Problem, X: Any, y: Any) -> tuple[Solution, dict[str, Any]]:
        raise NotImplementedError

    def _fitted_alpha(self) -> float:
        raise NotImplementedError

    def _linear_predictor(self, X: Any, offset: Any) -> Array:
        check_is_fitted(self)
        data = validate_data(self, X, reset=False, accept_sparse=["csr", "csc"], dtype=_DTYPES)
        eta: Array = np.asarray(safe_sparse_dot(data, self.coef_), dtype=np.float64) + self.intercept_
        return eta if offset is None else eta + _checked_offset(offset, len(eta))

    def __getstate__(self) -> dict[str, Any]:
        """The model without the training data."""
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name not in _HOLD_DATA}

    def __sklearn_tags__(self) -> Any:
        """Sparse X is taken as it is."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class AtOneAlpha(Linear):
    """Fits at the alpha that the user gave."""

    def _solve(self, problem: Problem, X: Any, y: Any) -> tuple[Solution, dict[str, Any]]:
        return solve(problem, self.alpha, settings=self._settings()), {}

    def _fitted_alpha(self) -> float:
        return float(self.alpha)


class AtChosenAlpha(Linear):
    """Fits a path and takes the alpha that held-out rows choose."""

    def _solve(self, problem: Problem, X: Any, y: Any) -> tuple[Solution, dict[str, Any]]:
        if self.select not in ("1se", "min"):
            raise InputError(f'select={self.select!r} is not a rule; give "1se" or "min".')
        folds = _fold_options(self.cv, self.random_state, X, y, problem.n_rows)
        path = solve_path(problem, alphas=self.alphas, alpha_min_ratio=self.alpha_min_ratio, settings=self._settings())
        scored = cross_validate_path(path, settings=self._settings(), **folds)
        solution = path[scored.index_1se if self.select == "1se" else scored.index_min]
        return solution, {"alpha_": solution.alpha, "alphas_": path.alphas, "path_": path, "cv_": scored}

    def _companions(self, problem: Problem) -> dict[str, Any]:
        path: Path | None = self.__dict__.get("path_")
        if path is None or not path.problem.is_same(problem):
            return {}
        own = replace(path, problem=problem)
        return {"path": own, "cv": replace(self.cv_, path=own)}

    def _fitted_alpha(self) -> float:
        return float(self.alpha_)


def _checked_offset(offset: Any, n_rows: int) -> Array:
    given = np.asarray(offset, dtype=np.float64)
    if given.shape != (n_rows,):
        raise InputError(f"offset has shape {given.shape}; it must have one entry for each of the {n_rows} rows of X.")
    bad = np.flatnonzero(~np.isfinite(given))
    if len(bad):
        raise InputError(f"offset[{bad[0]}] is {given[bad[0]]}; every offset must be a finite number.")
    return given


def _fold_options(cv: Any, random_state: Any, X: Any, y: Any, n_rows: int) -> dict[str, Any]:
    """The folds as options of `cross_validate_path`."""
    if cv is None:
        cv = 10
    if isinstance(cv, (bool, np.bool_)):
        raise InputError(f"cv={cv!r} is not a number of folds; give an integer, pairs of row numbers or a splitter.")
    if isinstance(cv, (int, np.integer)):
        return {"n_folds": int(cv), "random_state": _seed(random_state)}
    folds = np.full(n_rows, -1, dtype=np.int64)
    for k, (_, test) in enumerate(check_cv(cv).split(X, y)):
        again = np.flatnonzero(folds[test] >= 0)
        if len(again):
            raise InputError(f"cv holds out row {np.asarray(test)[again[0]]} twice; every row must be held out once.")
        folds[test] = k
    never = np.flatnonzero(folds < 0)
    if len(never):
        raise InputError(f"cv never holds out row {never[0]}; every row must be held out exactly once.")
    return {"folds": folds}


def _seed(random_state: Any) -> int:
    """Turn what scikit-learn calls a random state into a seed of NumPy's Generator."""
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
