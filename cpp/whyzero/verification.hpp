// The pass over X that accepts fits: products of their gradients with all columns.
//
// One pass serves all fits of a batch. Of its products only a short list is looked at more than once: the columns of
// the working set, and those whose pull comes near its toll in one of the fits. Every other column has a zero weight,
// bears its pull, and does not bind the dual point. Columns for which that is certain beforehand are not read
// (drift_bound.hpp).
#pragma once

#include "whyzero/account.hpp"
#include "whyzero/candidates.hpp"
#include "whyzero/drift_bound.hpp"

namespace whyzero {

template <Loss L, Design D>
class Verification {
 public:
  Verification(const Problem<L, D>& problem, const WorkingSet<L, D>& set, const Context& context, Account& account)
      : problem_(problem), set_(set), context_(context), account_(account) {
    columns_.reserve(static_cast<std::size_t>(problem.design.cols()));
    for (Index j = 0; j < problem.design.cols(); ++j)
      if (usable(j)) columns_.push_back(j);
  }

  // Whether a column may have a weight other than zero.
  bool usable(Index j) const { return std::isfinite(problem_.l1[j]) && problem_.spread[j] > 0; }
  const std::vector<Index>& columns() const { return columns_; }
  bool complete() const { return set_.columns().size() == columns_.size(); }

  // Products of `count` vectors over the rows with all usable columns: the unit of cost.
  void pass(const double* u, Index count) {
    count_ = count;
    products_.resize(columns_.size() * static_cast<std::size_t>(count));
    problem_.design.dot(columns_, problem_.center.data(), u, count, products_.data(), context_);
    account_.passes += 1;
  }

  // Products of the gradients of these fits, and of the direction behind them if there is one, with all usable columns
  // that could matter; for the others an estimate far from the toll.
  void pass(const double* u, const std::vector<Candidate>& fits, bool direction) {
    const Index solved = static_cast<Index>(fits.size()), count = solved + (direction ? 1 : 0);
    const std::size_t n = static_cast<std::size_t>(problem_.design.rows());
    const bool narrow = columns_.size() < 256;  // reading them costs less than the projections on the bound
    if (narrow) {
      pass(u, count);
    } else if (!bound_.known() || !read_survivors(u, fits, count)) {
      pass(u, count);
      Vector own(columns_.size()), moving(direction ? columns_.size() : 0);
      for (std::size_t k = 0; k < columns_.size(); ++k) {
        own[k] = product(k, solved - 1);
        if (direction) moving[k] = product(k, solved);
      }
      bound_.take({u + static_cast<std::size_t>(solved - 1) * n, n},
                  direction ? u + static_cast<std::size_t>(solved) * n : nullptr, std::move(own), std::move(moving));
    }
    shortlist(fits);
  }

  // The working set is everything: the gradients of the last Newton steps are the products.
  void gather(const std::vector<Candidate>& fits) {
    count_ = static_cast<Index>(fits.size());
    products_.resize(columns_.size() * fits.size());
    std::vector<Index> place(static_cast<std::size_t>(problem_.design.cols()));
    for (std::size_t k = 0; k < set_.columns().size(); ++k) place[set_.columns()[k]] = static_cast<Index>(k);
    for (std::size_t k = 0; k < columns_.size(); ++k)
      for (std::size_t t = 0; t < fits.size(); ++t)
        products_[k * fits.size() + t] = fits[t].gradient[place[columns_[k]]];
  }

  // Replaces the products of vector t.
  void pass_again(Index t, const double* u) {
    Vector c(columns_.size());
    problem_.design.dot(columns_, problem_.center.data(), u, 1, c.data(), context_);
    account_.passes += 1;
    for (std::size_t k = 0; k < c.size(); ++k) products_[k * static_cast<std::size_t>(count_) + t] = c[k];
  }

  // How many vectors the last pass had.
  Index count() const { return count_; }
  // The product of the k-th usable column with vector t.
  double product(std::size_t k, Index t) const { return products_[k * static_cast<std::size_t>(count_) + t]; }

  void shortlist(const std::vector<Candidate>& fits) {
    near_.clear();
    near_places_.clear();
    Vector most;
    for (const Candidate& fit : fits) most.push_back(0.999999 * fit.alpha);
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const double* row = products_.data() + k * static_cast<std::size_t>(count_);
      const double toll = problem_.l1[columns_[k]];
      bool close = set_.contains(columns_[k]);
      for (std::size_t t = 0; t < fits.size(); ++t) close = close || !(problem_.pull(row[t]) < most[t] * toll);
      if (!close) continue;
      near_.push_back(columns_[k]);
      near_places_.push_back(k);
    }
  }

  // The columns of the short list, and the products of fit t with them.
  const std::vector<Index>& near() const { return near_; }
  Vector near_products(Index t) const {
    Vector c;
    for (const std::size_t k : near_places_) c.push_back(product(k, t));
    return c;
  }

  // The largest violation on the working set's part of the short list, in units of what is allowed.
  double violation(Index t, const Candidate& fit, View coef, double accuracy, double unit) const {
    Vector own_coef, pulls;
    std::vector<Index> columns;
    for (std::size_t i = 0; i < near_.size(); ++i) {
      if (!set_.contains(near_[i])) continue;
      columns.push_back(near_[i]);
      own_coef.push_back(coef[near_[i]]);
      pulls.push_back(product(near_places_[i], t));
    }
    const Restricted restricted{fit.alpha, own_coef, pulls, 0, fit.rounding};
    return worst_violation(problem_, columns, restricted, accuracy, unit);
  }

 private:
  // Reads the columns whose bound comes near a toll. False, and nothing read, if that is most of them.
  bool read_survivors(const double* u, const std::vector<Candidate>& fits, Index count) {
    const Index n = problem_.design.rows();
    std::vector<DriftBound::Projection> parts;
    for (Index t = 0; t < count; ++t) parts.push_back(bound_.project(u + t * n, problem_.weight));
    std::vector<Index> columns;
    std::vector<std::size_t> places;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const Index j = columns_[k];
      bool matters = set_.contains(j);
      for (std::size_t t = 0; t < fits.size() && !matters; ++t) {
        const double most = problem_.pull(bound_.estimate(parts[t], k)) + problem_.spread[j] * parts[t].rest;
        matters = !(most < certain * fits[t].alpha * problem_.l1[j]);
      }
      if (!matters) continue;
      columns.push_back(j);
      places.push_back(k);
    }
    if (problem_.design.entries(columns) > 0.7 * problem_.design.entries(columns_)) return false;
    Vector read(columns.size() * static_cast<std::size_t>(count));
    problem_.design.dot(columns, problem_.center.data(), u, count, read.data(), context_);
    account_.passes += problem_.design.entries(columns) / problem_.design.entries(columns_);
    count_ = count;
    products_.resize(columns_.size() * static_cast<std::size_t>(count));
    for (std::size_t k = 0; k < columns_.size(); ++k)
      for (Index t = 0; t < count; ++t)
        products_[k * static_cast<std::size_t>(count) + t] = bound_.estimate(parts[t], k);
    for (std::size_t i = 0; i < places.size(); ++i)
      std::copy_n(read.data() + i * static_cast<std::size_t>(count), count,
                  products_.data() + places[i] * static_cast<std::size_t>(count));
    return true;
  }

  // Bounds below this share of a toll leave no doubt, whatever rounding did to them.
  static constexpr double certain = 0.999;

  const Problem<L, D>& problem_;
  const WorkingSet<L, D>& set_;
  const Context& context_;
  Account& account_;
  std::vector<Index> columns_, near_;
  std::vector<std::size_t> near_places_;  // of the short list in columns_
  Vector products_;                       // row k: column k, one entry for each vector
  Index count_ = 0;
  DriftBound bound_;
};

}  // namespace whyzero
