// What is minimised, for one design and one loss:
//
//   P(b0, b) = sum_i w_i f(y_i, eta_i) + alpha sum_j ( l1_j |b_j| + l2_j b_j^2 / 2 ),   eta = offset + b0 + sum_j (x_j
//   - center_j) b_j
//
// with sum_i w_i = 1. l1 and l2 are strengths per unit of alpha, so l1_ratio, penalty factors and standardisation have
// already been put into them: infinite l1 means excluded, l1 = l2 = 0 unpenalised. `center` holds the weighted means of
// the columns when there is an intercept, else zeros; `spread` the weighted root mean square of x_j - center_j. With
// `positive` no b_j, penalised or not, may be negative; b0 always may.
#pragma once

#include "whyzero/design.hpp"
#include "whyzero/loss.hpp"
#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

template <Loss L, Design D>
struct Problem {
  L loss;
  D design;
  View y, weight, offset;
  View l1, l2;
  View center, spread;
  bool intercept;
  bool positive = false;

  // How far a column with this product with the gradient is pulled towards a weight other than zero.
  double pull(double product) const { return ElasticNet::reach(-product, positive); }
};

// A point: coefficients of the centred columns, and the linear predictor that belongs to them.
struct Point {
  Vector coef;
  double intercept = 0;
  RowVector eta;
};

}  // namespace whyzero
