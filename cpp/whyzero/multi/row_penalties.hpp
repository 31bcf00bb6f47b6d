// Penalties of all weights of one column of X, a row of B, for given strengths of the linear and the quadratic part.
// The readable twins of these formulas are in whyzero/multi/formulas.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/optimality.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

inline double row_norm(const double* b, Index tasks) {
  double sum = 0;
  for (Index t = 0; t < tasks; ++t) sum += b[t] * b[t];
  return std::sqrt(sum);
}

// l1 |b| + l2 |b|^2 / 2 with the Euclidean norm of the row: it is zero as a whole or not at all. Source: Yuan and Lin
// (2006), "Model selection and estimation in regression with grouped variables", JRSS B 68(1).
struct GroupNorm {
  // What the toll l1 has to bear at zero.
  static double pull(const double* c, Index tasks) { return row_norm(c, tasks); }

  static double value(const double* b, Index tasks, double l1, double l2) {
    const double size = row_norm(b, tasks);
    return size == 0 ? 0 : l1 * size + 0.5 * l2 * size * size;
  }

  // Distance of -c from the subdifferential at b.
  static double violation(const double* b, const double* c, Index tasks, double l1, double l2) {
    const double size = row_norm(b, tasks);
    if (size == 0) return std::max(0.0, row_norm(c, tasks) - l1);
    double sum = 0;
    for (Index t = 0; t < tasks; ++t) {
      const double g = c[t] + l2 * b[t] + l1 * (b[t] / size);
      sum += g * g;
    }
    return std::sqrt(sum);
  }

  // argmin over b of h |b|^2 / 2 - z'b + value(b), in place of z
  static void minimiser(double* z, Index tasks, double h, double l1, double l2) {
    const double size = row_norm(z, tasks), factor = size > l1 ? (1 - l1 / size) / (h + l2) : 0;
    for (Index t = 0; t < tasks; ++t) z[t] = factor == 0 ? 0 : factor * z[t];
  }

  // value(b) + conjugate(-c) + c'b of a row with a penalty, as a sum of terms that are not negative
  static double gap(const double* b, const double* c, Index tasks, double l1, double l2) {
    const double size = row_norm(b, tasks), pull = row_norm(c, tasks), excess = pull - l1;
    if (l1 == 0 && l2 == 0) return pull * size;  // a penalty that is too small for a float
    if (excess > 0 && l2 == 0) return std::numeric_limits<double>::infinity();
    if (size == 0) return excess > 0 ? 0.5 * excess * excess / l2 : 0;
    double toward = 0, across = 0;  // the pull in the direction of b, and the square of what is across it
    for (Index t = 0; t < tasks; ++t) toward -= c[t] * (b[t] / size);
    for (Index t = 0; t < tasks; ++t) {
      const double rest = c[t] + toward * (b[t] / size);
      across += rest * rest;
    }
    const double lost = toward > 0 ? across / (pull + toward) : pull - toward;  // pull - toward >= 0
    if (excess <= 0) return size * (lost - excess) + 0.5 * l2 * size * size;
    const double apart = l2 * size - excess;
    return size * lost + 0.5 * apart * apart / l2;
  }
};

// The elastic net of every weight by itself.
struct EachWeight {
  static double pull(const double* c, Index tasks) {
    double largest = 0;
    for (Index t = 0; t < tasks; ++t) largest = std::max(largest, std::fabs(c[t]));
    return largest;
  }

  static double value(const double* b, Index tasks, double l1, double l2) {
    double sum = 0;
    for (Index t = 0; t < tasks; ++t) sum += b[t] == 0 ? 0.0 : ElasticNet::value(b[t], l1, l2);
    return sum;
  }

  static double violation(const double* b, const double* c, Index tasks, double l1, double l2) {
    double largest = 0;
    for (Index t = 0; t < tasks; ++t) largest = std::max(largest, ElasticNet::violation(b[t], c[t], l1, l2));
    return largest;
  }

  static double gap(const double* b, const double* c, Index tasks, double l1, double l2) {
    double sum = 0;
    for (Index t = 0; t < tasks; ++t) sum += penalty_gap(b[t], c[t], l1, l2);
    return sum;
  }
};

}  // namespace whyzero
