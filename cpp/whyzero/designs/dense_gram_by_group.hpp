// Gram matrices of the groups of a dense matrix's rows, from one pass.
#pragma once

#include <algorithm>
#include <numeric>

#include "whyzero/designs/dense_gram.hpp"

namespace whyzero {

// The rows of a block, group by group: group f has order[start[f]] ... order[start[f + 1] - 1], ascending.
struct RowsByGroup {
  std::vector<Index> start;
  std::vector<std::int32_t> order;
  Vector weights;

  void sort(const std::int32_t* group, const double* weight, Index n, Index groups) {
    start.assign(static_cast<std::size_t>(groups + 1), 0);
    for (Index i = 0; i < n; ++i) ++start[group[i] + 1];
    std::partial_sum(start.begin(), start.end(), start.begin());
    std::vector<Index> next(start.begin(), start.end() - 1);
    order.resize(static_cast<std::size_t>(n));
    weights.resize(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) {
      const Index place = next[group[i]]++;
      order[place] = static_cast<std::int32_t>(i);
      weights[place] = weight[i];
    }
  }
};

// The columns of a block, centred, their rows in the order of the groups.
template <typename Real>
struct SortedBlock {
  typename DenseBlocks<Real>::Scratch scratch;
  Vector values;
  std::vector<const double*> column;

  void read(const DenseBlocks<Real>& x, IndexView columns, const double* center, Index row, Index n,
            const RowsByGroup& rows, Index distance) {
    const Index size = static_cast<Index>(columns.size()), some = 16;
    values.resize(static_cast<std::size_t>(size * distance));
    column.resize(static_cast<std::size_t>(size));
    for (Index k = 0; k < size; ++k) column[k] = values.data() + k * distance;
    for (Index k = 0; k < size; k += some)
      x.read(columns.subspan(k, std::min(some, size - k)), center, row, n, false, scratch,
             [&](auto left, auto shift, const auto&) {
               for (Index j = 0; j < std::min(some, size - k); ++j) {
                 double* const out = values.data() + (k + j) * distance;
                 const std::int32_t* const order = rows.order.data();
                 const auto from = left[j];
                 const double c = shift[j];
                 for (Index i = 0; i < n; ++i) out[i] = static_cast<double>(from[order[i]]) - c;
               }
             });
  }
};

// As Design::gram_by_group. Parts of the rows have sums of their own, folded in their order; within them, blocks of
// the matrices are tasks.
template <typename Real>
void dense_gram_by_group(const DenseBlocks<Real>& x, IndexView columns, const double* center, View weights,
                         const std::int32_t* group, Index groups, double* out, double* sums, const Context& context) {
  const Index size = static_cast<Index>(columns.size()), rows = x.rows(), width = 64;
  const Index height = std::clamp<Index>(512 * groups, 512, 4096), distance = height + 8;
  const Index blocks = std::max<Index>(1, (rows + height - 1) / height);
  const Index length = groups * size * (size + 1);  // Gram matrices and sums of a part
  // Sums of many parts would cost more than the products: a part has a thousand rows of each group.
  const Index most = std::clamp<Index>(std::min(rows / (1024 * groups), 8000000 / std::max<Index>(length, 1)), 1, 16);
  const Index deep = (blocks + most - 1) / most, parts = (blocks + deep - 1) / deep;
  const Index across = parts >= 8 ? 256 : 128, chunks = (size + across - 1) / across;
  const double work = 0.5 * x.entries(columns) * static_cast<double>(size);
  Vector all(static_cast<std::size_t>(parts * length), 0.0);
  context.run(parts * chunks * chunks, work, [&](Index task) {
    const Index part = task / (chunks * chunks), a0 = task % chunks * across, b0 = task / chunks % chunks * across;
    if (a0 > b0) return;
    const Index a1 = std::min(size, a0 + across), b1 = std::min(size, b0 + across);
    double* const grams = all.data() + part * length;
    RowsByGroup order;
    SortedBlock<Real> left, right;
    Vector weighted(static_cast<std::size_t>(width * (distance + 8)));
    const Vector zeros(static_cast<std::size_t>(across), 0.0);
    std::vector<const double*> at(static_cast<std::size_t>(a1 - a0));
    const auto& kernel = kernels().f64;
    for (Index row = part * deep * height; row < std::min(rows, (part + 1) * deep * height); row += height) {
      const Index n = std::min(height, rows - row);
      order.sort(group + row, weights.data() + row, n, groups);
      left.read(x, columns.subspan(a0, a1 - a0), center, row, n, order, distance);
      if (a0 != b0) right.read(x, columns.subspan(b0, b1 - b0), center, row, n, order, distance);
      const auto& from = a0 != b0 ? right.column : left.column;
      for (Index f = 0; f < groups; ++f) {
        const Index start = order.start[f], some_rows = order.start[f + 1] - start;
        if (some_rows == 0) continue;
        for (Index k = 0; k < a1 - a0; ++k) at[k] = left.column[k] + start;
        const double* const w = order.weights.data() + start;
        if (a0 == b0)
          kernel.products(at.data(), zeros.data(), a1 - a0, w, 0, 1, some_rows,
                          grams + groups * size * size + f * size + a0, 1);
        const Index apart = some_rows / 8 * 8 + 16;
        for (Index b = b0; b < b1; b += width) {
          const Index some = std::min(width, b1 - b);
          for (Index k = 0; k < some; ++k)
            kernel.gather(from[b - b0 + k] + start, 0.0, w, weighted.data() + k * apart, some_rows);
          add_dense_products(at.data(), zeros.data(), kernel, a1 - a0, b - a0, weighted.data(), apart, some, some_rows,
                             grams + (f * size + a0) * size + b, size);
        }
      }
    }
  });
  const auto fold = [&](Index k) {
    double sum = 0;
    for (Index part = 0; part < parts; ++part) sum += all[static_cast<std::size_t>(part * length + k)];
    return sum;
  };
  for (Index f = 0; f < groups; ++f)
    for (Index a = 0; a < size; ++a) {
      sums[f * size + a] = fold((groups * size + f) * size + a);
      for (Index b = a; b < size; ++b)
        out[(f * size + a) * size + b] = out[(f * size + b) * size + a] = fold((f * size + a) * size + b);
    }
}

}  // namespace whyzero
