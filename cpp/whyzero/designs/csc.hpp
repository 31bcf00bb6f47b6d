// Compressed sparse columns, sorted and without duplicates. Centring is never stored: a centred product is the sparse
// one minus a rank-one term. The mean of a column with many zeros is at most of the size of its deviation, so that
// subtraction cancels little. A column with few zeros may have any mean: its entries are centred one by one.
#pragma once

#include <algorithm>
#include <numeric>

#include "whyzero/design.hpp"

namespace whyzero {

template <typename Real, typename Offset>
class Csc {
 public:
  Csc(const Real* data, const Offset* indices, const Offset* indptr, Index rows, Index cols)
      : data_(data), indices_(indices), indptr_(indptr), rows_(rows), cols_(cols) {}

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  double entries(IndexView columns) const {
    double sum = 0;
    for (const Index j : columns) sum += static_cast<double>(end(j) - begin(j));
    return sum;
  }

  void dot(IndexView columns, const double* center, const double* u, Index count, double* out,
           const Context& context) const {
    Vector totals(static_cast<std::size_t>(count)), rows_first;
    for (Index t = 0; t < count; ++t) totals[t] = std::accumulate(u + t * rows_, u + (t + 1) * rows_, 0.0);
    if (count > 1) {
      rows_first.resize(static_cast<std::size_t>(rows_ * count));
      for (Index t = 0; t < count; ++t)
        for (Index i = 0; i < rows_; ++i) rows_first[i * count + t] = u[t * rows_ + i];
      u = rows_first.data();
    }
    const Index size = static_cast<Index>(columns.size());
    for_ranges(size, 256, entries(columns) * static_cast<double>(count), context, [&](Index first, Index last) {
      for (Index k = first; k < last; ++k) {
        const Index j = columns[k];
        double* sums = out + k * count;
        std::fill(sums, sums + count, 0.0);
        if (full(j, center)) {
          for_all(j, [&](Index i, double x) {
            for (Index t = 0; t < count; ++t) sums[t] += (x - center[j]) * u[i * count + t];
          });
          continue;
        }
        for (Index e = begin(j); e < end(j); ++e) {
          const double x = static_cast<double>(data_[e]);
          const double* row = u + static_cast<Index>(indices_[e]) * count;
          for (Index t = 0; t < count; ++t) sums[t] += x * row[t];
        }
        if (center[j] != 0)
          for (Index t = 0; t < count; ++t) sums[t] -= center[j] * totals[t];
      }
    });
  }

  void axpy(IndexView columns, const double* coef, Index count, const double* center, double* out,
            const Context& context) const {
    for (Index t = 0; t < count; ++t) {
      double shift = 0, *sums = out + t * rows_;
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const double b = coef[static_cast<Index>(k) * count + t], c = center[columns[k]];
        if (b == 0) continue;
        if (full(columns[k], center)) {
          for_all(columns[k], [&](Index i, double x) { sums[i] += b * (x - c); });
        } else {
          shift += b * c;
          for_each(columns[k], [&](Index i, double x) { sums[i] += b * x; });
        }
        context.monitor.poll();
      }
      if (shift != 0)
        for (Index i = 0; i < rows_; ++i) sums[i] -= shift;
    }
  }

  void gram(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
            const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    for (Index a = 0; a < size; ++a)
      for (Index b = std::max(a, first); b < size; ++b) gram[a * stride + b] = 0;
    const Rows rows = by_rows(columns, center);
    double by_row = 0, by_column = 0, behind = 0;
    for (Index i = 0; i < rows_; ++i)
      by_row += 0.5 * static_cast<double>(rows.width(i)) * static_cast<double>(rows.width(i));
    for (Index b = 0; b < size; ++b) {
      if (full(columns[b], center)) continue;
      behind += static_cast<double>(end(columns[b]) - begin(columns[b]));
      if (b >= first) by_column += behind;
    }
    if (1.5 * by_row < by_column) {
      gram_by_rows(rows, size, first, weights, gram, stride, by_row, context);
    } else {
      gram_by_columns(columns, first, center, weights, gram, stride, by_column, context);
    }
    centre(columns, first, center, weights, gram, stride, context);
    gram_of_full(columns, first, center, weights, gram, stride, context);
  }

  void gram_by_group(IndexView columns, const double* center, View weights, const std::int32_t* group, Index groups,
                     double* out, double* sums, const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    for (Index f = 0; f < groups; ++f) {
      Vector of_group(weights.begin(), weights.end());
      for (Index i = 0; i < rows_; ++i)
        if (group[i] != f) of_group[i] = 0;
      gram(columns, 0, center, of_group, out + f * size * size, size, context);
      dot(columns, center, of_group.data(), 1, sums + f * size, context);
    }
  }

  Index sweep_height() const { return rows_; }

  template <typename Rows>
  void sweep(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows, double* out,
             const Context& context) const {
    Vector eta(static_cast<std::size_t>(rows_ * count), 0.0);
    axpy(columns, coef, count, center, eta.data(), context);
    rows(Index{0}, rows_, eta.data(), rows_);
    dot(columns, center, eta.data(), count, out, context);
  }

  template <typename Rows>
  void sweep_with_hessian(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows,
                          double* out, double* gram_out, double* sums, const Context& context) const {
    Vector h(static_cast<std::size_t>(rows_));
    const auto plain = [&](Index begin, Index end, double* eta, Index height) {
      rows(begin, end, eta, height, h.data());
    };
    sweep(columns, center, coef, count, plain, out, context);
    gram(columns, 0, center, h, gram_out, static_cast<Index>(columns.size()), context);
    dot(columns, center, h.data(), 1, sums, context);
  }

  template <typename Visit>
  void for_each(Index j, Visit&& visit) const {
    for (Index e = begin(j); e < end(j); ++e) visit(static_cast<Index>(indices_[e]), static_cast<double>(data_[e]));
  }

 private:
  // Some columns, row by row: entry e of row i stands in column place[e] of them; places grow within a row.
  struct Rows {
    std::vector<Index> start, place;
    Vector value;
    Index width(Index i) const { return start[i + 1] - start[i]; }
  };

  // More entries than zeros, and a mean that is to be subtracted.
  bool full(Index j, const double* center) const { return center[j] != 0 && 2 * (end(j) - begin(j)) > rows_; }

  // As for_each, with the zeros.
  template <typename Visit>
  void for_all(Index j, Visit&& visit) const {
    Index next = 0;
    for_each(j, [&](Index i, double x) {
      for (; next < i; ++next) visit(next, 0.0);
      visit(i, x);
      next = i + 1;
    });
    for (; next < rows_; ++next) visit(next, 0.0);
  }

  Rows by_rows(IndexView columns, const double* center) const {
    Rows rows;
    rows.start.assign(static_cast<std::size_t>(rows_ + 1), 0);
    for (const Index j : columns)
      if (!full(j, center)) for_each(j, [&](Index i, double) { ++rows.start[i + 1]; });
    std::partial_sum(rows.start.begin(), rows.start.end(), rows.start.begin());
    rows.place.resize(static_cast<std::size_t>(rows.start.back()));
    rows.value.resize(rows.place.size());
    std::vector<Index> next(rows.start.begin(), rows.start.end() - 1);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (full(columns[k], center)) continue;
      for_each(columns[k], [&](Index i, double x) {
        rows.place[next[i]] = static_cast<Index>(k);
        rows.value[next[i]++] = x;
      });
    }
    return rows;
  }

  // Short rows: every row adds the products of its entries. Eight groups of rows, each with sums of its own.
  void gram_by_rows(const Rows& rows, Index size, Index first, View weights, double* gram, Index stride, double work,
                    const Context& context) const {
    const Index groups = 8, height = (rows_ + groups - 1) / groups;
    std::vector<Vector> sums(groups);
    context.run(groups, work, [&](Index group) {
      Vector& sum = sums[static_cast<std::size_t>(group)];
      sum.assign(static_cast<std::size_t>((size - first) * size), 0.0);
      for (Index i = group * height; i < std::min(rows_, (group + 1) * height); ++i)
        for (Index e = rows.start[i]; e < rows.start[i + 1]; ++e) {
          if (rows.place[e] < first) continue;
          double* line = sum.data() + (rows.place[e] - first) * size;
          const double x = rows.value[e] * weights[i];
          for (Index f = rows.start[i]; f <= e; ++f) line[rows.place[f]] += x * rows.value[f];
        }
    });
    for (const Vector& sum : sums)
      for (Index b = first; b < size; ++b)
        for (Index a = 0; a <= b; ++a) gram[a * stride + b] += sum[static_cast<std::size_t>((b - first) * size + a)];
  }

  // Few columns: each new one is spread out, and every column before it takes its product with that.
  void gram_by_columns(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
                       double work, const Context& context) const {
    for_ranges(static_cast<Index>(columns.size()) - first, 8, work, context, [&](Index begin_new, Index end_new) {
      Vector spread(static_cast<std::size_t>(rows_), 0.0);
      for (Index b = first + begin_new; b < first + end_new; ++b) {
        if (full(columns[b], center)) continue;
        for_each(columns[b], [&](Index i, double x) { spread[i] = x * weights[i]; });
        for (Index a = 0; a <= b; ++a) {
          if (full(columns[a], center)) continue;
          double sum = 0;
          for_each(columns[a], [&](Index i, double x) { sum += x * spread[i]; });
          gram[a * stride + b] = sum;
        }
        for_each(columns[b], [&](Index i, double) { spread[i] = 0; });
      }
    });
  }

  // From products of stored columns to those of centred ones, and the mirror image.
  void centre(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
              const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    Vector sums(columns.size());
    const Vector zeros(static_cast<std::size_t>(cols_), 0.0);
    dot(columns, zeros.data(), weights.data(), 1, sums.data(), context);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (Index b = first; b < size; ++b)
      for (Index a = 0; a <= b; ++a) {
        const double ca = center[columns[a]], cb = center[columns[b]];
        gram[a * stride + b] += ca * cb * total - ca * sums[b] - cb * sums[a];
        gram[b * stride + a] = gram[a * stride + b];
      }
  }

  // The products of full columns, with each other and with the rest.
  void gram_of_full(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
                    const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    std::vector<Index> places;
    for (Index b = 0; b < size; ++b)
      if (full(columns[b], center)) places.push_back(b);
    const double work = static_cast<double>(places.size()) * entries(columns);
    for_ranges(static_cast<Index>(places.size()), 8, work, context, [&](Index begin_place, Index end_place) {
      Vector spread(static_cast<std::size_t>(rows_));
      for (Index at = begin_place; at < end_place; ++at) {
        const Index b = places[at];
        double total = 0;
        for_all(columns[b], [&](Index i, double x) {
          spread[i] = (x - center[columns[b]]) * weights[i];
          total += spread[i];
        });
        for (Index a = b < first ? first : 0; a < size; ++a) {
          const bool both = full(columns[a], center);
          if (both && a > b) continue;  // its turn comes at a
          const double c = center[columns[a]];
          double sum = both ? 0 : -c * total;
          if (both) {
            for_all(columns[a], [&](Index i, double x) { sum += (x - c) * spread[i]; });
          } else {
            for_each(columns[a], [&](Index i, double x) { sum += x * spread[i]; });
          }
          gram[a * stride + b] = gram[b * stride + a] = sum;
        }
      }
    });
  }

  Index begin(Index j) const { return static_cast<Index>(indptr_[j]); }
  Index end(Index j) const { return static_cast<Index>(indptr_[j + 1]); }

  const Real* data_;
  const Offset* indices_;
  const Offset* indptr_;
  Index rows_, cols_;
};

static_assert(Design<Csc<double, std::int32_t>>, "Csc must have every operation of the concept Design");

}  // namespace whyzero
