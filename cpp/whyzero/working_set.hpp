// The columns that are optimised now, with the Hessian of the loss on them.
//
// H = X'DX for centred columns and row weights D, minus the rank-one term that eliminates the intercept. D belongs to
// an anchor point and may be stale; columns that join later get their part of the same H. The active-set method lives
// here too, because its factor belongs to this H.
#pragma once

#include <algorithm>
#include <cmath>

#include "whyzero/optimality.hpp"
#include "whyzero/stopwatch.hpp"
#include "whyzero/subproblem/active_set.hpp"

namespace whyzero {

// A Hessian on the working set.
struct Hessian {
  const double* h;  // row k at h + k * stride
  Index stride;
  View mean;     // (x_j - center_j)'D 1
  double total;  // 1'D 1
  double place;  // 0, or the alpha between two anchors that it belongs to
};

template <Loss L, Design D>
class WorkingSet {
 public:
  // Largest working set whose Hessian is formed.
  static constexpr Index largest_gram = 6000;

  WorkingSet(const Problem<L, D>& problem, const Context& context) : problem_(problem), context_(context) {
    member_.assign(static_cast<std::size_t>(problem.design.cols()), 0);
  }

  const std::vector<Index>& columns() const { return columns_; }
  Index size() const { return static_cast<Index>(columns_.size()); }
  bool contains(Index j) const { return member_[static_cast<std::size_t>(j)] != 0; }

  void add(Index j) {
    if (contains(j)) return;
    line_.known = false;
    member_[static_cast<std::size_t>(j)] = 1;
    columns_.push_back(j);
  }

  // Leaves only the columns j with stays[j]; what is known of H for them stays known.
  void keep(const std::vector<char>& stays) {
    std::vector<Index> columns, from;
    for (Index a = 0; a < size(); ++a) {
      if (!stays[columns_[a]]) {
        member_[columns_[a]] = 0;
        continue;
      }
      columns.push_back(columns_[a]);
      from.push_back(a);
    }
    const Index known = std::lower_bound(from.begin(), from.end(), known_) - from.begin();
    for (Index a = 0; a < known; ++a) {
      double* row = h_.data() + a * stride_;
      const double* old = h_.data() + from[a] * stride_;
      for (Index b = 0; b < known; ++b) row[b] = old[from[b]];
      mean_[a] = mean_[from[a]];
    }
    columns_.swap(columns);
    mean_.resize(static_cast<std::size_t>(known));
    known_ = known;
    line_.known = false;
    active_.forget();
  }

  bool has_hessian() const { return known_ == size() && !weights_.empty(); }
  ActiveSet& active() { return active_; }

  // Fresh row weights, the second derivatives at `eta`; the Hessian is built by `complete`.
  void anchor_at(View eta) {
    weights_.resize(eta.size());
    row_slopes(problem_, eta, nullptr, weights_.data(), context_);
    begin_anchor();
  }

  // The same from second derivatives that are known; swaps them for the old ones.
  void anchor_with(RowVector& weights) {
    weights_.swap(weights);
    begin_anchor();
  }

  // The present Hessian, that of `alpha`, becomes the first end of a line, Eq. (87); the next one, the other end.
  void begin_line(double alpha) {
    line_.h.resize(static_cast<std::size_t>(size() * size()));
    for (Index a = 0; a < size(); ++a) std::copy_n(h_.data() + a * stride_, size(), line_.h.data() + a * size());
    line_.mean = mean_;
    line_.total = total_;
    line_.from = std::log(alpha);
  }
  void end_line(double alpha) {
    line_.to = std::log(alpha);
    line_.known = true;
  }

  // The Hessian to use at this alpha: on the line, if there is one.
  Hessian hessian_at(double alpha) {
    if (!line_.known) return {h_.data(), stride_, mean_, total_, 0};
    double share = (line_.to - std::log(alpha)) / (line_.to - line_.from);
    // far beyond its ends the line says nothing: the nearer end does
    if (share < -0.3 || share > 1.3 || !(share * line_.total + (1 - share) * total_ > 0))
      share = std::clamp(share, 0.0, 1.0);
    const auto between = [&](double a, double b) { return share * a + (1 - share) * b; };
    between_.resize(line_.h.size());
    between_mean_.resize(line_.mean.size());
    for (Index a = 0; a < size(); ++a) {
      for (Index b = 0; b < size(); ++b)
        between_[a * size() + b] = between(line_.h[a * size() + b], h_[a * stride_ + b]);
      between_mean_[a] = between(line_.mean[a], mean_[a]);
    }
    return {between_.data(), size(), between_mean_, between(line_.total, total_), alpha};
  }

  Index anchors() const { return anchors_; }
  double seconds() const { return seconds_; }  // spent on H

  View weights() const { return weights_; }

  // Design::sweep with an anchor at the row weights that rows(begin, end, eta, height, weights) sets beside u, in
  // weights[begin] ... weights[end - 1]. With `enough`, a Hessian from so many rows for each column will do: where the
  // next point is far away, its own differs more.
  template <typename Rows>
  void sweep_and_anchor(const double* coef, Index count, Rows&& rows, double* out, Index enough = 0) {
    {
      const Stopwatch watch(seconds_);
      weights_.resize(static_cast<std::size_t>(problem_.design.rows()));
      known_ = 0;
      make_room();
      mean_.resize(columns_.size() + 1);
      const Index few = enough * size(), every = few > 0 ? std::clamp<Index>(problem_.design.rows() / few, 1, 16) : 1;
      const auto weighted = [&](Index begin, Index end, double* eta, Index height) {
        rows(begin, end, eta, height, weights_.data());
      };
      problem_.design.sweep_with_hessian(columns_, problem_.center.data(), coef, count, weighted, out, weights_.data(),
                                         every, h_.data(), stride_, mean_.data(), context_);
      const double taken = mean_.back();
      mean_.pop_back();
      begin_anchor();
      if (taken < (1 - 1e-9) * total_) weight_up(taken > 0 ? total_ / taken : 0);
      finish_hessian(0);
    }
    if (!sampled_ || !misses_a_column()) return;
    known_ = 0;
    complete();
  }

  // Brings H up to date with the columns that have joined.
  void complete() {
    if (known_ == size()) return;
    if (sampled_) {  // all columns from the same rows
      known_ = 0;
      active_.forget();
    }
    sampled_ = false;
    const Index first = known_;
    make_room();
    const Stopwatch watch(seconds_);
    problem_.design.gram(columns_, first, problem_.center.data(), weights_, h_.data(), stride_, context_);
    mean_.resize(columns_.size());
    if (problem_.intercept) {
      const IndexView fresh(columns_.data() + first, columns_.size() - static_cast<std::size_t>(first));
      problem_.design.dot(fresh, problem_.center.data(), weights_.data(), 1, mean_.data() + first, context_);
    }
    finish_hessian(first);
  }

  // d x / d(-alpha) for the support of the factor and the signs of `coef` (by column), as a vector over rows weighted
  // by D: how the gradient moves when alpha falls. False if there is no factor.
  bool drift(View coef, double* out) const {
    const auto& support = active_.support();
    if (support.empty() || !has_hessian()) return false;
    Vector d(support.size());
    std::vector<Index> columns(support.size());
    double mean = 0;
    for (std::size_t a = 0; a < support.size(); ++a) {
      columns[a] = columns_[static_cast<std::size_t>(support[a])];
      const double b = coef[columns[a]];
      d[a] = b == 0 ? 0.0 : std::copysign(problem_.l1[columns[a]], b) + problem_.l2[columns[a]] * b;
    }
    active_.solve(d.data());
    const Index rows = problem_.design.rows();
    std::fill_n(out, rows, 0.0);
    problem_.design.axpy(columns, d.data(), 1, problem_.center.data(), out, context_);
    if (problem_.intercept && total_ > 0)
      for (std::size_t a = 0; a < support.size(); ++a) mean += mean_[support[a]] * d[a] / total_;
    for (Index i = 0; i < rows; ++i) out[i] = (out[i] - mean) * weights_[i];
    return true;
  }

  const double* hessian() const { return h_.data(); }
  Index stride() const { return stride_; }
  const Vector& mean() const { return mean_; }  // (x_j - center_j)'D 1
  double total() const { return total_; }       // 1'D 1

 private:
  void make_room() {
    if (size() <= stride_) return;
    const Index wider = size() + std::min<Index>(size() / 4, 256) + 8;
    RowVector roomier(static_cast<std::size_t>(wider * wider));  // pages that nobody writes take no memory
    for (Index a = 0; a < known_; ++a) std::copy_n(h_.data() + a * stride_, known_, roomier.data() + a * wider);
    h_.swap(roomier);
    stride_ = wider;
  }

  // The products and means of the columns from `first` on are there.
  void finish_hessian(Index first) {
    if (!problem_.intercept) std::fill(mean_.begin(), mean_.end(), 0.0);
    if (problem_.intercept && total_ > 0) eliminate_intercept(first);
    known_ = size();
  }

  // Lets the rows of a sample stand for all.
  void weight_up(double scale) {
    sampled_ = true;
    for (double& mean : mean_) mean *= scale;
    for (Index a = 0; a < size(); ++a)
      for (Index b = 0; b < size(); ++b) h_[a * stride_ + b] *= scale;
  }

  // Whether the rows of a sample hardly know a column.
  bool misses_a_column() const {
    for (Index a = 0; a < size(); ++a) {
      const double spread = problem_.spread[columns_[a]];
      if (!(h_[a * stride_ + a] >= 0.1 * total_ * spread * spread)) return true;
    }
    return false;
  }

  void begin_anchor() {
    sampled_ = false;
    total_ = sum_rows<1>(static_cast<Index>(weights_.size()), 1, context_, [&](Index begin, Index end) {
      return std::array<double, 1>{sum_of(View(weights_).subspan(begin, end - begin))};
    })[0];
    known_ = 0;
    line_.known = false;
    active_.forget();
    ++anchors_;
  }

  void eliminate_intercept(Index first) {
    for (Index a = 0; a < size(); ++a)
      for (Index b = first; b < size(); ++b) {
        const double term = mean_[a] * mean_[b] / total_;
        h_[a * stride_ + b] -= term;
        if (a < first) h_[b * stride_ + a] -= term;
      }
  }

  const Problem<L, D>& problem_;
  const Context& context_;
  std::vector<Index> columns_;
  std::vector<char> member_;
  // The far end of a line of Hessians in log alpha; the near one is the present Hessian.
  struct Line {
    bool known = false;
    double from = 0, to = 0, total = 0;
    Vector h, mean;
  };

  RowVector weights_, h_;
  Vector mean_, between_, between_mean_;
  Line line_;
  double total_ = 0, seconds_ = 0;
  Index stride_ = 0, known_ = 0, anchors_ = 0;
  bool sampled_ = false;  // H comes from some of the rows
  ActiveSet active_;
};

}  // namespace whyzero
