// Several alphas at once on one working set.
//
// The first step of every alpha is the minimiser of one quadratic model, that of the loss at the last accepted fit. For
// the squared loss the model is the loss, and the step is the fit. For another loss the fits of the batch are improved
// together: one multi-vector of predictors, one of gradients, and proximal Newton steps, Eq. (75), with one Hessian for
// all of them, which is renewed when the iteration it would save costs more. There is no line search: a fit whose
// objective rises, or overflows, ends the batch before it, and `Newton` takes its turn.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/candidates.hpp"

namespace whyzero {

template <Loss L, Design D>
class Batch {
 public:
  Batch(const Problem<L, D>& problem, WorkingSet<L, D>& set, Candidates<L, D>& candidates, const Context& context)
      : problem_(problem), set_(set), candidates_(candidates), context_(context) {}

  static constexpr Index most_rounds = 30;

  // Solves these alphas; returns how many, counted from the first, came within `accuracy`. The others are dropped.
  Index solve(View alphas, const Start& start, double accuracy, double unit) {
    accuracy_ = accuracy;
    unit_ = unit;
    start_ = &start;
    const Index count = static_cast<Index>(alphas.size());
    candidates_.resize(count);
    for (Index t = 0; t < count; ++t) {
      candidates_.fits[t] = Candidate{};
      candidates_.fits[t].alpha = alphas[t];
    }
    if (set_.weights().empty()) set_.anchor_at(start.eta);
    set_.complete();
    Iterate from = start_on_set(start);
    Index done = 0;
    while (done < count) {
      const Index end = std::min(count, done + together(count));
      Index live = predict(from, done, end);
      if constexpr (L::quadratic) {
        candidates_.evaluate(done, live, accuracy_, unit_);
      } else {
        live = improve(done, live);
      }
      done = live;
      if (live < end) break;
      if (done < count) from = candidates_.fits[done - 1];
    }
    candidates_.resize(done);
    return done;
  }

 private:
  Index rows() const { return problem_.design.rows(); }

  // How many fits share a Hessian: the more, the fewer of them; the fewer, the fewer steps each fit takes.
  // Where X comes from memory, not from a cache, a round costs the more the fewer fits take part in it:
  // then all go together.
  Index together(Index count) const {
    const double bytes = 8 * problem_.design.entries(set_.columns());
    return L::quadratic || bytes > 2e7 ? count : std::max<Index>(8, set_.size() / 12);
  }

  Iterate start_on_set(const Start& start) const {
    Iterate from;
    from.intercept = start.intercept;
    from.sums.loss = start.loss;
    from.rounding = start.rounding;
    for (const Index j : set_.columns()) {
      from.coef.push_back(start.coef[j]);
      from.gradient.push_back(start.gradient[j]);
    }
    return from;
  }

  // The minimisers of the model at `from` for the fits first ... last, one after the other. Returns where it ended.
  Index predict(const Iterate& from, Index first, Index last) {
    for (Index t = first; t < last; ++t) {
      Candidate& fit = candidates_.fits[t];
      const double loss = from.sums.loss;
      fit.objective = std::isnan(loss) ? std::numeric_limits<double>::infinity() : loss + penalty(fit.alpha, from.coef);
      fit.rounding = from.rounding;
      fit.coef = t == first ? from.coef : candidates_.fits[t - 1].coef;
      if (!step(fit, from)) return t;
    }
    return last;
  }

  // Moves a fit to the minimiser of the model at `from`. False if the active-set method gave up.
  bool step(Candidate& fit, const Iterate& from) {
    const std::size_t size = from.coef.size();
    const Hessian hessian = set_.hessian_at(fit.alpha);
    const bool centred = problem_.intercept && hessian.total > 0;
    const double per_unit = centred ? from.sums.gradient / hessian.total : 0;
    linear_.resize(size), l1_.resize(size), l2_.resize(size), slack_.resize(size);
    for (std::size_t k = 0; k < size; ++k) {
      const Index j = set_.columns()[k];
      l1_[k] = fit.alpha * problem_.l1[j];
      l2_[k] = fit.alpha * problem_.l2[j];
      linear_[k] = hessian.mean[k] * per_unit - from.gradient[k];
      slack_[k] = std::max(1e-13 * l1_[k], 0.25 * fit.rounding * problem_.spread[j]);
    }
    add_rows(hessian.h, hessian.stride, set_.size(), from.coef, 1, linear_.data());
    const Quadratic model{hessian.h, hessian.stride, set_.size(), linear_,       l1_,
                          l2_,       slack_,         fit.alpha,   hessian.place, problem_.positive};
    if (!set_.active().minimise(model, fit.coef, context_)) {
      set_.active().forget();
      return false;
    }
    ++fit.steps;
    fit.intercept = from.intercept;
    if (!centred) return true;
    double mean = from.sums.gradient;
    for (std::size_t k = 0; k < size; ++k) mean += hessian.mean[k] * (fit.coef[k] - from.coef[k]);
    fit.intercept -= mean / hessian.total;
    return true;
  }

  double penalty(double alpha, const Vector& coef) const {
    double sum = 0;
    for (std::size_t k = 0; k < coef.size(); ++k) {
      const Index j = set_.columns()[k];
      if (coef[k] != 0) sum += ElasticNet::value(coef[k], alpha * problem_.l1[j], alpha * problem_.l2[j]);
    }
    return sum;
  }

  // Newton steps until the fits first ... last are within accuracy. Returns where the first one is that is not.
  Index improve(Index first, Index last) {
    bool forward = false, own = false;  // own: the last step was made with the Hessian of its own point
    double expected = 0.1 / accuracy_;  // violation of the round, beforehand
    for (Index round = 0; round < most_rounds; ++round) {
      context_.monitor.poll();
      Vector before;
      for (const Candidate& fit : candidates_.fits) before.push_back(fit.violation);
      const Index end_of_round = last;
      choose_anchors(first, last);
      const bool narrow = candidates_.narrow_and_tall(), pays = narrow && renewal_pays(last - first, expected);
      const bool anchored = pays && candidates_.anchors.size() == 1;
      // second derivatives are written, and losses computed, only where they are likely to be used
      if (round > 0 && narrow && !pays) candidates_.anchors.clear();
      const bool valued = round < 2 || contraction_ > 0.5;
      const Index enough = round == 0 ? Candidates<L, D>::enough_for_a_step : 0;
      candidates_.evaluate(first, last, accuracy_, unit_, anchored, valued, enough);
      double slowest = 0, largest = 0;
      for (Index t = first; t < last; ++t) {
        Candidate& fit = candidates_.fits[t];
        const double contraction = round == 0 ? 0 : fit.violation / before[t];
        const bool worse = std::isinf(fit.violation) ||
                           (std::isnan(fit.sums.loss) ? fit.violation > std::max(1.0, before[t]) : !lowered(fit));
        if (worse || (round > 3 && fit.violation > 1 && contraction > 0.95)) {
          last = t;
          break;
        }
        if (fit.violation <= 1) continue;
        slowest = std::max(slowest, contraction);
        largest = std::max(largest, fit.violation);
      }
      if (may_overflow<L> && anchored && candidates_.anchors[0] >= last) {  // this Hessian is that of a bad step
        set_.anchor_at(start_->eta);
        return first;
      }
      while (first < last && candidates_.fits[first].violation <= 1) ++first;
      if (first >= last) return last;
      Index end = last;
      while (candidates_.fits[end - 1].violation <= 1) --end;
      if (slowest > 0) contraction_ = slowest;
      if (round == 0 && candidates_.anchors.size() == 2) contraction_ = 0.3;  // the Hessian is that of larger alphas
      const Index anchors = set_.anchors();
      // to be seen; Newton's method squares what it squared before
      if (anchored) contraction_ = own ? std::clamp(slowest * slowest, 1e-3, 0.05) : 0.05;
      own = anchored;
      if (!anchored && last == end_of_round && !candidates_.anchors.empty() && renewal_pays(end - first, largest))
        renew();
      // where the Hessian of every fit is new and nearly its own, the old steps tell nothing
      if (anchored || (candidates_.anchors.size() == 2 && set_.anchors() > anchors))
        for (Index t = first; t < end; ++t) candidates_.fits[t].mixing.forget();
      expected = contraction_ * largest;
      // to and fro, so that the support of the factor changes little from one fit to the next
      for (Index i = 0; i < end - first; ++i) {
        const Index t = forward ? first + i : end - 1 - i;
        Candidate& fit = candidates_.fits[t];
        if (fit.violation <= 1 || t >= last) continue;
        const Iterate from = fit;
        if (step(fit, from)) {
          fit.mixing.apply(from.coef, set_.hessian(), set_.stride() + 1, fit.coef, fit.intercept);
        } else {
          last = t;
        }
      }
      forward = !forward;
    }
    return first;
  }

  // The fits of this round at which Hessians would be anchored: two, with a line between them, Eq. (87),
  // where a factorisation for each fit costs less than its gradient; or the one in the middle.
  void choose_anchors(Index first, Index last) {
    const Index aside = (last - 1 - first) / 6;
    candidates_.anchors = {first + (last - first) / 2};
    if (last - first < 3 || set_.size() * set_.size() > rows()) return;
    if (candidates_.fits[last - 1 - aside].alpha < (1 - 1e-6) * candidates_.fits[first + aside].alpha)
      candidates_.anchors = {first + aside, last - 1 - aside};
  }

  // A fresh Hessian costs about as much as gram_cost * (entries in a row) / count evaluations of `count` gradients. A
  // line of Hessians leaves an error of about 4 %.
  bool renewal_pays(Index count, double violation) const {
    const auto rounds = [&](double rate) { return rate >= 0.9 ? 100 : std::log(violation) / -std::log(rate); };
    const double width = problem_.design.entries(set_.columns()) / static_cast<double>(rows());
    const double cost = D::gram_cost * width / static_cast<double>(count);
    if (candidates_.anchors.size() == 1) return rounds(contraction_) - 2 > cost;
    return rounds(contraction_) - rounds(0.04) > 2 * cost;
  }

  // Whether the objective has not risen; takes the new one.
  bool lowered(Candidate& fit) const {
    const double before = fit.objective;
    fit.objective = fit.sums.loss + penalty(fit.alpha, fit.coef);
    return fit.objective <= before + (std::isinf(before) ? 0 : 1e-9 * std::fabs(before));
  }

  void renew() {
    const std::vector<Index>& anchors = candidates_.anchors;
    candidates_.anchor(0);
    if (anchors.size() == 2) {
      set_.begin_line(candidates_.fits[anchors[0]].alpha);
      candidates_.anchor(1);
      set_.end_line(candidates_.fits[anchors[1]].alpha);
    }
    contraction_ = 0.05;  // to be seen
  }

  const Problem<L, D>& problem_;
  WorkingSet<L, D>& set_;
  Candidates<L, D>& candidates_;
  const Context& context_;
  const Start* start_ = nullptr;
  double accuracy_ = 0, unit_ = 0, contraction_ = 0.1;  // of the last round
  Vector linear_, l1_, l2_, slack_;
};

}  // namespace whyzero
