// The loss of one row as a type: f(y, eta), convex and smooth in eta.
//
// To add a loss: write losses/<name>.hpp with these functions, end it with static_assert(Loss<...>), and add one
// alternative to AnyLoss in bindings/views.hpp. The readable twin of every formula is whyzero/losses.py.
#pragma once

#include <concepts>

namespace whyzero {

template <typename L>
concept Loss = requires(const L& loss, double y, double eta, double v) {
  { loss.value(y, eta) } -> std::same_as<double>;
  { loss.gradient(y, eta) } -> std::same_as<double>;
  { loss.hessian(y, eta) } -> std::same_as<double>;
  // f(y, eta) + f*(y, v) - eta v >= 0, written without cancellation; v in the domain of f*
  { loss.fenchel_young(y, eta, v) } -> std::same_as<double>;
  // the largest value of the second derivative
  { L::curvature_bound } -> std::convertible_to<double>;
  // whether the second derivative does not depend on eta: then one Hessian serves for ever
  { L::quadratic } -> std::convertible_to<bool>;
};

}  // namespace whyzero
