// Products of columns kept as codes with several vectors, from either side: tables of sums by level, and look-ups.
#pragma once

#include "whyzero/designs/codes_columns.hpp"
#include "whyzero/designs/codes_kernels.hpp"
#include "whyzero/designs/csc_products.hpp"
#include "whyzero/designs/dense_products.hpp"

namespace whyzero {

// Vectors are taken this many at a time; the kernels take 1, 2, 4 or 8.
inline constexpr Index codes_strip = 8;

inline Index codes_width(Index count) { return count <= 2 ? count : count <= 4 ? 4 : codes_strip; }

// Numbers in a table with one row for each slot and one column for each vector, strip by strip.
inline Index codes_table_size(Index slots, Index count) {
  const Index rest = count % codes_strip;
  return slots * (count - rest + (rest > 0 ? codes_width(rest) : 0));
}

// The sums of each vector over the rows of each slot: element (slot, t) at
// slots * first + slot * width + (t - first), where `first` is the first vector of the strip. Parts of the rows have
// sums of their own, folded in their order.
template <typename Real>
Vector codes_tally(const CodesColumns<Real>& x, const CodesChoice& choice, const double* u, Index count,
                   const Context& context) {
  const Index slots = choice.slots(), size = codes_table_size(slots, count), across = choice.count_of_blocks();
  const Index most = std::clamp<Index>(2000000 / std::max<Index>(size, 1), 1, 16);
  const Index parts = std::clamp<Index>(x.rows / 8192, 1, most), height = (x.rows + parts - 1) / parts;
  const double work = static_cast<double>(x.rows) * static_cast<double>((across + 1) * (1 + count / 4));
  Vector sums(static_cast<std::size_t>(parts * size), 0.0);
  context.run(parts, work, [&](Index part) {
    const Index panel = choice.panel();
    std::vector<std::int32_t> staged(static_cast<std::size_t>(panel * across));
    Vector rows_first(static_cast<std::size_t>(panel * codes_strip));
    double* const own = sums.data() + part * size;
    const Index end = std::min(x.rows, (part + 1) * height);
    for (Index row = part * height; row < end; row += panel) {
      const Index n = std::min(panel, end - row);
      choice.stage(x, row, n, staged.data());
      for (Index t = 0; t < count; t += codes_strip) {
        const Index some = std::min(codes_strip, count - t), width = codes_width(some);
        const double* side = u + t * x.rows + row;
        if (width > 1) {
          to_rows_first(side, x.rows, some, n, width, rows_first.data());
          side = rows_first.data();
        }
        codes_kernels().tally(staged.data(), across, side, width, n, own + slots * t);
      }
    }
  });
  for (Index part = 1; part < parts; ++part)
    for (Index k = 0; k < size; ++k)
      sums[static_cast<std::size_t>(k)] += sums[static_cast<std::size_t>(part * size + k)];
  return sums;
}

// out[k * stride + t] = (x_k - center) . u_t for the levels that were chosen, at their places k.
template <typename Real>
void codes_dot(const CodesColumns<Real>& x, const CodesChoice& choice, IndexView columns, const double* center,
               const double* u, Index count, double* out, Index stride, const Context& context) {
  if (choice.level_at.empty()) return;
  const Vector sums = codes_tally(x, choice, u, count, context);
  const Index slots = choice.slots();
  for (Index t = 0; t < count; ++t) {
    const Index strip = t / codes_strip * codes_strip, width = codes_width(std::min(codes_strip, count - strip));
    const double* const table = sums.data() + slots * strip + (t - strip);
    Vector totals;
    for (std::size_t b = 0; b < choice.blocks.size(); ++b) {
      double total = 0;
      for (Index s = choice.base[b]; s < choice.base[b + 1]; ++s) total += table[s * width];
      totals.push_back(total);
    }
    for (std::size_t k = 0; k < choice.level_at.size(); ++k) {
      const double c = center[columns[static_cast<std::size_t>(choice.level_at[k])]],
                   in = table[choice.slot[k] * width];
      double& result = out[choice.level_at[k] * stride + t];
      if (!(c > 0.5)) {
        result = in - c * totals[choice.block_at[k]];
        continue;
      }
      double others = 0;
      for (Index s = choice.base[choice.block_at[k]]; s < choice.base[choice.block_at[k] + 1]; ++s)
        if (s != choice.slot[k]) others += table[s * width];
      result = (1 - c) * in - c * others;
    }
  }
}

// A combination of columns as look-ups: a table with one row for each slot, and what every row gets on top.
template <typename Real>
class CodesTerms {
 public:
  CodesTerms(const CodesColumns<Real>& x, IndexView columns, const double* coef, Index count, const double* center)
      : x_(x),
        count_(count),
        used_(columns_in_use(columns, coef, count)),
        choice_(x, used_.columns, center),
        center_(choice_.number_center),
        shift_(static_cast<std::size_t>(count), 0.0),
        table_(static_cast<std::size_t>(codes_table_size(choice_.slots(), count)), 0.0) {
    for (const Index k : choice_.number_at)
      number_coef_.insert(number_coef_.end(), used_.coef.data() + k * count, used_.coef.data() + (k + 1) * count);
    for (std::size_t k = 0; k < choice_.level_at.size(); ++k) {
      const Index at = choice_.level_at[k];
      const double c = center[used_.columns[static_cast<std::size_t>(at)]];
      for (Index t = 0; t < count; ++t) add(k, t, used_.coef[static_cast<std::size_t>(at * count + t)], c);
    }
  }

  bool has_levels() const { return !choice_.blocks.empty(); }
  bool empty() const { return used_.columns.empty(); }
  double work() const {
    return static_cast<double>(x_.rows) * static_cast<double>((choice_.count_of_blocks() + 1) * (1 + count_ / 4) +
                                                              static_cast<Index>(choice_.numbers.size()) * count_);
  }

  // out[t * stride + i - begin] += the combination of the columns of numbers
  void add_numbers(Index begin, Index end, double* out, Index stride) const {
    if (choice_.numbers.empty()) return;
    typename DenseBlocks<Real>::Scratch scratch;
    const Index size = static_cast<Index>(choice_.numbers.size()), together = 8;
    for (Index k = 0; k < size; k += together) {
      const Index some = std::min(together, size - k);
      const IndexView chosen =
          IndexView(choice_.numbers).subspan(static_cast<std::size_t>(k), static_cast<std::size_t>(some));
      x_.numbers.read(chosen, center_.data(), begin, end - begin, false, scratch,
                      [&](auto left, auto shift, const auto& kernel) {
                        kernel.combinations(left, shift, some, number_coef_.data() + k * count_, count_, count_,
                                            end - begin, out, stride);
                      });
    }
  }

  // The same of the levels.
  void add_levels(Index begin, Index end, double* out, Index stride) const {
    if (!has_levels()) return;
    const Index panel = choice_.panel(), across = choice_.count_of_blocks();
    std::vector<std::int32_t> staged(static_cast<std::size_t>(panel * across));
    Vector sums(static_cast<std::size_t>(panel * codes_strip));
    for (Index row = begin; row < end; row += panel) {
      const Index n = std::min(panel, end - row);
      choice_.stage(x_, row, n, staged.data());
      for (Index t = 0; t < count_; t += codes_strip) {
        const Index some = std::min(codes_strip, count_ - t), width = codes_width(some);
        for (Index i = 0; i < n; ++i)
          for (Index s = 0; s < width; ++s)
            sums[static_cast<std::size_t>(i * width + s)] = s < some ? shift_[static_cast<std::size_t>(t + s)] : 0.0;
        codes_kernels().combine(staged.data(), across, table_.data() + choice_.slots() * t, width, n, sums.data());
        for (Index s = 0; s < some; ++s) {
          double* const line = out + (t + s) * stride + row - begin;
          for (Index i = 0; i < n; ++i) line[i] += sums[static_cast<std::size_t>(i * width + s)];
        }
      }
    }
  }

 private:
  struct Used {
    std::vector<Index> columns;
    Vector coef;
  };

  static Used columns_in_use(IndexView columns, const double* coef, Index count) {
    Used used;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const double* const row = coef + static_cast<Index>(k) * count;
      if (std::all_of(row, row + count, [](double b) { return b == 0; })) continue;
      used.columns.push_back(columns[k]);
      used.coef.insert(used.coef.end(), row, row + count);
    }
    return used;
  }

  // b (x - c), or -b ((1 - x) - (1 - c)).
  void add(std::size_t k, Index t, double b, double c) {
    const Index strip = t / codes_strip * codes_strip, width = codes_width(std::min(codes_strip, count_ - strip));
    double* const table = table_.data() + choice_.slots() * strip + (t - strip);
    if (!(c > 0.5)) {
      table[choice_.slot[k] * width] += b;
      shift_[static_cast<std::size_t>(t)] -= b * c;
      return;
    }
    for (Index s = choice_.base[choice_.block_at[k]]; s < choice_.base[choice_.block_at[k] + 1]; ++s)
      if (s != choice_.slot[k]) table[s * width] -= b;
    shift_[static_cast<std::size_t>(t)] += b * (1 - c);
  }

  const CodesColumns<Real>& x_;
  Index count_;
  Used used_;
  CodesChoice choice_;
  const Vector& center_;
  Vector shift_, table_, number_coef_;
};

}  // namespace whyzero
