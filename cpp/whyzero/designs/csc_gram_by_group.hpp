// The Gram matrices of several groups of rows at once: each group becomes a small matrix of its own columns.
#pragma once

#include "whyzero/designs/csc_gram.hpp"

namespace whyzero {

// The chosen columns cut by groups of rows, rows numbered within their group.
template <typename Real, typename Offset>
class CscGroups {
 public:
  CscGroups(const CscColumns<Real, Offset>& x, IndexView columns, const double* center, View weights,
            const std::int32_t* group, Index groups, const Context& context)
      : buffers_(x.buffers),
        size_(static_cast<Index>(columns.size())),
        first_row_(static_cast<std::size_t>(groups + 1), 0),
        starts_(static_cast<std::size_t>(groups * (size_ + 1)), 0),
        base_(static_cast<std::size_t>(groups + 1), 0),
        weights_(weights.size()),
        data_(x.buffers->template take<Real>(static_cast<Index>(x.entries(columns)))),
        indices_(x.buffers->template take<Offset>(static_cast<Index>(x.entries(columns)))) {
    for (const Index j : columns) center_.push_back(center[j]);
    const std::vector<Offset> place = number_rows(weights, group);
    const double work = 4 * x.entries(columns);
    const std::vector<Index> limits = x.shares(columns, 64);
    const Index pieces = static_cast<Index>(limits.size()) - 1;
    context.run(pieces, work, [&](Index piece) {
      for (Index k = limits[piece]; k < limits[piece + 1]; ++k)
        for (Index e = x.begin(columns[k]); e < x.end(columns[k]); ++e)
          ++starts_[group[x.indices[e]] * (size_ + 1) + k + 1];
    });
    for (Index f = 0; f < groups; ++f) {
      Offset* starts = starts_.data() + f * (size_ + 1);
      std::partial_sum(starts, starts + size_ + 1, starts);
      base_[f + 1] = base_[f] + static_cast<Index>(starts[size_]);
    }
    context.run(pieces, work, [&](Index piece) {
      std::vector<Index> next(static_cast<std::size_t>(groups));
      for (Index k = limits[piece]; k < limits[piece + 1]; ++k) {
        for (Index f = 0; f < groups; ++f) next[f] = base_[f] + static_cast<Index>(starts_[f * (size_ + 1) + k]);
        for (Index e = x.begin(columns[k]); e < x.end(columns[k]); ++e) {
          const Index i = static_cast<Index>(x.indices[e]), at = next[group[i]]++;
          indices_.data()[at] = place[i];
          data_.data()[at] = x.data[e];
        }
      }
    });
  }

  CscColumns<Real, Offset> columns(Index f) const {
    return {data_.data() + base_[f],
            indices_.data() + base_[f],
            starts_.data() + f * (size_ + 1),
            first_row_[f + 1] - first_row_[f],
            size_,
            buffers_};
  }
  View weights(Index f) const {
    return View(weights_).subspan(static_cast<std::size_t>(first_row_[f]),
                                  static_cast<std::size_t>(first_row_[f + 1] - first_row_[f]));
  }
  const double* center() const { return center_.data(); }

 private:
  // Sorts the weights by group; returns every row's number within its group.
  std::vector<Offset> number_rows(View weights, const std::int32_t* group) {
    const Index rows = static_cast<Index>(weights.size());
    for (Index i = 0; i < rows; ++i) ++first_row_[group[i] + 1];
    std::partial_sum(first_row_.begin(), first_row_.end(), first_row_.begin());
    std::vector<Index> next(first_row_.begin(), first_row_.end() - 1);
    std::vector<Offset> place(weights.size());
    for (Index i = 0; i < rows; ++i) {
      const Index f = group[i];
      place[i] = static_cast<Offset>(next[f] - first_row_[f]);
      weights_[next[f]++] = weights[i];
    }
    return place;
  }

  std::shared_ptr<BufferPool> buffers_;
  Index size_;
  std::vector<Index> first_row_;
  std::vector<Offset> starts_;  // of group f: entries f * (size_ + 1) ...
  std::vector<Index> base_;
  Vector weights_, center_;
  BufferPool::Buffer<Real> data_;
  BufferPool::Buffer<Offset> indices_;
};

// out[(f * size + a) * size + b] = sum over the rows i of group f of weights_i (x_a - center)_i (x_b - center)_i and
// sums[f * size + a] = that of weights_i (x_a - center)_i, where row i is in group[i], one of 0 ... groups - 1.
template <typename Real, typename Offset>
void csc_gram_by_group(const CscColumns<Real, Offset>& x, IndexView columns, const double* center, View weights,
                       const std::int32_t* group, Index groups, double* out, double* sums, const Context& context) {
  const Index size = static_cast<Index>(columns.size());
  const CscGroups<Real, Offset> parts(x, columns, center, weights, group, groups, context);
  std::vector<Index> every(columns.size());
  std::iota(every.begin(), every.end(), 0);
  for (Index f = 0; f < groups; ++f) {
    const CscColumns<Real, Offset> part = parts.columns(f);
    const View own = parts.weights(f);
    CscGram(part, every, 0, parts.center(), own, out + f * size * size, size, context).compute();
    csc_dot_of_vectors(part, every, parts.center(), own.data(), 1, sums + f * size, context);
    context.monitor.poll();
  }
}

}  // namespace whyzero
