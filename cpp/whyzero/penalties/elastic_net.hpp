// Elastic net: l1 |b| + l2 b^2 / 2. The subdifferential at 0 is [-l1, l1]: the interval of pulls that a zero can bear.
// A weight that may not be negative has a penalty that is infinite for b < 0, so its zero bears every pull downwards,
// and the interval is [-infinity, l1].
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/penalty.hpp"

namespace whyzero {

struct ElasticNet {
  static double value(double b, double l1, double l2) { return l1 * std::fabs(b) + 0.5 * l2 * b * b; }

  // How far a pull goes towards a weight other than zero: to either side, or upwards alone.
  static double reach(double pull, bool positive) { return positive ? pull : std::fabs(pull); }

  static double conjugate(double c, double l1, double l2, bool positive = false) {
    const double excess = reach(c, positive) - l1;
    if (excess <= 0) return 0;
    return l2 > 0 ? 0.5 * excess * excess / l2 : std::numeric_limits<double>::infinity();
  }

  static double soft(double z, double l1, bool positive) {
    return z > l1 ? z - l1 : z < -l1 && !positive ? z + l1 : 0.0;
  }

  static double minimiser(double z, double h, double l1, double l2, bool positive = false) {
    return soft(z, l1, positive) / (h + l2);
  }

  static double violation(double b, double gradient, double l1, double l2, bool positive = false) {
    if (b == 0) return std::max(0.0, reach(-gradient, positive) - l1);
    return std::fabs(gradient + l2 * b + std::copysign(l1, b));
  }
};

static_assert(Penalty<ElasticNet>, "ElasticNet must have every function of the concept Penalty");

}  // namespace whyzero
