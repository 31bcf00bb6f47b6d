// The Gram matrix of sparse columns: gram[a * stride + b] = sum_i weights_i (x_a - center)_i (x_b - center)_i.
//
// Products of stored columns come first, then centers are subtracted. Heavy columns are spread out, eight of them side
// by side, and every other column takes its products with them at once; the products of light columns are added row by
// row. Full columns are spread out centred. Everything is written to lines `b` up to the diagonal, and mirrored at the
// end.
#pragma once

#include <cmath>

#include "whyzero/designs/csc_products.hpp"

namespace whyzero {

template <typename Real, typename Offset>
class CscGram {
 public:
  CscGram(const CscColumns<Real, Offset>& x, IndexView columns, Index first, const double* center, View weights,
          double* gram, Index stride, const Context& context)
      : x_(x),
        columns_(columns),
        size_(static_cast<Index>(columns.size())),
        first_(first),
        center_(center),
        weights_(weights),
        gram_(gram),
        stride_(stride),
        context_(context) {
    for (Index k = 0; k < size_; ++k) (x.full(columns[k], center) ? full_ : sparse_).push_back(k);
  }

  void compute() {
    for (Index b = first_; b < size_; ++b) std::fill_n(gram_ + b * stride_, b + 1, 0.0);
    multiply_sparse();
    subtract_centers();
    spread_all(full_, true, cost_of_spread * x_.entries(columns_) * static_cast<double>(full_.size()) / spread_width);
    mirror();
  }

 private:
  static constexpr Index spread_width = 8, block = 2048;
  static constexpr double most_copied = 1 << 17;  // entries of the light columns that are copied at a time, roughly
  // In units of one product of two entries of a row.
  static constexpr double cost_of_spread = 1.5, cost_of_copy = 4;

  // Where the entries of the light columns are: column s in block b of the rows from cuts[s * (blocks + 1) + b] on.
  struct Cuts {
    Index blocks, height;
    std::vector<Index> entry;
  };

  // Light columns row by row, in some blocks of rows: entry e of row i stands in column place[e] of the set; places
  // grow within a row.
  struct Rows {
    std::vector<Index> start;
    BufferPool::Buffer<std::int32_t> place;
    BufferPool::Buffer<double> value;
    double products;  // of entries of one row, one of them in a new column
  };

  // Either every new column is spread out, or every heavy one, and the light ones are left to the rows.
  void multiply_sparse() {
    std::vector<Index> fresh, heavy, light;
    double entries = 0, fresh_entries = 0, by_columns = 0, heavy_entries = 0, light_entries = 0, fresh_light = 0;
    for (const Index k : sparse_) {
      entries += length(k);
      const bool is_heavy = length(k) * spread_width > cost_of_spread * static_cast<double>(x_.rows);
      (is_heavy ? heavy : light).push_back(k);
      (is_heavy ? heavy_entries : light_entries) += length(k);
      if (k < first_) continue;
      by_columns += cost_of_spread * entries / spread_width;
      fresh.push_back(k);
      fresh_entries += length(k);
      if (!is_heavy) fresh_light += length(k);
    }
    if (fresh.empty()) return;
    const double meeting = heavy.empty()           ? 0
                           : heavy.back() < first_ ? fresh_entries
                                                   : light_entries + heavy_entries / 2;
    const double of_heavy = cost_of_spread * meeting * static_cast<double>(heavy.size()) / spread_width;
    const double chance = fresh_light * (light_entries - 0.5 * fresh_light) / static_cast<double>(x_.rows);
    if (of_heavy + cost_of_copy * light_entries + chance < by_columns && by_rows(light, by_columns - of_heavy)) {
      spread_all(heavy, false, of_heavy);
    } else {
      spread_all(fresh, false, by_columns);
    }
  }

  double length(Index k) const { return static_cast<double>(x_.end(columns_[k]) - x_.begin(columns_[k])); }

  Cuts cut(const std::vector<Index>& light, double entries) const {
    const Index count = static_cast<Index>(light.size());
    const Index rough = static_cast<Index>(entries / static_cast<double>(8 * count + 1));
    const Index blocks = std::max<Index>(1, std::min({(x_.rows + 1023) / 1024, rough, Index{4096}}));
    Cuts cuts{blocks, (x_.rows + blocks - 1) / blocks,
              std::vector<Index>(static_cast<std::size_t>(count * (blocks + 1)))};
    for_ranges(count, 64, 40.0 * static_cast<double>(count * blocks), context_, [&](Index begin, Index end) {
      for (Index s = begin; s < end; ++s)
        for (Index b = 0; b <= blocks; ++b)
          cuts.entry[s * (blocks + 1) + b] = x_.entry_at(columns_[light[s]], std::min(x_.rows, b * cuts.height));
    });
    return cuts;
  }

  // The rows of the blocks first ... last; `start` counts from the first of them.
  Rows copy_by_rows(const std::vector<Index>& light, const Cuts& cuts, Index first, Index last) const {
    const Index count = static_cast<Index>(light.size());
    const auto from = [&](Index s, Index b) { return cuts.entry[s * (cuts.blocks + 1) + b]; };
    std::vector<Index> base(static_cast<std::size_t>(last - first + 1), 0);
    for (Index s = 0; s < count; ++s)
      for (Index b = first; b < last; ++b) base[b - first + 1] += from(s, b + 1) - from(s, b);
    std::partial_sum(base.begin(), base.end(), base.begin());
    const Index top = std::min(x_.rows, first * cuts.height), bottom = std::min(x_.rows, last * cuts.height);
    Rows rows{std::vector<Index>(static_cast<std::size_t>(bottom - top + 1), 0),
              x_.buffers->template take<std::int32_t>(base.back()), x_.buffers->take(base.back()), 0};
    std::int32_t* place = rows.place.data();
    double* value = rows.value.data();
    Vector products(static_cast<std::size_t>(last - first), 0.0);
    context_.run(last - first, cost_of_copy * static_cast<double>(base.back()), [&](Index part) {
      const Index b = first + part, row = std::min(x_.rows, b * cuts.height), n = std::min(cuts.height, x_.rows - row);
      if (n <= 0) return;
      std::vector<Index> next(static_cast<std::size_t>(n + 1), 0);
      const auto each = [&](auto&& visit) {
        for (Index s = 0; s < count; ++s)
          for (Index e = from(s, b); e < from(s, b + 1); ++e)
            visit(light[s], static_cast<Index>(x_.indices[e]) - row, e);
      };
      each([&](Index, Index i, Index) { ++next[i + 1]; });
      next[0] = base[part];
      std::partial_sum(next.begin(), next.end(), next.begin());
      std::copy_n(next.begin() + 1, n, rows.start.begin() + (row - top) + 1);
      each([&](Index k, Index i, Index e) {
        place[next[i]] = static_cast<std::int32_t>(k);
        value[next[i]++] = static_cast<double>(x_.data[e]);
        if (k >= first_) products[part] += static_cast<double>(next[i] - rows.start[row - top + i]);
      });
    });
    rows.products = std::accumulate(products.begin(), products.end(), 0.0);
    return rows;
  }

  // A stretch of rows after the other, so that little is copied at a time. False, with nothing done, if its rows are so
  // uneven that columns are better.
  bool by_rows(const std::vector<Index>& light, double limit) {
    if (light.empty() || light.back() < first_) return true;
    double entries = 0;
    for (const Index k : light) entries += length(k);
    const Cuts cuts = cut(light, entries);
    const double stretches = std::ceil(entries / most_copied);
    const Index step = std::max<Index>(1, static_cast<Index>(static_cast<double>(cuts.blocks) / stretches));
    for (Index b = 0; b < cuts.blocks; b += step) {
      const Index end = std::min(b + step, cuts.blocks);
      const Rows rows = copy_by_rows(light, cuts, b, end);
      if (b == 0 && rows.products * static_cast<double>(cuts.blocks) > limit * static_cast<double>(end)) return false;
      add_rows(rows, std::min(x_.rows, b * cuts.height));
    }
    return true;
  }

  // Adds the products of rows from number `top` on: groups of rows, each with sums of its own, which are folded in
  // order, and strips of new columns whose sums fit into a cache.
  void add_rows(const Rows& rows, Index top) {
    const Index count = static_cast<Index>(rows.start.size()) - 1, lines = size_ - first_;
    const double sums_of_all = static_cast<double>(lines * size_);
    const Index groups = std::clamp<Index>(static_cast<Index>(rows.products / (4 * sums_of_all)), 1, 8);
    const Index fitting = static_cast<Index>(sums_of_all / 65536) + 1;
    const Index wide = std::min(lines, std::max(fitting, 8 / groups)), strip = (lines + wide - 1) / wide;
    const Index strips = (lines + strip - 1) / strip;
    const Index height = (count + groups - 1) / groups;
    std::vector<BufferPool::Buffer<double>> sums;
    for (Index g = 1; g < groups; ++g) sums.push_back(x_.buffers->take(lines * size_));
    context_.run(groups * strips, rows.products, [&](Index task) {
      const Index g = task / strips, b0 = first_ + task % strips * strip, b1 = std::min(size_, b0 + strip);
      double* out =
          g == 0 ? gram_ + b0 * stride_ : sums[static_cast<std::size_t>(g - 1)].data() + (b0 - first_) * size_;
      if (g > 0) std::fill_n(out, (b1 - b0) * size_, 0.0);
      csc_kernels().add_rows(rows.start.data(), rows.place.data(), rows.value.data(), weights_.data() + top,
                             std::min(count, g * height), std::min(count, (g + 1) * height), b0, b1, out,
                             g == 0 ? stride_ : size_);
    });
    for_ranges(lines, 16, sums_of_all * static_cast<double>(groups), context_, [&](Index begin, Index end) {
      for (auto& sum : sums)
        for (Index b = begin; b < end; ++b)
          for (Index a = 0; a <= first_ + b; ++a) gram_[(first_ + b) * stride_ + a] += sum.data()[b * size_ + a];
    });
  }

  // Products of the columns at these places, eight at a time, with every column that needs them.
  void spread_all(const std::vector<Index>& places, bool full, double work) {
    const Index count = static_cast<Index>(places.size());
    std::vector<char> spread_out(columns_.size(), 0);
    for (const Index k : places) spread_out[k] = 1;
    for_ranges(count, spread_width, work, context_, [&](Index begin, Index end) {
      spread(std::span<const Index>(places).subspan(static_cast<std::size_t>(begin),
                                                    static_cast<std::size_t>(end - begin)),
             full, spread_out);
    });
  }

  // Full columns meet all, sparse ones the sparse: those that are new, and the others if one of the group is new.
  void spread(std::span<const Index> group, bool full, const std::vector<char>& spread_out) {
    const Index count = static_cast<Index>(group.size()), width = padded_width(count);
    std::vector<Index> partners;
    for (Index a = group.back() < first_ ? first_ : 0; a < size_; ++a)
      if ((full || !x_.full(columns_[a], center_)) && !(spread_out[a] != 0 && a > group.back())) partners.push_back(a);
    Vector sums(partners.size() * static_cast<std::size_t>(width), 0.0), totals(static_cast<std::size_t>(width), 0.0);
    std::vector<Index> at, from;
    for (const Index a : partners) at.push_back(x_.begin(columns_[a]));
    for (const Index b : group) from.push_back(x_.begin(columns_[b]));
    auto side_by_side = x_.buffers->take(std::min(block, x_.rows) * width);
    double* u = side_by_side.data();
    for (Index row = 0; row < x_.rows; row += block) {
      const Index n = std::min(block, x_.rows - row);
      std::fill_n(u, n * width, 0.0);
      for (Index t = 0; t < count; ++t) {
        if (full) {
          totals[t] += place_full(columns_[group[t]], row, n, width, u + t);
        } else {
          from[t] = place(columns_[group[t]], from[t], row, n, width, u + t);
        }
      }
      for (std::size_t p = 0; p < partners.size(); ++p)
        at[p] +=
            add_products(columns_[partners[p]], at[p], row, n, u, width, sums.data() + static_cast<Index>(p) * width);
    }
    for (std::size_t p = 0; p < partners.size(); ++p) {
      const Index a = partners[p], j = columns_[a];
      const double c = full && !x_.full(j, center_) ? center_[j] : 0;
      for (Index t = 0; t < count; ++t) {
        const Index b = group[t], line = std::max(a, b);
        if (line < first_ || (a > b && spread_out[a] != 0)) continue;  // known, or its turn comes at a
        const double sum = sums[static_cast<Index>(p) * width + t];
        gram_[line * stride_ + std::min(a, b)] = c == 0 ? sum : sum - c * totals[t];
      }
    }
  }

  // u[(i - row) * width] = weights_i x_i from entry e on, in n rows; returns the entry behind them.
  Index place(Index j, Index e, Index row, Index n, Index width, double* u) const {
    for (; e < x_.end(j) && static_cast<Index>(x_.indices[e]) < row + n; ++e) {
      const Index i = static_cast<Index>(x_.indices[e]);
      u[(i - row) * width] = static_cast<double>(x_.data[e]) * weights_[static_cast<std::size_t>(i)];
    }
    return e;
  }

  // As place, for a full column less its center; returns the sum.
  double place_full(Index j, Index row, Index n, Index width, double* u) const {
    double total = 0;
    x_.for_runs(j, center_[j], row, row + n, [&](Index begin, Index length, const double* values) {
      for (Index i = 0; i < length; ++i)
        total += u[(begin - row + i) * width] = values[i] * weights_[static_cast<std::size_t>(begin + i)];
    });
    return total;
  }

  // Adds the products of column j from entry `begin` on, in n rows; returns the number of entries.
  Index add_products(Index j, Index begin, Index row, Index n, const double* u, Index width, double* sums) const {
    if (!x_.full(j, center_))
      return csc_kernels().entry<Real, Offset>().dot_until(x_.data + begin, x_.indices + begin, x_.end(j) - begin,
                                                           row + n, u, width, row, sums);
    x_.for_runs(j, center_[j], row, row + n, [&](Index from, Index length, const double* values) {
      csc_kernels().f64_i32.dot(values, places_of_a_run().data(), length, u + (from - row) * width, width, sums);
    });
    return 0;
  }

  // From products of stored columns to those of centred ones.
  void subtract_centers() {
    if (std::all_of(sparse_.begin(), sparse_.end(), [&](Index k) { return center_[columns_[k]] == 0; })) return;
    Vector sums(columns_.size());
    csc_dot(x_, columns_, center_, weights_.data(), 1, Vector(), sums.data(), 1, context_);
    const double total = csc_totals(weights_.data(), x_.rows, 1, context_).front();
    const Index lines = size_ - first_;
    for_ranges(lines, 16, static_cast<double>(lines * size_), context_, [&](Index begin, Index end) {
      for (Index b = first_ + begin; b < first_ + end; ++b) {
        const double cb = center_[columns_[b]];
        for (Index a = 0; a <= b; ++a) {
          const double ca = center_[columns_[a]];
          gram_[b * stride_ + a] += ca * cb * total - ca * sums[b] - cb * sums[a];
        }
      }
    });
  }

  void mirror() {
    const Index tile = 32, lines = size_ - first_;
    for_ranges(lines, tile, static_cast<double>(lines * size_), context_, [&](Index begin, Index end) {
      for (Index a0 = 0; a0 < first_ + end; a0 += tile)
        for (Index a = a0; a < std::min(a0 + tile, first_ + end); ++a)
          for (Index b = std::max(first_ + begin, a + 1); b < first_ + end; ++b)
            gram_[a * stride_ + b] = gram_[b * stride_ + a];
    });
  }

  const CscColumns<Real, Offset>& x_;
  IndexView columns_;
  Index size_, first_;
  const double* center_;
  View weights_;
  double* gram_;
  Index stride_;
  const Context& context_;
  std::vector<Index> sparse_, full_;
};

}  // namespace whyzero
