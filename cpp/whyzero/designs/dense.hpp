// A dense matrix in any strided layout: a column-major one is read in place, others block by block through a copy.
#pragma once

#include "whyzero/designs/dense_gram_by_group.hpp"
#include "whyzero/designs/dense_products.hpp"
#include "whyzero/designs/dense_sweep.hpp"

namespace whyzero {

template <typename Real>
class Dense {
 public:
  static constexpr double gram_cost = 0.25;

  // Element (i, j) is data[i * row_stride + j * column_stride]; strides count elements.
  Dense(const Real* data, Index rows, Index cols, Index row_stride, Index column_stride)
      : x_(data, rows, cols, row_stride, column_stride) {}

  Index rows() const { return x_.rows(); }
  Index cols() const { return x_.cols(); }
  double entries(IndexView columns) const { return x_.entries(columns); }

  void dot(IndexView columns, const double* center, const double* u, Index count, double* out,
           const Context& context) const {
    dense_dot(x_, columns, center, u, count, out, context);
  }

  void axpy(IndexView columns, const double* coef, Index count, const double* center, double* out,
            const Context& context) const {
    dense_axpy(x_, columns, coef, count, center, out, context);
  }

  void gram(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
            const Context& context) const {
    dense_gram(x_, columns, first, center, weights, gram, stride, context);
  }

  void gram_by_group(IndexView columns, const double* center, View weights, const std::int32_t* group, Index groups,
                     double* out, double* sums, const Context& context) const {
    dense_gram_by_group(x_, columns, center, weights, group, groups, out, sums, context);
  }

  Index sweep_height() const { return dense_sweep_height(x_); }

  template <typename Rows>
  void sweep(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows, double* out,
             const Context& context) const {
    dense_sweep(x_, columns, center, coef, count, rows, out, nullptr, 1, nullptr, 0, nullptr, context);
  }

  template <typename Rows>
  void sweep_with_hessian(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows,
                          double* out, const double* weights, Index every, double* gram, Index stride, double* sums,
                          const Context& context) const {
    dense_sweep(x_, columns, center, coef, count, rows, out, weights, every, gram, stride, sums, context);
  }

  template <typename Visit>
  void for_each(Index j, Visit&& visit) const {
    for (Index i = 0; i < x_.rows(); ++i) visit(i, x_.at(i, j));
  }

 private:
  DenseBlocks<Real> x_;
};

static_assert(Design<Dense<double>> && Design<Dense<float>>, "Dense must have every operation of the concept Design");

}  // namespace whyzero
