// The Gram matrices of several groups of rows at once: rows are copied group by group, and each group is a matrix.
#pragma once

#include "whyzero/designs/codes_gram.hpp"

namespace whyzero {

// The rows of the chosen columns in the order of their groups.
template <typename Real>
class CodesByGroup {
 public:
  CodesByGroup(const CodesColumns<Real>& x, IndexView columns, const double* center, View weights,
               const std::int32_t* group, Index groups, const Context& context)
      : first_row_(static_cast<std::size_t>(groups + 1), 0), weights_(weights.size()) {
    const CodesChoice choice(x, columns, center);
    for (Index i = 0; i < x.rows; ++i) ++first_row_[static_cast<std::size_t>(group[i] + 1)];
    std::partial_sum(first_row_.begin(), first_row_.end(), first_row_.begin());
    std::vector<Index> next(first_row_.begin(), first_row_.end() - 1), order(static_cast<std::size_t>(x.rows));
    for (Index i = 0; i < x.rows; ++i) order[static_cast<std::size_t>(next[static_cast<std::size_t>(group[i])]++)] = i;
    for (Index i = 0; i < x.rows; ++i)
      weights_[static_cast<std::size_t>(i)] = weights[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])];
    copy_codes(x, choice, order, context);
    copy_numbers(x, choice, order, context);
    x_.rows = x.rows;
    x_.buffers = x.buffers;
    Index number = 0;
    for (const Index j : columns) {
      const std::size_t block = x.is_number(j) ? 0 : static_cast<std::size_t>(x.owner[static_cast<std::size_t>(j)]);
      const auto found = std::find(choice.blocks.begin(), choice.blocks.end(), block);
      x_.owner.push_back(x.is_number(j) ? -1 : static_cast<std::int32_t>(found - choice.blocks.begin()));
      x_.place.push_back(static_cast<std::int32_t>(x.is_number(j) ? number++ : x.level(j)));
      center_.push_back(center[j]);
    }
  }

  // Group f as a matrix of the chosen columns.
  CodesColumns<Real> columns(Index f) const {
    CodesColumns<Real> part = x_;
    const Index row = first_row_[static_cast<std::size_t>(f)];
    part.rows = first_row_[static_cast<std::size_t>(f + 1)] - row;
    for (CodeBlock& block : part.blocks) block = block.from(row);
    part.numbers = DenseBlocks<Real>(numbers_.data() + row, part.rows, width_, 1, x_.rows);
    return part;
  }
  View weights(Index f) const {
    const Index row = first_row_[static_cast<std::size_t>(f)];
    return View(weights_).subspan(static_cast<std::size_t>(row),
                                  static_cast<std::size_t>(first_row_[static_cast<std::size_t>(f + 1)] - row));
  }
  const double* center() const { return center_.data(); }

 private:
  void copy_codes(const CodesColumns<Real>& x, const CodesChoice& choice, const std::vector<Index>& order,
                  const Context& context) {
    codes_.resize(choice.blocks.size());
    for (std::size_t b = 0; b < choice.blocks.size(); ++b) {
      const CodeBlock& block = x.blocks[choice.blocks[b]];
      codes_[b].resize(static_cast<std::size_t>(x.rows * block.bytes));
      x_.blocks.push_back({codes_[b].data(), block.bytes, block.levels});
    }
    const Index count = choice.count_of_blocks();
    context.run(count, static_cast<double>(x.rows * count), [&](Index b) {
      x.blocks[choice.blocks[static_cast<std::size_t>(b)]].visit([&](const auto* code) {
        auto* out = codes_[static_cast<std::size_t>(b)].data();
        for (std::size_t i = 0; i < order.size(); ++i)
          std::memcpy(out + i * sizeof *code, code + order[i], sizeof *code);
      });
    });
  }

  void copy_numbers(const CodesColumns<Real>& x, const CodesChoice& choice, const std::vector<Index>& order,
                    const Context& context) {
    width_ = static_cast<Index>(choice.numbers.size());
    numbers_.resize(static_cast<std::size_t>(x.rows * width_));
    context.run(width_, static_cast<double>(x.rows * width_), [&](Index k) {
      Real* const out = numbers_.data() + k * x.rows;
      for (Index i = 0; i < x.rows; ++i)
        out[i] = static_cast<Real>(
            x.numbers.at(order[static_cast<std::size_t>(i)], choice.numbers[static_cast<std::size_t>(k)]));
    });
  }

  std::vector<Index> first_row_;
  Vector weights_, center_;
  std::vector<Real> numbers_;
  std::vector<std::vector<unsigned char>> codes_;
  Index width_ = 0;
  CodesColumns<Real> x_{DenseBlocks<Real>(nullptr, 0, 0, 1, 0), {}, {}, {}, 0, nullptr};
};

}  // namespace whyzero
