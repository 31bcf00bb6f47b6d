// Coordinate descent on the quadratic model of a large working set: the method of last resort, when the Gram matrix of
// the working set would not fit or the active-set method gave up. It reads columns of the design and needs no second
// matrix.
//
//   model(d) = gradient'd + sum_i h_i (xi_i + shift)^2 / 2 + penalty(x + d),   xi = X d,   shift = d0 - center'd
//
// A column that stores every row may have any mean, and is centred entry by entry, so that nothing cancels: `base` is
// what its entries lose, `rest` what the shift takes.
#pragma once

#include <cmath>

#include "whyzero/design.hpp"
#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

struct CoordinateModel {
  IndexView columns;
  View gradient;  // of the loss at x, for the centred columns
  double gradient0;
  View hessian;  // h_i, the weights of the rows
  const double* center;
  View l1, l2;
  bool intercept, positive = false;
};

// Lowers the model from x by sweeps until the largest change of a sweep, in units of the predictor, is below `tol`
// times that of the first, or `sweeps` are done. Returns the step of the intercept; x becomes x + d.
template <Design D>
void coordinate_descent(const D& design, const CoordinateModel& model, MutableView x, double tol, Index sweeps,
                        const Context& context) {
  const Index size = static_cast<Index>(model.columns.size());
  Vector scaled(static_cast<std::size_t>(design.rows()), 0.0);  // h_i xi_i
  Vector first(model.columns.size()), curvature(model.columns.size()), base(model.columns.size(), 0.0),
      rest(model.columns.size());
  double total = 0, sum = 0, shift = 0;
  for (const double h : model.hessian) total += h;
  for (Index k = 0; k < size; ++k) {
    double one = 0, two = 0, seen = 0, about = 0;
    Index stored = 0;
    const double c = model.center[model.columns[k]];
    design.for_each(model.columns[k], [&](Index i, double v) {
      one += model.hessian[i] * v;
      about += model.hessian[i] * (v - c);
      two += model.hessian[i] * (v - c) * (v - c);
      seen += model.hessian[i];
      ++stored;
    });
    const bool whole = stored == design.rows();
    base[k] = whole ? c : 0;
    rest[k] = c - base[k];
    first[k] = whole ? about : one;
    curvature[k] = two + c * c * (total - seen);
    context.monitor.poll();
  }
  double start = 0;
  for (Index sweep = 0; sweep < sweeps; ++sweep) {
    double largest = 0;
    const bool all = sweep % 8 == 0;
    for (Index k = 0; k < size; ++k) {
      if ((!all && x[k] == 0) || !(curvature[k] + model.l2[k] > 0)) continue;
      const Index j = model.columns[k];
      double slope = model.gradient[k] + shift * first[k] - rest[k] * (sum + shift * total);
      design.for_each(j, [&](Index i, double v) { slope += (v - base[k]) * scaled[i]; });
      const double z = curvature[k] * x[k] - slope;
      const double moved = ElasticNet::minimiser(z, curvature[k], model.l1[k], model.l2[k], model.positive);
      const double step = moved - x[k];
      if (step == 0) continue;
      x[k] = moved;
      design.for_each(j, [&](Index i, double v) { scaled[i] += step * (v - base[k]) * model.hessian[i]; });
      sum += step * first[k];
      shift -= step * rest[k];
      largest = std::fmax(largest, std::fabs(step) * std::sqrt(curvature[k]));
      context.monitor.poll();
    }
    if (model.intercept) {
      shift -= (model.gradient0 + sum + shift * total) / total;
    }
    if (sweep == 0) start = largest;
    if (all && largest <= tol * start) break;
  }
}

}  // namespace whyzero
