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

// The reverse of to_rows_first.
inline void from_rows_first(const double* rows, Index width, Index count, Index n, double* out, Index stride) {
  for (Index t = 0; t < count; ++t)
    for (Index i = 0; i < n; ++i) out[t * stride + i] = rows[i * width + t];
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
  auto rows_first = x.buffers->take(x.rows * width);
  for_ranges(x.rows, csc_block, static_cast<double>(x.rows * width), context, [&](Index begin, Index end) {
    to_rows_first(u + begin, x.rows, count, end - begin, width, rows_first.data() + begin * width);
  });
  csc_dot(x, columns, center, rows_first.data(), count, totals, out, count, context);
}

// A combination of columns: those with a coefficient that is not 0, with their coefficients (`width` each), and what
// their centers take from every row.
struct CscTerms {
  Index width;
  std::vector<Index> columns;
  Vector coef, shift;

  template <typename Real, typename Offset>
  CscTerms(const CscColumns<Real, Offset>& x, IndexView all, const double* b, Index count, const double* center)
      : width(padded_width(count)), shift(static_cast<std::size_t>(width), 0.0) {
    for (std::size_t k = 0; k < all.size(); ++k) {
      const double* of_column = b + static_cast<Index>(k) * count;
      if (std::all_of(of_column, of_column + count, [](double v) { return v == 0; })) continue;
      columns.push_back(all[k]);
      coef.insert(coef.end(), of_column, of_column + count);
      coef.resize(columns.size() * static_cast<std::size_t>(width), 0.0);
      if (center[all[k]] == 0 || x.full(all[k], center)) continue;
      for (Index t = 0; t < count; ++t) shift[t] -= center[all[k]] * of_column[t];
    }
  }
};

// Adds the terms first_term ... last_term in rows first ... last to the rows-first `sums`, without their shift.
template <typename Real, typename Offset>
void csc_add_terms(const CscColumns<Real, Offset>& x, const CscTerms& terms, Index first_term, Index last_term,
                   const double* center, Index first, Index last, double* sums) {
  const auto& kernel = csc_kernels().entry<Real, Offset>();
  for (Index k = first_term; k < last_term; ++k) {
    const Index j = terms.columns[k];
    const double* coef = terms.coef.data() + k * terms.width;
    if (x.full(j, center)) {
      x.for_runs(j, center[j], first, last, [&](Index row, Index n, const double* values) {
        csc_kernels().f64_i32.axpy(values, places_of_a_run().data(), n, coef, terms.width, 0,
                                   sums + (row - first) * terms.width);
      });
    } else {
      const Index begin = x.entry_at(j, first), end = x.entry_at(j, last);
      kernel.axpy(x.data + begin, x.indices + begin, end - begin, coef, terms.width, first, sums);
    }
  }
}

inline void fill_rows(const Vector& row, Index n, double* out) {
  const Index width = static_cast<Index>(row.size());
  if (std::all_of(row.begin(), row.end(), [](double v) { return v == 0; })) {
    std::fill_n(out, n * width, 0.0);
  } else {
    for (Index i = 0; i < n; ++i) std::copy_n(row.begin(), width, out + i * width);
  }
}

// sink(begin, end, sums) for every block of rows, in parallel: sums rows-first, which the sink may overwrite. Tasks are
// pieces of the rows, for which each column is searched, or, where columns are too short and many for that, groups of
// columns with sums of their own, which are folded in their order.
template <typename Real, typename Offset, typename Sink>
void csc_combine(const CscColumns<Real, Offset>& x, const CscTerms& terms, const double* center, const Context& context,
                 Sink&& sink) {
  const Index width = terms.width, size = static_cast<Index>(terms.columns.size());
  const double entries = x.entries(terms.columns), all = static_cast<double>(x.rows * width);
  const double work = entries * static_cast<double>(2 + width / 4) + all;
  const Index blocks = (x.rows + csc_block - 1) / csc_block;
  const Index fitting = x.rows * width / 65536 + 1;  // pieces of rows that fit into a cache
  const Index pieces =
      std::min(blocks, std::max<Index>(fitting, std::clamp<Index>(static_cast<Index>(work / 2e5), 1, 8)));
  const Index groups = std::clamp<Index>(static_cast<Index>(entries / (32 * static_cast<double>(x.rows) + 1)), 1, 8);
  const double searching = 30.0 * static_cast<double>(pieces * size);
  if (pieces == 1 || searching < all * static_cast<double>(groups)) {
    const Index height = (blocks + pieces - 1) / pieces * csc_block;
    for_ranges(x.rows, height, work, context, [&](Index first, Index last) {
      auto sums = x.buffers->take((last - first) * width);
      fill_rows(terms.shift, last - first, sums.data());
      csc_add_terms(x, terms, 0, size, center, first, last, sums.data());
      for (Index row = first; row < last; row += csc_block)
        sink(row, std::min(last, row + csc_block), sums.data() + (row - first) * width);
    });
    return;
  }
  const std::vector<Index> limits = x.shares(terms.columns, groups);
  std::vector<BufferPool::Buffer<double>> sums;
  for (std::size_t g = 1; g < limits.size(); ++g) sums.push_back(x.buffers->take(x.rows * width));
  context.run(static_cast<Index>(sums.size()), work, [&](Index g) {
    double* own = sums[static_cast<std::size_t>(g)].data();
    fill_rows(g == 0 ? terms.shift : Vector(static_cast<std::size_t>(width), 0.0), x.rows, own);
    csc_add_terms(x, terms, limits[g], limits[g + 1], center, 0, x.rows, own);
  });
  for_ranges(x.rows, csc_block, all * static_cast<double>(groups), context, [&](Index begin, Index end) {
    double* total = sums.front().data();
    for (std::size_t g = 1; g < sums.size(); ++g)
      for (Index k = begin * width; k < end * width; ++k) total[k] += sums[g].data()[k];
    sink(begin, end, total + begin * width);
  });
}

// out_t += sum_k coef[k * count + t] (x_{columns[k]} - center), for vectors out_t one after the other.
template <typename Real, typename Offset>
void csc_axpy(const CscColumns<Real, Offset>& x, IndexView columns, const double* coef, Index count,
              const double* center, double* out, const Context& context) {
  const CscTerms terms(x, columns, coef, count, center);
  if (terms.columns.empty()) return;
  csc_combine(x, terms, center, context, [&](Index begin, Index end, const double* sums) {
    for (Index t = 0; t < count; ++t)
      for (Index i = begin; i < end; ++i) out[t * x.rows + i] += sums[(i - begin) * terms.width + t];
  });
}

// For every block of at most csc_block rows: eta[t * csc_block + i - begin] = sum_k coef[k * count + t] (x_k -
// center)_i; rows(begin, end, eta, csc_block) puts u in its place; out[k * count + t] = (x_k - center)'u_t. Between the
// two products the vectors stay rows-first.
template <typename Real, typename Offset, typename Rows>
void csc_sweep(const CscColumns<Real, Offset>& x, IndexView columns, const double* center, const double* coef,
               Index count, Rows&& rows, double* out, const Context& context) {
  const CscTerms terms(x, columns, coef, count, center);
  const Index width = terms.width, blocks = (x.rows + csc_block - 1) / csc_block;
  auto u = x.buffers->take(x.rows * width);
  Vector parts(static_cast<std::size_t>(blocks * count)), totals(static_cast<std::size_t>(count), 0.0);
  csc_combine(x, terms, center, context, [&](Index begin, Index end, const double* sums) {
    const Index n = end - begin;
    auto eta = x.buffers->take(csc_block * count);
    from_rows_first(sums, width, count, n, eta.data(), csc_block);
    rows(begin, end, eta.data(), csc_block);
    to_rows_first(eta.data(), csc_block, count, n, width, u.data() + begin * width);
    double* part = parts.data() + begin / csc_block * count;
    for (Index t = 0; t < count; ++t) part[t] = csc_kernels().sum(eta.data() + t * csc_block, n);
  });
  for (std::size_t k = 0; k < parts.size(); ++k) totals[k % totals.size()] += parts[k];
  csc_dot(x, columns, center, u.data(), count, totals, out, count, context);
}

}  // namespace whyzero
