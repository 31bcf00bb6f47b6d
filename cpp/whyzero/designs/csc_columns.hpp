// Compressed sparse columns, sorted and without duplicates: where the entries are, and what is made of them. The mean
// of a column with many zeros is at most of the size of its deviation, so a centred product is the sparse one minus a
// rank-one term, and that subtraction cancels little. A column with few zeros (`full`) may have any mean: its entries
// are centred one by one.
#pragma once

#include <algorithm>
#include <array>
#include <numeric>

#include "whyzero/design.hpp"
#include "whyzero/designs/csc_buffers.hpp"
#include "whyzero/designs/csc_kernels.hpp"

namespace whyzero {

template <typename Real, typename Offset>
struct CscColumns {
  const Real* data;
  const Offset* indices;
  const Offset* indptr;
  Index rows, cols;
  std::shared_ptr<BufferPool> buffers;

  Index begin(Index j) const { return static_cast<Index>(indptr[j]); }
  Index end(Index j) const { return static_cast<Index>(indptr[j + 1]); }
  double entries(IndexView columns) const {
    double sum = 0;
    for (const Index j : columns) sum += static_cast<double>(end(j) - begin(j));
    return sum;
  }

  // The first entry of column j in row `row` or below it.
  Index entry_at(Index j, Index row) const {
    if (row <= 0) return begin(j);
    if (row >= rows) return end(j);
    return std::lower_bound(indices + begin(j), indices + end(j), static_cast<Offset>(row)) - indices;
  }

  // More entries than zeros, and a mean that is to be subtracted.
  bool full(Index j, const double* center) const { return center[j] != 0 && 2 * (end(j) - begin(j)) > rows; }

  template <typename Visit>
  void for_each(Index j, Visit&& visit) const {
    for (Index e = begin(j); e < end(j); ++e) visit(static_cast<Index>(indices[e]), static_cast<double>(data[e]));
  }

  // visit(row, n, values) for rows first ... last of column j, zeros among them, less `shift`, in short runs.
  template <typename Visit>
  void for_runs(Index j, double shift, Index first, Index last, Visit&& visit) const {
    std::array<double, run> values;
    Index e = entry_at(j, first);
    for (Index row = first; row < last; row += run) {
      const Index n = std::min(run, last - row);
      std::fill_n(values.begin(), n, -shift);
      for (; e < end(j) && static_cast<Index>(indices[e]) < row + n; ++e)
        values[static_cast<std::size_t>(static_cast<Index>(indices[e]) - row)] = static_cast<double>(data[e]) - shift;
      visit(row, n, values.data());
    }
  }

  // Pieces of about equal work: limits of consecutive ranges of `columns`, from 0 to their number.
  std::vector<Index> shares(IndexView columns, Index pieces) const {
    const Index size = static_cast<Index>(columns.size()), head = 8;  // entries that a column itself is worth
    const double share = (entries(columns) + static_cast<double>(head * size)) / static_cast<double>(pieces);
    std::vector<Index> limits{0};
    double done = 0;
    for (Index k = 0; k < size; ++k) {
      done += static_cast<double>(head + end(columns[k]) - begin(columns[k]));
      if (k + 1 == size || done >= share * static_cast<double>(limits.size())) limits.push_back(k + 1);
    }
    return limits;
  }

  static constexpr Index run = 512;  // rows of a run
};

// The places 0, 1, 2, ... of a run, for kernels that ask for rows.
inline const std::array<std::int32_t, 512>& places_of_a_run() {
  static const std::array<std::int32_t, 512> places = [] {
    std::array<std::int32_t, 512> out{};
    std::iota(out.begin(), out.end(), 0);
    return out;
  }();
  return places;
}

}  // namespace whyzero
