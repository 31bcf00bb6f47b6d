// The columns that are optimised now, with the Hessian of the loss on them.
//
// H = X'DX for centred columns and row weights D, minus the rank-one term that eliminates the intercept. D belongs to
// an anchor point and may be stale; columns that join later get their part of the same H.
#pragma once

#include <cmath>

#include "whyzero/problem.hpp"

namespace whyzero {

template <Loss L, Design D>
class WorkingSet {
 public:
  WorkingSet(const Problem<L, D>& problem, const Context& context) : problem_(problem), context_(context) {
    member_.assign(static_cast<std::size_t>(problem.design.cols()), 0);
  }

  const std::vector<Index>& columns() const { return columns_; }
  Index size() const { return static_cast<Index>(columns_.size()); }
  bool contains(Index j) const { return member_[static_cast<std::size_t>(j)] != 0; }

  void add(Index j) {
    if (contains(j)) return;
    member_[static_cast<std::size_t>(j)] = 1;
    columns_.push_back(j);
  }

  void clear() {
    for (const Index j : columns_) member_[static_cast<std::size_t>(j)] = 0;
    columns_.clear();
    discard_hessian();
  }

  void discard_hessian() { known_ = 0; }
  bool has_hessian() const { return known_ == size() && !weights_.empty(); }

  // Fresh row weights; the Hessian is built when `hessian` is next called.
  void anchor(Vector weights) {
    weights_ = std::move(weights);
    total_ = 0;
    for (const double d : weights_) total_ += d;
    known_ = 0;
  }

  View weights() const { return weights_; }

  // Brings H up to date with the columns that have joined. Returns true if it was built anew.
  bool complete() {
    const Index first = known_;
    if (size() > stride_) {
      const Index wider = size() + size() / 2 + 8;
      Vector roomier(static_cast<std::size_t>(wider * wider));
      for (Index a = 0; a < first; ++a) std::copy_n(h_.data() + a * stride_, first, roomier.data() + a * wider);
      h_.swap(roomier);
      stride_ = wider;
    }
    if (first == size()) return false;
    problem_.design.gram(columns_, first, problem_.center.data(), weights_, h_.data(), stride_, context_);
    mean_.resize(columns_.size());
    if (problem_.intercept) {
      const IndexView fresh(columns_.data() + first, columns_.size() - static_cast<std::size_t>(first));
      problem_.design.dot(fresh, problem_.center.data(), weights_.data(), 1, mean_.data() + first, context_);
      if (total_ > 0) eliminate_intercept(first);
    } else {
      std::fill(mean_.begin(), mean_.end(), 0.0);
    }
    known_ = size();
    return first == 0;
  }

  const double* hessian() const { return h_.data(); }
  Index stride() const { return stride_; }
  const Vector& mean() const { return mean_; }  // (x_j - center_j)'D 1
  double total() const { return total_; }       // 1'D 1

 private:
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
  Vector weights_, h_, mean_;
  double total_ = 0;
  Index stride_ = 0, known_ = 0;
};

}  // namespace whyzero
