// Cholesky factor of a symmetric positive definite matrix whose rows come and go: one at a time in O(k^2) each, many at
// a time by blocks.
#pragma once

#include <algorithm>
#include <cmath>

#include "whyzero/kernels.hpp"
#include "whyzero/parallel.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

// Rows and columns `order` of a symmetric matrix H with a diagonal added: h + k * stride is row k of H.
struct Submatrix {
  const double* h;
  Index stride;
  View added;  // to the diagonal of H
  IndexView order;

  double at(Index a, Index b) const { return h[order[a] * stride + order[b]]; }
  double diagonal(Index a) const { return at(a, a) + added[order[a]]; }
};

class Cholesky {
 public:
  Index size() const { return size_; }
  void clear() { size_ = 0; }

  // Leaves the first `size` rows.
  void truncate(Index size) { size_ = std::min(size_, size); }

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

  // Appends the rows of `matrix` behind the present ones, which are its first, in order; leaves out each that depends
  // on those before it. kept[c]: whether number c of the new ones is there.
  //
  // Left-looking: column block after column block, for all rows below it, which are tasks.
  void append(const Submatrix& matrix, std::vector<char>& kept, const Context& context) {
    const Index old = size_, count = static_cast<Index>(matrix.order.size()) - old;
    kept.assign(static_cast<std::size_t>(count), 1);
    reserve(old + count);
    const double fresh = static_cast<double>(count), there = static_cast<double>(old);
    const auto below = [&](Index first, auto&& block) {
      const Index tasks = (old + count - first + height - 1) / height;
      context.run(tasks, fresh * (there + fresh) * width, [&](Index task) {
        const Index begin = first + task * height;
        block(begin, std::min(old + count, begin + height));
      });
    };
    std::vector<Index> pivots;
    below(old, [&](Index begin, Index end) {
      std::vector<Index> block;
      for (Index j = 0; j < old; j += width) {
        block.clear();
        for (Index a = j; a < std::min(old, j + width); ++a) block.push_back(a);
        eliminate(matrix, block, j, begin, end);
      }
    });
    // The row of candidate c stands at old + c until all are done; its columns are those of the rows kept before it.
    for (Index begin = old; begin < old + count; begin += width) {
      const Index end = std::min(old + count, begin + width);
      pivots.clear();
      factor_diagonal(matrix, begin, end, pivots);
      for (Index a = begin; a < end; ++a) kept[a - old] = std::binary_search(pivots.begin(), pivots.end(), a);
      below(end, [&](Index first, Index last) { eliminate(matrix, pivots, size_, first, last); });
      size_ += static_cast<Index>(pivots.size());
    }
    Index to = old;
    for (Index c = 0; c < count; ++c) {
      if (!kept[c]) continue;
      if (to != old + c) std::copy_n(row(old + c), to + 1, row(to));
      ++to;
    }
  }

  // Deletes row `at`; Givens rotations bring the rest back to triangular form, four rows abreast.
  void remove(Index at) {
    --size_;
    cosine_.resize(static_cast<std::size_t>(size_ + 1));
    sine_.resize(cosine_.size());
    for (Index i = at; i < size_; i += 4) {
      const Index rows = std::min<Index>(4, size_ - i);
      double carry[4] = {}, *to[4] = {};
      const double* from[4] = {};
      for (Index r = 0; r < rows; ++r) {
        to[r] = row(i + r), from[r] = row(i + r + 1);
        std::copy_n(from[r], at, to[r]);
        carry[r] = from[r][at];
      }
      if (rows == 4) {
        for (Index j = at; j < i; ++j)
          for (Index r = 0; r < 4; ++r) rotate(j, from[r][j + 1], carry[r], to[r][j]);
      } else {
        for (Index j = at; j < i; ++j)
          for (Index r = 0; r < rows; ++r) rotate(j, from[r][j + 1], carry[r], to[r][j]);
      }
      for (Index r = 0; r < rows; ++r) {
        const Index k = i + r;
        for (Index j = i; j < k; ++j) rotate(j, from[r][j + 1], carry[r], to[r][j]);
        const double last = from[r][k + 1], length = std::hypot(carry[r], last);
        cosine_[k] = carry[r] / length;
        sine_[k] = last / length;
        to[r][k] = length;
      }
    }
  }

  // v'L L'v: the square of the length of v in the metric of the matrix
  double square(const Vector& v) {
    image_.assign(static_cast<std::size_t>(size_), 0.0);
    for (Index i = 0; i < size_; ++i)
      if (v[i] != 0) kernels().f64.axpy(v[i], row(i), 0.0, image_.data(), i + 1);
    return kernels().f64.dot(image_.data(), 0.0, image_.data(), size_);
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

  // Column `at` of the inverse of L L' from its diagonal on: the entries above follow from those of other columns.
  void inverse_below(Index at, double* out) const {
    for (Index i = at; i < size_; ++i) {
      const double* l = row(i);
      out[i - at] = ((i == at ? 1.0 : 0.0) - kernels().f64.dot(l + at, 0.0, out, i - at)) / l[i];
    }
    for (Index i = size_ - 1; i >= at; --i) {
      const double* l = row(i);
      out[i - at] /= l[i];
      kernels().f64.axpy(-out[i - at], l + at, 0.0, out, i - at);
    }
  }

 private:
  // A pivot below this share of the diagonal is rounding: the column is a combination of the others.
  static constexpr double dependence = 1e-13;
  static constexpr Index width = 32, height = 64, panel = 256;

  double* row(Index i) { return entries_.data() + i * stride_; }
  const double* row(Index i) const { return entries_.data() + i * stride_; }

  void rotate(Index j, double next, double& carry, double& out) const {
    const double a = carry;
    carry = cosine_[j] * next - sine_[j] * a;
    out = cosine_[j] * a + sine_[j] * next;
  }

  void forward(double* b) const {
    for (Index i = 0; i < size_; ++i) b[i] = (b[i] - kernels().f64.dot(row(i), 0.0, b, i)) / row(i)[i];
  }

  // out[k * height + t] = the product of rows left[k] and begin + t over their first `columns` entries
  void products(const std::vector<Index>& left, Index begin, Index end, Index columns, double* out) const {
    const double none[width] = {};
    const double* rows[width];
    std::fill_n(out, static_cast<Index>(left.size()) * height, 0.0);
    for (Index from = 0; from < columns; from += panel) {
      for (std::size_t k = 0; k < left.size(); ++k) rows[k] = row(left[k]) + from;
      kernels().f64.products(rows, none, static_cast<Index>(left.size()), row(begin) + from, stride_, end - begin,
                             std::min(panel, columns - from), out, height);
    }
  }

  // Columns first ... of rows begin ... end: those that belong to the rows `pivots`, which are finished.
  void eliminate(const Submatrix& matrix, const std::vector<Index>& pivots, Index first, Index begin, Index end) {
    double block[width * height], coef[width];
    const double none[height] = {};
    const double* above[width];
    const Index count = static_cast<Index>(pivots.size()), rows = end - begin;
    products(pivots, begin, end, first, block);
    for (Index k = 0; k < count; ++k) {
      double* const out = block + k * height;
      const double* l = row(pivots[k]) + first;
      for (Index t = 0; t < rows; ++t) out[t] = matrix.at(pivots[k], begin + t) - out[t];
      for (Index m = 0; m < k; ++m) coef[m] = -l[m], above[m] = block + m * height;
      kernels().f64.combinations(above, none, k, coef, 1, 1, rows, out, height);
      for (Index t = 0; t < rows; ++t) out[t] /= l[k];
    }
    kernels().f64.transpose(block, height, none, rows, count, row(begin) + first, stride_);
  }

  // Factors the block of rows begin ... end, whose columns before size_ are finished. `pivots`: those that do not
  // depend on the rows before them.
  void factor_diagonal(const Submatrix& matrix, Index begin, Index end, std::vector<Index>& pivots) {
    double block[width * height];
    std::vector<Index> all;
    for (Index a = begin; a < end; ++a) all.push_back(a);
    products(all, begin, end, size_, block);
    for (Index a = begin; a < end; ++a) {
      double* l = row(a) + size_;
      const double *done = block + (a - begin) * height, diagonal = matrix.diagonal(a);
      double pivot = diagonal - done[a - begin];
      for (std::size_t m = 0; m < pivots.size(); ++m) {
        const double* above = row(pivots[m]) + size_;
        l[m] = (matrix.at(a, pivots[m]) - done[pivots[m] - begin] -
                kernels().f64.dot(above, 0.0, l, static_cast<Index>(m))) /
               above[m];
        pivot -= l[m] * l[m];
      }
      if (!(pivot > dependence * diagonal)) continue;
      l[pivots.size()] = std::sqrt(pivot);
      pivots.push_back(a);
    }
  }

  void reserve(Index size) {
    if (size < stride_) return;
    const Index wider = std::max<Index>(2, (size + std::min<Index>(size / 4, 256)) / 8 + 1) * 8 + 8;
    Vector entries(static_cast<std::size_t>(wider * wider), 0.0);
    for (Index i = 0; i < size_; ++i) std::copy_n(row(i), i + 1, entries.data() + i * wider);
    entries_.swap(entries);
    stride_ = wider;
  }

  Vector entries_, cosine_, sine_, image_;
  Index stride_ = 0, size_ = 0;
};

}  // namespace whyzero
