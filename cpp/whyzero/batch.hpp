// Several alphas at once on one working set.
//
// The first step of every alpha is the minimiser of one quadratic model, that of the loss at the last accepted fit. For
// the squared loss the model is the loss, and the step is the fit. For another loss the fits of the batch are improved
// together: one multi-vector of predictors, one of gradients, and proximal Newton steps, Eq. (75), with one Hessian for
// all of them, which is renewed when the iteration it would save costs more. There is no line search: a fit whose
// objective rises ends the batch before it, and `Newton` takes its turn.
#pragma once

#include <algorithm>
#include <cmath>

#include "whyzero/mixing.hpp"
#include "whyzero/optimality.hpp"
#include "whyzero/working_set.hpp"

namespace whyzero {

// A point on the working set, with what was evaluated there.
struct Iterate {
  double intercept = 0;
  Vector coef, gradient;  // in the order of the working set
  RowSums sums;
  double rounding = 0;  // of a product with the gradient, per unit of spread
};

// A fit on the working set that has not been verified yet.
struct Candidate : Iterate {
  double alpha = 0;
  double violation = 0;  // the largest, in units of what is allowed
  double objective = 0;
  Index steps = 0;
  Mixing mixing;
};

// Where a batch starts from: a fit and its gradient on every usable column.
struct Start {
  Vector coef;  // by column
  double intercept = 0;
  RowVector eta;
  Vector gradient;  // by column; of a gradient over the rows that sums to zero where there is an intercept
  double loss = 0, rounding = 0, alpha = 0;
};

template <Loss L, Design D>
class Batch {
 public:
  Batch(const Problem<L, D>& problem, WorkingSet<L, D>& set, const Context& context)
      : problem_(problem), set_(set), context_(context) {}

  static constexpr Index most_rounds = 30;

  std::vector<Candidate> fits;

  View eta(Index t) const { return {eta_.data() + t * rows(), static_cast<std::size_t>(rows())}; }
  MutableView eta(Index t) { return {eta_.data() + t * rows(), static_cast<std::size_t>(rows())}; }
  MutableView u(Index t) { return {u_.data() + t * rows(), static_cast<std::size_t>(rows())}; }
  // The gradients of the fits, one after the other, with room for one more vector.
  double* gradients() { return u_.data(); }

  // Whether X is so tall that reading it once, block by block, pays.
  bool sweeps() const { return !L::quadratic && rows() >= 4 * problem_.design.sweep_height(); }

  Index evaluations() const { return evaluations_; }

  // Predictors and gradients over the rows, which a sweep has not kept.
  void complete_rows() {
    if (!swept_) return;
    const Index count = static_cast<Index>(fits.size());
    if (!keeps_eta(count)) predictors(0, count);
    for (Index t = 0; t < count; ++t) row_sums(problem_, eta(t), u(t), context_);
  }

  void resize(Index count) {
    fits.resize(static_cast<std::size_t>(count));
    eta_.resize(static_cast<std::size_t>(count * rows()));
    u_.resize(static_cast<std::size_t>((count + 1) * rows()));
  }

  // Solves these alphas; returns how many, counted from the first, came within `accuracy`. The others are dropped.
  Index solve(View alphas, const Start& start, double accuracy, double unit) {
    accuracy_ = accuracy;
    unit_ = unit;
    const Index count = static_cast<Index>(alphas.size());
    resize(count);
    for (Index t = 0; t < count; ++t) {
      fits[t] = Candidate{};
      fits[t].alpha = alphas[t];
    }
    if (set_.weights().empty()) set_.anchor_at(start.eta);
    set_.complete();
    Iterate from = start_on_set(start);
    Index done = 0;
    while (done < count) {
      const Index end = std::min(count, done + together(count));
      Index live = predict(from, done, end);
      if constexpr (L::quadratic) {
        evaluate(done, live);
      } else {
        live = improve(done, live);
      }
      done = live;
      if (live < end) break;
      if (done < count) from = fits[done - 1];
    }
    resize(done);
    return done;
  }

 private:
  Index rows() const { return problem_.design.rows(); }

  // How many fits share a Hessian: the more, the fewer of them; the fewer, the fewer steps each fit takes. Where X
  // comes from memory, not from a cache, a round costs the more the fewer fits take part in it: then all go together.
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
      Candidate& fit = fits[t];
      fit.objective = from.sums.loss + penalty(fit.alpha, from.coef);
      fit.rounding = from.rounding;
      fit.coef = t == first ? from.coef : fits[t - 1].coef;
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
    const Quadratic model{hessian.h, hessian.stride, set_.size(), linear_, l1_, l2_, slack_, fit.alpha, hessian.place};
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

  // Predictors, gradients and violations of the fits first ... last.
  void evaluate(Index first, Index last, bool anchored = false) {
    const Index count = last - first;
    if (count <= 0) return;
    evaluations_ += count;
    gradients_.resize(static_cast<std::size_t>(set_.size() * count));
    swept_ = sweeps();
    if (swept_) {
      sweep(first, last, anchored);
    } else {
      pass_twice(first, last);
    }
    for (Index t = first; t < last; ++t) {
      Candidate& fit = fits[t];
      fit.rounding = whyzero::rounding(problem_, fit.sums);
      if (L::quadratic) continue;
      fit.gradient.resize(static_cast<std::size_t>(set_.size()));
      for (Index k = 0; k < set_.size(); ++k) fit.gradient[k] = gradients_[k * count + t - first];
      const Restricted restricted{fit.alpha, fit.coef, fit.gradient, fit.sums.gradient, fit.rounding};
      fit.violation = worst_violation(problem_, set_.columns(), restricted, accuracy_, unit_);
    }
  }

  // Whether a sweep writes the predictors of `count` fits: in every round, where computing them again reads all of X.
  bool keeps_eta(Index count) const {
    return 10.0 * static_cast<double>(count * rows()) < problem_.design.entries(set_.columns());
  }

  // The predictors of all rows, then the gradients: X is read twice, and stays in the cache if it is small. The squared
  // loss has no need of the gradients on the columns.
  void pass_twice(Index first, Index last) {
    const Index count = last - first;
    predictors(first, last);
    for (Index t = first; t < last; ++t) fits[t].sums = row_sums(problem_, eta(t), u(t), context_);
    if (!L::quadratic)
      problem_.design.dot(set_.columns(), problem_.center.data(), u_.data() + first * rows(), count, gradients_.data(),
                          context_);
  }

  // eta of the fits first ... last.
  void predictors(Index first, Index last) {
    const Index count = last - first, n = rows();
    double* const eta = eta_.data() + first * n;
    std::vector<Index> columns;
    Vector coef;
    for (Index k = 0; k < set_.size(); ++k) {
      bool used = false;
      for (Index t = first; t < last; ++t) used = used || fits[t].coef[k] != 0;
      if (!used) continue;
      columns.push_back(set_.columns()[k]);
      for (Index t = first; t < last; ++t) coef.push_back(fits[t].coef[k]);
    }
    for (Index t = 0; t < count; ++t)
      for (Index i = 0; i < n; ++i) eta[t * n + i] = problem_.offset[i] + fits[first + t].intercept;
    problem_.design.axpy(columns, coef.data(), count, problem_.center.data(), eta, context_);
  }

  // Block by block of rows, predictors, losses and gradients: X is read once, and of the rows only the second
  // derivatives of the fits where a Hessian may be anchored are kept. With `anchored` the Hessian of the only one of
  // them is made in the same reading.
  void sweep(Index first, Index last, bool anchored) {
    const Index count = last - first, n = rows(), height = problem_.design.sweep_height();
    Vector coef;
    for (Index k = 0; k < set_.size(); ++k)
      for (Index t = first; t < last; ++t) coef.push_back(fits[t].coef[k]);
    std::vector<std::array<double, 4>> parts(static_cast<std::size_t>((n + height - 1) / height * count));
    for (std::size_t side = 0; side < anchors_.size() && !anchored; ++side)
      weights_[side].resize(static_cast<std::size_t>(n));
    const bool keep = keeps_eta(static_cast<Index>(fits.size()));
    const auto losses = [&](Index begin, Index end, double* block, Index stride, double* hessian) {
      const double *const offset = problem_.offset.data() + begin, one = 1;
      for (Index t = 0; t < count; ++t) {
        double* const u = block + t * stride;
        const double shift = -fits[first + t].intercept;
        kernels().f64.combinations(&offset, &shift, 1, &one, 1, 1, end - begin, u, stride);
        if (keep) std::copy_n(u, end - begin, eta_.data() + (first + t) * n + begin);
        double* curvature = nullptr;
        for (std::size_t side = 0; side < anchors_.size(); ++side)
          if (anchors_[side] == first + t) curvature = (hessian != nullptr ? hessian : weights_[side].data()) + begin;
        std::array<double, 4>& sums = parts[static_cast<std::size_t>(begin / height * count + t)];
        problem_.loss.rows(problem_.y.data() + begin, problem_.weight.data() + begin, u, u, curvature, end - begin,
                           sums.data());
      }
    };
    if (anchored) {
      set_.sweep_and_anchor(coef.data(), count, losses, gradients_.data());
    } else {
      const auto plain = [&](Index begin, Index end, double* block, Index stride) {
        losses(begin, end, block, stride, nullptr);
      };
      problem_.design.sweep(set_.columns(), problem_.center.data(), coef.data(), count, plain, gradients_.data(),
                            context_);
    }
    for (Index t = 0; t < count; ++t) {
      std::array<double, 4> sums{};
      for (std::size_t b = 0; b < parts.size(); b += static_cast<std::size_t>(count))
        for (int k = 0; k < 4; ++k) sums[k] += parts[b + t][k];
      fits[first + t].sums = finite_sums(sums);
    }
  }

  // Newton steps until the fits first ... last are within accuracy. Returns where the first one is that is not.
  Index improve(Index first, Index last) {
    bool forward = false;
    double expected = 0.1 / accuracy_;  // violation of the round, beforehand
    for (Index round = 0; round < most_rounds; ++round) {
      context_.monitor.poll();
      Vector before;
      for (const Candidate& fit : fits) before.push_back(fit.violation);
      const Index end_of_round = last;
      choose_anchors(first, last);
      const bool anchored = anchors_.size() == 1 && sweeps() && renewal_pays(last - first, expected);
      evaluate(first, last, anchored);
      double slowest = 0, largest = 0;
      for (Index t = first; t < last; ++t) {
        Candidate& fit = fits[t];
        const double objective = fit.sums.loss + penalty(fit.alpha, fit.coef);
        const double contraction = round == 0 ? 0 : fit.violation / before[t];
        const bool worse = !(objective <= fit.objective + 1e-9 * std::fabs(fit.objective));
        if (worse || (round > 3 && fit.violation > 1 && contraction > 0.95)) {
          last = t;
          break;
        }
        fit.objective = objective;
        if (fit.violation <= 1) continue;
        slowest = std::max(slowest, contraction);
        largest = std::max(largest, fit.violation);
      }
      while (first < last && fits[first].violation <= 1) ++first;
      if (first >= last) return last;
      Index end = last;
      while (fits[end - 1].violation <= 1) --end;
      if (slowest > 0) contraction_ = slowest;
      if (round == 0 && anchors_.size() == 2) contraction_ = 0.3;  // the Hessian is that of larger alphas
      const Index anchors = set_.anchors();
      if (anchored) contraction_ = 0.05;  // to be seen
      if (!anchored && last == end_of_round && renewal_pays(end - first, largest)) renew();
      // where the Hessian of every fit is new and nearly its own, the old steps tell nothing
      if (anchored || (anchors_.size() == 2 && set_.anchors() > anchors))
        for (Index t = first; t < end; ++t) fits[t].mixing.forget();
      expected = contraction_ * largest;
      // to and fro, so that the support of the factor changes little from one fit to the next
      for (Index i = 0; i < end - first; ++i) {
        const Index t = forward ? first + i : end - 1 - i;
        Candidate& fit = fits[t];
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

  // The fits of this round at which Hessians would be anchored: two, with a line between them, Eq. (87), where a
  // factorisation for each fit costs less than its gradient; or the one in the middle.
  void choose_anchors(Index first, Index last) {
    const Index aside = (last - 1 - first) / 6;
    anchors_ = {first + (last - first) / 2};
    if (last - first < 3 || set_.size() * set_.size() > rows()) return;
    if (fits[last - 1 - aside].alpha < fits[first + aside].alpha) anchors_ = {first + aside, last - 1 - aside};
  }

  // A fresh Hessian costs about as much as gram_cost * (entries in a row) / count evaluations of `count` gradients. A
  // line of Hessians leaves an error of about 4 %.
  bool renewal_pays(Index count, double violation) const {
    const auto rounds = [&](double rate) { return rate >= 0.9 ? 100 : std::log(violation) / -std::log(rate); };
    const double width = problem_.design.entries(set_.columns()) / static_cast<double>(rows());
    const double cost = D::gram_cost * width / static_cast<double>(count);
    if (anchors_.size() == 1) return rounds(contraction_) - 2 > cost;
    return rounds(contraction_) - rounds(0.04) > 2 * cost;
  }

  void renew() {
    for (std::size_t side = 0; side < anchors_.size(); ++side) {
      if (swept_) {
        set_.anchor_with(weights_[side]);
      } else {
        set_.anchor_at(eta(anchors_[side]));
      }
      set_.complete();
      if (anchors_.size() == 2)
        side == 0 ? set_.begin_line(fits[anchors_[0]].alpha) : set_.end_line(fits[anchors_[1]].alpha);
    }
    contraction_ = 0.05;  // to be seen
  }

  const Problem<L, D>& problem_;
  WorkingSet<L, D>& set_;
  const Context& context_;
  double accuracy_ = 0, unit_ = 0, contraction_ = 0.1;  // of the last round
  Index evaluations_ = 0;
  bool swept_ = false;
  std::vector<Index> anchors_;        // fits at which a Hessian would be anchored
  std::array<RowVector, 2> weights_;  // their second derivatives, if a sweep has left them
  RowVector eta_, u_;
  Vector gradients_, linear_, l1_, l2_, slack_;
};

}  // namespace whyzero
