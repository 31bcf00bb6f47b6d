// Elastic net: l1 |b| + l2 b^2 / 2. The subdifferential at 0 is [-l1, l1]: the interval of pulls that a zero can bear.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/penalty.hpp"

namespace whyzero {

struct ElasticNet {
  static double value(double b, double l1, double l2) { return l1 * std::fabs(b) + 0.5 * l2 * b * b; }

  static double conjugate(double c, double l1, double l2) {
    const double excess = std::fabs(c) - l1;
    if (excess <= 0) return 0;
    return l2 > 0 ? 0.5 * excess * excess / l2 : std::numeric_limits<double>::infinity();
  }

  static double soft(double z, double l1) { return z > l1 ? z - l1 : z < -l1 ? z + l1 : 0.0; }

  static double minimiser(double z, double h, double l1, double l2) { return soft(z, l1) / (h + l2); }

  static double violation(double b, double gradient, double l1, double l2) {
    if (b == 0) return std::max(0.0, std::fabs(gradient) - l1);
    return std::fabs(gradient + l2 * b + std::copysign(l1, b));
  }
};

static_assert(Penalty<ElasticNet>, "ElasticNet must have every function of the concept Penalty");

}  // namespace whyzero
