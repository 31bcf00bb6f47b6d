// The data matrix as a type.
//
// A design never copies the data: it reads columns as they are stored. Every operation acts on *centred* columns
// x_j - center_j 1, where `center` has one entry for each column of X (zeros for a model without intercept), so that
// neither centring nor standardising ever needs a second matrix. A multi-vector U holds `count` vectors of length
// rows(), one after the other.
//
// To add a storage: write designs/<name>.hpp with these operations, end it with static_assert(Design<...>), and add one
// alternative to AnyDesign in bindings/views.hpp.
#pragma once

#include <concepts>

#include "whyzero/parallel.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

template <typename D>
concept Design = requires(const D& design, IndexView columns, const double* center, const double* coef, const double* u,
                          Index count, View weights, const std::int32_t* group, double* out, const Context& context) {
  { design.rows() } -> std::same_as<Index>;
  { design.cols() } -> std::same_as<Index>;
  // Cost of a product in `gram` in units of one in `dot` and `axpy` together.
  { D::gram_cost } -> std::convertible_to<double>;
  // Stored entries of these columns: the cost of reading them once.
  { design.entries(columns) } -> std::same_as<double>;
  // out[k * count + t] = (x_{columns[k]} - center) . u_t
  design.dot(columns, center, u, count, out, context);
  // out_t += sum_k coef[k * count + t] (x_{columns[k]} - center) for `count` vectors of length rows()
  design.axpy(columns, coef, count, center, out, context);
  // gram[a * stride + b] = sum_i weights_i (x_a - center)_i (x_b - center)_i for a < columns.size(), first <= b, and
  // its mirror
  design.gram(columns, count, center, weights, out, count, context);
  // For each group f of rows (group[i] in 0 ... count - 1), with w_i = weights_i where group[i] = f and else 0:
  // out[(f * size + a) * size + b] = sum_i w_i (x_a - center)_i (x_b - center)_i, size = columns.size(), and the sums
  // (second output) [f * size + a] = sum_i w_i (x_a - center)_i
  design.gram_by_group(columns, center, weights, group, count, out, out, context);
  // One pass in both directions, block by block of at most sweep_height() rows. For rows begin ... end:
  // eta[t * height + i - begin] = sum_k coef[k * count + t] (x_{columns[k]} - center)_i; rows(begin, end, eta, height)
  // turns eta into u in place, perhaps for several blocks at the same time; at the end
  // out[k * count + t] = (x_{columns[k]} - center) . u_t
  { design.sweep_height() } -> std::same_as<Index>;
  design.sweep(columns, center, coef, count, [](Index, Index, double*, Index) {}, out, context);
  // The same where rows(begin, end, eta, height) also sets h[begin] ... h[end - 1], the first array after `out`. The
  // other outputs: gram[a * stride + b] = sum_i h_i (x_a - center)_i (x_b - center)_i, and then stride, sums[a] = sum_i
  // h_i (x_a - center)_i, and sums[columns.size()] = sum_i h_i. The number before them: these sums may be over one in
  // so many rows, spread evenly.
  design.sweep_with_hessian(
      columns, center, coef, count, [](Index, Index, double*, Index) {}, out, out, count, out, count, out, context);
  // f(i, x_ij) for the stored entries of column j, not centred
  design.for_each(count, [](Index, double) {});
};

// Splits 0 ... size into pieces of `grain`; task(begin, end) for each.
template <typename Task>
void for_ranges(Index size, Index grain, double work, const Context& context, Task&& task) {
  const Index pieces = (size + grain - 1) / grain;
  context.run(pieces, work, [&](Index piece) { task(piece * grain, std::min(size, (piece + 1) * grain)); });
}

}  // namespace whyzero
