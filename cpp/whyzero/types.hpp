// Indices and vectors; nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace whyzero {

using Index = std::int64_t;
using Vector = std::vector<double>;
using View = std::span<const double>;
using MutableView = std::span<double>;
using IndexView = std::span<const Index>;

// Leaves new elements without a value.
template <typename T>
struct Unset : std::allocator<T> {
  using value_type = T;
  template <typename U>
  struct rebind {
    using other = Unset<U>;
  };
  template <typename U>
  void construct(U* place) {
    ::new (static_cast<void*>(place)) U;
  }
  template <typename U, typename... Args>
  void construct(U* place, Args&&... args) {
    ::new (static_cast<void*>(place)) U(std::forward<Args>(args)...);
  }
};

// A long vector, mostly over the rows; where it grows, whoever grew it writes every element before one is read.
using RowVector = std::vector<double, Unset<double>>;

}  // namespace whyzero
