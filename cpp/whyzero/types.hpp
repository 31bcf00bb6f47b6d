// Index and vector aliases; nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace whyzero {

using Index = std::int64_t;
using Vector = std::vector<double>;
using View = std::span<const double>;
using MutableView = std::span<double>;
using IndexView = std::span<const Index>;

}  // namespace whyzero
