// The penalty of one weight as a type, for given strengths of its linear and quadratic part.
//
// To add a penalty: write penalties/<name>.hpp with these functions and end it with static_assert(Penalty<...>). The
// readable twin of every formula is whyzero/penalties.py.
#pragma once

#include <concepts>

namespace whyzero {

template <typename P>
concept Penalty = requires(double b, double c, double z, double l1, double l2, bool positive) {
  { P::value(b, l1, l2) } -> std::same_as<double>;
  // With `positive` the penalty is infinite for b < 0.
  // sup_b (c b - value(b)), infinite where the supremum is
  { P::conjugate(c, l1, l2, positive) } -> std::same_as<double>;
  // argmin_b (h/2) b^2 - z b + value(b)
  { P::minimiser(z, z, l1, l2, positive) } -> std::same_as<double>;
  // distance of -gradient from the subdifferential at b
  { P::violation(b, c, l1, l2, positive) } -> std::same_as<double>;
};

}  // namespace whyzero
