// The fits of a batch and what is known of them over the rows: predictors, losses, gradients.
//
// X is read once for all fits, block by block, where it is tall, and else once for the predictors and once for the
// gradients on the columns of the working set.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

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
class Candidates {
 public:
  Candidates(const Problem<L, D>& problem, WorkingSet<L, D>& set, const Context& context)
      : problem_(problem),
        set_(set),
        context_(context),
        shifted_(std::any_of(problem.offset.begin(), problem.offset.end(), [](double o) { return o != 0; })) {}

  // Rows for each column that are enough for the Hessian at the null model, and for that of the first step from it.
  static constexpr Index enough_for_a_start = 1000, enough_for_a_step = 4000;

  std::vector<Candidate> fits;
  std::vector<Index> anchors;  // one or two fits at which a Hessian may be anchored after the next evaluation

  View eta(Index t) const { return {eta_.data() + t * rows(), static_cast<std::size_t>(rows())}; }
  MutableView eta(Index t) { return {eta_.data() + t * rows(), static_cast<std::size_t>(rows())}; }
  MutableView u(Index t) { return {u_.data() + t * rows(), static_cast<std::size_t>(rows())}; }
  // The gradients of the fits, one after the other, with room for one more vector.
  double* gradients() { return u_.data(); }

  // Whether a Hessian is best made in the reading of a sweep.
  bool narrow_and_tall() const { return sweeps() && set_.size() <= 64; }

  Index evaluations() const { return evaluations_; }

  // The loss of fit t, whose rows are complete.
  double loss(Index t) const {
    const double known = fits[t].sums.loss;
    return std::isnan(known) ? mean_loss(problem_, eta(t), context_) : known;
  }

  // Predictors and gradients over the rows, which a sweep has not kept.
  void complete_rows() {
    if (!swept_) return;
    const Index count = static_cast<Index>(fits.size());
    if (!eta_kept_) predictors(0, count);
    for (Index t = 0; t < count; ++t) row_slopes(problem_, eta(t), u(t).data(), nullptr, context_);
  }

  void resize(Index count) {
    fits.resize(static_cast<std::size_t>(count));
    eta_.resize(static_cast<std::size_t>(count * rows()));
    u_.resize(static_cast<std::size_t>((count + 1) * rows()));
  }

  // Predictors, gradients and violations of the fits first ... last. Without `valued` the losses need not be known
  // afterwards. With `anchored` a Hessian is anchored at the only fit of `anchors` on the way, if `narrow_and_tall`;
  // with `enough`, from so many rows for each column.
  void evaluate(Index first, Index last, double accuracy, double unit, bool anchored = false, bool valued = true,
                Index enough = 0) {
    const Index count = last - first;
    if (count <= 0) return;
    evaluations_ += count;
    gradients_.resize(static_cast<std::size_t>(set_.size() * count));
    swept_ = sweeps();
    if (swept_) {
      sweep(first, last, anchored, valued, enough);
    } else {
      pass_twice(first, last);
    }
    for (Index t = first; t < last; ++t) {
      Candidate& fit = fits[t];
      fit.rounding = whyzero::rounding(problem_, fit.sums);
      if (L::quadratic) continue;
      if (may_overflow<L> && !fit.sums.finite()) {
        fit.violation = std::numeric_limits<double>::infinity();
        continue;
      }
      fit.gradient.resize(static_cast<std::size_t>(set_.size()));
      for (Index k = 0; k < set_.size(); ++k) fit.gradient[k] = gradients_[k * count + t - first];
      const Restricted restricted{fit.alpha, fit.coef, fit.gradient, fit.sums.gradient, fit.rounding};
      fit.violation = worst_violation(problem_, set_.columns(), restricted, accuracy, unit);
    }
  }

  // Anchors the Hessian at fit anchors[side], which was evaluated last time.
  void anchor(std::size_t side) {
    if (swept_) {
      set_.anchor_with(weights_[side]);
    } else {
      set_.anchor_at(eta(anchors[side]));
    }
    set_.complete();
  }

 private:
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  Index rows() const { return problem_.design.rows(); }

  // Whether X is so tall that reading it once, block by block, pays.
  bool sweeps() const { return !L::quadratic && rows() >= 4 * problem_.design.sweep_height(); }

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
  void sweep(Index first, Index last, bool anchored, bool valued, Index enough) {
    const Index count = last - first, n = rows(), height = problem_.design.sweep_height();
    Vector coef;
    for (Index k = 0; k < set_.size(); ++k)
      for (Index t = first; t < last; ++t) coef.push_back(fits[t].coef[k]);
    std::vector<std::array<double, 4>> parts(static_cast<std::size_t>((n + height - 1) / height * count));
    for (std::size_t side = 0; side < anchors.size() && !anchored; ++side)
      weights_[side].resize(static_cast<std::size_t>(n));
    // in every round, where computing them again at the end reads all of X
    const double written = 10.0 * static_cast<double>(fits.size()) * static_cast<double>(n);
    eta_kept_ = written < problem_.design.entries(set_.columns());
    const auto losses = [&](Index begin, Index end, double* block, Index stride, double* hessian) {
      const double *const offset = problem_.offset.data() + begin, one = 1;
      for (Index t = 0; t < count; ++t) {
        double* const u = block + t * stride;
        const double shift = -fits[first + t].intercept;
        if (shifted_ || shift != 0) kernels().f64.combinations(&offset, &shift, 1, &one, 1, 1, end - begin, u, stride);
        if (eta_kept_) std::copy_n(u, end - begin, eta_.data() + (first + t) * n + begin);
        double* curvature = nullptr;
        for (std::size_t side = 0; side < anchors.size(); ++side)
          if (anchors[side] == first + t) curvature = (hessian != nullptr ? hessian : weights_[side].data()) + begin;
        std::array<double, 4>& sums = parts[static_cast<std::size_t>(begin / height * count + t)];
        const double *const y = problem_.y.data() + begin, *const w = problem_.weight.data() + begin;
        if (valued) {
          problem_.loss.rows(y, w, u, u, curvature, end - begin, sums.data());
        } else {
          problem_.loss.slopes(y, w, u, u, curvature, end - begin, sums.data());
        }
      }
    };
    if (anchored) {
      set_.sweep_and_anchor(coef.data(), count, losses, gradients_.data(), enough);
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
      fits[first + t].sums = checked_sums<L>(sums);
      if (!valued) fits[first + t].sums.loss = unknown;
    }
  }

  const Problem<L, D>& problem_;
  WorkingSet<L, D>& set_;
  const Context& context_;
  const bool shifted_;  // whether there are offsets
  Index evaluations_ = 0;
  bool swept_ = false, eta_kept_ = false;
  std::array<RowVector, 2> weights_;  // second derivatives at the anchors, if a sweep has left them
  RowVector eta_, u_;
  Vector gradients_;
};

}  // namespace whyzero
