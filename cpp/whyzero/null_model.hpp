// Where a path starts: the model of the intercept and the unpenalised columns alone, alpha_max, the grid, and which
// columns are optimised over.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/account.hpp"
#include "whyzero/free_part.hpp"
#include "whyzero/newton.hpp"
#include "whyzero/verification.hpp"

namespace whyzero {

// Which columns are optimised over: those that matter, found on the way, or all of them from the start.
enum class Plan { automatic, all_columns, working_sets };

struct PathOptions {
  Vector alphas;  // decreasing; empty: `count` alphas from alpha_max down to min_ratio alpha_max
  Index count = 100;
  double min_ratio = 1e-3;
  double tol = 1e-6;
  bool exact = true;  // go beyond tol, to supports that do not depend on it
  Index max_iter = 1000;
  Plan plan = Plan::automatic;
  std::vector<std::vector<Index>> hint;  // for each alpha, columns likely to matter; may be empty
};

template <Loss L, Design D>
class NullModel {
 public:
  NullModel(const Problem<L, D>& problem, WorkingSet<L, D>& set, const Candidates<L, D>& candidates,
            Newton<L, D>& newton, Point& point, Verification<L, D>& verification, Start& start, Account& account,
            const Context& context)
      : problem_(problem),
        set_(set),
        candidates_(candidates),
        newton_(newton),
        point_(point),
        verification_(verification),
        start_(start),
        account_(account),
        context_(context),
        free_part_(problem, context) {}

  // The model with the intercept and the unpenalised columns alone; fixes alpha_max and the unit of the tolerance.
  void fit(const PathOptions& options) {
    point_.coef.assign(static_cast<std::size_t>(problem_.design.cols()), 0.0);
    point_.eta.assign(problem_.offset.begin(), problem_.offset.end());
    if (problem_.intercept) {
      point_.intercept = problem_.loss.start(problem_.y.data(), problem_.weight.data(), problem_.offset.data(),
                                             static_cast<Index>(point_.eta.size()));
      for (double& eta : point_.eta) eta += point_.intercept;
    }
    bool toll_free = false;
    for (const Index j : verification_.columns()) {
      if (problem_.l1[j] == 0 && problem_.l2[j] == 0) set_.add(j);
      toll_free = toll_free || (problem_.l1[j] == 0 && problem_.l2[j] > 0);
    }
    newton_.minimise(1.0, 0.0, options.max_iter);
    newton_.fix_unit();
    loss_ = newton_.sums().loss;
    explains_ = newton_.gradient_norm() <= 1e-13 * size_of_target();
    if (explains_) return;
    free_part_.begin(set_, point_.eta);
    start_ = {point_.coef, point_.intercept, {}, Vector(point_.coef.size()), loss_, newton_.rounding(), 0};
    start_.eta.swap(point_.eta);  // a vector over the rows less; whoever solves one alpha by itself takes a copy
    const bool whole = toll_free || takes_all(options);
    if (whole)
      for (const Index j : verification_.columns()) set_.add(j);
    read_gradient(whole && candidates_.narrow_and_tall());
    double top = 0;
    for (const Index j : verification_.columns())
      if (problem_.l1[j] > 0) top = std::max(top, problem_.pull(start_.gradient[j]) / problem_.l1[j]);
    alpha_max_ = toll_free ? std::numeric_limits<double>::infinity() : top;
    top_ = top;
    if (toll_free) top_ = ridge_top();
  }

  // The grid from `top` down.
  Vector alphas(const PathOptions& options) const {
    const double top = top_ > 0 ? top_ : 1.0;
    Vector grid;
    for (Index k = 0; k < options.count; ++k) {
      const double share = options.count == 1 ? 0.0 : static_cast<double>(k) / static_cast<double>(options.count - 1);
      grid.push_back(k == 0 ? top : top * std::pow(options.min_ratio, share));
    }
    return grid;
  }

  double loss() const { return loss_; }
  // Whether it explains the target to within rounding.
  bool explains() const { return explains_; }
  // Infinite where a column has no toll: then no alpha makes all penalised weights zero.
  double alpha_max() const { return alpha_max_; }
  // Where a grid starts.
  double top() const { return top_; }
  FreePart<L, D>& free_part() { return free_part_; }

 private:
  // Products of the null model's gradient with all columns; with the first Hessian, where it takes the same reading.
  void read_gradient(bool with_hessian) {
    RowVector u = newton_.hand_over_gradient();
    if (problem_.intercept) balance(u);
    if (with_hessian) {
      Vector products(set_.columns().size()), none(set_.columns().size(), 0.0);
      const auto rows = [&](Index begin, Index end, double* block, Index, double* weights) {
        std::array<double, 4> sums{};
        std::copy(u.data() + begin, u.data() + end, block);
        problem_.loss.slopes(problem_.y.data() + begin, problem_.weight.data() + begin, start_.eta.data() + begin,
                             nullptr, weights + begin, end - begin, sums.data());
      };
      set_.sweep_and_anchor(none.data(), 1, rows, products.data(), Candidates<L, D>::enough_for_a_start);
      for (std::size_t k = 0; k < products.size(); ++k) start_.gradient[set_.columns()[k]] = products[k];
      account_.passes += 1;
      return;
    }
    verification_.pass(u.data(), 1);
    for (std::size_t k = 0; k < verification_.columns().size(); ++k)
      start_.gradient[verification_.columns()[k]] = verification_.product(k, 0);
  }

  // All columns cost one Gram matrix, working sets products of all columns with about one vector for each alpha, and 15
  // for those that have to be done again. In both cases the loop over the entries of a column is the unit, and the Gram
  // matrix is symmetric. If the loss is not quadratic, all columns take part in every Hessian and gradient.
  bool takes_all(const PathOptions& options) const {
    if (options.plan != Plan::automatic) return options.plan == Plan::all_columns;
    const double alphas =
        options.alphas.empty() ? static_cast<double>(options.count) : static_cast<double>(options.alphas.size());
    const double most = L::quadratic ? 2 * (15 + 1.2 * std::min(alphas, 100.0)) : alphas <= 2 ? 64 : 32;
    return static_cast<double>(verification_.columns().size()) <= std::max(32.0, most);
  }

  // Root mean squares of what the null model's residuals are differences of.
  double size_of_target() const {
    double size = rms_of_target() + std::sqrt(newton_.sums().sizes);
    for (const Index j : set_.columns())
      if (!may_overflow<L>) size += problem_.spread[j] * std::fabs(point_.coef[j]);
    return size;
  }

  double rms_of_target() const {
    const auto sums = sum_rows<2>(problem_.design.rows(), 2, context_, [&](Index begin, Index end) {
      std::array<double, 2> pair{};
      for (Index i = begin; i < end; ++i) pair[(i - begin) % 2] += problem_.weight[i] * problem_.y[i] * problem_.y[i];
      return pair;
    });
    return std::sqrt(sums[0] + sums[1]);
  }

  // Without a toll no alpha gives zeros; a grid then starts where an elastic net with l1_ratio 0.001 would.
  double ridge_top() const {
    double top = 0;
    for (const Index j : verification_.columns())
      if (problem_.l2[j] > 0) top = std::max(top, problem_.pull(start_.gradient[j]) / std::sqrt(problem_.l2[j]));
    return 1000 * top;
  }

  const Problem<L, D>& problem_;
  WorkingSet<L, D>& set_;
  const Candidates<L, D>& candidates_;
  Newton<L, D>& newton_;
  Point& point_;
  Verification<L, D>& verification_;
  Start& start_;
  Account& account_;
  const Context& context_;
  FreePart<L, D> free_part_;
  double loss_ = 0, alpha_max_ = 0, top_ = 0;
  bool explains_ = false;
};

}  // namespace whyzero
