// Which rows are equal in all codes: one pass with a hash table.
#pragma once

#include <bit>
#include <limits>
#include <optional>

#include "whyzero/designs/codes_columns.hpp"

namespace whyzero {

struct EqualRows {
  std::vector<std::int32_t> group;  // of every row; groups are numbered in the order of their first rows
  std::vector<Index> first;         // the first row of every group
};

// Nothing if there are more than `most` groups. Rows are equal if they have the same levels and the same number in
// `offset`, which may be empty. Blocks are those of a matrix without numbers; two codes that are no level are the same.
class RowGrouping {
 public:
  RowGrouping(const std::vector<CodeBlock>& blocks, View offset, Index rows)
      : blocks_(blocks), offset_(offset), rows_(rows) {}

  std::optional<EqualRows> run(Index most) const {
    EqualRows found;
    found.group.resize(static_cast<std::size_t>(rows_));
    std::vector<Place> table(4096);
    const Index across = static_cast<Index>(blocks_.size()), panel = 1024;
    std::vector<std::int32_t> slots(static_cast<std::size_t>(panel * across)), known;  // known: slots of every group
    std::vector<std::uint64_t> hash(static_cast<std::size_t>(panel));
    for (Index row = 0; row < rows_; row += panel) {
      const Index n = std::min(panel, rows_ - row);
      for (Index b = 0; b < across; ++b)
        blocks_[static_cast<std::size_t>(b)].slots(row, n, 0, slots.data() + b, across);
      for (Index i = 0; i < n; ++i) hash[static_cast<std::size_t>(i)] = hash_of(slots.data() + i * across, row + i);
      for (Index i = 0; i < n; ++i) {
        const std::int32_t* own = slots.data() + i * across;
        const std::uint64_t h = hash[static_cast<std::size_t>(i)];
        Place* place = &table[h & (table.size() - 1)];
        while (place->group >= 0 && !(place->hash == h && same(known, found.first, place->group, own, row + i)))
          place = place + 1 == table.data() + table.size() ? table.data() : place + 1;
        if (place->group < 0) {
          if (static_cast<Index>(found.first.size()) == most) return std::nullopt;
          *place = {h, static_cast<std::int32_t>(found.first.size())};
          found.first.push_back(row + i);
          known.insert(known.end(), own, own + across);
          found.group[static_cast<std::size_t>(row + i)] = place->group;
          if (2 * found.first.size() > table.size()) grow(table);
        } else {
          found.group[static_cast<std::size_t>(row + i)] = place->group;
        }
      }
    }
    return found;
  }

 private:
  struct Place {
    std::uint64_t hash = 0;
    std::int32_t group = -1;
  };

  std::uint64_t hash_of(const std::int32_t* slots, Index row) const {
    std::uint64_t h = offset_.empty() ? 0 : std::bit_cast<std::uint64_t>(offset(row));
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      h = (h ^ static_cast<std::uint64_t>(slots[b])) * 0x9e3779b97f4a7c15u;
      h ^= h >> 32;
    }
    return h;
  }

  // Without negative zero.
  double offset(Index row) const { return offset_[static_cast<std::size_t>(row)] + 0.0; }

  bool same(const std::vector<std::int32_t>& known, const std::vector<Index>& first, std::int32_t group,
            const std::int32_t* slots, Index row) const {
    const std::size_t across = blocks_.size();
    const auto theirs = known.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(group) * across);
    return std::equal(slots, slots + across, theirs) &&
           (offset_.empty() || offset(first[static_cast<std::size_t>(group)]) == offset(row));
  }

  static void grow(std::vector<Place>& table) {
    std::vector<Place> wider(4 * table.size());
    for (const Place& place : table) {
      if (place.group < 0) continue;
      std::size_t at = place.hash & (wider.size() - 1);
      while (wider[at].group >= 0) at = (at + 1) & (wider.size() - 1);
      wider[at] = place;
    }
    table.swap(wider);
  }

  const std::vector<CodeBlock>& blocks_;
  View offset_;
  Index rows_;
};

}  // namespace whyzero
