// Cholesky factor of a symmetric positive definite matrix whose rows come and go, one at a time, in O(k^2) each.
#pragma once

#include <algorithm>
#include <cmath>

#include "whyzero/kernels.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

class Cholesky {
 public:
  Index size() const { return size_; }
  void clear() { size_ = 0; }

  // Appends a row: `cross` are its entries against the present rows. False, and no change, if the new row depends on
  // them to within rounding.
  bool append(const double* cross, double diagonal) {
    reserve(size_ + 1);
    double* l = row(size_);
    std::copy_n(cross, size_, l);
    forward(l);
    const double pivot = diagonal - kernels().f64.dot(l, 0.0, l, size_);
    if (!(pivot > dependence * diagonal)) return false;
    l[size_++] = std::sqrt(pivot);
    return true;
  }

  // Deletes row `at`; Givens rotations bring the rest back to triangular form.
  void remove(Index at) {
    for (Index i = at; i + 1 < size_; ++i) std::copy_n(row(i + 1), i + 2, row(i));
    --size_;
    for (Index j = at; j < size_; ++j) {
      double* pivot = row(j);
      const double r = std::hypot(pivot[j], pivot[j + 1]);
      const double c = pivot[j] / r, s = pivot[j + 1] / r;
      pivot[j] = r;
      for (Index i = j + 1; i < size_; ++i) {
        double* l = row(i);
        const double a = l[j], b = l[j + 1];
        l[j] = c * a + s * b;
        l[j + 1] = c * b - s * a;
      }
    }
  }

  // Solves L L' x = b in place.
  void solve(double* b) const {
    forward(b);
    for (Index i = size_ - 1; i >= 0; --i) {
      const double* l = row(i);
      b[i] /= l[i];
      kernels().f64.axpy(-b[i], l, 0.0, b, i);
    }
  }

 private:
  // A pivot below this share of the diagonal is rounding: the column is a combination of the others.
  static constexpr double dependence = 1e-13;

  double* row(Index i) { return entries_.data() + i * stride_; }
  const double* row(Index i) const { return entries_.data() + i * stride_; }

  void forward(double* b) const {
    for (Index i = 0; i < size_; ++i) b[i] = (b[i] - kernels().f64.dot(row(i), 0.0, b, i)) / row(i)[i];
  }

  void reserve(Index size) {
    if (size < stride_) return;  // one spare column: `remove` reads one entry past the diagonal
    const Index wider = std::max<Index>(16, 2 * size);
    Vector entries(static_cast<std::size_t>(wider * wider), 0.0);
    for (Index i = 0; i < size_; ++i) std::copy_n(row(i), i + 1, entries.data() + i * wider);
    entries_.swap(entries);
    stride_ = wider;
  }

  Vector entries_;
  Index stride_ = 0, size_ = 0;
};

}  // namespace whyzero
