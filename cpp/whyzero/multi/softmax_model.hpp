// The softmax loss with an elastic net on every weight, restricted to a working set.
//
// Proximal Newton: a quadratic model with the exact gradient and the Hessian of an earlier point, minimised exactly by
// the active-set method, then a line search on the true objective. Where the Hessian of all classes would be too large
// (softmax_orthant.hpp), conjugate gradients inside an orthant take its place. The same number may be added to the
// weights of all classes without a change of the loss: where no toll opposes, that is done so that they sum to zero,
// and always for the intercepts.
#pragma once

#include "whyzero/multi/matrix_evaluation.hpp"
#include "whyzero/multi/softmax_hessian.hpp"
#include "whyzero/multi/softmax_orthant.hpp"

namespace whyzero {

template <Design D>
class SoftmaxModel {
 public:
  using RowPenalty = EachWeight;
  using Evaluation = MatrixEvaluation<SoftmaxRows, EachWeight, D>;
  static constexpr double finest = 1e-9;
  // Weights and intercepts whose Hessian is formed.
  static constexpr Index most_coordinates = 1500;

  SoftmaxModel(const MatrixProblem<D>& problem, const Context& context)
      : problem_(problem),
        context_(context),
        state_(problem, context),
        evaluation_(problem, state_, context),
        hessian_(problem, state_, context),
        orthant_(problem, state_, evaluation_, context) {}

  MatrixState<D>& state() { return state_; }
  const MatrixState<D>& state() const { return state_; }
  Evaluation& evaluation() { return evaluation_; }

  // The intercepts of the model without weights: logarithms of the classes' shares.
  void begin() {
    const Index rows = problem_.design.rows(), classes = problem_.tasks;
    Vector start(static_cast<std::size_t>(classes), 0.0);
    for (Index t = 0; t < classes && problem_.intercept; ++t) {
      double share = 0;
      for (Index i = 0; i < rows; ++i) share += problem_.weight[i] * problem_.y[t * rows + i];
      start[t] = std::log(share);
    }
    centre(start.data());
    for (Index t = 0; t < classes; ++t) std::fill_n(state_.eta.data() + t * rows, rows, start[t]);
    state_.intercept = start;
  }

  // Whether every row's own class is more likely than all others together: then the unpenalised columns separate the
  // classes, and no optimum exists. A row whose class is not has a loss of at least log 2.
  bool explains() const {
    double least = std::numeric_limits<double>::infinity();
    for (const double w : problem_.weight)
      if (w > 0) least = std::min(least, w);
    return state_.loss < 0.5 * least;
  }
  static constexpr Outcome outcome_without_residual = Outcome::separated;

  // Every column of the working set takes part in every Hessian.
  static constexpr bool keeps_all = false;
  static constexpr bool shift_invariant = true;
  void forget() { stale_ = true; }

  Index minimise(double alpha, double accuracy, Index max_steps) {
    alpha_ = alpha;
    age_ = std::max<Index>(age_, 1);
    double last = std::numeric_limits<double>::infinity(), best = last;
    // inside an orthant the objective may fall long before the violation does
    const Index patience = coordinates() > most_coordinates ? 30 : 6;
    Index stuck = 0, steps = 0;
    for (;; ++steps) {
      context_.monitor.poll();
      evaluation_.evaluate();
      const double violation = evaluation_.worst_violation(alpha, accuracy);
      if (violation <= 1) break;
      stuck = violation > 0.9 * best ? stuck + 1 : 0;
      best = std::min(best, violation);
      if (steps >= max_steps || stuck >= patience) break;
      if (violation > 0.2 * last && age_ > 0) stale_ = true;
      last = violation;
      if (!step(accuracy)) break;
    }
    return steps;
  }

 private:
  Index coordinates() const { return problem_.tasks * (state_.size() + (problem_.intercept ? 1 : 0)); }

  void centre(double* row) const {
    double mean = 0;
    for (Index t = 0; t < problem_.tasks; ++t) mean += row[t];
    mean /= static_cast<double>(problem_.tasks);
    for (Index t = 0; t < problem_.tasks; ++t) row[t] -= mean;
  }

  bool step(double accuracy) {
    const Vector before = state_.weights();
    Vector after = before, intercepts(static_cast<std::size_t>(problem_.tasks), 0.0);
    if (coordinates() > most_coordinates || !by_active_set(accuracy, before, after, intercepts)) {
      age_ = 0;
      return orthant_.step(alpha_);
    }
    if (problem_.intercept) centre(intercepts.data());
    for (Index k = 0; k < state_.size(); ++k)
      if (problem_.l1[state_.columns()[k]] == 0) centre(after.data() + k * problem_.tasks);
    return move(before, after, intercepts);
  }

  // The minimum of the quadratic model. False if the active-set method gave up.
  bool by_active_set(double accuracy, const Vector& before, Vector& after, Vector& intercepts) {
    if (stale_ || !hessian_.covers_working_set()) {
      hessian_.compute();
      active_.forget();
      stale_ = false;
      age_ = 0;
    }
    const Index size = coordinates(), classes = problem_.tasks, first = size - classes * state_.size();
    Vector x(static_cast<std::size_t>(size), 0.0), l1(x), l2(x), slack(x), linear(x);
    std::copy(before.begin(), before.end(), x.begin() + first);
    for (Index k = 0; k < state_.size(); ++k) {
      const Index j = state_.columns()[k];
      const double least =
          std::max(1e-13 * alpha_ * problem_.l1[j], 0.25 * evaluation_.allowed(j, alpha_, 0.1 * accuracy));
      for (Index i = first + k * classes; i < first + (k + 1) * classes; ++i)
        l1[i] = alpha_ * problem_.l1[j], l2[i] = alpha_ * problem_.l2[j], slack[i] = least;
    }
    for (Index i = 0; i < first; ++i) linear[i] = -evaluation_.sums()[i], slack[i] = 0.25 * evaluation_.rounding();
    for (Index i = first; i < size; ++i) linear[i] = -state_.gradient[i - first];
    add_rows(hessian_.data(), size, size, x, 1, linear.data());
    const Quadratic model{hessian_.data(), size, size, linear, l1, l2, slack, alpha_};
    if (!active_.minimise(model, x, context_)) {
      active_.forget();
      return false;
    }
    std::copy_n(x.begin(), first, intercepts.begin());
    std::copy(x.begin() + first, x.end(), after.begin());
    return true;
  }

  // Goes from `before` towards `after`, all the way if the objective falls enough. False if no step lowers it.
  bool move(const Vector& before, const Vector& after, const Vector& intercepts) {
    Vector change(before.size());
    for (std::size_t k = 0; k < change.size(); ++k) change[k] = after[k] - before[k];
    state_.image(change, intercepts, direction_);
    double t = trust(direction_);
    if (!(t > 0)) return false;
    const double price = evaluation_.penalty(alpha_, before), start = state_.loss + price;
    double slope = evaluation_.penalty(alpha_, after) - price;
    for (std::size_t k = 0; k < change.size(); ++k) slope += state_.gradient[k] * change[k];
    for (Index k = 0; k < problem_.tasks && problem_.intercept; ++k) slope += evaluation_.sums()[k] * intercepts[k];
    trial_.resize(direction_.size());
    Vector weights(before.size());
    for (int halving = 0;; ++halving, t /= 2) {
      for (std::size_t k = 0; k < trial_.size(); ++k) trial_[k] = state_.eta[k] + t * direction_[k];
      for (std::size_t k = 0; k < weights.size(); ++k) weights[k] = t == 1 ? after[k] : before[k] + t * change[k];
      if (!(-slope > 1e-12 * start)) break;  // below what the objective can show
      if (evaluation_.loss_at(trial_) + evaluation_.penalty(alpha_, weights) <= start + 1e-4 * t * slope) break;
      if (halving == 0 && age_ > 0) {  // a stale model: try a fresh one before shortening the step
        stale_ = true;
        return true;
      }
      if (halving == 59) return false;
    }
    ++age_;
    state_.eta.swap(trial_);
    state_.set_weights(weights);
    for (Index k = 0; k < problem_.tasks; ++k) state_.intercept[k] += t * intercepts[k];
    return true;
  }

  // The model says nothing about a change of the predictor by more than 50; 0 if the direction is not finite.
  static double trust(const RowVector& direction) {
    double largest = 0;
    for (const double d : direction) {
      if (!std::isfinite(d)) return 0;
      largest = std::max(largest, std::fabs(d));
    }
    return largest > 50 ? 50 / largest : 1;
  }

  const MatrixProblem<D>& problem_;
  const Context& context_;
  MatrixState<D> state_;
  Evaluation evaluation_;
  SoftmaxHessian<D> hessian_;
  SoftmaxOrthant<D> orthant_;
  ActiveSet active_;
  RowVector direction_, trial_;
  double alpha_ = 0;
  Index age_ = 0;      // steps taken with the present Hessian
  bool stale_ = true;  // whether the Hessian is to be taken anew
};

}  // namespace whyzero
