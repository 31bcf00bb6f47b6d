// A matrix of numbers and of blocks of codes, with the elements that it stands for.
#pragma once

#include "dense_matrix.hpp"
#include "whyzero/designs/codes.hpp"

namespace whyzero::test {

// Blocks of all widths of codes among columns of numbers; the columns of a block need not be neighbours.
template <typename Real>
struct Coded {
  Index n, p = 0, width;
  std::vector<Real> numbers;
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint16_t> shorts;
  std::vector<std::int32_t> ints;
  std::vector<Index> levels;
  std::vector<std::int32_t> owner, place;
  double level = 0;

  Coded(Index n, std::vector<Index> sizes, Index width, unsigned seed) : n(n), width(width), levels(std::move(sizes)) {
    const Vector x = normal(static_cast<std::size_t>(n * width), seed),
                 draw = normal(static_cast<std::size_t>(3 * n), seed + 1);
    for (const double v : x) numbers.push_back(static_cast<Real>(static_cast<float>(v)));
    // A frequent level, rare ones, and rows without any level.
    const auto code = [&](Index b, Index i) {
      const double v = std::fabs(draw[static_cast<std::size_t>(b * n + i)]);
      return v < 0.9 || levels[static_cast<std::size_t>(b)] == 0 ? Index{0}
             : v > 2.2                                           ? Index{-1}
                                                                 : i * (b + 3) % levels[static_cast<std::size_t>(b)];
    };
    for (Index i = 0; i < n; ++i) {
      const Index a = code(0, i), b = code(1, i), c = code(2, i);
      bytes.push_back(static_cast<std::uint8_t>(a < 0 ? 255 : a));
      shorts.push_back(static_cast<std::uint16_t>(b < 0 ? 65535 : b));
      ints.push_back(static_cast<std::int32_t>(c));
    }
    for (Index j = 0; j < width; ++j) add(-1, j);
    for (Index level = 0; level < 400; ++level)
      for (std::int32_t b = 0; b < 3; ++b)
        if (level < levels[static_cast<std::size_t>(b)]) add(b, level);
    if (width > 0) std::swap(owner.front(), owner.back()), std::swap(place.front(), place.back());
  }

  void add(std::int32_t block, Index which) {
    owner.push_back(block), place.push_back(static_cast<std::int32_t>(which));
    ++p;
  }

  Long at(Index i, Index j) const {
    const std::size_t row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
    const Index which = place[column];
    if (owner[column] == 0) return bytes[row] == which ? 1 : 0;
    if (owner[column] == 1) return shorts[row] == which ? 1 : 0;
    if (owner[column] == 2) return ints[row] == which ? 1 : 0;
    return numbers[static_cast<std::size_t>(which * n + i)];
  }

  Codes<Real> design() const {
    return Codes<Real>({DenseBlocks<Real>(numbers.data(), n, width, 1, n),
                        {{bytes.data(), 1, levels[0]}, {shorts.data(), 2, levels[1]}, {ints.data(), 4, levels[2]}},
                        owner,
                        place,
                        n,
                        nullptr});
  }

  // The means of the columns, or numbers that are no means at all.
  Vector centers(int kind) const {
    Vector center = normal(static_cast<std::size_t>(p), 21);
    for (Index j = 0; j < p && kind != 1; ++j) {
      Long sum = 0;
      for (Index i = 0; i < n; ++i) sum += at(i, j);
      center[static_cast<std::size_t>(j)] = kind == 0 ? static_cast<double>(sum / static_cast<Long>(n)) : 0.0;
    }
    return center;
  }
};

}  // namespace whyzero::test
