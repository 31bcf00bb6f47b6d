// Gram matrices of a dense matrix.
#pragma once

#include <algorithm>

#include "whyzero/designs/dense_blocks.hpp"

namespace whyzero {

// Adds the products of `lefts` columns with `some` weighted ones, the first of which is number `offset` of the former,
// to sums[a * stride + b]. What lies below the diagonal is computed in part only.
template <typename Real>
void add_dense_products(const Real* const* left, const double* shift, const ColumnKernels<Real>& kernel, Index lefts,
                        Index offset, const double* weighted, Index distance, Index some, Index n, double* sums,
                        Index stride) {
  for (Index a = 0; a < std::min(lefts, offset + some); a += 4) {
    const Index skip = std::max<Index>(0, a - offset) / 4 * 4;
    kernel.products(left + a, shift + a, std::min<Index>(4, lefts - a), weighted + skip * distance, distance,
                    some - skip, n, sums + a * stride + skip, stride);
  }
}

// The products of columns a0 ... b1 over rows begin ... end, added to element (a, b) at
// sums[a * stride + b].
template <typename Real>
void dense_gram_block(const DenseBlocks<Real>& x, IndexView columns, const double* center, View weights, Index a0,
                      Index a1, Index b0, Index b1, Index begin, Index end, double* sums, Index stride) {
  constexpr Index panel = DenseBlocks<Real>::panel, width = 64, distance = panel + 8;
  typename DenseBlocks<Real>::Scratch left_scratch, right_scratch;
  Vector right(static_cast<std::size_t>(width * distance));
  a1 = std::min(a1, b1);
  for (Index row = begin; row < end; row += panel) {
    const Index n = std::min(panel, end - row);
    x.read(columns.subspan(a0, a1 - a0), center, row, n, true, left_scratch,
           [&](auto left, auto shift, const auto& kernel) {
             for (Index b = b0; b < b1; b += width) {
               const Index some = std::min(width, b1 - b);
               const auto weigh = [&](auto from, auto from_shift, const auto& from_kernel) {
                 for (Index k = 0; k < some; ++k)
                   from_kernel.gather(from[k], from_shift[k], weights.data() + row, right.data() + k * distance, n);
               };
               if (a0 <= b && b + some <= a1) {
                 weigh(left + (b - a0), shift + (b - a0), kernel);
               } else {
                 x.read(columns.subspan(b, some), center, row, n, false, right_scratch, weigh);
               }
               add_dense_products(left, shift, kernel, a1 - a0, b - a0, right.data(), distance, some, n,
                                  sums + a0 * stride + b, stride);
             }
           });
  }
}

// gram[a * stride + b] = sum_i weights_i (x_a - center)_i (x_b - center)_i for first <= b, and its mirror image. Groups
// of rows have sums of their own, folded in their order; within them, blocks of the matrix are tasks.
template <typename Real>
void dense_gram(const DenseBlocks<Real>& x, IndexView columns, Index first, const double* center, View weights,
                double* gram, Index stride, const Context& context) {
  const Index size = static_cast<Index>(columns.size()), fresh = size - first, rows = x.rows();
  if (fresh <= 0) return;
  const Index panel = DenseBlocks<Real>::panel;
  const Index groups = std::clamp<Index>(std::min(rows / (4 * panel), 2000000 / (size * fresh)), 1, 32);
  const Index height = ((rows + groups - 1) / groups + panel - 1) / panel * panel;
  const Index across = groups >= 8 ? 512 : 128, down = groups >= 8 ? 512 : 128;
  const Index lefts = (size + across - 1) / across, rights = (fresh + down - 1) / down;
  const double work = 0.5 * x.entries(columns) * static_cast<double>(fresh);
  Vector parts(groups > 1 ? static_cast<std::size_t>(groups * size * size) : 0, 0.0);
  for (Index a = 0; groups == 1 && a < size; ++a) std::fill_n(gram + a * stride + first, fresh, 0.0);
  context.run(groups * lefts * rights, work, [&](Index task) {
    const Index group = task / (lefts * rights), a0 = task % lefts * across, b0 = first + task / lefts % rights * down;
    const Index a1 = std::min(size, a0 + across), b1 = std::min(size, b0 + down);
    if (a0 >= b1) return;
    double* const sums = groups > 1 ? parts.data() + group * size * size : gram;
    dense_gram_block(x, columns, center, weights, a0, a1, b0, b1, group * height, std::min(rows, (group + 1) * height),
                     sums, groups > 1 ? size : stride);
  });
  for (Index a = 0; a < size; ++a)
    for (Index b = std::max(a, first); b < size; ++b) {
      double sum = groups > 1 ? 0 : gram[a * stride + b];
      for (Index group = 0; groups > 1 && group < groups; ++group)
        sum += parts[static_cast<std::size_t>((group * size + a) * size + b)];
      gram[a * stride + b] = gram[b * stride + a] = sum;
    }
}

}  // namespace whyzero
