// The driver: fits along a decreasing grid of alphas.
//
// Per batch: choose the working set, solve several alphas on it exactly, then verify all of them with one pass over X
// (a multi-vector of gradients). The prefix without violations is accepted; violating columns join the working set and
// the rest is solved again. The columns that join ahead of need are those that would enter first if the present signs
// went on (entry times of the homotopy). A working set is a guess and proves nothing; what accepts a fit is the pass
// over all columns and the duality gap.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "whyzero/newton.hpp"
#include "whyzero/optimality.hpp"

namespace whyzero {

enum class Outcome { optimal, max_iter, stalled, separated };

struct Fit {
  double alpha = 0, intercept = 0, gap = 0;
  std::vector<Index> index;  // of the non-zero weights, increasing
  Vector value;
  Index steps = 0;
  Outcome outcome = Outcome::optimal;
};

struct PathFit {
  std::vector<Fit> fits;
  double alpha_max = 0, null_loss = 0, passes = 0;
};

struct PathOptions {
  Vector alphas;  // decreasing; empty: `count` alphas from alpha_max down to min_ratio alpha_max
  Index count = 100;
  double min_ratio = 1e-3;
  double tol = 1e-6;
  bool exact = true;  // go beyond tol, to supports that do not depend on it
  Index max_iter = 1000;
  std::vector<std::vector<Index>> hint;  // for each alpha, columns likely to matter; may be empty
};

template <Loss L, Design D>
class PathSolver {
 public:
  PathSolver(const Problem<L, D>& problem, PathOptions options, const Context& context)
      : problem_(problem),
        options_(std::move(options)),
        context_(context),
        set_(problem, context),
        newton_(problem, set_, point_, context) {}

  PathFit run() {
    fit_null();
    choose_alphas();
    if (explained_) return null_path();
    const Index count = static_cast<Index>(options_.alphas.size());
    Index done = 0, batch = 3;
    while (done < count) {
      for (Index k = done; k < std::min<Index>(done + batch, static_cast<Index>(options_.hint.size())); ++k)
        for (const Index j : options_.hint[k])
          if (usable(j)) set_.add(j);
      rank(done);
      const Index wanted = complete() ? 1 : std::min(batch, count - done);
      const Index accepted = solve_batch(done, wanted);
      batch = accepted == wanted ? std::min(batch + 2, widest_batch()) : std::max<Index>(1, accepted + 1);
      done += accepted;
      context_.monitor.advance(done);
    }
    return std::move(result_);
  }

 private:
  struct Candidate {
    Fit fit;
    Vector eta, u;
    double rounding = 0;  // of a pull, per unit of spread
  };

  bool usable(Index j) const { return std::isfinite(problem_.l1[j]) && problem_.spread[j] > 0; }
  bool complete() const { return set_.columns().size() == columns_.size(); }
  double accuracy() const {
    const double enough = 0.3 * options_.tol, beyond = std::min(L::quadratic ? 1e-10 : 1e-9, 1e-2 * options_.tol);
    return std::max(1e-13, options_.exact ? beyond : enough);
  }

  // As many alphas at once as 64 MiB of gradients allow.
  Index widest_batch() const {
    return std::clamp<Index>((Index{1} << 23) / std::max<Index>(1, problem_.design.rows()), 1, 12);
  }

  // The model with the intercept and the unpenalised columns alone; fixes alpha_max and the unit of the tolerance.
  void fit_null() {
    point_.coef.assign(static_cast<std::size_t>(problem_.design.cols()), 0.0);
    point_.eta.assign(problem_.offset.begin(), problem_.offset.end());
    bool toll_free = false;
    for (Index j = 0; j < problem_.design.cols(); ++j) {
      if (!usable(j)) continue;
      columns_.push_back(j);
      if (problem_.l1[j] == 0 && problem_.l2[j] == 0) set_.add(j);
      toll_free = toll_free || (problem_.l1[j] == 0 && problem_.l2[j] > 0);
    }
    newton_.minimise(1.0, 0.0, options_.max_iter);
    newton_.fix_unit();
    result_.null_loss = mean_loss(problem_, point_.eta, context_);
    explained_ = newton_.gradient_norm() <= 1e-13 * size_of_target();
    if (explained_) return;
    Vector u = newton_.gradient();
    if (problem_.intercept) balance(u);
    pull_.resize(columns_.size());
    pass(u.data(), 1, pull_.data());
    double top = 0;
    for (std::size_t k = 0; k < columns_.size(); ++k)
      if (problem_.l1[columns_[k]] > 0) top = std::max(top, std::fabs(pull_[k]) / problem_.l1[columns_[k]]);
    result_.alpha_max = toll_free ? std::numeric_limits<double>::infinity() : top;
    top_pull_ = top;
    if (toll_free) top_pull_ = ridge_top();
    if (toll_free || columns_.size() <= 200)
      for (const Index j : columns_) set_.add(j);
  }

  // Root mean squares of what the null model's residuals are differences of.
  double size_of_target() const {
    double targets = 0, etas = 0, terms = 0;
    for (std::size_t i = 0; i < point_.eta.size(); ++i) {
      targets += problem_.weight[i] * problem_.y[i] * problem_.y[i];
      etas += problem_.weight[i] * point_.eta[i] * point_.eta[i];
    }
    for (const Index j : set_.columns()) terms += problem_.spread[j] * std::fabs(point_.coef[j]);
    return std::sqrt(targets) + std::sqrt(etas) + terms;
  }

  // The unpenalised part explains every row to within rounding, so nothing pulls at any other weight. The loss is not
  // negative, so the null loss itself bounds the gap. For a loss without a minimum of 0 this is separation: no optimum
  // exists.
  PathFit null_path() {
    for (const double alpha : options_.alphas) {
      Candidate candidate = snapshot(alpha);
      candidate.fit.gap = result_.null_loss;
      candidate.fit.outcome = L::quadratic ? Outcome::optimal : Outcome::separated;
      accept(candidate);
    }
    return std::move(result_);
  }

  // Without a toll no alpha gives zeros; a grid then starts where an elastic net with l1_ratio 0.001 would.
  double ridge_top() const {
    double top = 0;
    for (std::size_t k = 0; k < columns_.size(); ++k)
      if (problem_.l2[columns_[k]] > 0) top = std::max(top, std::fabs(pull_[k]) / std::sqrt(problem_.l2[columns_[k]]));
    return 1000 * top;
  }

  void choose_alphas() {
    if (!options_.alphas.empty()) return;
    const double top = top_pull_ > 0 ? top_pull_ : 1.0;
    for (Index k = 0; k < options_.count; ++k) {
      const double share = options_.count == 1 ? 0.0 : static_cast<double>(k) / static_cast<double>(options_.count - 1);
      options_.alphas.push_back(k == 0 ? top : top * std::pow(options_.min_ratio, share));
    }
  }

  // out[k * count + t] = (x_k - center)'u_t for all usable columns: the unit of cost.
  void pass(const double* u, Index count, double* out) {
    problem_.design.dot(columns_, problem_.center.data(), u, count, out, context_);
    result_.passes += 1;
  }

  Candidate solve(double alpha, double accuracy) {
    const Index steps = newton_.minimise(alpha, accuracy, options_.max_iter);
    Candidate candidate = snapshot(alpha);
    candidate.fit.steps = steps;
    return candidate;
  }

  Candidate snapshot(double alpha) const {
    Candidate candidate;
    candidate.fit.alpha = alpha;
    for (const Index j : set_.columns())
      if (point_.coef[j] != 0) candidate.fit.index.push_back(j);
    std::sort(candidate.fit.index.begin(), candidate.fit.index.end());
    candidate.fit.intercept = point_.intercept;
    for (const Index j : candidate.fit.index) candidate.fit.value.push_back(point_.coef[j]);
    candidate.eta = point_.eta;
    candidate.u = newton_.gradient();
    candidate.rounding = newton_.rounding();
    if (problem_.intercept) balance(candidate.u);
    return candidate;
  }

  // Records a fit, with the intercept of the columns as stored.
  void accept(Candidate& candidate) {
    Fit& fit = candidate.fit;
    for (std::size_t k = 0; k < fit.index.size(); ++k) fit.intercept -= fit.value[k] * problem_.center[fit.index[k]];
    result_.fits.push_back(fit);
    attempts_ = 0;
  }

  void restore(const Candidate& candidate) {
    for (const Index j : set_.columns()) point_.coef[j] = 0;
    for (std::size_t k = 0; k < candidate.fit.index.size(); ++k)
      point_.coef[candidate.fit.index[k]] = candidate.fit.value[k];
    point_.intercept = candidate.fit.intercept;
    point_.eta = candidate.eta;
  }

  // Solves and verifies the alphas first ... first + count; returns how many were accepted.
  Index solve_batch(Index first, Index count) {
    std::vector<Candidate> candidates;
    const std::size_t n = point_.eta.size(), p = columns_.size();
    for (Index t = 0; t < count; ++t) candidates.push_back(solve(options_.alphas[first + t], accuracy()));
    if (complete() && count == 1 && newton_.balanced()) {
      gather_own_gradient();
      return verify(candidates, 1) ? 1 : 0;
    }
    Vector drift;
    const bool ahead = !complete() && newton_.drift(drift);
    const Index vectors = count + (ahead ? 1 : 0);
    Vector u(n * static_cast<std::size_t>(vectors));
    for (Index t = 0; t < count; ++t) std::copy(candidates[t].u.begin(), candidates[t].u.end(), u.begin() + t * n);
    if (ahead) std::copy(drift.begin(), drift.end(), u.begin() + count * n);
    products_.resize(p * static_cast<std::size_t>(vectors));
    stride_ = vectors;
    pass(u.data(), vectors, products_.data());
    Index accepted = 0;
    while (accepted < count && verify(candidates, accepted + 1)) ++accepted;
    if (accepted > 0) remember(accepted - 1, ahead && accepted == count ? count : -1);
    return accepted;
  }

  // The working set is everything: the gradient of the last Newton step is the verification.
  void gather_own_gradient() {
    const Vector& own = newton_.column_gradient();
    std::vector<Index> place(static_cast<std::size_t>(problem_.design.cols()));
    for (std::size_t k = 0; k < set_.columns().size(); ++k) place[set_.columns()[k]] = static_cast<Index>(k);
    products_.resize(columns_.size());
    stride_ = 1;
    for (std::size_t k = 0; k < columns_.size(); ++k) products_[k] = own[place[columns_[k]]];
  }

  Vector column_of(Index t) const {
    Vector c(columns_.size());
    for (std::size_t k = 0; k < c.size(); ++k) c[k] = products_[k * static_cast<std::size_t>(stride_) + t];
    return c;
  }

  // Accepts candidate number `count` - 1 or prepares the next attempt at it.
  bool verify(std::vector<Candidate>& candidates, Index count) {
    Candidate& candidate = candidates[count - 1];
    const Vector c = column_of(count - 1);
    restore(candidate);
    ++attempts_;
    const bool joined = admit_violators(candidate, c);
    double gap =
        dual_gap(problem_, candidate.fit.alpha, point_.coef, candidate.eta, candidate.u, columns_, c, context_);
    const bool small = gap <= options_.tol * result_.null_loss;
    candidate.fit.outcome = Outcome::optimal;
    if (joined && !(small && attempts_ > 60)) return false;
    if (!small) {
      refine(candidate, gap);
      const bool now = gap <= options_.tol * result_.null_loss;
      if (!now) candidate.fit.outcome = candidate.fit.steps >= options_.max_iter ? Outcome::max_iter : Outcome::stalled;
    }
    candidate.fit.gap = gap;
    accept(candidate);
    return true;
  }

  // Columns outside the working set whose pull exceeds their toll join it: at most 50, or as many as there are in it.
  bool admit_violators(const Candidate& candidate, const Vector& c) {
    std::vector<std::pair<double, Index>> violators;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const Index j = columns_[k];
      if (set_.contains(j)) continue;
      const double toll = candidate.fit.alpha * problem_.l1[j], excess = std::fabs(c[k]) - toll;
      if (excess > std::max((options_.exact ? 1e-10 : accuracy()) * toll, candidate.rounding * problem_.spread[j]))
        violators.emplace_back(-excess / toll, j);
    }
    const std::size_t most = std::max<std::size_t>(50, candidate.fit.index.size());
    if (violators.size() > most) {
      std::nth_element(violators.begin(), violators.begin() + most, violators.end());
      violators.resize(most);
    }
    make_room(violators.size());
    for (const auto& [excess, j] : violators) set_.add(j);
    return !violators.empty();
  }

  // The working set holds every violator but the gap is not small yet: ask for more accuracy, and for less than the
  // usual allowance for rounding, as long as the gap is above tol.
  void refine(Candidate& candidate, double& gap) {
    double wanted = accuracy();
    for (int round = 0; round < 6 && gap > options_.tol * result_.null_loss; ++round) {
      wanted *= 1e-2;
      newton_.allow_rounding(std::ldexp(1.0, -2 * round));
      Candidate better = solve(candidate.fit.alpha, wanted);
      Vector c(columns_.size());
      pass(better.u.data(), 1, c.data());
      const double now = dual_gap(problem_, better.fit.alpha, point_.coef, better.eta, better.u, columns_, c, context_);
      better.fit.steps += candidate.fit.steps;
      if (now >= gap) continue;
      candidate = std::move(better);
      gap = now;
    }
    newton_.allow_rounding(1);
  }

  // Keeps the pulls of the last accepted alpha, and how they move, for the next ranking.
  void remember(Index t, Index drift) {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const double* row = products_.data() + k * static_cast<std::size_t>(stride_);
      pull_[k] = row[t];
      if (drift >= 0) drift_.resize(columns_.size()), drift_[k] = row[drift];
    }
    if (drift < 0) drift_.clear();
    alpha_ = result_.fits.back().alpha;
  }

  // The alpha, in units of the present one, at which column k would enter: pulls c (per toll) move as c + (alpha -
  // alpha') a.
  double entry(std::size_t k) const {
    const double toll = problem_.l1[columns_[k]];
    if (alpha_ == 0 || drift_.empty()) return std::fabs(pull_[k]) / toll;
    // Eq. (78): -gradient(alpha') = z - (alpha - alpha') a with z = -pull, a = drift; it enters where |.| = alpha' toll
    const double z = -pull_[k] / toll, a = drift_[k] / toll;
    double when = 0;
    if (a < 1) when = std::max(when, (z - alpha_ * a) / (1 - a));
    if (a > -1) when = std::max(when, (alpha_ * a - z) / (1 + a));
    return std::min(when / alpha_, 1.0);
  }

  // Adds the columns that would enter next; once for each alpha.
  void rank(Index at) {
    if (complete() || at == ranked_at_) return;
    ranked_at_ = at;
    std::vector<std::pair<double, Index>> order;
    Index support = 0;
    for (const Index j : set_.columns()) support += point_.coef[j] != 0;
    for (std::size_t k = 0; k < columns_.size(); ++k)
      if (!set_.contains(columns_[k])) order.emplace_back(-entry(k), columns_[k]);
    const std::size_t most = std::min<std::size_t>(order.size(), static_cast<std::size_t>(64 + support / 2));
    std::nth_element(order.begin(), order.begin() + most, order.end());
    order.resize(most);
    make_room(most);
    for (const auto& [entry, j] : order) set_.add(j);
  }

  // A working set whose Gram matrix would be too large is cut down to the support first.
  void make_room(std::size_t newcomers) {
    if (set_.columns().size() + newcomers <= static_cast<std::size_t>(Newton<L, D>::largest_gram)) return;
    std::vector<Index> keep;
    for (const Index j : set_.columns())
      if (point_.coef[j] != 0 || (problem_.l1[j] == 0)) keep.push_back(j);
    if (keep.size() > set_.columns().size() / 2) return;
    set_.clear();
    newton_.forget();
    for (const Index j : keep) set_.add(j);
  }

  const Problem<L, D>& problem_;
  PathOptions options_;
  const Context& context_;
  Point point_;
  WorkingSet<L, D> set_;
  Newton<L, D> newton_;
  PathFit result_;
  std::vector<Index> columns_;      // those that may be non-zero
  Vector pull_, drift_, products_;  // in the order of columns_
  double alpha_ = 0, top_pull_ = 0;
  Index stride_ = 1, ranked_at_ = -1, attempts_ = 0;
  bool explained_ = false;
};

}  // namespace whyzero
