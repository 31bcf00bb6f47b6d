// Minimises the problem restricted to a working set, at one alpha, as far as rounding allows.
//
// Proximal Newton, Eq. (75): a quadratic model of the loss with the exact gradient and a Hessian that may be stale (for
// the squared loss it never is), minimised exactly by the active-set method, or by way of the dual when rows are fewer
// than weights and a ridge term allows it, or by coordinate descent when the working set is too large for a Gram
// matrix; then a line search on the true objective. The first step solves the squared loss; the second one, with a
// gradient computed from the data again, is iterative refinement.
#pragma once

#include <cmath>
#include <limits>

#include "whyzero/optimality.hpp"
#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/subproblem/conjugate_gradient.hpp"
#include "whyzero/subproblem/dual_newton.hpp"
#include "whyzero/working_set.hpp"

namespace whyzero {

template <Loss L, Design D>
class Newton {
 public:
  Newton(const Problem<L, D>& problem, WorkingSet<L, D>& set, Point& point, const Context& context)
      : problem_(problem), set_(set), point_(point), context_(context), dual_(problem.design, context) {}

  // Steps until every optimality violation on the working set is within `accuracy` of its toll (or within rounding), or
  // `max_steps` are done. Returns the steps taken.
  Index minimise(double alpha, double accuracy, Index max_steps) {
    alpha_ = alpha;
    if (anchors_ != set_.anchors()) age_ = 1;  // the Hessian is that of another point
    if (L::quadratic && set_.anchors() > 0) anchors_ = set_.anchors();
    double last = std::numeric_limits<double>::infinity(), best = last;
    Index stuck = 0, steps = 0;
    for (;; ++steps) {
      context_.monitor.poll();
      evaluate();
      const double violation = worst_violation(accuracy);
      if (violation <= 1) break;
      stuck = violation > 0.9 * best ? stuck + 1 : 0;
      best = std::min(best, violation);
      if (steps >= max_steps || stuck >= 4) break;
      if (!L::quadratic && violation > 0.2 * last && age_ > 0) anchors_ = -1;
      last = violation;
      if (!step()) break;
    }
    return steps;
  }

  // Whether a support like that of `coef` (by column) is wider than the rank of X, and a ridge term on every column
  // makes up for it: then the dual is the smaller problem.
  bool dual_is_smaller(View coef) const {
    const Index rows = problem_.design.rows();
    if (rows > DualNewton<D>::most_rows || set_.size() <= rows) return false;
    Index wide = 0;
    for (const Index j : set_.columns()) {
      if (!(problem_.l2[j] > 0)) return false;
      wide += coef[j] != 0 || problem_.l1[j] == 0;
    }
    return wide > 2 * rows;
  }

  const RowVector& gradient() const { return u_; }             // w_i f'(eta_i)
  RowVector hand_over_gradient() { return std::move(u_); }     // the next step computes it anew
  const Vector& column_gradient() const { return gradient_; }  // on the working set, in its order
  double gradient_norm() const { return std::sqrt(sums_.squares); }
  double rounding() const { return rounding_; }  // in a product of the gradient, per unit of spread
  // Whether the gradient sums to zero within rounding: then balancing it changes no product with a column.
  bool balanced() const { return !problem_.intercept || std::fabs(sums_.gradient) <= rounding_; }

  // The share of the usual bound on rounding errors that counts as rounding: 1 unless a gap does not close.
  void allow_rounding(double share) { allowance_ = share; }

  // What is small for a gradient that no toll opposes: a share of the present gradient, kept from now on.
  void fix_unit() { unit_ = gradient_norm(); }
  double unit() const { return unit_; }
  const RowSums& sums() const { return sums_; }

 private:
  double toll(Index k) const { return alpha_ * problem_.l1[set_.columns()[k]]; }
  double ridge(Index k) const { return alpha_ * problem_.l2[set_.columns()[k]]; }

  void evaluate() {
    u_.resize(point_.eta.size());
    sums_ = demand_finite(row_sums(problem_, point_.eta, u_, context_));
    rounding_ = allowance_ * whyzero::rounding(problem_, sums_);
    gradient_.resize(set_.columns().size());
    problem_.design.dot(set_.columns(), problem_.center.data(), u_.data(), 1, gradient_.data(), context_);
  }

  // Rounding in the gradient of column k.
  double floor(Index k) const {
    const Index j = set_.columns()[k];
    return rounding_ * problem_.spread[j] + 8 * epsilon * std::fabs(ridge(k) * point_.coef[j]);
  }

  double worst_violation(double accuracy) const {
    Vector coef;
    for (const Index j : set_.columns()) coef.push_back(point_.coef[j]);
    const Restricted fit{alpha_, coef, gradient_, sums_.gradient, rounding_};
    return whyzero::worst_violation(problem_, set_.columns(), fit, accuracy, unit_);
  }

  void anchor() {
    set_.anchor_at(point_.eta);
    anchors_ = set_.anchors();
    age_ = 0;
  }

  bool step() {
    if (anchors_ < 0 || set_.weights().empty()) anchor();
    const std::size_t size = set_.columns().size();
    Vector before(size), after(size), l1(size), l2(size);
    for (std::size_t k = 0; k < size; ++k) {
      before[k] = after[k] = point_.coef[set_.columns()[k]];
      l1[k] = toll(static_cast<Index>(k));
      l2[k] = ridge(static_cast<Index>(k));
    }
    double intercept = 0;
    const bool dual = dual_is_smaller(point_.coef);
    const bool solved =
        dual ? by_dual(before, after, l1, l2, intercept)
             : set_.size() <= WorkingSet<L, D>::largest_gram && by_active_set(before, after, l1, l2, intercept);
    if (solved && move(before, after, l1, l2, intercept, dual)) return true;
    if (solved && !(L::quadratic && dual)) return false;
    intercept = by_coordinates(before, after, l1, l2);
    return move(before, after, l1, l2, intercept, false);
  }

  bool by_dual(const Vector& before, Vector& after, const Vector& l1, const Vector& l2, double& intercept) {
    const CoordinateModel model{
        set_.columns(),     gradient_,        sums_.gradient, set_.weights(), problem_.center.data(), l1, l2,
        problem_.intercept, problem_.positive};
    return dual_.minimise(model, alpha_, before, after, intercept);
  }

  bool by_active_set(const Vector& before, Vector& after, const Vector& l1, const Vector& l2, double& intercept) {
    set_.complete();
    const std::size_t size = before.size();
    const double per_unit = problem_.intercept && set_.total() > 0 ? sums_.gradient / set_.total() : 0;
    Vector linear(size), slack(size);
    for (std::size_t k = 0; k < size; ++k) {
      linear[k] = set_.mean()[k] * per_unit - gradient_[k];
      slack[k] = std::max(1e-13 * l1[k], 0.25 * floor(static_cast<Index>(k)));
    }
    add_rows(set_.hessian(), set_.stride(), set_.size(), before, 1, linear.data());
    const Quadratic model{set_.hessian(), set_.stride(), set_.size(), linear,           l1, l2,
                          slack,          alpha_,        0,           problem_.positive};
    if (!set_.active().minimise(model, after, context_)) {
      set_.active().forget();
      after = before;
      return false;
    }
    if (problem_.intercept && set_.total() > 0) {
      double mean = 0;
      for (std::size_t k = 0; k < size; ++k) mean += set_.mean()[k] * (after[k] - before[k]);
      intercept = -(sums_.gradient + mean) / set_.total();
    }
    return true;
  }

  double by_coordinates(const Vector& before, Vector& after, const Vector& l1, const Vector& l2) {
    after = before;
    const CoordinateModel model{
        set_.columns(),     gradient_,        sums_.gradient, set_.weights(), problem_.center.data(), l1, l2,
        problem_.intercept, problem_.positive};
    const bool smooth = !problem_.positive && std::all_of(l1.begin(), l1.end(), [](double v) { return v == 0; });
    if (!smooth) coordinate_descent(problem_.design, model, after, 1e-2, 30, context_);
    SupportNewton<D> support(problem_.design, model, before, context_);
    support.improve(after, 4);
    return support.intercept_step(after);
  }

  double penalty(const Vector& coef, const Vector& l1, const Vector& l2) const {
    double sum = 0;
    for (std::size_t k = 0; k < coef.size(); ++k) sum += coef[k] == 0 ? 0.0 : ElasticNet::value(coef[k], l1[k], l2[k]);
    return sum;
  }

  // Goes from `before` towards `after`, all the way if the objective falls enough. False if no step lowers it. The
  // model is the squared loss itself, so its minimum needs no check, unless it came by way of the dual: there weights
  // are differences of pulls, of which nothing is left where a ridge term is tiny beside the size of a column.
  bool move(const Vector& before, const Vector& after, const Vector& l1, const Vector& l2, double intercept,
            bool by_way_of_dual) {
    const std::size_t size = before.size();
    Vector change(size);
    for (std::size_t k = 0; k < size; ++k) change[k] = after[k] - before[k];
    Vector direction(point_.eta.size(), intercept);
    problem_.design.axpy(set_.columns(), change.data(), 1, problem_.center.data(), direction.data(), context_);
    double t = L::quadratic ? 1 : trust(direction);
    if (!(t > 0)) return false;
    RowVector eta(point_.eta.size());
    const auto place = [&] {
      for (std::size_t i = 0; i < eta.size(); ++i) eta[i] = point_.eta[i] + t * direction[i];
    };
    place();
    if constexpr (L::quadratic) {
      const auto objective = [&](const RowVector& at, const Vector& coef) {
        return mean_loss(problem_, at, context_) + penalty(coef, l1, l2);
      };
      if (by_way_of_dual && !(objective(eta, after) <= (1 + 1e-9) * objective(point_.eta, before))) return false;
    } else {
      const double start = sums_.loss, price = penalty(before, l1, l2);
      double slope = penalty(after, l1, l2) - price + sums_.gradient * intercept;
      for (std::size_t k = 0; k < size; ++k) slope += gradient_[k] * change[k];
      const double noise = 1e-12 * (start + price);
      // where nothing is to be gained but digits, only a loss that may overflow can do harm
      if (-slope > noise || may_overflow<L>) {
        const double gain = -slope > noise ? 1e-4 * slope : 0, allowed = -slope > noise ? 0 : 100 * noise;
        Vector trial(size);
        for (std::size_t k = 0; k < size; ++k) trial[k] = t == 1 ? after[k] : before[k] + t * change[k];
        for (int halving = 0; halving < 60; ++halving) {
          const double value = mean_loss(problem_, eta, context_) + penalty(trial, l1, l2);
          if (value <= start + price + t * gain + allowed) break;
          if (halving == 0 && age_ > 0) {  // a stale model: try a fresh one before shortening the step
            anchors_ = -1;
            return true;
          }
          t /= 2;
          for (std::size_t k = 0; k < size; ++k) trial[k] = before[k] + t * change[k];
          place();
          if (halving == 59) return false;
        }
      }
      ++age_;
    }
    for (std::size_t k = 0; k < size; ++k)
      point_.coef[set_.columns()[k]] = t == 1 ? after[k] : before[k] + t * change[k];
    point_.intercept += t * intercept;
    point_.eta.swap(eta);
    return true;
  }

  // The model of a loss that is not quadratic says nothing about a change of the predictor by more than 50; 0 if the
  // direction is not finite.
  static double trust(const Vector& direction) {
    double largest = 0;
    for (const double d : direction) {
      if (!std::isfinite(d)) return 0;
      largest = std::max(largest, std::fabs(d));
    }
    return largest > 50 ? 50 / largest : 1;
  }

  static constexpr double epsilon = std::numeric_limits<double>::epsilon();

  const Problem<L, D>& problem_;
  WorkingSet<L, D>& set_;
  Point& point_;
  const Context& context_;
  DualNewton<D> dual_;
  RowVector u_;
  Vector gradient_;
  RowSums sums_;
  double alpha_ = 0, rounding_ = 0, unit_ = 0;
  Index age_ = 0, anchors_ = -1;  // steps taken with the present Hessian, and which one it is
  double allowance_ = 1;
};

}  // namespace whyzero
