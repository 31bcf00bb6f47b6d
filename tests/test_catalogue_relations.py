"""Rows D1 to D7 of the catalogue, and B6: what must happen to a fit when its data are changed in a known way.

No oracle is needed. Where a row allows rounding, fits are made with tol=1e-12, and the bound is 1e-12 (D1: 1e-10;
logistic loss: 1e-11) of the largest weight, or of what the toll is worth, times the condition number of the columns in
use: that is how far a rounding of the data itself may move the weights. Bit-equality is asked of fits at default
settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy import sparse

import whyzero as wz
from catalogue_rows import Row, differs, quiet_fit
from oracle.conditioning import condition, decides, distance
from oracle.generator import Case, cases, class_cases
from oracle.ties import tied

STORAGES: dict[str, Callable[[np.ndarray], Any]] = {"dense": np.asarray, "CSC": sparse.csc_array}


def drawn(loss: str) -> st.SearchStrategy[Case]:
    return cases(l1_ratios=(1.0, 0.5)) if loss == "squared" else class_cases()


def fitted(case: Case, loss: str, storage: str = "dense", tol: float = 1e-12, **changes: Any) -> wz.Solution:
    """The fit with X in the storage that is asked for."""
    case = replace(case, **changes)
    return quiet_fit(STORAGES[storage](case.x), case.y, loss=loss, tol=tol, **case.options)[0]


class Comparison:
    """Compares fits of one relation and counts."""

    def __init__(self, bound: float) -> None:
        self.bound, self.seen, self.worst = bound, Counter(), 0.0

    def __call__(self, case: Case, loss: str, first: wz.Solution, coef: np.ndarray, second: wz.Solution) -> None:
        """`coef` and the intercept of `first` are what `second` should have."""
        if wz.Status.OPTIMAL is not first.status or wz.Status.OPTIMAL is not second.status:
            self.seen["not optimal"] += 1
            return
        if not np.array_equal(coef != 0.0, second.coef != 0.0):
            assert tied(case, loss, coef, second.coef), (coef, second.coef)
            self.seen["at a tie"] += 1
            return
        far, factor = distance(case, loss, coef, second.coef), condition(case, coef != 0.0)
        self.seen["fits"] += 1
        self.worst = max(self.worst, far / factor)
        assert far <= self.bound * factor, (far, factor)

    def told(self) -> str:
        rest = ", ".join(f"{number} {name}" for name, number in sorted(self.seen.items()) if name != "fits")
        return f"{self.seen['fits']} pairs, worst {self.worst:.1e} of the condition number ({rest or 'all of them'})"


# The solver stops at violations of 1e-12 of a toll; a logistic curvature may be far below the quarter that is assumed.
BOUND = {"squared": 1e-12, "logistic": 1e-11}


def relation(row: Row, name: str, loss: str, bound: float, check: Callable[[Case, Comparison], None]) -> None:
    """Try a relation on cases that floats can tell apart, and count."""
    compare = Comparison(bound)

    def one(case: Case) -> None:
        if decides(case):
            check(case, compare)
        else:
            compare.seen["left out"] += 1

    row.each((drawn(loss),), one, row.count(25, 1000))
    row.tell(f"{name}, {loss} loss: {compare.told()}")
    assert compare.seen["fits"] > 0


LOSSES = pytest.mark.parametrize("loss", ["squared", "logistic"])


@LOSSES
@pytest.mark.parametrize("storage", STORAGES)
def test_a_weight_is_so_many_copies_of_its_row(row: Row, loss, storage):
    def check(case: Case, compare: Comparison) -> None:
        times = np.where(case.sample_weight == 0.75, 3.0, case.sample_weight)
        weighted = fitted(case, loss, storage, sample_weight=times)
        copies = {name: np.repeat(getattr(case, name), times.astype(int), axis=0) for name in ("x", "y", "offset")}
        case = replace(case, sample_weight=times)
        repeated = fitted(case, loss, storage, sample_weight=np.ones(int(times.sum())), **copies)
        compare(case, loss, weighted, weighted.coef, repeated)
        split = {name: np.concatenate([getattr(case, name)] * 2) for name in ("x", "y", "offset")}
        halves = np.concatenate([0.25 * times, 0.75 * times])
        compare(case, loss, weighted, weighted.coef, fitted(case, loss, storage, sample_weight=halves, **split))

    relation(row, f"D1: weights as copies and split rows, {storage}", loss, 1e-10, check)


@LOSSES
def test_weights_times_a_power_of_two_are_the_same_weights(row: Row, loss):
    seen = Counter()

    def check(case: Case, power: int) -> None:
        plain = fitted(case, loss, tol=1e-6)
        scaled = fitted(case, loss, tol=1e-6, sample_weight=np.ldexp(case.sample_weight, power))
        assert np.array_equal(plain.coef, scaled.coef) and plain.intercept == scaled.intercept
        seen["pairs"] += 1

    row.each((drawn(loss), st.integers(-500, 500)), check, row.count(40, 1000))
    row.tell(f"D1: all weights times 2^m, {loss} loss: {seen['pairs']} pairs bit-equal")


@LOSSES
def test_the_storage_changes_nothing(row: Row, loss):
    def check(case: Case, compare: Comparison) -> None:
        plain = fitted(case, loss)
        for storage in (np.asfortranarray, sparse.csc_array, sparse.csr_array, sparse.coo_array, np.ndarray.tolist):
            other, _ = quiet_fit(storage(case.x), case.y, loss=loss, tol=1e-12, **case.options)
            compare(case, loss, plain, plain.coef, other)

    relation(row, "D2: Fortran order, CSC, CSR, COO and lists against C order", loss, BOUND[loss], check)


@LOSSES
def test_columns_offset_by_1e8_have_the_weights_of_the_others(row: Row, loss):
    worst, count = 0.0, row.count(4, 100)
    for seed in range(count):
        rng = np.random.default_rng(seed)
        x = rng.integers(-64, 65, (60, 8)) / 64.0
        score = x[:, 0] - x[:, 1] + rng.normal(size=60)
        y = score if loss == "squared" else score > 0
        near, _ = quiet_fit(x, y, loss=loss, alpha=0.02)
        for storage in STORAGES.values():
            far, _ = quiet_fit(storage(x + 1e8), y, loss=loss, alpha=0.02)
            assert np.array_equal(far.support, near.support)
            worst = max(worst, differs(far.coef, near.coef))
    row.tell(f"D2: columns offset by 1e8, {loss} loss: {2 * count} pairs, worst {worst:.1e}")
    assert worst <= 1e-6


@LOSSES
@pytest.mark.parametrize("storage", STORAGES)
def test_the_intercept_absorbs_shifts_of_columns_and_target(row: Row, loss, storage):
    """Shifts and data are dyadic, so the shifted data are exact."""

    def check(case: Case, compare: Comparison) -> None:
        size = np.abs(case.x).max(axis=0)
        if np.any((size > 0) & ((size < 2.0**-8) | (size > 2.0**8))) or np.any(np.ldexp(case.x, 20) % 1.0):
            compare.seen["left out"] += 1
            return
        case = replace(case, fit_intercept=True)
        plain = fitted(case, loss, storage)
        moved = {"x": case.x + 1024.0 * (1 + np.arange(case.x.shape[1]) % 3)}
        moved |= {"y": case.y + 2048.0} if loss == "squared" else {"offset": case.offset + 4.0}
        compare(case, loss, plain, plain.coef, fitted(case, loss, storage, **moved))

    relation(row, f"D3: shifts up to 3072, {storage}", loss, 3072 * BOUND[loss], check)


@LOSSES
@pytest.mark.parametrize("storage", STORAGES)
def test_standardising_is_a_fit_on_scaled_columns(row: Row, loss, storage):
    def check(case: Case, compare: Comparison) -> None:
        weight = case.sample_weight
        centred = case.x - np.average(case.x, axis=0, weights=weight)
        deviation = np.sqrt(np.average(centred**2, axis=0, weights=weight))
        sd = np.where(deviation > 1e-12 * np.abs(case.x).max(axis=0), deviation, 0.0)
        if not case.fit_intercept or not np.any(sd > 0) or np.any((sd > 0) & ((sd < 1e-100) | (sd > 1e100))):
            compare.seen["left out"] += 1
            return
        case = replace(case, penalty_factor=np.where(sd > 0, case.penalty_factor, np.inf), alpha=0.25 * case.alpha)
        case = replace(case, alpha=float(case.alpha / np.median(sd[sd > 0])))
        options = case.options
        own, _ = quiet_fit(STORAGES[storage](case.x), case.y, loss=loss, standardize=True, tol=1e-12, **options)
        unit = np.where(sd > 0, sd, 1.0)
        scaled, _ = quiet_fit(STORAGES[storage](case.x / unit), case.y, loss=loss, tol=1e-12, **options)
        compare(replace(case, x=case.x / unit), loss, scaled, scaled.coef, replace(own, coef=own.coef * unit))

    relation(row, f"D4: standardize=True against scaled columns, {storage}", loss, BOUND[loss], check)


@LOSSES
@pytest.mark.parametrize("storage", STORAGES)
def test_permutations_permute_and_signs_flip(row: Row, loss, storage):
    def check(case: Case, compare: Comparison) -> None:
        rng = np.random.default_rng(len(case.y))
        plain = fitted(case, loss, storage)
        rows, columns = rng.permutation(len(case.y)), rng.permutation(case.x.shape[1])
        turned = {name: getattr(case, name)[rows] for name in ("x", "y", "offset", "sample_weight")}
        compare(case, loss, plain, plain.coef, fitted(case, loss, storage, **turned))
        order = {"x": case.x[:, columns], "penalty_factor": case.penalty_factor[columns]}
        ordered = replace(case, **order)
        compare(ordered, loss, plain, plain.coef[columns], fitted(ordered, loss, storage))
        sign = rng.choice([-1.0, 1.0], case.x.shape[1])
        flipped = fitted(case, loss, storage, x=case.x * sign)
        assert np.array_equal(flipped.coef, plain.coef * sign) and flipped.intercept == plain.intercept
        compare.seen["flips bit-equal"] += 1
        if loss == "squared":
            mirrored = fitted(case, loss, storage, y=-case.y, offset=-case.offset)
            assert np.array_equal(mirrored.coef, -plain.coef) and mirrored.intercept == -plain.intercept
            compare.seen["mirrored targets bit-equal"] += 1

    relation(row, f"D5: permutations and signs, {storage}", loss, BOUND[loss], check)


@LOSSES
@pytest.mark.parametrize("storage", STORAGES)
def test_a_column_of_zeros_changes_nothing_and_has_its_reason(row: Row, loss, storage):
    seen = Counter()

    def check(case: Case, place: int) -> None:
        place = min(place, case.x.shape[1])
        plain = fitted(case, loss, storage, 1e-6)
        more = replace(
            case, x=np.insert(case.x, place, 0.0, axis=1), penalty_factor=np.insert(case.penalty_factor, place, 1.0)
        )
        wider = fitted(more, loss, storage, 1e-6)
        assert np.array_equal(np.delete(wider.coef, place), plain.coef) and wider.intercept == plain.intercept
        certificate = wz.certify(more.x, more.y, wider.coef, wider.intercept, loss=loss, **more.options)
        assert wider.coef[place] == 0.0 and certificate.verdicts[place] is wz.Verdict.ZERO_STRUCTURAL
        seen["pairs"] += 1

    row.each((drawn(loss), st.integers(0, 10)), check, row.count(25, 1000))
    row.tell(f"D6: a column of zeros, {storage}, {loss} loss: {seen['pairs']} pairs bit-equal, the new zero structural")


@LOSSES
@pytest.mark.parametrize("storage", STORAGES)
def test_a_proved_zero_can_leave_the_data(row: Row, loss, storage):
    def check(case: Case, compare: Comparison) -> None:
        plain = fitted(case, loss, storage)
        certificate = wz.certify(case.x, case.y, plain.coef, plain.intercept, loss=loss, **case.options)
        kept = [j for j, verdict in enumerate(certificate.verdicts) if not verdict.says_zero or plain.coef[j] != 0.0]
        if not kept or len(kept) == case.x.shape[1]:
            compare.seen["nothing to leave out"] += 1
            return
        less = replace(case, x=case.x[:, kept], penalty_factor=case.penalty_factor[kept])
        fewer = fitted(less, loss, storage)
        compare(less, loss, plain, plain.coef[kept], fewer)
        again = wz.certify(less.x, less.y, fewer.coef, fewer.intercept, loss=loss, **less.options)
        assert wz.verify(again, less.x, less.y, sample_weight=less.sample_weight, offset=less.offset).ok
        for j, verdict in zip(kept, again.verdicts, strict=True):
            before = certificate.verdicts[j]
            assert not (verdict.says_zero and before.says_nonzero) and not (verdict.says_nonzero and before.says_zero)

    relation(row, f"D7: columns proved zero left out, {storage}", loss, BOUND[loss], check)


@LOSSES
@pytest.mark.parametrize("storage", STORAGES)
def test_powers_of_two_in_data_are_powers_of_two_in_weights(row: Row, loss, storage):
    """B6: a column alone, all of X, and (squared lasso) the target: bit for bit."""
    seen = Counter()

    def check(case: Case, power: int, rise: int) -> None:
        case = replace(case, l1_ratio=1.0)
        if np.any((case.x != 0) & ((np.abs(case.x) < 2.0**-40) | (np.abs(case.x) > 2.0**8))):
            seen["left out"] += 1
            return
        plain = fitted(case, loss, storage, 1e-6)
        scaled = fitted(case, loss, storage, 1e-6, x=np.ldexp(case.x, power), alpha=float(np.ldexp(case.alpha, power)))
        assert np.array_equal(np.ldexp(scaled.coef, power), plain.coef) and scaled.intercept == plain.intercept
        each = np.random.default_rng(abs(power)).integers(-200, 201, case.x.shape[1])
        factor = np.ldexp(case.penalty_factor, each)
        columns = fitted(case, loss, storage, 1e-6, x=np.ldexp(case.x, each), penalty_factor=factor)
        assert np.array_equal(np.ldexp(columns.coef, each), plain.coef) and columns.intercept == plain.intercept
        seen["pairs"] += 2
        if loss == "squared":
            taller = {name: np.ldexp(getattr(case, name), rise) for name in ("y", "offset")}
            risen = fitted(case, loss, storage, 1e-6, alpha=float(np.ldexp(case.alpha, rise)), **taller)
            assert np.array_equal(np.ldexp(risen.coef, -rise), plain.coef)
            assert np.ldexp(risen.intercept, -rise) == plain.intercept
            seen["pairs"] += 1

    row.each((drawn(loss), st.integers(-480, 480), st.integers(-480, 480)), check, row.count(40, 2000))
    row.tell(f"B6: powers of two up to 2^480, {storage}, {loss} loss: {seen['pairs']} pairs bit-equal")
