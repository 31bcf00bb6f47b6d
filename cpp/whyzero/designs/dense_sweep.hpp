// One pass over a dense matrix in both directions: a block of rows is multiplied from the right, given away and
// multiplied from the left while it is in the cache.
#pragma once

#include <algorithm>

#include "whyzero/designs/dense_gram.hpp"

namespace whyzero {

// Rows of a block: 512 KiB of float64.
template <typename Real>
Index dense_sweep_height(const DenseBlocks<Real>& x) {
  return std::clamp<Index>(65536 / std::max<Index>(x.cols(), 1) / 64 * 64, 64, 8192);
}

// As Design::sweep; with `weights` as Design::sweep_with_hessian, from one in `every` panels of rows. Groups of rows
// have sums of their own, folded in their order.
template <typename Real, typename Rows>
void dense_sweep(const DenseBlocks<Real>& x, IndexView columns, const double* center, const double* coef, Index count,
                 Rows&& rows, double* out, const double* weights, Index every, double* gram, Index stride, double* sums,
                 const Context& context) {
  const Index size = static_cast<Index>(columns.size()), height = dense_sweep_height(x), together = 8,
              panel = DenseBlocks<Real>::panel;
  const Index blocks = (x.rows() + height - 1) / height, curved = weights != nullptr ? 1 : 0;
  const Index length = size * count + curved * (size + 1) * (size + 1);  // out, gram and sums of a group
  const Index most = std::clamp<Index>(4000000 / std::max<Index>(length, 1), 2, 32);
  const Index across = std::max<Index>(1, (blocks + most - 1) / most), groups = (blocks + across - 1) / across;
  const Index width = curved * std::min<Index>(size, 64), distance = panel + 8;
  const double work = x.entries(columns) * static_cast<double>(2 * count + curved * size / every / 2);
  std::vector<Index> used;  // columns with a coefficient, and those
  Vector used_coef;
  for (Index k = 0; k < size; ++k) {
    if (std::all_of(coef + k * count, coef + (k + 1) * count, [](double b) { return b == 0; })) continue;
    used.push_back(k);
    used_coef.insert(used_coef.end(), coef + k * count, coef + (k + 1) * count);
  }
  Vector parts(static_cast<std::size_t>(groups * length), 0.0);
  context.run(groups, work, [&](Index group) {
    double* const left_sums = parts.data() + group * length;
    double* const gram_sums = left_sums + size * count;
    double* const one_sums = gram_sums + size * size;
    Vector eta(static_cast<std::size_t>(count * height));
    Vector weighted(static_cast<std::size_t>(width * distance));
    typename DenseBlocks<Real>::Scratch scratch;
    for (Index block = group * across; block < std::min(blocks, (group + 1) * across); ++block) {
      const Index begin = block * height, n = std::min(height, x.rows() - begin);
      const bool often = count + curved * size > 2;
      x.read(columns, center, begin, n, often, scratch, [&](auto left, auto shift, const auto& kernel) {
        std::fill(eta.begin(), eta.end(), 0.0);
        std::vector<std::decay_t<decltype(*left)>> right;
        Vector right_shift;
        for (const Index k : used) right.push_back(left[k]), right_shift.push_back(shift[k]);
        for (std::size_t k = 0; k < right.size(); k += together)
          kernel.combinations(
              right.data() + k, right_shift.data() + k, std::min<Index>(together, static_cast<Index>(right.size() - k)),
              used_coef.data() + k * static_cast<std::size_t>(count), count, count, n, eta.data(), height);
        rows(begin, begin + n, eta.data(), height);
        kernel.products(left, shift, size, eta.data(), height, count, n, left_sums, count);
        if (curved == 0) return;
        for (Index row = 0; row < n; row += panel) {
          if ((block + row / panel) % every != 0) continue;
          const Index high = std::min(panel, n - row);
          const double* const panel_weights = weights + begin + row;
          right.clear();
          for (Index k = 0; k < size; ++k) right.push_back(left[k] + row);
          kernel.products(right.data(), shift, size, panel_weights, high, 1, high, one_sums, 1);
          one_sums[size] += sum_of({panel_weights, static_cast<std::size_t>(high)});
          for (Index b = 0; b < size; b += width) {
            const Index some = std::min(width, size - b);
            for (Index k = 0; k < some; ++k)
              kernel.gather(right[b + k], shift[b + k], panel_weights, weighted.data() + k * distance, high);
            add_dense_products(right.data(), shift, kernel, size, b, weighted.data(), distance, some, high,
                               gram_sums + b, size);
          }
        }
      });
    }
  });
  const auto fold = [&](Index at) {
    double sum = 0;
    for (Index group = 0; group < groups; ++group) sum += parts[static_cast<std::size_t>(group * length + at)];
    return sum;
  };
  for (Index k = 0; k < size * count; ++k) out[k] = fold(k);
  for (Index a = 0; a < curved * (size + 1); ++a) sums[a] = fold(size * (count + size) + a);
  for (Index a = 0; a < curved * size; ++a)
    for (Index b = a; b < size; ++b) gram[a * stride + b] = gram[b * stride + a] = fold(size * count + a * size + b);
}

}  // namespace whyzero
