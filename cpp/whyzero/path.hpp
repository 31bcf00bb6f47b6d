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

#include "whyzero/gram_path.hpp"
#include "whyzero/newton.hpp"
#include "whyzero/optimality.hpp"
#include "whyzero/stopwatch.hpp"

namespace whyzero {

enum class Outcome { optimal, max_iter, stalled, separated };

struct Fit {
  double alpha = 0, intercept = 0, gap = 0;
  std::vector<Index> index;  // of the non-zero weights, increasing
  Vector value;
  Index steps = 0;
  Outcome outcome = Outcome::optimal;
};

// What was done for a path, and where the time went.
struct Account {
  bool gram = false;      // fits from the Gram matrix of all columns
  Index passes = 0;       // reads of X for products with all columns
  Index batches = 0;      // rounds of verification
  Index hessians = 0;     // second derivatives taken
  Index evaluations = 0;  // gradients on a working set
  Index largest = 0;      // working set
  double null_seconds = 0, hessian_seconds = 0, solve_seconds = 0, verify_seconds = 0;
};

struct PathFit {
  std::vector<Fit> fits;
  double alpha_max = 0, null_loss = 0;
  Account account;
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
        batch_(problem, set_, context),
        newton_(problem, set_, point_, context) {}

  PathFit run() {
    {
      const Stopwatch watch(result_.account.null_seconds);
      fit_null();
      choose_alphas();
    }
    if (explained_) return null_path();
    const Index count = static_cast<Index>(options_.alphas.size());
    Index done = 0, batch = 3;
    if constexpr (L::quadratic)
      if (complete()) done = solve_by_gram();
    while (done < count) {
      approach(options_.alphas[done]);
      for (Index k = done; k < std::min<Index>(done + batch, static_cast<Index>(options_.hint.size())); ++k)
        for (const Index j : options_.hint[k])
          if (usable(j)) set_.add(j);
      rank(done);
      const Index wanted = std::min(batch, count - done);
      const Index accepted = solve_batch(done, wanted);
      batch = accepted == wanted ? std::min(batch + 2, widest_batch()) : std::max<Index>(1, accepted + 1);
      done += accepted;
      context_.monitor.advance(done);
    }
    close_account();
    return std::move(result_);
  }

 private:
  void close_account() {
    Account& account = result_.account;
    account.hessians = set_.anchors();
    account.hessian_seconds = set_.seconds();
    account.solve_seconds -= set_.seconds();
    account.evaluations = batch_.evaluations();
    account.largest = std::max(account.largest, set_.size());
  }

  static constexpr double rough = 0.05;  // accuracy of fits on the way to the next alpha

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
    Vector u = newton_.gradient(), pull(columns_.size());
    if (problem_.intercept) balance(u);
    pass(u.data(), 1, pull.data());
    start_ = {point_.coef,       point_.intercept,  point_.eta, Vector(point_.coef.size()),
              result_.null_loss, newton_.rounding()};
    for (std::size_t k = 0; k < columns_.size(); ++k) start_.gradient[columns_[k]] = pull[k];
    double top = 0;
    for (const Index j : columns_)
      if (problem_.l1[j] > 0) top = std::max(top, std::fabs(start_.gradient[j]) / problem_.l1[j]);
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
      take(0, alpha, 0);
      accept(batch_.fits[0], result_.null_loss, L::quadratic ? Outcome::optimal : Outcome::separated);
    }
    return std::move(result_);
  }

  // Without a toll no alpha gives zeros; a grid then starts where an elastic net with l1_ratio 0.001 would.
  double ridge_top() const {
    double top = 0;
    for (const Index j : columns_)
      if (problem_.l2[j] > 0) top = std::max(top, std::fabs(start_.gradient[j]) / std::sqrt(problem_.l2[j]));
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
    result_.account.passes += 1;
  }

  // Makes the present point fit number t of the batch.
  void take(Index t, double alpha, Index steps) {
    if (t >= static_cast<Index>(batch_.fits.size())) batch_.resize(t + 1);
    Candidate& fit = batch_.fits[t];
    fit.alpha = alpha;
    fit.coef.clear();
    for (const Index j : set_.columns()) fit.coef.push_back(point_.coef[j]);
    fit.intercept = point_.intercept;
    fit.gradient = newton_.column_gradient();
    fit.sums = newton_.sums();
    fit.rounding = newton_.rounding();
    fit.steps = steps;
    std::copy(point_.eta.begin(), point_.eta.end(), batch_.eta(t).begin());
    std::copy(newton_.gradient().begin(), newton_.gradient().end(), batch_.u(t).begin());
  }

  // Solves one alpha by itself, from the present point.
  void solve_alone(Index t, double alpha, double accuracy) {
    const Index steps = newton_.minimise(alpha, accuracy, options_.max_iter);
    take(t, alpha, steps);
  }

  void restore(Index t) {
    for (std::size_t k = 0; k < batch_.fits[t].coef.size(); ++k)
      point_.coef[set_.columns()[k]] = batch_.fits[t].coef[k];
    point_.intercept = batch_.fits[t].intercept;
    point_.eta.assign(batch_.eta(t).begin(), batch_.eta(t).end());
  }

  // Records a fit, with the intercept of the columns as stored.
  void accept(const Candidate& candidate, double gap, Outcome outcome) {
    Fit fit;
    fit.alpha = candidate.alpha;
    fit.intercept = candidate.intercept;
    fit.gap = gap;
    fit.steps = candidate.steps;
    fit.outcome = outcome;
    std::vector<std::pair<Index, double>> terms;
    for (std::size_t k = 0; k < candidate.coef.size(); ++k)
      if (candidate.coef[k] != 0) terms.emplace_back(set_.columns()[k], candidate.coef[k]);
    std::sort(terms.begin(), terms.end());
    for (const auto& [j, b] : terms) {
      fit.index.push_back(j);
      fit.value.push_back(b);
      fit.intercept -= b * problem_.center[j];
    }
    result_.fits.push_back(std::move(fit));
    attempts_ = 0;
  }

  // A factor of the support would be far wider than the rank of X allows.
  bool factorable() const {
    if (set_.size() > Newton<L, D>::largest_gram) return false;
    const Index wide = std::count_if(start_.coef.begin(), start_.coef.end(), [](double b) { return b != 0; });
    return wide <= std::max<Index>(300, 3 * problem_.design.rows());
  }

  Index solve_unverified(View alphas) {
    const Stopwatch watch(result_.account.solve_seconds);
    const bool batched = factorable() && (L::quadratic || options_.max_iter >= Batch<L, D>::most_rounds);
    const Index solved = batched ? batch_.solve(alphas, start_, accuracy(), newton_.unit()) : 0;
    if (solved > 0) return solved;
    solve_alone(0, alphas[0], accuracy());
    batch_.resize(1);
    return 1;
  }

  // Solves and verifies up to `count` alphas from number `first`; returns how many were accepted.
  Index solve_batch(Index first, Index count) {
    const View alphas(options_.alphas.data() + first, static_cast<std::size_t>(count));
    const Index solved = solve_unverified(alphas);
    const Stopwatch watch(result_.account.verify_seconds);
    ++result_.account.batches;
    const bool own =
        complete() && std::all_of(batch_.fits.begin(), batch_.fits.end(), [&](const Candidate& fit) {
          return !fit.gradient.empty() && (!problem_.intercept || std::fabs(fit.sums.gradient) <= fit.rounding);
        });
    if (own) {
      gather_own_gradients(solved);
      balance_all();
      shortlist(solved);
    } else {
      verification_pass();
    }
    Index accepted = 0;
    while (accepted < solved && verify(accepted)) ++accepted;
    // a fit that was not accepted, because columns joined, is the best start for its next attempt
    remember(std::min(accepted, solved - 1), stride_ > solved && accepted == solved ? solved : -1);
    return accepted;
  }

  // Before an alpha far below the last one: rough fits in between, each half the one before, so that working sets and
  // Hessians never have far to go. They are not reported.
  void approach(double target) {
    const double from = alpha_ > 0 ? alpha_ : top_pull_;
    if (complete() || !(from > 2.5 * target)) return;
    const double steps = std::ceil(std::log2(from / target));
    for (double k = 1; k < steps && factorable(); ++k) {
      rank(ranked_at_ + 1);
      const double alpha = from * std::pow(target / from, k / steps);
      {
        const Stopwatch watch(result_.account.solve_seconds);
        if (batch_.solve({&alpha, 1}, start_, rough, newton_.unit()) == 0) return;
      }
      const Stopwatch watch(result_.account.verify_seconds);
      verification_pass();
      restore(0);
      admit_violators(0, near_products(0));
      remember(0, stride_ > 1 ? 1 : -1);
    }
    ranked_at_ = -1;
  }

  // As many alphas, from the first, as the Gram matrix alone can decide. Returns how many.
  Index solve_by_gram() {
    const Stopwatch watch(result_.account.solve_seconds);
    GramPath<D> path(problem_, set_, start_, newton_.unit(), context_);
    result_.account.gram = true;
    result_.account.passes += 1;
    Index done = 0;
    for (const double alpha : options_.alphas) {
      if (!path.solve(alpha, accuracy())) break;
      const double gap = path.gap();
      if (!(gap <= options_.tol * result_.null_loss)) break;
      accept(path.fit(), gap, Outcome::optimal);
      context_.monitor.advance(++done);
    }
    return done;
  }

  void balance_all() {
    if (!problem_.intercept) return;
    for (Index t = 0; t < static_cast<Index>(batch_.fits.size()); ++t) balance(batch_.u(t));
  }

  // Products of the gradients of the batch, and of the direction in which they move on, with all columns.
  void verification_pass() {
    const Index solved = static_cast<Index>(batch_.fits.size());
    balance_all();
    stride_ = solved + (!complete() && direction(solved) ? 1 : 0);
    products_.resize(columns_.size() * static_cast<std::size_t>(stride_));
    pass(batch_.gradients(), stride_, products_.data());
    shortlist(solved);
  }

  // How the gradient moves beyond the last fit of the batch, as one more vector behind the gradients.
  bool direction(Index solved) {
    restore(solved - 1);
    return set_.drift(point_.coef, batch_.gradients() + solved * problem_.design.rows());
  }

  // The working set is everything: the gradients of the last Newton steps are the verification.
  void gather_own_gradients(Index count) {
    stride_ = count;
    products_.resize(columns_.size() * static_cast<std::size_t>(count));
    std::vector<Index> place(static_cast<std::size_t>(problem_.design.cols()));
    for (std::size_t k = 0; k < set_.columns().size(); ++k) place[set_.columns()[k]] = static_cast<Index>(k);
    for (std::size_t k = 0; k < columns_.size(); ++k)
      for (Index t = 0; t < count; ++t) products_[k * count + t] = batch_.fits[t].gradient[place[columns_[k]]];
  }

  // The columns that can matter to the gap or enter: those of the working set, and those whose pull in any fit of the
  // batch comes near its toll. Every other column has a zero weight, bears its pull and does not bind the dual point.
  void shortlist(Index count) {
    near_.clear();
    near_columns_.clear();
    Vector most(static_cast<std::size_t>(count));
    for (Index t = 0; t < count; ++t) most[t] = 0.999999 * batch_.fits[t].alpha;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const double* row = products_.data() + k * static_cast<std::size_t>(stride_);
      const double toll = problem_.l1[columns_[k]];
      bool close = set_.contains(columns_[k]);
      for (Index t = 0; t < count; ++t) close = close || !(std::fabs(row[t]) < most[t] * toll);
      if (!close) continue;
      near_.push_back(static_cast<Index>(k));
      near_columns_.push_back(columns_[k]);
    }
  }

  // The products of fit t with the columns of the short list.
  Vector near_products(Index t) const {
    Vector c;
    for (const Index k : near_) c.push_back(products_[static_cast<std::size_t>(k * stride_ + t)]);
    return c;
  }

  // Products of the gradient of fit t with all columns, after it was solved again.
  void pass_again(Index t) {
    Vector c(columns_.size());
    if (problem_.intercept) balance(batch_.u(t));
    pass(batch_.u(t).data(), 1, c.data());
    for (std::size_t k = 0; k < c.size(); ++k) products_[k * static_cast<std::size_t>(stride_) + t] = c[k];
    shortlist(static_cast<Index>(batch_.fits.size()));
  }

  double gap_of(Index t, const Vector& c) {
    return dual_gap(problem_, batch_.fits[t].alpha, point_.coef, near_columns_, c,
                    [&](double s) { return loss_gap(problem_, batch_.eta(t), batch_.u(t), s, context_); });
  }

  // Whether the pass finds fit t optimal on the working set, where so far only a model said so.
  bool settled(Index t, const Vector& c) const {
    Vector coef, pulls;
    std::vector<Index> columns;
    for (std::size_t k = 0; k < c.size(); ++k) {
      if (!set_.contains(near_columns_[k])) continue;
      columns.push_back(near_columns_[k]);
      coef.push_back(point_.coef[columns.back()]);
      pulls.push_back(c[k]);
    }
    const Restricted fit{batch_.fits[t].alpha, coef, pulls, 0, batch_.fits[t].rounding};
    return worst_violation(problem_, columns, fit, accuracy(), newton_.unit()) <= 1;
  }

  // Accepts fit t of the batch or prepares the next attempt at it.
  bool verify(Index t) {
    restore(t);
    ++attempts_;
    Vector c = near_products(t);
    if (L::quadratic && batch_.fits[t].gradient.empty() && !settled(t, c)) {
      solve_alone(t, batch_.fits[t].alpha, accuracy());
      pass_again(t);
      c = near_products(t);
    }
    const bool joined = admit_violators(t, c);
    double gap = gap_of(t, c);
    const double enough = options_.tol * result_.null_loss;
    if (joined && !(gap <= enough && attempts_ > 60)) return false;
    Outcome outcome = Outcome::optimal;
    if (gap > enough) {
      refine(t, gap);
      if (gap > enough) outcome = batch_.fits[t].steps >= options_.max_iter ? Outcome::max_iter : Outcome::stalled;
    }
    accept(batch_.fits[t], gap, outcome);
    return true;
  }

  // Columns outside the working set whose pull exceeds their toll join it: at most 50, or as many as there are in it.
  bool admit_violators(Index t, const Vector& c) {
    const Candidate& candidate = batch_.fits[t];
    std::vector<std::pair<double, Index>> violators;
    for (std::size_t k = 0; k < c.size(); ++k) {
      const Index j = near_columns_[k];
      if (set_.contains(j)) continue;
      const double toll = candidate.alpha * problem_.l1[j], excess = std::fabs(c[k]) - toll;
      if (excess > std::max((options_.exact ? 1e-10 : accuracy()) * toll, candidate.rounding * problem_.spread[j]))
        violators.emplace_back(-excess / toll, j);
    }
    const std::size_t most = std::max<std::size_t>(50, support_size());
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
  void refine(Index t, double& gap) {
    double wanted = accuracy();
    const double alpha = batch_.fits[t].alpha;
    for (int round = 0; round < 6 && gap > options_.tol * result_.null_loss; ++round) {
      wanted *= 1e-2;
      const Candidate best = batch_.fits[t];
      const Vector eta(batch_.eta(t).begin(), batch_.eta(t).end()), u(batch_.u(t).begin(), batch_.u(t).end());
      newton_.allow_rounding(std::ldexp(1.0, -2 * round));
      solve_alone(t, alpha, wanted);
      batch_.fits[t].steps += best.steps;
      pass_again(t);
      const double now = gap_of(t, near_products(t));
      if (now < gap) {
        gap = now;
        continue;
      }
      batch_.fits[t] = best;
      std::copy(eta.begin(), eta.end(), batch_.eta(t).begin());
      std::copy(u.begin(), u.end(), batch_.u(t).begin());
      restore(t);
    }
    newton_.allow_rounding(1);
  }

  // Keeps a fit, its pulls and how they move, for the next batch and the next ranking.
  void remember(Index t, Index drift) {
    restore(t);
    const Candidate& fit = batch_.fits[t];
    start_.coef = point_.coef;
    start_.intercept = fit.intercept;
    start_.eta.assign(batch_.eta(t).begin(), batch_.eta(t).end());
    start_.loss = fit.sums.loss;
    start_.rounding = fit.rounding;
    drift_.resize(drift < 0 ? 0 : columns_.size());
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const double* row = products_.data() + k * static_cast<std::size_t>(stride_);
      start_.gradient[columns_[k]] = row[t];
      if (drift >= 0) drift_[k] = row[drift];
    }
    alpha_ = fit.alpha;
  }

  // The alpha, in units of the present one, at which column k would enter: pulls c (per toll) move as c + (alpha -
  // alpha') a.
  double entry(std::size_t k) const {
    const double toll = problem_.l1[columns_[k]];
    if (alpha_ == 0 || drift_.empty()) return std::fabs(start_.gradient[columns_[k]]) / toll;
    // Eq. (78): -gradient(alpha') = z - (alpha - alpha') a with z = -pull, a = drift; it enters where |.| = alpha' toll
    const double z = -start_.gradient[columns_[k]] / toll, a = drift_[k] / toll;
    double when = 0;
    if (a < 1) when = std::max(when, (z - alpha_ * a) / (1 - a));
    if (a > -1) when = std::max(when, (alpha_ * a - z) / (1 + a));
    return std::min(when / alpha_, 1.0);
  }

  std::size_t support_size() const {
    return static_cast<std::size_t>(
        std::count_if(set_.columns().begin(), set_.columns().end(), [&](Index j) { return point_.coef[j] != 0; }));
  }

  // Adds the columns that would enter next; once for each alpha. A working set that has grown to more than twice of
  // what is wanted loses the columns that would enter last.
  void rank(Index at) {
    if (complete() || at == ranked_at_) return;
    ranked_at_ = at;
    std::vector<std::pair<double, Index>> order;
    for (std::size_t k = 0; k < columns_.size(); ++k)
      if (!kept(columns_[k])) order.emplace_back(-entry(k), columns_[k]);
    const std::size_t most = std::min<std::size_t>(order.size(), 64 + support_size() / 2);
    std::nth_element(order.begin(), order.begin() + most, order.end());
    order.resize(most);
    const std::size_t wanted = support_size() + most;
    if (set_.columns().size() > 2 * wanted + 64) {
      std::vector<char> stays(static_cast<std::size_t>(problem_.design.cols()), 0);
      for (const auto& [entry, j] : order) stays[j] = 1;
      for (const Index j : set_.columns()) stays[j] = stays[j] || kept(j);
      cut(stays);
    }
    make_room(most);
    for (const auto& [entry, j] : order) set_.add(j);
  }

  // A column that no cut may take away.
  bool kept(Index j) const { return point_.coef[j] != 0 || start_.coef[j] != 0 || problem_.l1[j] == 0; }

  void cut(const std::vector<char>& stays) {
    result_.account.largest = std::max(result_.account.largest, set_.size());
    set_.keep(stays);
  }

  // A working set whose Gram matrix would be too large is cut down to the support first.
  void make_room(std::size_t newcomers) {
    if (set_.columns().size() + newcomers <= static_cast<std::size_t>(Newton<L, D>::largest_gram)) return;
    std::vector<char> stays(static_cast<std::size_t>(problem_.design.cols()), 0);
    std::size_t staying = 0;
    for (const Index j : set_.columns()) staying += stays[j] = kept(j);
    if (staying <= set_.columns().size() / 2) cut(stays);
  }

  const Problem<L, D>& problem_;
  PathOptions options_;
  const Context& context_;
  Point point_;
  WorkingSet<L, D> set_;
  Batch<L, D> batch_;
  Newton<L, D> newton_;
  PathFit result_;
  std::vector<Index> columns_;              // those that may be non-zero
  Start start_;                             // the last accepted fit
  Vector drift_, products_;                 // in the order of columns_
  std::vector<Index> near_, near_columns_;  // the short list: places in columns_, and columns
  double alpha_ = 0, top_pull_ = 0;
  Index stride_ = 1, ranked_at_ = -1, attempts_ = 0;
  bool explained_ = false;
};

}  // namespace whyzero
