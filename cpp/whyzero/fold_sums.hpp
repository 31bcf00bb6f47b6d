// What the squared loss needs to know of each fold's rows, from one read of X.
//
// All sums are about one point for all folds: the columns about `center`, the target about `level`. A fold's training
// rows are all rows but its own, so their sums are the total less the fold's.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/design.hpp"

namespace whyzero {

// The rows of a squared loss that is cross-validated.
struct FoldedRows {
  View target;                // y - offset
  View weight;                // not negative, of sum 1
  const std::int32_t* group;  // the fold of each row, one of 0 ... folds - 1
  Index folds;
};

// Sums over some rows, with u = x - center and r = target - level.
struct RowMoments {
  double weight = 0, target = 0, square = 0;                              // of w, w r, w r^2
  const double *columns = nullptr, *products = nullptr, *gram = nullptr;  // of w u, w u r, w u u'
};

// A column in the training rows of a fold.
struct Flatness {
  bool flat = false;  // all its values are equal
  double value = 0;   // to this
};

template <Design D>
class FoldSums {
 public:
  FoldSums(const D& design, const FoldedRows& rows, IndexView columns, const double* center, double level,
           const Context& context)
      : design_(design), rows_(rows), columns_(columns), size_(static_cast<Index>(columns.size())) {
    const auto folds = static_cast<std::size_t>(rows.folds), size = columns.size();
    grams_.resize(folds * size * size);
    sums_.resize(folds * size);
    products_.resize(folds * size);
    design.gram_by_group(columns, center, rows.weight, rows.group, rows.folds, grams_.data(), sums_.data(), context);
    multiply_target(center, level, context);
    moments_.resize(folds);
    for (Index i = 0; i < design.rows(); ++i) {
      const double w = rows.weight[i], r = rows.target[i] - level;
      RowMoments& own = moments_[rows.group[i]];
      own.weight += w, own.target += w * r, own.square += w * r * r;
    }
    total_.assign(size * size, 0.0);
    total_sums_.assign(size, 0.0), total_products_.assign(size, 0.0);
    for (Index f = 0; f < rows.folds; ++f) {
      RowMoments& own = moments_[f];
      own.columns = sums_.data() + f * size_, own.products = products_.data() + f * size_;
      own.gram = grams_.data() + f * size_ * size_;
      all_.weight += own.weight, all_.target += own.target, all_.square += own.square;
      for (Index k = 0; k < size_; ++k) total_sums_[k] += own.columns[k], total_products_[k] += own.products[k];
      for (Index k = 0; k < size_ * size_; ++k) total_[k] += own.gram[k];
    }
    all_.columns = total_sums_.data(), all_.products = total_products_.data(), all_.gram = total_.data();
  }

  Index size() const { return size_; }
  const RowMoments& fold(Index f) const { return moments_[f]; }
  const RowMoments& all() const { return all_; }

  // Whether column number k has one value in the training rows of each fold. Reads the column.
  std::vector<Flatness> flatness(Index k) const {
    const auto folds = static_cast<std::size_t>(rows_.folds);
    const double infinity = std::numeric_limits<double>::infinity();
    Vector least(folds, infinity), most(folds, -infinity);
    std::vector<Index> zeros(folds, 0);
    for (std::size_t i = 0; i < rows_.weight.size(); ++i) zeros[rows_.group[i]] += rows_.weight[i] > 0;
    design_.for_each(columns_[k], [&](Index i, double value) {
      if (!(rows_.weight[i] > 0)) return;
      const Index f = rows_.group[i];
      --zeros[f];
      least[f] = std::min(least[f], value), most[f] = std::max(most[f], value);
    });
    for (std::size_t f = 0; f < folds; ++f)
      if (zeros[f] > 0) least[f] = std::min(least[f], 0.0), most[f] = std::max(most[f], 0.0);
    std::vector<Flatness> out(folds);
    for (std::size_t f = 0; f < folds; ++f) {
      double low = infinity, high = -infinity;
      for (std::size_t g = 0; g < folds; ++g)
        if (g != f) low = std::min(low, least[g]), high = std::max(high, most[g]);
      out[f] = {low == high, low};
    }
    return out;
  }

 private:
  // The products with the target, some folds at a time: a vector for each fold, zero outside of it.
  void multiply_target(const double* center, double level, const Context& context) {
    const Index together = 8, rows = design_.rows();
    Vector u, out;
    for (Index first = 0; first < rows_.folds; first += together) {
      const Index count = std::min(together, rows_.folds - first);
      u.assign(static_cast<std::size_t>(count * rows), 0.0);
      out.resize(static_cast<std::size_t>(size_ * count));
      for (Index i = 0; i < rows; ++i) {
        const Index t = rows_.group[i] - first;
        if (t >= 0 && t < count) u[t * rows + i] = rows_.weight[i] * (rows_.target[i] - level);
      }
      design_.dot(columns_, center, u.data(), count, out.data(), context);
      for (Index t = 0; t < count; ++t)
        for (Index k = 0; k < size_; ++k) products_[(first + t) * size_ + k] = out[k * count + t];
    }
  }

  const D& design_;
  const FoldedRows& rows_;
  IndexView columns_;
  Index size_;
  Vector grams_, sums_, products_, total_, total_sums_, total_products_;
  std::vector<RowMoments> moments_;
  RowMoments all_;
};

}  // namespace whyzero
