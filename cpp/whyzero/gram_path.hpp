// The squared loss when every column is in the working set: its Gram matrix and the products with y say all there is to
// say about any fit, so no alpha reads X again.
//
// Eq. (80): rounding in a product computed from the Gram matrix grows with the weights, not with the residual. `solve`
// compares it with the tolls and declines where it could decide; such fits are left to solvers that read X.
#pragma once

#include "whyzero/batch.hpp"
#include "whyzero/losses/squared.hpp"

namespace whyzero {

template <Design D>
class GramPath {
 public:
  GramPath(const Problem<Squared, D>& problem, WorkingSet<Squared, D>& set, const Start& start, double unit,
           const Context& context)
      : problem_(problem), set_(set), start_(start), context_(context), unit_(unit) {
    if (set.weights().empty()) set.anchor_at(start.eta);
    set.complete();
    for (const Index j : set.columns()) {
      base_.push_back(start.coef[j]);
      gradient_.push_back(start.gradient[j]);
      spread_.push_back(problem.spread[j]);
    }
    linear_.assign(base_.size(), 0.0);
    add_rows(set.hessian(), set.stride(), set.size(), base_, 1, linear_.data());
    image_of_base_ = linear_;
    for (std::size_t k = 0; k < linear_.size(); ++k) linear_[k] -= gradient_[k];
    fit_.coef = base_;
    coef_.assign(start.coef.begin(), start.coef.end());
  }

  // Fits this alpha, from the last one. False if rounding could decide something.
  bool solve(double alpha, double accuracy) {
    const std::size_t size = base_.size();
    fit_.alpha = alpha;
    fit_.steps = 1;
    l1_.resize(size), l2_.resize(size), slack_.resize(size), change_.resize(size);
    for (std::size_t k = 0; k < size; ++k) {
      l1_[k] = alpha * problem_.l1[set_.columns()[k]];
      l2_[k] = alpha * problem_.l2[set_.columns()[k]];
      slack_[k] = 1e-13 * l1_[k];
    }
    const Quadratic model{set_.hessian(), set_.stride(), set_.size(), linear_, l1_, l2_, slack_, alpha};
    if (!set_.active().minimise(model, fit_.coef, context_)) return false;
    fit_.gradient.resize(size);
    for (std::size_t k = 0; k < size; ++k) fit_.gradient[k] = -linear_[k];
    add_rows(set_.hessian(), set_.stride(), set_.size(), fit_.coef, 1, fit_.gradient.data());
    double reach = unit_, mean = 0;
    for (std::size_t k = 0; k < size; ++k) {
      change_[k] = fit_.coef[k] - base_[k];
      reach += std::fabs(change_[k]) * spread_[k];
      mean += set_.mean()[k] * change_[k];
      coef_[set_.columns()[k]] = fit_.coef[k];
    }
    fit_.intercept = start_.intercept - (problem_.intercept && set_.total() > 0 ? mean / set_.total() : 0);
    fit_.rounding = 8 * std::numeric_limits<double>::epsilon() * reach;
    for (std::size_t k = 0; k < size; ++k)
      if (fit_.rounding * spread_[k] > decisive * (l1_[k] > 0 ? l1_[k] : unit_ * spread_[k])) return false;
    const Restricted restricted{alpha, fit_.coef, fit_.gradient, 0, fit_.rounding};
    return worst_violation(problem_, set_.columns(), restricted, accuracy, unit_) <= 1;
  }

  const Candidate& fit() const { return fit_; }

  // The duality gap of the last fit. Its gradient is minus its residual, so the loss and its conjugate at s times the
  // gradient differ by (1 - s)^2 times the loss.
  double gap() const {
    double loss = start_.loss;
    for (std::size_t k = 0; k < change_.size(); ++k)
      loss += change_[k] * (gradient_[k] + 0.5 * (fit_.gradient[k] + linear_[k] - image_of_base_[k]));
    return dual_gap(problem_, fit_.alpha, coef_, set_.columns(), fit_.gradient,
                    [loss](double s) { return (1 - s) * (1 - s) * std::fabs(loss); });
  }

 private:
  // Rounding above this share of a toll could turn a weight that is just zero into one that is not.
  static constexpr double decisive = 3e-10;

  const Problem<Squared, D>& problem_;
  WorkingSet<Squared, D>& set_;
  const Start& start_;
  const Context& context_;
  double unit_;
  Candidate fit_;
  Vector base_, gradient_, spread_, linear_, image_of_base_, coef_, l1_, l2_, slack_, change_;
};

}  // namespace whyzero
