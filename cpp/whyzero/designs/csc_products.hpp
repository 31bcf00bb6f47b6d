// Products of sparse columns with several vectors at once, which are kept rows-first on the way.
#pragma once

#include "whyzero/designs/csc_columns.hpp"

namespace whyzero {

// Rows of the blocks in which vectors are transposed.
inline constexpr Index csc_block = 1024;

// The sums of `count` vectors of length n, added up by blocks of rows.
inline Vector csc_totals(const double* u, Index n, Index count, const Context& context) {
  const Index height = 16 * csc_block, blocks = (n + height - 1) / height;
  Vector parts(static_cast<std::size_t>(blocks * count)), totals(static_cast<std::size_t>(count), 0.0);
  context.run(blocks, 0.25 * static_cast<double>(n * count), [&](Index block) {
    const Index begin = block * height, rows = std::min(height, n - begin);
    for (Index t = 0; t < count; ++t) parts[block * count + t] = csc_kernels().sum(u + t * n + begin, rows);
  });
  for (std::size_t k = 0; k < parts.size(); ++k) totals[k % totals.size()] += parts[k];
  return totals;
}

// From `count` vectors at distance `stride` to n rows of `width`, with zeros in the places that are too many.
inline void to_rows_first(const double* u, Index stride, Index count, Index n, Index width, double* out) {
  for (Index t = 0; t < width; t += 4) {
    const Index some = std::min<Index>(4, width - t);
    if (t + 4 <= count) {
      const double *u0 = u + t * stride, *u1 = u0 + stride, *u2 = u1 + stride, *u3 = u2 + stride;
      for (Index i = 0; i < n; ++i) {
        double* row = out + i * width + t;
        row[0] = u0[i], row[1] = u1[i], row[2] = u2[i], row[3] = u3[i];
      }
      continue;
    }
    for (Index s = t; s < t + some; ++s)
      for (Index i = 0; i < n; ++i) out[i * width + s] = s < count ? u[s * stride + i] : 0.0;
  }
}

// out[k * stride + t] = (x_{columns[k]} - center)'u_t for `count` vectors that stand rows-first in u, with sums
// totals[t]; an empty `totals` says that no center of a column with many zeros matters.
template <typename Real, typename Offset>
void csc_dot(const CscColumns<Real, Offset>& x, IndexView columns, const double* center, const double* u, Index count,
             const Vector& totals, double* out, Index stride, const Context& context) {
  const Index width = padded_width(count);
  const double work = x.entries(columns) * static_cast<double>(2 + width / 4) + 8 * static_cast<double>(columns.size());
  const std::vector<Index> limits = x.shares(columns, work < 1e5 ? 1 : 64);
  const auto& kernel = csc_kernels().entry<Real, Offset>();
  context.run(static_cast<Index>(limits.size()) - 1, work, [&](Index piece) {
    Vector sums(static_cast<std::size_t>(width));
    for (Index k = limits[piece]; k < limits[piece + 1]; ++k) {
      const Index j = columns[k];
      std::fill(sums.begin(), sums.end(), 0.0);
      if (x.full(j, center)) {
        x.for_runs(j, center[j], 0, x.rows, [&](Index row, Index n, const double* values) {
          csc_kernels().f64_i32.dot(values, places_of_a_run().data(), n, u + row * width, width, sums.data());
        });
      } else {
        kernel.dot(x.data + x.begin(j), x.indices + x.begin(j), x.end(j) - x.begin(j), u, width, sums.data());
        if (!totals.empty() && center[j] != 0)
          for (Index t = 0; t < count; ++t) sums[t] -= center[j] * totals[t];
      }
      std::copy_n(sums.begin(), count, out + k * stride);
    }
  });
}

// As csc_dot, for vectors one after the other. Transposing them pays unless the columns are short and few.
template <typename Real, typename Offset>
void csc_dot_of_vectors(const CscColumns<Real, Offset>& x, IndexView columns, const double* center, const double* u,
                        Index count, double* out, const Context& context) {
  if (columns.empty() || count == 0) return;
  const bool shifted =
      std::any_of(columns.begin(), columns.end(), [&](Index j) { return center[j] != 0 && !x.full(j, center); });
  const Vector totals = shifted ? csc_totals(u, x.rows, count, context) : Vector();
  if (count == 1 || x.entries(columns) < static_cast<double>(x.rows)) {
    for (Index t = 0; t < count; ++t)
      csc_dot(x, columns, center, u + t * x.rows, 1, shifted ? Vector(1, totals[t]) : totals, out + t, count, context);
    return;
  }
  const Index width = padded_width(count);
  AlignedBuffer rows_first(x.rows * width);
  for_ranges(x.rows, csc_block, static_cast<double>(x.rows * width), context, [&](Index begin, Index end) {
    to_rows_first(u + begin, x.rows, count, end - begin, width, rows_first.data() + begin * width);
  });
  csc_dot(x, columns, center, rows_first.data(), count, totals, out, count, context);
}

}  // namespace whyzero
