// The squared loss when every column is in the working set: fits of a path from its Gram matrix.
#pragma once

#include "whyzero/candidates.hpp"
#include "whyzero/gram_fits.hpp"
#include "whyzero/losses/squared.hpp"

namespace whyzero {

template <Design D>
class GramPath {
 public:
  GramPath(const Problem<Squared, D>& problem, WorkingSet<Squared, D>& set, const Start& start, double unit,
           const Context& context)
      : problem_(problem),
        set_(completed(set, start)),
        start_(start),
        fits_(model(problem, set, start, unit), on_set(set, start.coef), GramFits::decisive, set.active(), context) {}

  // Fits this alpha, from the last one. False if rounding could decide something.
  bool solve(double alpha, double accuracy) {
    if (!fits_.solve(alpha, accuracy)) return false;
    fit_.alpha = alpha;
    fit_.steps = 1;
    fit_.coef = fits_.coef();
    fit_.gradient = fits_.gradient();
    fit_.rounding = fits_.rounding();
    double mean = 0;
    for (std::size_t k = 0; k < fit_.coef.size(); ++k) mean += set_.mean()[k] * fits_.change()[k];
    fit_.intercept = start_.intercept - (problem_.intercept && set_.total() > 0 ? mean / set_.total() : 0);
    return true;
  }

  const Candidate& fit() const { return fit_; }
  double gap() const { return fits_.gap(); }

 private:
  static WorkingSet<Squared, D>& completed(WorkingSet<Squared, D>& set, const Start& start) {
    if (set.weights().empty()) set.anchor_at(start.eta);
    set.complete();
    return set;
  }

  static Vector on_set(const WorkingSet<Squared, D>& set, View by_column) {
    Vector out;
    for (const Index j : set.columns()) out.push_back(by_column[static_cast<std::size_t>(j)]);
    return out;
  }

  static GramModel model(const Problem<Squared, D>& problem, const WorkingSet<Squared, D>& set, const Start& start,
                         double unit) {
    return {set.hessian(),
            set.stride(),
            on_set(set, start.coef),
            on_set(set, start.gradient),
            start.loss,
            on_set(set, problem.l1),
            on_set(set, problem.l2),
            on_set(set, problem.spread),
            unit,
            false,
            problem.positive};
  }

  const Problem<Squared, D>& problem_;
  WorkingSet<Squared, D>& set_;
  const Start& start_;
  GramFits fits_;
  Candidate fit_;
};

}  // namespace whyzero
