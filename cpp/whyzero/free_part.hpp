// What the fits of a path have left to gain on the columns without a penalty.
#pragma once

#include <algorithm>

#include "whyzero/working_set.hpp"

namespace whyzero {

template <Loss L, Design D>
class FreePart {
 public:
  FreePart(const Problem<L, D>& problem, const Context& context) : problem_(problem), context_(context) {}

  // At the null model, whose predictor is eta, while `set` holds these columns alone. Newton's last Hessian is one of
  // the way to it, unless the loss is quadratic.
  void begin(WorkingSet<L, D>& set, View eta) {
    columns_ = set.columns();
    if (columns_.empty()) return;
    for (const Index j : columns_) spread_.push_back(problem_.spread[j]);
    if (!L::quadratic || set.weights().empty()) set.anchor_at(eta);
    if (!L::quadratic) before_.assign(set.weights().begin(), set.weights().end());
    if (few()) set.complete();
    null_ = FreeColumns(few() ? set.hessian() : nullptr, set.stride(), spread_, context_);
  }

  // The gap of a fit with this predictor: gap_with(left), left(slopes) being what is left to gain. It takes the
  // null model's Hessian, and where that does not bring it down to `enough`, the fit's own.
  template <typename GapWith>
  double gap(View eta, double noise, double enough, GapWith&& gap_with) {
    const double kept = L::quadratic || columns_.empty() ? 1 : curvature_kept(eta);
    const double gap = gap_with([&](View slopes) { return null_.left(slopes, noise) / kept; });
    if (gap <= enough || L::quadratic || columns_.empty() || !few()) return gap;
    const Vector hessian = hessian_on(problem_, columns_, now_, context_);
    const FreeColumns own(hessian.data(), static_cast<Index>(columns_.size()), spread_, context_);
    return gap_with([&](View slopes) { return own.left(slopes, noise); });
  }

 private:
  bool few() const { return static_cast<Index>(columns_.size()) <= WorkingSet<L, D>::largest_gram; }

  // The least share that a row has kept of the curvature that it had in the null model.
  double curvature_kept(View eta) {
    now_.resize(eta.size());
    row_slopes(problem_, eta, nullptr, now_.data(), context_);
    double least = 1;
    for (std::size_t i = 0; i < now_.size(); ++i)
      if (before_[i] > 0) least = std::min(least, now_[i] / before_[i]);
    return least;
  }

  const Problem<L, D>& problem_;
  const Context& context_;
  std::vector<Index> columns_;
  Vector spread_;
  FreeColumns null_;
  RowVector before_, now_;  // second derivatives of the rows: at the null model, and at the fit
};

}  // namespace whyzero
