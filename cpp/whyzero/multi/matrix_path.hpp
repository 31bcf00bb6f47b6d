// Fits of a model with a matrix of weights along a decreasing grid of alphas.
//
// For each alpha: the model is minimised on a working set of columns, then one pass over X takes the products of its
// gradient with all columns. Those whose pull exceeds their toll join, until none does and the duality gap is small
// enough. Before that the columns join that the strong rule expects. Both are guesses about where the weights are; what
// accepts a fit is the pass and the gap. Source of the rule: Tibshirani et al. (2012), "Strong rules for discarding
// predictors in lasso-type problems", JRSS B 74(2).
#pragma once

#include <algorithm>

#include "whyzero/multi/matrix_evaluation.hpp"

namespace whyzero {

template <typename Model, Design D>
class MatrixPath {
 public:
  MatrixPath(const MatrixProblem<D>& problem, PathOptions options, const Context& context)
      : problem_(problem), options_(std::move(options)), context_(context), model_(problem, context) {}

  MatrixPathFit run() {
    fit_null();
    if (options_.alphas.empty()) make_grid();
    for (const double alpha : options_.alphas) {
      MatrixFit fit = explained_ ? null_fit(alpha) : solve(alpha);
      result_.fits.push_back(std::move(fit));
      context_.monitor.advance(static_cast<Index>(result_.fits.size()));
    }
    return std::move(result_);
  }

 private:
  using Penalty = typename Model::RowPenalty;
  static constexpr double rough = 1e-3;  // accuracy of fits while columns join the working set

  MatrixState<D>& state() { return model_.state(); }
  const MatrixState<D>& state() const { return model_.state(); }

  // The model of intercepts and unpenalised columns; fixes alpha_max and the unit of the tolerance.
  void fit_null() {
    model_.begin();
    for (const Index j : state().usable()) {
      if (problem_.l1[j] == 0 && problem_.l2[j] == 0) state().add(j);
      toll_free_ = toll_free_ || (problem_.l1[j] == 0 && problem_.l2[j] > 0);
    }
    model_.minimise(1.0, 0.0, options_.max_iter);
    model_.evaluation().fix_unit();
    model_.evaluation().factor_free_columns();
    result_.null_loss = state().loss;
    explained_ = model_.explains();
    pass();
    for (std::size_t k = 0; k < state().usable().size(); ++k) {
      const double l1 = problem_.l1[state().usable()[k]];
      if (l1 > 0) top_ = std::max(top_, pull(k) / l1);
    }
    result_.alpha_max = toll_free_ ? std::numeric_limits<double>::infinity() : top_;
    if (toll_free_)  // these columns have weights at any alpha
      for (const Index j : state().usable())
        if (problem_.l1[j] == 0) state().add(j);
  }

  // Without a toll no alpha gives zeros; a grid then starts where an elastic net with l1_ratio 0.001 would.
  void make_grid() {
    double top = top_;
    for (std::size_t k = 0; toll_free_ && k < state().usable().size(); ++k) {
      const double l2 = problem_.l2[state().usable()[k]];
      if (l2 > 0) top = std::max(top, 1000 * pull(k) / std::sqrt(l2));
    }
    if (!(top > 0)) top = 1;
    for (Index k = 0; k < options_.count; ++k) {
      const double share = options_.count == 1 ? 0.0 : static_cast<double>(k) / static_cast<double>(options_.count - 1);
      options_.alphas.push_back(k == 0 ? top : top * std::pow(options_.min_ratio, share));
    }
  }

  // The dual point of the present weights, and its products with all usable columns: the unit of cost.
  void pass() {
    dual_ = state().u;
    feasible_ = model_.evaluation().balance(dual_);
    products_.resize(state().usable().size() * static_cast<std::size_t>(problem_.tasks));
    problem_.design.dot(state().usable(), problem_.center.data(), dual_.data(), problem_.tasks, products_.data(),
                        context_);
    result_.passes += 1;
  }

  double pull(std::size_t k) const {
    return Penalty::pull(products_.data() + static_cast<Index>(k) * problem_.tasks, problem_.tasks);
  }

  MatrixFit solve(double alpha) {
    expect(alpha);
    const double enough = options_.tol * result_.null_loss, beyond = std::min(Model::finest, 1e-2 * options_.tol);
    const double goal = std::max(1e-13, options_.exact ? beyond : 0.3 * options_.tol);
    const bool complete = state().columns().size() == state().usable().size();
    double accuracy = complete ? goal : std::max(goal, rough);
    Index steps = 0, refinements = 0;
    double gap = std::numeric_limits<double>::infinity();
    Outcome outcome = Outcome::optimal;
    for (int attempt = 0;; ++attempt) {
      steps += model_.minimise(alpha, accuracy, options_.max_iter - steps);
      pass();
      gap = feasible_ ? model_.evaluation().gap(alpha, dual_, products_) : std::numeric_limits<double>::infinity();
      const bool joined = admit(alpha);
      if (steps < options_.max_iter && joined && !(gap <= enough && attempt > 60)) continue;
      if (steps < options_.max_iter && accuracy > goal) {
        accuracy = goal;
        continue;
      }
      if (gap <= enough) break;
      outcome = steps >= options_.max_iter ? Outcome::max_iter : Outcome::stalled;
      if (steps >= options_.max_iter || ++refinements > 5) break;
      accuracy *= 1e-2;
      model_.evaluation().allow_rounding(std::ldexp(1.0, -2 * static_cast<int>(refinements)));
    }
    if (gap <= enough) outcome = Outcome::optimal;
    model_.evaluation().allow_rounding(1);
    last_ = alpha;
    return record(alpha, gap, steps, outcome);
  }

  // Columns of which the strong rule thinks that they have weights at this alpha, the likeliest first.
  void expect(double alpha) {
    const double bar = 2 * alpha - (last_ > 0 ? last_ : std::max(top_, alpha));
    std::vector<std::pair<double, Index>> likely;
    std::vector<char> stays(static_cast<std::size_t>(problem_.design.cols()), 0);
    Index support = 0;
    for (std::size_t k = 0; k < state().usable().size(); ++k) {
      const Index j = state().usable()[k];
      const double l1 = problem_.l1[j];
      const bool weights = l1 == 0 || row_norm(state().row(j), problem_.tasks) > 0;
      support += weights;
      stays[j] = weights;
      if (!weights && pull(k) > bar * l1) likely.emplace_back(-pull(k) / l1, j);
    }
    const std::size_t most = std::min(likely.size(), static_cast<std::size_t>(32 + support));
    std::nth_element(likely.begin(), likely.begin() + static_cast<std::ptrdiff_t>(most), likely.end());
    for (std::size_t k = 0; k < most; ++k) stays[likely[k].second] = 1;
    if (!Model::keeps_all && state().size() > 2 * (support + static_cast<Index>(most)) + 16) {
      state().keep(stays);
      model_.forget();
    }
    for (std::size_t k = 0; k < most; ++k) state().add(likely[k].second);
  }

  // Columns outside the working set whose pull exceeds their toll join it. False if there is none.
  bool admit(double alpha) {
    const double allowed = options_.exact ? 1e-10 : 0.3 * options_.tol;
    std::vector<std::pair<double, Index>> violators;
    Index support = 0;
    for (const Index j : state().columns()) support += row_norm(state().row(j), problem_.tasks) > 0;
    for (std::size_t k = 0; k < state().usable().size(); ++k) {
      const Index j = state().usable()[k];
      if (state().contains(j)) continue;
      const double toll = alpha * problem_.l1[j], excess = pull(k) - toll;
      if (excess > std::max(allowed * toll, model_.evaluation().rounding() * problem_.spread[j]))
        violators.emplace_back(-excess / toll, j);
    }
    const std::size_t most = std::min(violators.size(), static_cast<std::size_t>(32 + support));
    std::nth_element(violators.begin(), violators.begin() + static_cast<std::ptrdiff_t>(most), violators.end());
    for (std::size_t k = 0; k < most; ++k) state().add(violators[k].second);
    return !violators.empty();
  }

  // The unpenalised part explains the targets: the loss is not negative, so it bounds its own distance from optimal.
  MatrixFit null_fit(double alpha) const {
    return record(alpha, result_.null_loss, 0, Model::outcome_without_residual);
  }

  // The present weights, with the intercepts of the columns as stored.
  MatrixFit record(double alpha, double gap, Index steps, Outcome outcome) const {
    MatrixFit fit;
    fit.alpha = alpha, fit.gap = gap, fit.steps = steps, fit.outcome = outcome;
    fit.intercept = state().intercept;
    for (const Index j : state().usable()) {
      const double* row = state().row(j);
      if (std::all_of(row, row + problem_.tasks, [](double b) { return b == 0; })) continue;
      fit.index.push_back(j);
      fit.value.insert(fit.value.end(), row, row + problem_.tasks);
      for (Index t = 0; t < problem_.tasks; ++t) fit.intercept[t] -= problem_.center[j] * row[t];
    }
    if (Model::shift_invariant && problem_.intercept) {
      double mean = 0;
      for (const double b0 : fit.intercept) mean += b0 / static_cast<double>(problem_.tasks);
      for (double& b0 : fit.intercept) b0 -= mean;
    }
    return fit;
  }

  const MatrixProblem<D>& problem_;
  PathOptions options_;
  const Context& context_;
  Model model_;
  MatrixPathFit result_;
  RowVector dual_;   // u, made to sum to zero where there are intercepts
  Vector products_;  // of it with the usable columns
  double top_ = 0, last_ = 0;
  bool feasible_ = true, explained_ = false, toll_free_ = false;
};

}  // namespace whyzero
