// The loss of one row as a type: f(y, eta), convex and smooth in eta.
//
// To add a loss: write losses/<name>.hpp with these functions, end it with static_assert(Loss<...>), and add one
// alternative to AnyLoss in bindings/views.hpp. The readable twin of every formula is whyzero/losses.py. The row
// operations are what the solver calls; their vectorised texts stand in loss_kernels_body.inc.
#pragma once

#include <concepts>
#include <limits>

#include "whyzero/types.hpp"

namespace whyzero {

template <typename L>
concept Loss = requires(const L& loss, double y, double eta, double v, const double* in, double* out, Index n) {
  { loss.value(y, eta) } -> std::same_as<double>;
  { loss.gradient(y, eta) } -> std::same_as<double>;
  { loss.hessian(y, eta) } -> std::same_as<double>;
  // f(y, eta) + f*(y, v) - eta v >= 0, written without cancellation; v in the domain of f*
  { loss.fenchel_young(y, eta, v) } -> std::same_as<double>;
  // rows(y, w, eta, u, h, n, sums): u_i = w_i f', h_i = w_i f''; either may be null, and u may be the memory of eta.
  // Adds to sums[0..3]: u_i, w_i f'^2, w_i r_i^2, w_i f, with r_i = eta_i, or (1 + |eta_i|) f'' where f'' has no bound:
  // what the rounding of f' is proportional to. Rows of weight 0 give zeros, whatever stands in them.
  { loss.rows(in, in, in, out, out, n, out) } -> std::same_as<void>;
  // the same without the values, and so without sums[3]
  { loss.slopes(in, in, in, out, out, n, out) } -> std::same_as<void>;
  // gap_rows(y, w, eta, u, s, n): the sum of w_i [f(eta_i) + f*(v_i) - v_i eta_i] with v_i = s u_i / w_i, of terms that
  // are never negative; rows of weight 0 are left out. Both sum in an order that depends on n alone.
  { loss.gap_rows(in, in, in, in, v, n) } -> std::same_as<double>;
  // start(y, w, offset, n): the intercept from which the null model is sought
  { loss.start(in, in, in, n) } -> std::same_as<double>;
  // whether some eta has the loss 0
  { loss.reaches_zero(y) } -> std::same_as<bool>;
  // the largest value of the second derivative; infinite if there is none
  { L::curvature_bound } -> std::convertible_to<double>;
  // whether the second derivative does not depend on eta: then one Hessian serves for ever
  { L::quadratic } -> std::convertible_to<bool>;
};

// Whether the loss can overflow where the predictor does not: then a step that overflows is only a bad step.
template <typename L>
inline constexpr bool may_overflow = !(L::curvature_bound < std::numeric_limits<double>::infinity());

}  // namespace whyzero
