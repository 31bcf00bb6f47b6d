// The squared loss of several targets with a penalty on the norm of every row of B, restricted to a working set.
//
// Everything but the gradient comes from the Gram matrix of the working set. Each step takes the gradient from the data
// again, so that the second one is iterative refinement.
#pragma once

#include "whyzero/multi/group_quadratic.hpp"
#include "whyzero/multi/matrix_evaluation.hpp"

namespace whyzero {

template <Design D>
class MultiTaskModel {
 public:
  using RowPenalty = GroupNorm;
  static constexpr double finest = 1e-10;  // share of a toll to which violations are brought down

  MultiTaskModel(const MatrixProblem<D>& problem, const Context& context)
      : problem_(problem),
        context_(context),
        state_(problem, context),
        evaluation_(problem, state_, context),
        quadratic_(context) {}

  MatrixState<D>& state() { return state_; }
  const MatrixState<D>& state() const { return state_; }
  MatrixEvaluation<SquaredRows, GroupNorm, D>& evaluation() { return evaluation_; }

  // The intercepts of the model without weights: means, because the columns are centred.
  void begin() {
    const Index rows = problem_.design.rows();
    for (Index t = 0; t < problem_.tasks && problem_.intercept; ++t) {
      double mean = 0, rest = 0;
      for (Index i = 0; i < rows; ++i) mean += problem_.weight[i] * problem_.y[t * rows + i];
      for (Index i = 0; i < rows; ++i) rest += problem_.weight[i] * (problem_.y[t * rows + i] - mean);
      state_.intercept[t] = mean + rest;
      std::fill_n(state_.eta.data() + t * rows, rows, mean + rest);
    }
  }

  // The Gram matrix of what was in the working set is kept, so a large one costs little.
  static constexpr bool keeps_all = true;
  // Whether one number may be added to all intercepts.
  static constexpr bool shift_invariant = false;
  void forget() {}

  // Whether the loss of the unpenalised model is rounding: then it explains the targets.
  bool explains() const {
    double squares = 0;
    const Index rows = problem_.design.rows();
    for (std::size_t k = 0; k < problem_.y.size(); ++k)
      squares += problem_.weight[k % static_cast<std::size_t>(rows)] * problem_.y[k] * problem_.y[k];
    return state_.loss <= 1e-26 * squares;
  }
  static constexpr Outcome outcome_without_residual = Outcome::optimal;

  // Steps until the violations on the working set are allowed, or rounding ends progress. Returns the steps taken.
  Index minimise(double alpha, double accuracy, Index max_steps) {
    complete();
    double best = std::numeric_limits<double>::infinity();
    Index stuck = 0, steps = 0;
    for (;; ++steps) {
      context_.monitor.poll();
      evaluation_.evaluate();
      const double violation = evaluation_.worst_violation(alpha, accuracy);
      if (violation <= 1) break;
      stuck = violation > 0.5 * best ? stuck + 1 : 0;
      best = std::min(best, violation);
      if (steps >= max_steps || stuck >= 2) break;
      step(alpha, accuracy);
    }
    return steps;
  }

 private:
  // Gives the columns that have joined their part of the Gram matrix.
  void complete() {
    const Index size = state_.size();
    if (known_ == size) return;
    if (size > stride_) {
      const Index wider = size + size / 2 + 8;
      Vector larger(static_cast<std::size_t>(wider * wider));
      for (Index a = 0; a < known_; ++a) std::copy_n(h_.data() + a * stride_, known_, larger.data() + a * wider);
      h_.swap(larger);
      stride_ = wider;
    }
    problem_.design.gram(state_.columns(), known_, problem_.center.data(), problem_.weight, h_.data(), stride_,
                         context_);
    known_ = size;
  }

  void step(double alpha, double accuracy) {
    const std::size_t size = state_.columns().size();
    Vector l1(size), l2(size), allowed(size);
    for (std::size_t k = 0; k < size; ++k) {
      const Index j = state_.columns()[k];
      l1[k] = alpha * problem_.l1[j], l2[k] = alpha * problem_.l2[j];
      allowed[k] = 0.1 * evaluation_.allowed(j, alpha, accuracy);
    }
    const Vector before = state_.weights();
    Vector after = before;
    quadratic_.minimise({h_.data(), stride_, state_.size(), problem_.tasks, l1, l2, allowed}, state_.gradient, after);
    Vector change(after.size()), still(static_cast<std::size_t>(problem_.tasks), 0.0);
    for (std::size_t k = 0; k < after.size(); ++k) change[k] = after[k] - before[k];
    // what rounding has left of the intercepts' gradient
    for (Index t = 0; t < problem_.tasks && problem_.intercept; ++t) {
      still[t] = -evaluation_.sums()[t];
      state_.intercept[t] += still[t];
    }
    state_.image(change, still, direction_);
    for (std::size_t k = 0; k < direction_.size(); ++k) state_.eta[k] += direction_[k];
    state_.set_weights(after);
  }

  const MatrixProblem<D>& problem_;
  const Context& context_;
  MatrixState<D> state_;
  MatrixEvaluation<SquaredRows, GroupNorm, D> evaluation_;
  GroupQuadratic quadratic_;
  Vector h_;  // Gram matrix, rows at distance stride_
  Index stride_ = 0, known_ = 0;
  RowVector direction_;
};

}  // namespace whyzero
