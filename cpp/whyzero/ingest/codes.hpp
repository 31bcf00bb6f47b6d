// Moments of columns kept as codes: the weight of every level is its mean, and the deviation is
// sqrt(weight of the level * weight of the others), where the others are added up if they are the fewer.
#pragma once

#include "whyzero/designs/codes_columns.hpp"
#include "whyzero/ingest/tally.hpp"

namespace whyzero {

// Moments of the levels of a block, and how many rows have each: mean, sd and counts need `levels` numbers.
inline void codes_moments(const CodeBlock& block, const RowWeights& weights, double* mean, double* sd, Index* counts) {
  const Index rows = weights.rows(), piece = 512;
  const std::size_t slots = static_cast<std::size_t>(block.levels + 1);
  std::vector<Index> stored(slots, 0), counted(slots, 0);
  Vector sums(slots, 0.0), part(slots, 0.0);
  std::vector<std::int32_t> slot(static_cast<std::size_t>(piece));
  for (Index row = 0; row < rows; row += piece) {
    const Index n = std::min(piece, rows - row);
    block.slots(row, n, 0, slot.data(), 1);
    for (Index i = 0; i < n; ++i) ++stored[static_cast<std::size_t>(slot[static_cast<std::size_t>(i)])];
    if (weights.equal()) continue;
    for (Index i = 0; i < n; ++i) {
      const double w = weights.of(row + i);
      part[static_cast<std::size_t>(slot[static_cast<std::size_t>(i)])] += w;
      counted[static_cast<std::size_t>(slot[static_cast<std::size_t>(i)])] += w > 0;
    }
    // Short sums of few rows, then sums of those: little rounding, unless that would cost more than the rows.
    if (row % (piece * (1 + block.levels / piece)) != 0 && row + n < rows) continue;
    for (std::size_t s = 0; s < slots; ++s) sums[s] += part[s], part[s] = 0;
  }
  if (weights.equal()) {
    counted = stored;
    std::copy(stored.begin(), stored.end(), sums.begin());
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  for (std::size_t s = 0; s + 1 < slots; ++s) {
    counts[s] = stored[s];
    if (counted[s] == 0 || counted[s] == weights.counted()) {
      mean[s] = counted[s] == 0 ? 0.0 : 1.0;
      sd[s] = 0.0;
      continue;
    }
    double others = total - sums[s];
    if (2 * sums[s] > total) {
      others = 0;
      for (std::size_t r = 0; r < slots; ++r) others += r == s ? 0.0 : sums[r];
    }
    mean[s] = sums[s] / total;
    sd[s] = std::max(std::sqrt(sums[s] / total) * std::sqrt(others / total), std::numeric_limits<double>::denorm_min());
  }
}

}  // namespace whyzero
