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

#include "whyzero/account.hpp"
#include "whyzero/admission.hpp"
#include "whyzero/batch.hpp"
#include "whyzero/gram_path.hpp"
#include "whyzero/newton.hpp"
#include "whyzero/null_model.hpp"
#include "whyzero/stopwatch.hpp"
#include "whyzero/storing.hpp"
#include "whyzero/verification.hpp"

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
  double alpha_max = 0, null_loss = 0;
  Account account;
};

template <Loss L, Design D>
class PathSolver {
 public:
  PathSolver(const Problem<L, D>& problem, PathOptions options, const Context& context)
      : problem_(problem),
        options_(std::move(options)),
        context_(context),
        set_(problem, context),
        candidates_(problem, set_, context),
        batch_(problem, set_, candidates_, context),
        newton_(problem, set_, point_, context),
        verification_(problem, set_, context, result_.account),
        null_(problem, set_, candidates_, newton_, point_, verification_, start_, result_.account, context),
        admission_(problem, set_, start_, result_.account) {}

  PathFit run() {
    {
      const Stopwatch watch(result_.account.null_seconds);
      null_.fit(options_);
    }
    result_.account.null_seconds -= set_.seconds();
    result_.account.solve_seconds += set_.seconds();  // which `close_account` takes away again
    result_.null_loss = null_.loss();
    result_.alpha_max = null_.alpha_max();
    if (options_.alphas.empty()) options_.alphas = null_.alphas(options_);
    if (null_.explains()) return null_path();
    const Index count = static_cast<Index>(options_.alphas.size());
    Index done = 0, batch = 3;
    if constexpr (L::quadratic)
      if (complete() && factorable()) done = solve_by_gram();
    while (done < count) {
      approach(options_.alphas[done]);
      for (Index k = done; k < std::min<Index>(done + batch, static_cast<Index>(options_.hint.size())); ++k)
        for (const Index j : options_.hint[k])
          if (verification_.usable(j)) set_.add(j);
      rank(done);
      const Index wanted = within_reach(done, std::min(batch, count - done));
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
    account.all = complete();
    account.hessians = set_.anchors();
    account.hessian_seconds = set_.seconds();
    account.solve_seconds -= set_.seconds();
    account.evaluations = candidates_.evaluations();
    account.largest = std::max(account.largest, set_.size());
  }

  static constexpr double rough = 0.05;  // accuracy of fits on the way to the next alpha

  bool complete() const { return verification_.complete(); }
  double accuracy() const {
    const double enough = 0.3 * options_.tol, beyond = std::min(L::quadratic ? 1e-10 : 1e-9, 1e-2 * options_.tol);
    // below, the rounding of predictors decides
    return std::max(L::quadratic ? 1e-13 : 1e-12, options_.exact ? beyond : enough);
  }

  // As many alphas at once as 64 MiB of gradients allow.
  Index widest_batch() const {
    return std::clamp<Index>((Index{1} << 23) / std::max<Index>(1, problem_.design.rows()), 1, 16);
  }

  // The alphas from number `first` on, at most `wanted`, for which a guess of what enters next is worth something:
  // where there are many columns to guess from, and the path does not go in straight lines, as that of the squared loss
  // does.
  Index within_reach(Index first, Index wanted) const {
    const bool hard = !L::quadratic && !complete() && problem_.design.cols() > problem_.design.rows();
    const double least = (hard ? 0.7 : 0) * options_.alphas[first];
    while (wanted > 1 && options_.alphas[first + wanted - 1] < least) --wanted;
    return wanted;
  }

  // The unpenalised part explains every row to within rounding, so nothing pulls at any other weight. The loss is not
  // negative, so the null loss itself bounds the gap. Where the loss of a row does not reach 0 this is separation: no
  // optimum exists.
  PathFit null_path() {
    bool reached = true;
    for (std::size_t i = 0; i < problem_.y.size(); ++i)
      reached = reached && (!(problem_.weight[i] > 0) || problem_.loss.reaches_zero(problem_.y[i]));
    for (const double alpha : options_.alphas) {
      take(0, alpha, 0);
      accept(candidates_.fits[0], result_.null_loss, reached ? Outcome::optimal : Outcome::separated);
    }
    return std::move(result_);
  }

  // Makes the present point fit number t of the batch.
  void take(Index t, double alpha, Index steps) {
    if (t >= static_cast<Index>(candidates_.fits.size())) candidates_.resize(t + 1);
    Candidate& fit = candidates_.fits[t];
    fit.alpha = alpha;
    fit.coef.clear();
    for (const Index j : set_.columns()) fit.coef.push_back(point_.coef[j]);
    fit.intercept = point_.intercept;
    fit.gradient = newton_.column_gradient();
    fit.sums = newton_.sums();
    fit.rounding = newton_.rounding();
    fit.steps = steps;
    std::copy(point_.eta.begin(), point_.eta.end(), candidates_.eta(t).begin());
    std::copy(newton_.gradient().begin(), newton_.gradient().end(), candidates_.u(t).begin());
  }

  // Solves one alpha by itself, from the present point.
  void solve_alone(Index t, double alpha, double accuracy) {
    const Index steps = newton_.minimise(alpha, accuracy, options_.max_iter);
    take(t, alpha, steps);
  }

  // Makes fit t of the batch the present point; its predictor only on demand, because few need it.
  void restore(Index t, bool with_predictor) {
    const Candidate& fit = candidates_.fits[t];
    for (std::size_t k = 0; k < fit.coef.size(); ++k) point_.coef[set_.columns()[k]] = fit.coef[k];
    point_.intercept = fit.intercept;
    if (with_predictor) point_.eta.assign(candidates_.eta(t).begin(), candidates_.eta(t).end());
  }

  // Records a fit, with the intercept of the columns as stored.
  void accept(const Candidate& candidate, double gap, Outcome outcome) {
    Fit fit;
    fit.alpha = candidate.alpha;
    fit.intercept = candidate.intercept;
    fit.steps = candidate.steps;
    std::vector<std::pair<Index, double>> terms;
    for (std::size_t k = 0; k < candidate.coef.size(); ++k)
      if (candidate.coef[k] != 0) terms.emplace_back(set_.columns()[k], candidate.coef[k]);
    std::sort(terms.begin(), terms.end());
    double reach = 0;
    for (const auto& [j, b] : terms) {
      fit.index.push_back(j);
      fit.value.push_back(b);
      fit.intercept -= b * problem_.center[j];
      reach += std::fabs(b) * (std::fabs(problem_.center[j]) + problem_.spread[j]);
    }
    const double lost = lost_in_storing(problem_, reach, options_.tol * result_.null_loss);
    fit.gap = gap + lost;
    fit.outcome = lost > 0 && outcome == Outcome::optimal ? Outcome::stalled : outcome;
    result_.fits.push_back(std::move(fit));
    attempts_ = 0;
  }

  bool factorable() const {
    return set_.size() <= WorkingSet<L, D>::largest_gram && !newton_.dual_is_smaller(start_.coef);
  }

  Index solve_unverified(View alphas) {
    const Stopwatch watch(result_.account.solve_seconds);
    const bool batched = factorable() && (L::quadratic || options_.max_iter >= Batch<L, D>::most_rounds);
    const Index solved = batched ? batch_.solve(alphas, start_, accuracy(), newton_.unit()) : 0;
    if (solved > 0) {
      candidates_.complete_rows();
      return solved;
    }
    point_.coef = start_.coef;
    point_.intercept = start_.intercept;
    point_.eta = start_.eta;
    const std::size_t alone = newton_.dual_is_smaller(start_.coef) ? alphas.size() : 1;
    for (std::size_t t = 0; t < alone; ++t) solve_alone(static_cast<Index>(t), alphas[t], accuracy());
    candidates_.resize(static_cast<Index>(alone));
    return static_cast<Index>(alone);
  }

  // Solves and verifies up to `count` alphas from number `first`; returns how many were accepted.
  Index solve_batch(Index first, Index count) {
    const View alphas(options_.alphas.data() + first, static_cast<std::size_t>(count));
    const Index solved = solve_unverified(alphas);
    const Stopwatch watch(result_.account.verify_seconds);
    ++result_.account.batches;
    const bool own =
        complete() && std::all_of(candidates_.fits.begin(), candidates_.fits.end(), [&](const Candidate& fit) {
          return !fit.gradient.empty() && (!problem_.intercept || std::fabs(fit.sums.gradient) <= fit.rounding);
        });
    if (own) {
      verification_.gather(candidates_.fits);
      balance_all();
      verification_.shortlist(candidates_.fits);
    } else {
      verification_pass();
    }
    Index accepted = 0;
    while (accepted < solved && verify(accepted)) ++accepted;
    // a fit that was not accepted, because columns joined, is the best start for its next attempt
    if (first + accepted < static_cast<Index>(options_.alphas.size()))
      remember(std::min(accepted, solved - 1), accepted == solved);
    return accepted;
  }

  // Before an alpha far below the last one: rough fits in between, each half the one before, so that working sets and
  // Hessians never have far to go; if the loss is not quadratic, one at the alpha itself, too, because an accurate fit
  // on a working set that lacks columns is wasted. They are not reported.
  void approach(double target) {
    const double from = start_.alpha > 0 ? start_.alpha : null_.top();
    if (complete() || !(from > 2.5 * target)) return;
    const double steps = std::ceil(std::log2(from / target));
    for (double k = 1; k < steps + (L::quadratic ? 0 : 1) && factorable(); ++k) {
      rank(ranked_at_ + 1);
      const double alpha = from * std::pow(target / from, k / steps);
      {
        const Stopwatch watch(result_.account.solve_seconds);
        if (batch_.solve({&alpha, 1}, start_, rough, newton_.unit()) == 0) return;
        candidates_.complete_rows();
      }
      const Stopwatch watch(result_.account.verify_seconds);
      verification_pass();
      restore(0, false);
      admission_.admit(verification_, 0, candidates_.fits[0], point_.coef, rough);
      remember(0, true);
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
    for (Index t = 0; t < static_cast<Index>(candidates_.fits.size()); ++t) balance(candidates_.u(t));
  }

  // Products of the gradients of the batch, and of the direction in which they move on, with all columns.
  void verification_pass() {
    const Index solved = static_cast<Index>(candidates_.fits.size());
    balance_all();
    const bool moving = !complete() && direction(solved);
    verification_.pass(candidates_.gradients(), candidates_.fits, moving);
  }

  // How the gradient moves beyond the last fit of the batch, as one more vector behind the gradients.
  bool direction(Index solved) {
    restore(solved - 1, false);
    return set_.drift(point_.coef, candidates_.gradients() + solved * problem_.design.rows());
  }

  double gap_of(Index t) {
    const Candidate& fit = candidates_.fits[t];
    return null_.free_part().gap(
        candidates_.eta(t), rounding(problem_, fit.sums), options_.tol * result_.null_loss, [&](auto&& left) {
          return dual_gap(
              problem_, fit.alpha, point_.coef, verification_.near(), verification_.near_products(t), left,
              [&](double s) { return loss_gap(problem_, candidates_.eta(t), candidates_.u(t), s, context_); });
        });
  }

  // Products of the gradient of fit t, after it was solved again.
  void pass_again(Index t) {
    if (problem_.intercept) balance(candidates_.u(t));
    verification_.pass_again(t, candidates_.u(t).data());
    verification_.shortlist(candidates_.fits);
  }

  // Accepts fit t of the batch or prepares the next attempt at it.
  bool verify(Index t) {
    restore(t, false);
    ++attempts_;
    const Candidate& fit = candidates_.fits[t];
    const bool by_model = L::quadratic && fit.gradient.empty();  // nobody has seen its gradient before the pass
    if (by_model && verification_.violation(t, fit, point_.coef, accuracy(), newton_.unit()) > 1) {
      restore(t, true);
      solve_alone(t, fit.alpha, accuracy());
      pass_again(t);
    }
    const double enough = options_.tol * result_.null_loss, allowed = options_.exact ? 1e-10 : accuracy();
    double gap = gap_of(t);
    // admission may rearrange the working set, and with it the order that `fit` is in: nothing reads `fit` after it
    const bool settled = gap <= enough && attempts_ > 60;
    if (!settled && admission_.admit(verification_, t, fit, point_.coef, allowed)) return false;
    Outcome outcome = Outcome::optimal;
    if (!(gap <= enough)) {
      refine(t, gap);
      if (!(gap <= enough)) outcome = fit.steps >= options_.max_iter ? Outcome::max_iter : Outcome::stalled;
    }
    accept(fit, gap, outcome);
    return true;
  }

  // The working set holds every violator but the gap is not small yet: ask for more accuracy, and for less than the
  // usual allowance for rounding, as long as the gap is above tol.
  void refine(Index t, double& gap) {
    double wanted = accuracy();
    const double alpha = candidates_.fits[t].alpha;
    restore(t, true);
    for (int round = 0; round < 6 && !(gap <= options_.tol * result_.null_loss); ++round) {
      wanted *= 1e-2;
      const Candidate best = candidates_.fits[t];
      const RowVector eta(candidates_.eta(t).begin(), candidates_.eta(t).end()),
          u(candidates_.u(t).begin(), candidates_.u(t).end());
      newton_.allow_rounding(std::ldexp(1.0, -2 * round));
      solve_alone(t, alpha, wanted);
      candidates_.fits[t].steps += best.steps;
      pass_again(t);
      const double now = gap_of(t);
      if (now < gap) {
        gap = now;
        continue;
      }
      candidates_.fits[t] = best;
      std::copy(eta.begin(), eta.end(), candidates_.eta(t).begin());
      std::copy(u.begin(), u.end(), candidates_.u(t).begin());
      restore(t, true);
    }
    newton_.allow_rounding(1);
  }

  // Keeps fit t, which is the present point, and its pulls, and, if it is the last of the batch, how they move, for the
  // next batch and ranking.
  void remember(Index t, bool last) {
    const Candidate& fit = candidates_.fits[t];
    start_.coef = point_.coef;
    start_.intercept = fit.intercept;
    start_.eta.assign(candidates_.eta(t).begin(), candidates_.eta(t).end());
    start_.loss = candidates_.loss(t);
    start_.rounding = fit.rounding;
    start_.alpha = fit.alpha;
    const std::vector<Index>& columns = verification_.columns();
    const Index solved = static_cast<Index>(candidates_.fits.size());
    const bool moving = last && verification_.count() > solved;
    drift_.resize(moving ? columns.size() : 0);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      start_.gradient[columns[k]] = verification_.product(k, t);
      if (moving) drift_[k] = verification_.product(k, solved);
    }
  }

  // Once for each alpha.
  void rank(Index at) {
    if (complete() || at == ranked_at_) return;
    ranked_at_ = at;
    admission_.rank(verification_.columns(), drift_, point_.coef);
  }

  const Problem<L, D>& problem_;
  PathOptions options_;
  const Context& context_;
  Point point_;
  WorkingSet<L, D> set_;
  Candidates<L, D> candidates_;
  Batch<L, D> batch_;
  Newton<L, D> newton_;
  PathFit result_;
  Start start_;  // the last accepted fit, or the last attempt at the next one
  Verification<L, D> verification_;
  NullModel<L, D> null_;
  Admission<L, D> admission_;
  Vector drift_;  // how the products with the usable columns move when alpha falls
  Index ranked_at_ = -1, attempts_ = 0;
};

}  // namespace whyzero
