// Squared loss f = (y - eta)^2 / 2. Conjugate f*(v) = y v + v^2 / 2 on the whole line; link: identity.
#pragma once

#include "whyzero/kernels.hpp"
#include "whyzero/loss.hpp"

namespace whyzero {

struct Squared {
  static constexpr double curvature_bound = 1.0;
  static constexpr bool quadratic = true;

  double value(double y, double eta) const { return 0.5 * (y - eta) * (y - eta); }
  double gradient(double y, double eta) const { return eta - y; }
  double hessian(double, double) const { return 1.0; }
  double fenchel_young(double y, double eta, double v) const {
    const double d = (eta - y) - v;
    return 0.5 * d * d;
  }

  double start(const double*, const double*, const double*, Index) const { return 0; }
  bool reaches_zero(double) const { return true; }

  void rows(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums) const {
    kernels().squared.rows(y, w, eta, u, h, n, sums);
  }
  void slopes(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums) const {
    kernels().squared.slopes(y, w, eta, u, h, n, sums);
  }
  double gap_rows(const double* y, const double* w, const double* eta, const double* u, double s, Index n) const {
    return kernels().squared.gap(y, w, eta, u, s, n);
  }
};

static_assert(Loss<Squared>, "Squared must have every function of the concept Loss");

}  // namespace whyzero
