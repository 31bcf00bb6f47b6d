// Blocks of codes as they come from Python, checked: the kernels follow them blindly.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "whyzero/designs/codes_columns.hpp"

namespace whyzero {

namespace nb = nanobind;

inline CodeBlock code_block(nb::handle given, Index levels, Index rows) {
  nb::ndarray<nb::ro, nb::ndim<1>, nb::c_contig, nb::device::cpu> codes;
  if (!nb::try_cast(given, codes, false)) throw nb::type_error("a block must be a contiguous vector of codes");
  const bool is_unsigned = codes.dtype() == nb::dtype<std::uint8_t>() || codes.dtype() == nb::dtype<std::uint16_t>();
  if (!is_unsigned && codes.dtype() != nb::dtype<std::int32_t>())
    throw nb::type_error("codes must be uint8, uint16 or int32");
  if (static_cast<Index>(codes.shape(0)) != rows) throw nb::value_error("a block needs one code for each row");
  if (levels < 0 || levels > (Index{1} << 24)) throw nb::value_error("too many levels in a block");
  return {codes.data(), static_cast<int>(codes.itemsize()), levels};
}

inline std::vector<CodeBlock> code_blocks(const nb::tuple& given, std::span<const Index> levels, Index rows) {
  if (given.size() != levels.size()) throw nb::value_error("levels needs one entry for each block");
  if (rows > std::numeric_limits<std::int32_t>::max()) throw nb::value_error("too many rows");
  std::vector<CodeBlock> out;
  for (std::size_t b = 0; b < levels.size(); ++b) out.push_back(code_block(given[b], levels[b], rows));
  return out;
}

// Throws unless every column exists; `width` is the number of columns of numbers.
template <typename Real>
void check_columns(const CodesColumns<Real>& x, Index width) {
  const Index blocks = static_cast<Index>(x.blocks.size());
  bool sound = x.owner.size() == x.place.size();
  for (std::size_t j = 0; sound && j < x.owner.size(); ++j) {
    const Index most = x.owner[j] < 0         ? width
                       : x.owner[j] >= blocks ? 0
                                              : x.blocks[static_cast<std::size_t>(x.owner[j])].levels;
    sound = x.owner[j] >= -1 && x.place[j] >= 0 && x.place[j] < most;
  }
  if (!sound) throw nb::value_error("owner and place must name an existing level or number for every column");
}

}  // namespace whyzero
