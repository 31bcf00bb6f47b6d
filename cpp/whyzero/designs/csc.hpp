// A matrix in compressed sparse columns, sorted and without duplicates. Centring is never stored; csc_columns.hpp says
// what becomes of it, the other headers of that name have the operations.
#pragma once

#include "whyzero/designs/csc_gram_by_group.hpp"

namespace whyzero {

template <typename Real, typename Offset>
class Csc {
 public:
  static constexpr double gram_cost = 1.0;

  Csc(const Real* data, const Offset* indices, const Offset* indptr, Index rows, Index cols)
      : x_{data, indices, indptr, rows, cols, std::make_shared<BufferPool>()} {}

  Index rows() const { return x_.rows; }
  Index cols() const { return x_.cols; }
  double entries(IndexView columns) const { return x_.entries(columns); }

  void dot(IndexView columns, const double* center, const double* u, Index count, double* out,
           const Context& context) const {
    csc_dot_of_vectors(x_, columns, center, u, count, out, context);
  }

  void axpy(IndexView columns, const double* coef, Index count, const double* center, double* out,
            const Context& context) const {
    csc_axpy(x_, columns, coef, count, center, out, context);
  }

  void gram(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
            const Context& context) const {
    CscGram(x_, columns, first, center, weights, gram, stride, context).compute();
  }

  void gram_by_group(IndexView columns, const double* center, View weights, const std::int32_t* group, Index groups,
                     double* out, double* sums, const Context& context) const {
    csc_gram_by_group(x_, columns, center, weights, group, groups, out, sums, context);
  }

  Index sweep_height() const { return csc_block; }

  template <typename Rows>
  void sweep(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows, double* out,
             const Context& context) const {
    csc_sweep(x_, columns, center, coef, count, rows, out, context);
  }

  template <typename Rows>
  void sweep_with_hessian(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows,
                          double* out, const double* weights, Index, double* gram_out, Index stride, double* sums,
                          const Context& context) const {
    sweep(columns, center, coef, count, rows, out, context);
    gram(columns, 0, center, View(weights, static_cast<std::size_t>(x_.rows)), gram_out, stride, context);
    dot(columns, center, weights, 1, sums, context);
    sums[columns.size()] = sum_of({weights, static_cast<std::size_t>(x_.rows)});
  }

  template <typename Visit>
  void for_each(Index j, Visit&& visit) const {
    x_.for_each(j, visit);
  }

 private:
  CscColumns<Real, Offset> x_;
};

static_assert(Design<Csc<double, std::int32_t>>, "Csc must have every operation of the concept Design");

}  // namespace whyzero
