// What the solvers of every matrix model share: the loss and its slopes at a point, how far the working set is from
// optimal there, and the duality gap.
#pragma once

#include "whyzero/multi/matrix_problem.hpp"
#include "whyzero/multi/row_losses.hpp"
#include "whyzero/multi/row_penalties.hpp"

namespace whyzero {

template <typename RowLoss, typename RowPenalty, Design D>
class MatrixEvaluation {
 public:
  MatrixEvaluation(const MatrixProblem<D>& problem, MatrixState<D>& state, const Context& context)
      : problem_(problem), state_(state), context_(context) {}

  // u, the loss, and the gradient on the working set.
  void evaluate() {
    state_.loss = 0, squares_ = 0;
    double etas = 0;
    for (const LossSums& sums : by_block([&](const RowBlock& b) { return RowLoss::slopes(b, state_.u.data()); }))
      state_.loss += sums[0], squares_ += sums[1], etas += sums[2];
    if (!std::isfinite(squares_) || !std::isfinite(etas)) throw NotFinite("the linear predictor overflowed");
    const double epsilon = std::numeric_limits<double>::epsilon();
    rounding_ = 32 * allowance_ * epsilon * (std::sqrt(squares_) + RowLoss::curvature_bound * std::sqrt(etas));
    sums_ = task_sums(state_.u.data(), problem_.design.rows(), problem_.tasks);
    state_.differentiate();
  }

  // The loss at another predictor.
  double loss_at(const RowVector& eta) {
    RowVector slopes(eta.size());
    double loss = 0;
    for (const LossSums& sums : by_block([&](RowBlock b) {
           b.eta = eta.data();
           return RowLoss::slopes(b, slopes.data());
         }))
      loss += sums[0];
    return loss;
  }

  double penalty(double alpha, const Vector& weights) const {
    double sum = 0;
    for (Index k = 0; k < state_.size(); ++k) {
      const Index j = state_.columns()[k];
      sum += RowPenalty::value(weights.data() + k * problem_.tasks, problem_.tasks, alpha * problem_.l1[j],
                               alpha * problem_.l2[j]);
    }
    return sum;
  }

  // How large the violation of column j may stay: `accuracy` of its toll (of `unit` where it has none), or rounding.
  double allowed(Index j, double alpha, double accuracy) const {
    const double l1 = alpha * problem_.l1[j], l2 = alpha * problem_.l2[j];
    const double scale = l1 > 0 ? l1 : unit_ * problem_.spread[j];
    const double floor = rounding_ * problem_.spread[j] +
                         8 * std::numeric_limits<double>::epsilon() * l2 * row_norm(state_.row(j), problem_.tasks);
    return std::max({accuracy * scale, floor, std::numeric_limits<double>::min()});
  }

  // The largest violation on the working set in units of what is allowed.
  double worst_violation(double alpha, double accuracy) const {
    double worst = 0;
    if (problem_.intercept)
      worst = row_norm(sums_.data(), problem_.tasks) /
              std::max({accuracy * unit_, rounding_, std::numeric_limits<double>::min()});
    for (Index k = 0; k < state_.size(); ++k) {
      const Index j = state_.columns()[k];
      const double violation = RowPenalty::violation(state_.row(j), state_.gradient.data() + k * problem_.tasks,
                                                     problem_.tasks, alpha * problem_.l1[j], alpha * problem_.l2[j]);
      worst = std::max(worst, violation / allowed(j, alpha, accuracy));
    }
    return worst;
  }

  // Turns u into a dual point; false if it cannot be one.
  bool balance(RowVector& u) const { return !problem_.intercept || RowLoss::balance(whole(), u.data()); }

  // The duality gap at the dual point u, whose products with the usable columns are `products`: the smaller one of that
  // at u and at the largest s u that every toll bears.
  // Plus what is left to gain on the columns without a penalty; where that is not known, the gap at 0.
  double gap(double alpha, const RowVector& u, const Vector& products) {
    const Index tasks = problem_.tasks;
    double feasible = 1;
    bool needed = false;
    const double left = left_on_free_columns(products);
    if (!std::isfinite(left)) return gap_at(0, alpha, u, products);
    for (std::size_t k = 0; k < state_.usable().size(); ++k) {
      const Index j = state_.usable()[k];
      const double l1 = alpha * problem_.l1[j], l2 = alpha * problem_.l2[j];
      const double pull = RowPenalty::pull(products.data() + static_cast<Index>(k) * tasks, tasks);
      if ((l1 == 0 && l2 == 0) || pull <= l1) continue;
      needed = needed || l2 == 0;
      feasible = std::min(feasible, l1 / pull);
    }
    double best = std::numeric_limits<double>::infinity();
    if (!needed) best = gap_at(1, alpha, u, products) + left;
    if (feasible < 1) best = std::min(best, gap_at(feasible, alpha, u, products) + left);
    return best;
  }

  // To be called while the working set is the unpenalised columns alone.
  void factor_free_columns() {
    Vector h(static_cast<std::size_t>(problem_.design.rows())), spread;
    for (const Index j : state_.columns()) spread.push_back(problem_.spread[j]);
    for (Index t = 0; t < (spread.empty() ? 0 : RowLoss::uniform ? 1 : problem_.tasks); ++t) {
      RowLoss::curvature(whole(), t, h.data());
      const Vector hessian = hessian_on(problem_, state_.columns(), h, context_);
      free_.emplace_back(hessian.data(), state_.size(), spread, context_);
    }
  }

  const Vector& sums() const { return sums_; }  // of u, by the task
  double rounding() const { return rounding_; }
  // What is small for a gradient that no toll opposes: a share of the present gradient, kept from now on.
  void fix_unit() { unit_ = std::sqrt(squares_); }
  // The share of the usual bound on rounding errors that counts as rounding.
  void allow_rounding(double share) { allowance_ = share; }

 private:
  RowBlock whole() const {
    const Index rows = problem_.design.rows();
    return {problem_.y.data(), problem_.weight.data(), state_.eta.data(), rows, problem_.tasks, 0, rows};
  }

  // f(block) for blocks of rows, whatever the number of threads.
  template <typename Block>
  auto by_block(Block&& f) const {
    const RowBlock all = whole();
    const Index height = 2048;
    std::vector<decltype(f(all))> parts(static_cast<std::size_t>((all.n + height - 1) / height));
    const double work = 20.0 * static_cast<double>(all.n * all.tasks);
    context_.run(static_cast<Index>(parts.size()), work, [&](Index block) {
      RowBlock part = all;
      part.begin = block * height, part.end = std::min(all.n, part.begin + height);
      parts[static_cast<std::size_t>(block)] = f(part);
    });
    return parts;
  }

  double left_on_free_columns(const Vector& products) const {
    double sum = 0;
    for (Index t = 0; t < (free_.empty() ? 0 : problem_.tasks); ++t) {
      Vector slopes;
      for (std::size_t k = 0; k < state_.usable().size(); ++k)
        if (unpenalised(problem_, state_.usable()[k]))
          slopes.push_back(products[static_cast<Index>(k) * problem_.tasks + t]);
      sum += free_[RowLoss::uniform ? 0 : t].left(slopes, rounding_);
    }
    return sum;
  }

  double gap_at(double s, double alpha, const RowVector& u, const Vector& products) {
    const Index tasks = problem_.tasks;
    double gap = 0;
    for (const double part : by_block([&](const RowBlock& b) { return RowLoss::gap(b, u.data(), s); })) gap += part;
    Vector c(static_cast<std::size_t>(tasks));
    for (std::size_t k = 0; k < state_.usable().size(); ++k) {
      const Index j = state_.usable()[k];
      if (unpenalised(problem_, j)) continue;
      const double l1 = alpha * problem_.l1[j], l2 = alpha * problem_.l2[j];
      for (Index t = 0; t < tasks; ++t) c[t] = s * products[static_cast<Index>(k) * tasks + t];
      if (s < 1 && l2 == 0 && l1 > 0) {  // s was rounded
        const double pull = RowPenalty::pull(c.data(), tasks);
        for (Index t = 0; t < tasks && pull > l1; ++t) c[t] *= l1 / pull * (1 - 1e-14);
      }
      gap += RowPenalty::gap(state_.row(j), c.data(), tasks, l1, l2);
    }
    return gap;
  }

  const MatrixProblem<D>& problem_;
  MatrixState<D>& state_;
  const Context& context_;
  Vector sums_;
  std::vector<FreeColumns> free_;  // one for each task, or for all
  double squares_ = 0, rounding_ = 0, unit_ = 0, allowance_ = 1;
};

}  // namespace whyzero
