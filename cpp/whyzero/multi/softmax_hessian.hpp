// The Hessian of the softmax loss on the working set: number k * classes + t is that of class t and column k, behind
// the intercepts if there are any.
//
// Of two classes it is the Gram matrix with the row weights w (p_s [s = t] - p_s p_t). Source: Boehning (1992),
// "Multinomial logistic regression algorithm", Annals of the Institute of Statistical Mathematics 44(1).
#pragma once

#include "whyzero/multi/matrix_problem.hpp"
#include "whyzero/multi/row_losses.hpp"

namespace whyzero {

template <Design D>
class SoftmaxHessian {
 public:
  SoftmaxHessian(const MatrixProblem<D>& problem, const MatrixState<D>& state, const Context& context)
      : problem_(problem), state_(state), context_(context) {}

  bool covers_working_set() const { return columns_ == state_.size(); }
  // Row by row, of intercepts and weights.
  const double* data() const { return h_.data(); }

  void compute() {
    columns_ = state_.size();
    const Index classes = problem_.tasks;
    first_ = problem_.intercept ? classes : 0;
    size_ = first_ + columns_ * classes;
    h_.resize(static_cast<std::size_t>(size_ * size_));
    probabilities();
    for (Index s = 0; s < classes; ++s)
      for (Index t = 0; t <= s; ++t) pair(s, t);
  }

  // p of every row, by the class, and 1 - p; for whoever needs only these.
  void probabilities() {
    const Index rows = problem_.design.rows(), classes = problem_.tasks;
    p_.resize(state_.eta.size()), rest_.resize(state_.eta.size());
    for_ranges(rows, 2048, 20.0 * static_cast<double>(p_.size()), context_, [&](Index begin, Index end) {
      Vector p(static_cast<std::size_t>(classes)), rest(p.size());
      const RowBlock block{problem_.y.data(), problem_.weight.data(), state_.eta.data(), rows, classes, begin, end};
      for (Index i = begin; i < end; ++i) {
        SoftmaxRows::probabilities(block, i, p.data(), rest.data());
        for (Index t = 0; t < classes; ++t) p_[t * rows + i] = p[t], rest_[t * rows + i] = rest[t];
      }
    });
  }
  const RowVector& p() const { return p_; }
  const RowVector& rest() const { return rest_; }

 private:
  void put(Index a, Index b, double value) { h_[a * size_ + b] = h_[b * size_ + a] = value; }

  // The part of classes s and t.
  void pair(Index s, Index t) {
    const Index rows = problem_.design.rows(), classes = problem_.tasks;
    weights_.resize(static_cast<std::size_t>(rows));
    for (Index i = 0; i < rows; ++i)  // of two classes without its sign
      weights_[i] = problem_.weight[i] * p_[s * rows + i] * (s == t ? rest_[s * rows + i] : p_[t * rows + i]);
    const double sign = s == t ? 1 : -1;
    gram_.resize(static_cast<std::size_t>(columns_ * columns_));
    if (columns_ > 0)
      problem_.design.gram(state_.columns(), 0, problem_.center.data(), weights_, gram_.data(), columns_, context_);
    for (Index a = 0; a < columns_; ++a)
      for (Index b = 0; b < columns_; ++b)
        put(first_ + a * classes + s, first_ + b * classes + t, sign * gram_[a * columns_ + b]);
    if (first_ == 0) return;
    Vector mean(static_cast<std::size_t>(columns_));
    problem_.design.dot(state_.columns(), problem_.center.data(), weights_.data(), 1, mean.data(), context_);
    double total = 0;
    for (const double w : weights_) total += w;
    put(s, t, sign * total);
    for (Index a = 0; a < columns_; ++a) {
      put(s, first_ + a * classes + t, sign * mean[a]);
      put(t, first_ + a * classes + s, sign * mean[a]);
    }
  }

  const MatrixProblem<D>& problem_;
  const MatrixState<D>& state_;
  const Context& context_;
  Vector h_, gram_, weights_;
  RowVector p_, rest_;
  Index columns_ = -1, size_ = 0, first_ = 0;
};

}  // namespace whyzero
