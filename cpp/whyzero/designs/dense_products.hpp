// Products of a dense matrix with several right-hand sides, from either side.
#pragma once

#include <algorithm>

#include "whyzero/designs/dense_blocks.hpp"

namespace whyzero {

// out[k * count + t] = (x_{columns[k]} - center) . u_t. Blocks of rows have sums of their own, folded in their order.
template <typename Real>
void dense_dot(const DenseBlocks<Real>& x, IndexView columns, const double* center, const double* u, Index count,
               double* out, const Context& context) {
  const Index size = static_cast<Index>(columns.size()), rows = x.rows();
  const Index height = (rows / 32 / 8192 + 1) * 8192;  // at most 32 blocks
  const Index panel = x.by_column() ? 8192 : x.copied_rows();
  const Index blocks = std::max<Index>(1, (rows + height - 1) / height);
  const Index width = x.by_column() ? std::clamp<Index>(131072 / std::clamp<Index>(rows, 1, height) / 4 * 4, 4, 256)
                                    : x.copied_columns();
  const Index strips = (size + width - 1) / width;
  const double work = x.entries(columns) * static_cast<double>(count);
  Vector parts(blocks > 1 ? static_cast<std::size_t>(blocks * size * count) : 0);
  double* const sums = blocks > 1 ? parts.data() : out;
  context.run(blocks * strips, work, [&](Index task) {
    const Index block = task / strips, k0 = task % strips * width, k1 = std::min(size, k0 + width);
    const Index end = std::min(rows, (block + 1) * height);
    double* const sum = sums + (block * size + k0) * count;
    std::fill_n(sum, (k1 - k0) * count, 0.0);
    typename DenseBlocks<Real>::Scratch scratch;
    for (Index row = block * height; row < end; row += panel) {
      const Index n = std::min(panel, end - row);
      x.read(columns.subspan(k0, k1 - k0), center, row, n, false, scratch,
             [&](auto left, auto shift, const auto& kernel) {
               kernel.products(left, shift, k1 - k0, u + row, rows, count, n, sum, count);
             });
    }
  });
  if (blocks == 1) return;
  for (Index k = 0; k < size * count; ++k) {
    double sum = 0;
    for (Index block = 0; block < blocks; ++block) sum += parts[static_cast<std::size_t>(block * size * count + k)];
    out[k] = sum;
  }
}

// out_t += sum_k coef[k * count + t] (x_{columns[k]} - center). Long columns are cut into blocks of rows; many short
// ones into groups with a sum of their own, added to `out` in their order.
template <typename Real>
void dense_axpy(const DenseBlocks<Real>& x, IndexView columns, const double* coef, Index count, const double* center,
                double* out, const Context& context) {
  std::vector<Index> used;
  Vector factor;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double* const row = coef + static_cast<Index>(k) * count;
    if (std::all_of(row, row + count, [](double b) { return b == 0; })) continue;
    used.push_back(columns[k]);
    factor.insert(factor.end(), row, row + count);
  }
  const Index size = static_cast<Index>(used.size()), rows = x.rows();
  const Index together = x.by_column() ? 8 : x.copied_columns();
  // Short columns stream from memory best when one is read after the other.
  const bool stream = x.by_column() && rows <= 1024 && count <= 2 && x.entries(used) > 1e6;
  const Index groups = rows < 4096 ? std::clamp<Index>(size / 32, 1, 8) : 1;
  const Index width = (size + groups * together - 1) / (groups * together) * together;
  const Index height = groups > 1 ? rows : std::clamp<Index>((rows / 16 + 63) / 64 * 64, 512, 4096);
  const Index blocks = (rows + height - 1) / height, longest = count <= 4 ? 4096 : 1024;
  const Index piece = x.by_column() ? longest : x.copied_rows();
  const double work = x.entries(used) * static_cast<double>(count);
  Vector parts(groups > 1 ? static_cast<std::size_t>(groups * rows * count) : 0, 0.0);
  context.run(groups * blocks, work, [&](Index task) {
    const Index group = task / blocks, begin = task % blocks * height, end = std::min(rows, begin + height);
    double* const sums = groups > 1 ? parts.data() + group * rows * count : out;
    typename DenseBlocks<Real>::Scratch scratch;
    for (Index row = begin; row < end; row += piece)
      for (Index k = group * width; k < std::min(size, (group + 1) * width); k += together) {
        const Index n = std::min(piece, end - row), some = std::min(together, std::min(size, (group + 1) * width) - k);
        x.read(IndexView(used).subspan(k, some), center, row, n, false, scratch,
               [&](auto left, auto shift, const auto& kernel) {
                 const Index abreast = stream ? 1 : some;
                 for (Index j = 0; j < some; j += abreast)
                   kernel.combinations(left + j, shift + j, abreast, factor.data() + (k + j) * count, count, count, n,
                                       sums + row, rows);
               });
      }
  });
  for (Index group = 0; groups > 1 && group < groups; ++group)
    for (Index i = 0; i < rows * count; ++i) out[i] += parts[static_cast<std::size_t>(group * rows * count + i)];
}

}  // namespace whyzero
