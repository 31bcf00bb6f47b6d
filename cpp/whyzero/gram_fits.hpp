// Fits of the squared loss from plain numbers: the Gram matrix of all columns and the gradient at one point say all
// there is to say about any fit, so no alpha reads X.
//
// Rounding in a product computed from the Gram matrix grows with the weights, not with the residual. `solve` compares
// it with the tolls and declines where it is too large; such fits are left to solvers that read X.
#pragma once

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "whyzero/optimality.hpp"
#include "whyzero/subproblem/active_set.hpp"

namespace whyzero {

// The loss as a function of the weights alone, the intercept eliminated:
//
//   loss + gradient'(b - base) + (b - base)'H(b - base) / 2
//
// and the penalty per unit of alpha, everything in one order of the columns.
struct GramModel {
  const double* h;  // H, symmetric, row k at h + k * stride
  Index stride;
  Vector base, gradient;
  double loss;  // at the base
  Vector l1, l2, spread;
  double unit;  // what is small for a gradient that no toll opposes is a share of this
  bool intercept = false, positive = false;
};

class GramFits {
 public:
  // Rounding above this share of a toll could turn a weight that is just zero into one that is not.
  static constexpr double decisive = 3e-10;

  // The fits start at `start`; `active` belongs to the same H. Rounding may be this share of a toll.
  GramFits(GramModel model, Vector start, double share, ActiveSet& active, const Context& context)
      : model_(std::move(model)), share_(share), active_(active), context_(context), coef_(std::move(start)) {
    columns_.resize(coef_.size());
    std::iota(columns_.begin(), columns_.end(), 0);
    linear_.assign(coef_.size(), 0.0);
    add_rows(model_.h, model_.stride, size(), model_.base, 1, linear_.data());
    image_of_base_ = linear_;
    for (std::size_t k = 0; k < linear_.size(); ++k) linear_[k] -= model_.gradient[k];
    std::vector<Index> free;
    for (const Index k : columns_)
      if (unpenalised(model_, k)) free.push_back(k);
    if (!free.empty()) free_ = FreeColumns(model_.h, model_.stride, free, model_.spread, context);
  }

  // Fits this alpha, from the last one. False if rounding could be more.
  bool solve(double alpha, double accuracy) {
    alpha_ = alpha;
    l1_.resize(coef_.size()), l2_.resize(coef_.size()), slack_.resize(coef_.size()), change_.resize(coef_.size());
    for (std::size_t k = 0; k < coef_.size(); ++k) {
      l1_[k] = alpha * model_.l1[k];
      l2_[k] = alpha * model_.l2[k];
      slack_[k] = 1e-13 * l1_[k];
      // a weight without a toll is in the support anyway, unless it may be zero because it would be negative
      if (model_.positive && l1_[k] == 0) slack_[k] = 2 * epsilon * std::sqrt(2 * model_.loss) * model_.spread[k];
    }
    const Quadratic quadratic{model_.h, model_.stride, size(), linear_, l1_, l2_, slack_, alpha, 0, model_.positive};
    if (!active_.minimise(quadratic, coef_, context_)) return false;
    gradient_.resize(coef_.size());
    for (std::size_t k = 0; k < coef_.size(); ++k) gradient_[k] = -linear_[k];
    add_rows(model_.h, model_.stride, size(), coef_, 1, gradient_.data());
    double reach = std::sqrt(2 * model_.loss);
    for (std::size_t k = 0; k < coef_.size(); ++k) {
      change_[k] = coef_[k] - model_.base[k];
      reach += std::fabs(change_[k]) * model_.spread[k];
    }
    rounding_ = 8 * epsilon * reach;
    for (std::size_t k = 0; k < coef_.size(); ++k)
      if (rounding_ * model_.spread[k] > share_ * (l1_[k] > 0 ? l1_[k] : model_.unit * model_.spread[k])) return false;
    const Restricted restricted{alpha, coef_, gradient_, 0, rounding_};
    return worst_violation(model_, columns_, restricted, accuracy, model_.unit) <= 1;
  }

  const Vector& coef() const { return coef_; }      // of the last fit
  const Vector& change() const { return change_; }  // from the base
  const Vector& gradient() const { return gradient_; }
  double rounding() const { return rounding_; }

  // The duality gap of the last fit. Its gradient is minus its residual, so the loss and its conjugate at s times the
  // gradient differ by (1 - s)^2 times the loss.
  double gap() const {
    double loss = model_.loss;
    for (std::size_t k = 0; k < change_.size(); ++k)
      loss += change_[k] * (model_.gradient[k] + 0.5 * (gradient_[k] + linear_[k] - image_of_base_[k]));
    return dual_gap(
        model_, alpha_, coef_, columns_, gradient_, [&](View slopes) { return free_.left(slopes, rounding_); },
        [loss](double s) { return (1 - s) * (1 - s) * std::fabs(loss); });
  }

 private:
  static constexpr double epsilon = std::numeric_limits<double>::epsilon();

  Index size() const { return static_cast<Index>(coef_.size()); }

  GramModel model_;
  double share_;
  ActiveSet& active_;
  const Context& context_;
  Vector coef_;
  std::vector<Index> columns_;
  FreeColumns free_;
  double alpha_ = 0, rounding_ = 0;
  Vector gradient_, linear_, image_of_base_, l1_, l2_, slack_, change_;
};

}  // namespace whyzero
