// Categorical columns as codes: a block is one array of codes, and stands for as many columns of 0 and 1 as it has
// levels. Column `level` of a block is 1 in the rows with that code; any code that is no level (255 of a block of 20
// levels, -1) is a row where all columns of the block are 0. Other columns are numbers, dense.
//
// A centred column x - c of 0 and 1 with c > 1/2 is, but for the sign, (1 - x) - (1 - c): with the smaller of the two
// centers, subtracting rank-one terms cancels nothing. The ones of 1 - x are the rows of all other codes.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <numeric>

#include "whyzero/designs/csc_buffers.hpp"
#include "whyzero/designs/dense_blocks.hpp"

namespace whyzero {

struct CodeBlock {
  const void* codes;  // one for each row
  int bytes;          // of a code: 1 and 2 without a sign, 4 with one
  Index levels;

  template <typename Use>
  void visit(Use&& use) const {
    if (bytes == 1) return use(static_cast<const std::uint8_t*>(codes));
    if (bytes == 2) return use(static_cast<const std::uint16_t*>(codes));
    use(static_cast<const std::uint32_t*>(codes));  // -1 is beyond every level
  }

  CodeBlock from(Index row) const { return {static_cast<const char*>(codes) + row * bytes, bytes, levels}; }

  // out[i * stride] = base + level of row first + i; no level is the number `levels`.
  void slots(Index first, Index n, Index base, std::int32_t* out, Index stride) const {
    visit([&](const auto* all) {
      const auto* code = all + first;
      const std::uint32_t most = static_cast<std::uint32_t>(levels), shift = static_cast<std::uint32_t>(base);
      for (Index i = 0; i < n; ++i)
        out[i * stride] = static_cast<std::int32_t>(shift + std::min<std::uint32_t>(code[i], most));
    });
  }
};

// The rows of every level of every block, sorted; made when first asked for.
class CodeRows {
 public:
  explicit CodeRows(std::size_t blocks) : lists_(std::make_unique<List[]>(blocks)) {}

  std::span<const std::int32_t> of(std::size_t block, const CodeBlock& codes, Index level, Index rows) {
    List& list = lists_[block];
    std::call_once(list.once, [&] { fill(list, codes, rows); });
    const auto begin = static_cast<std::size_t>(list.start[static_cast<std::size_t>(level)]);
    return {list.rows.data() + begin,
            static_cast<std::size_t>(list.start[static_cast<std::size_t>(level) + 1]) - begin};
  }

 private:
  struct List {
    std::once_flag once;
    std::vector<Index> start;
    std::vector<std::int32_t> rows;
  };

  static void fill(List& list, const CodeBlock& codes, Index rows) {
    const std::size_t levels = static_cast<std::size_t>(codes.levels);
    list.start.assign(levels + 2, 0);
    list.rows.resize(static_cast<std::size_t>(rows));
    codes.visit([&](const auto* code) {
      const auto level = [&](Index i) { return std::min<std::size_t>(code[i], levels); };
      for (Index i = 0; i < rows; ++i) ++list.start[level(i) + 1];
      std::partial_sum(list.start.begin(), list.start.end(), list.start.begin());
      std::vector<Index> next(list.start.begin(), list.start.end() - 1);
      for (Index i = 0; i < rows; ++i)
        list.rows[static_cast<std::size_t>(next[level(i)]++)] = static_cast<std::int32_t>(i);
    });
  }

  std::unique_ptr<List[]> lists_;
};

template <typename Real>
struct CodesColumns {
  DenseBlocks<Real> numbers;
  std::vector<CodeBlock> blocks;
  // Column j is level place[j] of block owner[j], or, where that is -1, column place[j] of the numbers.
  std::vector<std::int32_t> owner, place;
  Index rows;
  std::shared_ptr<BufferPool> buffers;

  bool is_number(Index j) const { return owner[static_cast<std::size_t>(j)] < 0; }
  Index level(Index j) const { return place[static_cast<std::size_t>(j)]; }
};

// Some columns, sorted by what they are: numbers, and levels of the blocks that have one among them.
struct CodesChoice {
  std::vector<Index> number_at, numbers;  // where a column of numbers stands among those chosen, and which it is
  Vector number_center;                   // of every column of the numbers
  std::vector<Index> level_at, slot;      // the same for a level; its slot in a table for all blocks chosen
  std::vector<std::size_t> blocks;        // those with a level that was chosen
  std::vector<Index> base;                // the first slot of each, and of the next: slots end with `no level`
  std::vector<std::size_t> block_at;      // which of `blocks` each level belongs to

  template <typename Real>
  CodesChoice(const CodesColumns<Real>& x, IndexView columns, const double* center) : base{0} {
    number_center.resize(static_cast<std::size_t>(x.numbers.cols()), 0.0);
    std::vector<std::size_t> known(x.blocks.size(), x.blocks.size());
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const Index j = columns[k];
      if (x.is_number(j)) {
        number_at.push_back(static_cast<Index>(k));
        numbers.push_back(x.level(j));
        number_center[static_cast<std::size_t>(x.level(j))] = center[j];
        continue;
      }
      const std::size_t block = static_cast<std::size_t>(x.owner[static_cast<std::size_t>(j)]);
      if (known[block] == x.blocks.size()) {
        known[block] = blocks.size();
        blocks.push_back(block);
        base.push_back(base.back() + x.blocks[block].levels + 1);
      }
      level_at.push_back(static_cast<Index>(k));
      block_at.push_back(known[block]);
      slot.push_back(base[known[block]] + x.level(j));
    }
  }

  Index slots() const { return base.back(); }
  Index count_of_blocks() const { return static_cast<Index>(blocks.size()); }

  // Rows whose slots stay in a cache.
  Index panel() const { return std::clamp<Index>(16384 / std::max<Index>(1, count_of_blocks()) / 64 * 64, 64, 1024); }

  // The slots of n rows, side by side.
  template <typename Real>
  void stage(const CodesColumns<Real>& x, Index first, Index n, std::int32_t* out) const {
    for (std::size_t b = 0; b < blocks.size(); ++b)
      x.blocks[blocks[b]].slots(first, n, base[b], out + b, count_of_blocks());
  }
};

}  // namespace whyzero
