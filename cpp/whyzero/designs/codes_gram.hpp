// The Gram matrix of columns kept as codes: two-way tables of the row weights, a row at a time.
//
// Each row becomes the short list of its entries among the columns asked for: the column of its level and, for every
// column whose center is above 1/2, the complement 1 - x where the level is another one. Products of entries are added
// to a table of all pairs; then centers, which are at most 1/2 now, are subtracted. A number meets a level in the sums
// of its column by level, and another number in a dense Gram matrix.
#pragma once

#include "whyzero/designs/codes_products.hpp"
#include "whyzero/designs/dense_gram.hpp"

namespace whyzero {

template <typename Real>
class CodesGram {
 public:
  CodesGram(const CodesColumns<Real>& x, IndexView columns, Index first, const double* center, View weights,
            double* gram, Index stride, const Context& context)
      : x_(x),
        columns_(columns),
        first_(first),
        center_(center),
        weights_(weights),
        gram_(gram),
        stride_(stride),
        context_(context),
        choice_(x, columns, center) {}

  void compute() {
    if (first_ >= static_cast<Index>(columns_.size())) return;
    numbers_by_numbers();
    numbers_by_levels();
    levels_by_levels();
  }

 private:
  // The columns of the levels, old ones first, in the order in which a row's list has them; and the lists: entries
  // longest * slot ... of a block are the columns with an entry in a row of that slot.
  struct Lists {
    std::vector<Index> at;  // place among the columns asked for
    Vector sign, shift;     // x - center = sign (x' - shift)
    Index fresh = 0;        // the first new one
    struct Block {
      std::size_t number;  // among the blocks of the choice
      Index longest = 0;
      std::vector<std::int32_t> length, entries;
    };
    std::vector<Block> blocks;
    Index longest = 0;  // list of a row, with room for what is written but not kept
  };

  Lists make_lists() const {
    Lists lists;
    for (const bool fresh : {false, true}) {
      if (fresh) lists.fresh = static_cast<Index>(lists.at.size());
      for (std::size_t b = 0; b < choice_.blocks.size(); ++b) {
        const Index slots = choice_.base[b + 1] - choice_.base[b];
        std::vector<std::vector<std::int32_t>> entries(static_cast<std::size_t>(slots));
        for (std::size_t k = 0; k < choice_.level_at.size(); ++k) {
          if (choice_.block_at[k] != b || (choice_.level_at[k] >= first_) != fresh) continue;
          const double c = center_[columns_[static_cast<std::size_t>(choice_.level_at[k])]];
          const Index own = choice_.slot[k] - choice_.base[b];
          for (Index s = 0; s < slots; ++s)
            if ((c > 0.5) != (s == own))
              entries[static_cast<std::size_t>(s)].push_back(static_cast<std::int32_t>(lists.at.size()));
          lists.at.push_back(choice_.level_at[k]);
          lists.sign.push_back(c > 0.5 ? -1 : 1);
          lists.shift.push_back(c > 0.5 ? 1 - c : c);
        }
        add_block(lists, b, entries);
      }
    }
    return lists;
  }

  static void add_block(Lists& lists, std::size_t number, const std::vector<std::vector<std::int32_t>>& entries) {
    typename Lists::Block block{number, 0, {}, {}};
    for (const auto& list : entries) block.longest = std::max(block.longest, static_cast<Index>(list.size()));
    if (block.longest == 0) return;
    for (const auto& list : entries) {
      block.length.push_back(static_cast<std::int32_t>(list.size()));
      block.entries.insert(block.entries.end(), list.begin(), list.end());
      block.entries.resize(block.length.size() * static_cast<std::size_t>(block.longest), 0);
    }
    lists.longest += block.longest;
    lists.blocks.push_back(std::move(block));
  }

  // The lists of n rows, one after the other.
  void write_lists(const Lists& lists, const std::int32_t* staged, Index n, Index* start, std::int32_t* place) const {
    const Index across = choice_.count_of_blocks();
    Index at = 0;
    start[0] = 0;
    for (Index i = 0; i < n; ++i) {
      for (const auto& block : lists.blocks) {
        const Index slot = staged[i * across + static_cast<Index>(block.number)] - choice_.base[block.number];
        const std::int32_t* entries = block.entries.data() + slot * block.longest;
        for (Index e = 0; e < block.longest; ++e) place[at + e] = entries[e];
        at += block.length[static_cast<std::size_t>(slot)];
      }
      start[i + 1] = at;
    }
  }

  // Groups of rows with sums of their own, folded in their order, and strips of new columns whose sums fit into a
  // cache.
  void levels_by_levels() {
    const Lists lists = make_lists();
    const Index size = static_cast<Index>(lists.at.size()), fresh = lists.fresh, lines = size - fresh;
    if (lines == 0) return;
    const double products =
        static_cast<double>(x_.rows) * static_cast<double>(lists.blocks.size() * lists.blocks.size());
    const double all = static_cast<double>(lines * size);
    const Index groups = std::clamp<Index>(static_cast<Index>(products / (8 * all)), 1, 8);
    const Index wide = std::min(lines, std::max(static_cast<Index>(all / 131072) + 1, std::min<Index>(2, 8 / groups)));
    const Index strip = (lines + wide - 1) / wide, strips = (lines + strip - 1) / strip;
    const Index height = (x_.rows + groups - 1) / groups;
    Vector sums(static_cast<std::size_t>(groups * lines * size), 0.0);
    context_.run(groups * strips, products, [&](Index task) {
      const Index group = task / strips, b0 = fresh + task % strips * strip, b1 = std::min(size, b0 + strip);
      double* const out = sums.data() + (group * lines + b0 - fresh) * size;
      add_products(lists, group * height, std::min(x_.rows, (group + 1) * height), b0, b1, out, size);
    });
    for (Index group = 1; group < groups; ++group)
      for (Index k = 0; k < lines * size; ++k)
        sums[static_cast<std::size_t>(k)] += sums[static_cast<std::size_t>(group * lines * size + k)];
    finish(lists, sums.data(), size);
  }

  void add_products(const Lists& lists, Index begin, Index end, Index b0, Index b1, double* out, Index size) const {
    const Index panel = std::min<Index>(choice_.panel(), 256);
    std::vector<std::int32_t> staged(static_cast<std::size_t>(panel * choice_.count_of_blocks()));
    std::vector<std::int32_t> place(static_cast<std::size_t>(panel * lists.longest));
    std::vector<Index> start(static_cast<std::size_t>(panel + 1));
    const Vector ones(place.size(), 1.0);
    for (Index row = begin; row < end; row += panel) {
      const Index n = std::min(panel, end - row);
      choice_.stage(x_, row, n, staged.data());
      write_lists(lists, staged.data(), n, start.data(), place.data());
      csc_kernels().add_rows(start.data(), place.data(), ones.data(), weights_.data() + row, 0, n, b0, b1, out, size);
    }
  }

  // From sums of weights to products of centred columns. An x' is 0 or 1, so its sum is its product with itself; those
  // of old columns are found from their sums by level.
  void finish(const Lists& lists, const double* sums, Index size) {
    Vector own(static_cast<std::size_t>(size));
    for (Index b = lists.fresh; b < size; ++b) own[static_cast<std::size_t>(b)] = sums[(b - lists.fresh) * size + b];
    const Vector by_slot = codes_tally(x_, choice_, weights_.data(), 1, context_);
    const double total = std::accumulate(by_slot.begin(), by_slot.begin() + choice_.base[1], 0.0);
    for (Index a = 0; a < lists.fresh; ++a) own[static_cast<std::size_t>(a)] = sum_of(lists, a, by_slot);
    for (Index b = lists.fresh; b < size; ++b)
      for (Index a = 0; a <= b; ++a) {
        const double ca = lists.shift[static_cast<std::size_t>(a)], cb = lists.shift[static_cast<std::size_t>(b)];
        const double stored = sums[(b - lists.fresh) * size + a];
        const double centred =
            stored - ca * own[static_cast<std::size_t>(b)] - cb * own[static_cast<std::size_t>(a)] + ca * cb * total;
        put(lists.at[static_cast<std::size_t>(a)], lists.at[static_cast<std::size_t>(b)],
            lists.sign[static_cast<std::size_t>(a)] * lists.sign[static_cast<std::size_t>(b)] * centred);
      }
  }

  // The weight of the rows where x' of column a of the lists is 1.
  double sum_of(const Lists& lists, Index a, const Vector& by_slot) const {
    const std::size_t k = static_cast<std::size_t>(
        std::lower_bound(choice_.level_at.begin(), choice_.level_at.end(), lists.at[static_cast<std::size_t>(a)]) -
        choice_.level_at.begin());
    if (lists.sign[static_cast<std::size_t>(a)] > 0) return by_slot[static_cast<std::size_t>(choice_.slot[k])];
    double sum = 0;
    for (Index s = choice_.base[choice_.block_at[k]]; s < choice_.base[choice_.block_at[k] + 1]; ++s)
      if (s != choice_.slot[k]) sum += by_slot[static_cast<std::size_t>(s)];
    return sum;
  }

  void numbers_by_numbers() {
    const Index size = static_cast<Index>(choice_.numbers.size());
    const Index first = static_cast<Index>(
        std::lower_bound(choice_.number_at.begin(), choice_.number_at.end(), first_) - choice_.number_at.begin());
    if (first == size) return;
    Vector products(static_cast<std::size_t>(size * size));
    dense_gram(x_.numbers, choice_.numbers, first, choice_.number_center.data(), weights_, products.data(), size,
               context_);
    for (Index b = first; b < size; ++b)
      for (Index a = 0; a <= b; ++a)
        put(choice_.number_at[static_cast<std::size_t>(a)], choice_.number_at[static_cast<std::size_t>(b)],
            products[static_cast<std::size_t>(a * size + b)]);
  }

  // Of old numbers only the products with new levels are wanted; those with old ones are not known to be right and are
  // left alone.
  void numbers_by_levels() {
    const std::size_t size = choice_.numbers.size(), levels = choice_.level_at.size();
    if (size == 0 || levels == 0) return;
    const bool new_level = choice_.level_at.back() >= first_;
    std::vector<std::size_t> wanted;
    for (std::size_t a = 0; a < size; ++a)
      if (new_level || choice_.number_at[a] >= first_) wanted.push_back(a);
    for (std::size_t from = 0; from < wanted.size(); from += codes_strip) {
      const Index count = static_cast<Index>(std::min<std::size_t>(codes_strip, wanted.size() - from));
      auto weighted = x_.buffers->template take<double>(x_.rows * count);
      Vector products(columns_.size() * static_cast<std::size_t>(count));
      std::vector<Index> chosen;
      for (Index t = 0; t < count; ++t) chosen.push_back(choice_.numbers[wanted[from + static_cast<std::size_t>(t)]]);
      weigh(chosen, weighted.data());
      codes_dot(x_, choice_, columns_, center_, weighted.data(), count, products.data(), count, context_);
      for (Index t = 0; t < count; ++t) {
        const Index a = choice_.number_at[wanted[from + static_cast<std::size_t>(t)]];
        for (const Index b : choice_.level_at)
          if (std::max(a, b) >= first_) put(a, b, products[static_cast<std::size_t>(b * count + t)]);
      }
    }
  }

  // out[t * rows + i] = weights_i (x_t - center)_i for some columns of the numbers
  void weigh(const std::vector<Index>& chosen, double* out) const {
    const double work = static_cast<double>(x_.rows) * static_cast<double>(chosen.size());
    for_ranges(x_.rows, 4096, work, context_, [&](Index begin, Index end) {
      typename DenseBlocks<Real>::Scratch scratch;
      x_.numbers.read(chosen, choice_.number_center.data(), begin, end - begin, false, scratch,
                      [&](auto left, auto shift, const auto& kernel) {
                        for (std::size_t t = 0; t < chosen.size(); ++t)
                          kernel.gather(left[t], shift[t], weights_.data() + begin,
                                        out + static_cast<Index>(t) * x_.rows + begin, end - begin);
                      });
    });
  }

  void put(Index a, Index b, double product) { gram_[a * stride_ + b] = gram_[b * stride_ + a] = product; }

  const CodesColumns<Real>& x_;
  IndexView columns_;
  Index first_;
  const double* center_;
  View weights_;
  double* gram_;
  Index stride_;
  const Context& context_;
  CodesChoice choice_;
};

}  // namespace whyzero
