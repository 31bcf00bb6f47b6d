// A Newton step for the softmax loss without a Hessian: conjugate gradients on the weights that are not zero or whose
// pull exceeds their toll, each held to its side of zero, then a line search that sets to zero what would change sides.
//
// Source: Andrew and Gao (2007), "Scalable training of L1-regularized log-linear models", ICML, for the orthant; Lin,
// Weng and Keerthi (2008), "Trust region Newton method for logistic regression", JMLR 9, for products with the Hessian.
#pragma once

#include "whyzero/multi/matrix_evaluation.hpp"
#include "whyzero/multi/softmax_hessian.hpp"

namespace whyzero {

template <Design D>
class SoftmaxOrthant {
 public:
  using Evaluation = MatrixEvaluation<SoftmaxRows, EachWeight, D>;

  SoftmaxOrthant(const MatrixProblem<D>& problem, MatrixState<D>& state, Evaluation& evaluation, const Context& context)
      : problem_(problem), state_(state), evaluation_(evaluation), context_(context), rows_(problem, state, context) {}

  // One step from an evaluated point. False if no step lowers the objective.
  bool step(double alpha) {
    alpha_ = alpha;
    rows_.probabilities();
    const Vector before = state_.weights();
    orient(before);
    if (search(before, solve())) return true;
    Vector downhill(slope_.size(), 0.0);  // far from the model's range: a step along the slope is always a gain
    for (std::size_t i = 0; i < downhill.size(); ++i)
      if (scale_[i] > 0) downhill[i] = -slope_[i] / scale_[i];
    return search(before, downhill);
  }

 private:
  Index tasks() const { return problem_.tasks; }
  Index free() const { return problem_.intercept ? tasks() : 0; }  // intercepts come first
  Index column(Index i) const { return state_.columns()[(i - free()) / tasks()]; }

  // The slope of the objective in the direction in which it falls, the side of zero of every weight, and the diagonal
  // of a preconditioner that is the same for all classes.
  void orient(const Vector& before) {
    const auto size = before.size() + static_cast<std::size_t>(free());
    slope_.assign(size, 0.0), side_.assign(size, 0.0), scale_.assign(size, 0.0);
    const Index rows = problem_.design.rows();
    double bend = 0;
    for (Index t = 0; t < tasks(); ++t)
      for (Index i = 0; i < rows; ++i)
        bend += problem_.weight[i] * rows_.p()[t * rows + i] * rows_.rest()[t * rows + i];
    bend = std::max(bend / static_cast<double>(tasks()), 1e-300);
    for (Index i = 0; i < free(); ++i) slope_[i] = evaluation_.sums()[i], scale_[i] = bend;
    for (std::size_t i = static_cast<std::size_t>(free()); i < size; ++i) {
      const Index j = column(static_cast<Index>(i));
      const double l1 = alpha_ * problem_.l1[j], l2 = alpha_ * problem_.l2[j], b = before[i - free()];
      const double g = state_.gradient[i - free()] + l2 * b;
      scale_[i] = bend * problem_.spread[j] * problem_.spread[j] + l2;
      if (l1 == 0) {
        slope_[i] = g;
      } else if (b != 0) {
        side_[i] = std::copysign(1.0, b), slope_[i] = g + l1 * side_[i];
      } else if (std::fabs(g) > l1) {
        side_[i] = -std::copysign(1.0, g), slope_[i] = g + l1 * side_[i];
      } else {
        scale_[i] = 0;  // stays at zero
      }
    }
  }

  // The Hessian of the objective times d, where d is zero at the weights that stay.
  void curvature(const Vector& d, Vector& out) {
    const Index rows = problem_.design.rows();
    const Vector intercepts = problem_.intercept ? Vector(d.begin(), d.begin() + free()) : Vector(tasks(), 0.0);
    state_.image(Vector(d.begin() + free(), d.end()), intercepts, bent_);
    for_ranges(rows, 2048, 6.0 * static_cast<double>(bent_.size()), context_, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        double mean = 0;
        for (Index t = 0; t < tasks(); ++t) mean += rows_.p()[t * rows + i] * bent_[t * rows + i];
        for (Index t = 0; t < tasks(); ++t)
          bent_[t * rows + i] = problem_.weight[i] * rows_.p()[t * rows + i] * (bent_[t * rows + i] - mean);
      }
    });
    Vector products(d.size() - static_cast<std::size_t>(free()));
    problem_.design.dot(state_.columns(), problem_.center.data(), bent_.data(), tasks(), products.data(), context_);
    out.assign(d.size(), 0.0);
    const Vector sums = task_sums(bent_.data(), rows, tasks());
    for (Index i = 0; i < free(); ++i) out[i] = sums[i];
    for (std::size_t i = static_cast<std::size_t>(free()); i < d.size(); ++i)
      if (scale_[i] > 0) out[i] = products[i - free()] + alpha_ * problem_.l2[column(static_cast<Index>(i))] * d[i];
  }

  static double product(const Vector& a, const Vector& b) {
    return kernels().f64.dot(a.data(), 0.0, b.data(), static_cast<Index>(a.size()));
  }

  void precondition(const Vector& rest, Vector& out) const {
    out.resize(rest.size());
    for (std::size_t i = 0; i < rest.size(); ++i) out[i] = scale_[i] > 0 ? rest[i] / scale_[i] : 0;
  }

  Vector solve() {
    Vector step(slope_.size(), 0.0), rest(slope_.size()), scaled, bent;
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = scale_[i] > 0 ? -slope_[i] : 0;
    precondition(rest, scaled);
    Vector direction = scaled;
    double energy = product(rest, scaled);
    const double enough = 1e-6 * energy;
    for (int round = 0; round < 300 && energy > enough; ++round) {
      context_.monitor.poll();
      curvature(direction, bent);
      const double bend = product(direction, bent);
      if (!(bend > 0)) break;
      const double t = energy / bend;
      for (std::size_t i = 0; i < step.size(); ++i) step[i] += t * direction[i], rest[i] -= t * bent[i];
      precondition(rest, scaled);
      const double next = product(rest, scaled), ratio = next / energy;
      for (std::size_t i = 0; i < step.size(); ++i) direction[i] = scaled[i] + ratio * direction[i];
      energy = next;
    }
    return step;
  }

  // A weight that begins at zero moves only to its side.
  bool search(const Vector& before, Vector direction) {
    for (std::size_t i = static_cast<std::size_t>(free()); i < direction.size(); ++i)
      if (before[i - free()] == 0 && direction[i] * side_[i] < 0) direction[i] = 0;
    const double start = state_.loss + evaluation_.penalty(alpha_, before);
    Vector weights(before.size()), change(before.size()), intercepts(static_cast<std::size_t>(tasks()));
    RowVector trial(state_.eta.size());
    double t = 1;
    for (int halving = 0; halving < 40; ++halving, t /= 2) {
      context_.monitor.poll();
      double slope = 0;
      for (Index i = 0; i < free(); ++i) intercepts[i] = t * direction[i], slope += slope_[i] * intercepts[i];
      for (std::size_t k = 0; k < weights.size(); ++k) {
        const std::size_t i = k + static_cast<std::size_t>(free());
        weights[k] = before[k] + t * direction[i];
        if (side_[i] != 0 && !(weights[k] * side_[i] > 0)) weights[k] = 0;
        change[k] = weights[k] - before[k];
        slope += slope_[i] * change[k];
      }
      state_.image(change, intercepts, trial);
      for (std::size_t k = 0; k < trial.size(); ++k) trial[k] += state_.eta[k];
      const bool visible = -slope > 1e-12 * start;
      if (visible && !(evaluation_.loss_at(trial) + evaluation_.penalty(alpha_, weights) <= start + 1e-4 * slope))
        continue;
      state_.eta.swap(trial);
      state_.set_weights(weights);
      for (Index i = 0; i < free(); ++i) state_.intercept[i] += intercepts[i];
      return true;
    }
    return false;
  }

  const MatrixProblem<D>& problem_;
  MatrixState<D>& state_;
  Evaluation& evaluation_;
  const Context& context_;
  SoftmaxHessian<D> rows_;       // for the probabilities
  Vector slope_, side_, scale_;  // by intercept, then by weight; scale 0: stays at zero
  RowVector bent_;
  double alpha_ = 0;
};

}  // namespace whyzero
