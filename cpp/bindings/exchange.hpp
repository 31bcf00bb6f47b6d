// What every binding shares: arrays in and out, and Ctrl-C.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <span>
#include <utility>
#include <vector>

#include "whyzero/parallel.hpp"

namespace whyzero {

namespace nb = nanobind;

template <typename T>
using Array1 = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T>
using Array2 = nb::ndarray<const T, nb::ndim<2>, nb::device::cpu>;
template <typename T>
using Output = nb::ndarray<nb::numpy, T, nb::ndim<1>>;

template <typename T>
std::span<const T> view(const Array1<T>& array) {
  return {array.data(), array.shape(0)};
}

template <typename T>
Output<T> give(std::vector<T> values) {
  auto* owned = new std::vector<T>(std::move(values));
  nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return Output<T>(owned->data(), {owned->size()}, owner);
}

// As many threads as are asked for, or all that a fit may use if that is 0.
inline Context context_for(Monitor& monitor, int threads) {
  return {monitor, threads > 0 ? threads : Pool::instance().limit()};
}

// Looks for Ctrl-C (only the main thread sees it) and tells how many fits are done.
inline Monitor monitor_for(nb::object callback = nb::none()) {
  return Monitor([callback = std::move(callback)](Index done) {
    nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    if (!callback.is_none()) callback(done);
  });
}

}  // namespace whyzero
