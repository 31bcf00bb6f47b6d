// Poisson loss, half the unit deviance: f = e^eta - y eta + (y log y - y) >= 0 with y >= 0; link: log.
// Conjugate f*(v) = q log q - q - (y log y - y) with q = y + v >= 0, infinite elsewhere.
//
// The second derivative e^eta has no bound: a step may overflow, and is then refused (newton.hpp, batch.hpp).
#pragma once

#include <cmath>
#include <limits>

#include "whyzero/kernels.hpp"
#include "whyzero/loss.hpp"

namespace whyzero {

struct Poisson {
  static constexpr double curvature_bound = std::numeric_limits<double>::infinity();
  static constexpr bool quadratic = false;

  double value(double y, double eta) const { return divergence(y, eta); }
  double gradient(double y, double eta) const { return std::exp(eta) - y; }
  double hessian(double, double eta) const { return std::exp(eta); }
  double fenchel_young(double y, double eta, double v) const { return divergence(y + v, eta); }

  // Without columns the optimum is known, and from a poor start e^eta would overflow.
  double start(const double* y, const double* w, const double* offset, Index n) const {
    double top = -std::numeric_limits<double>::infinity(), targets = 0, means = 0;
    for (Index i = 0; i < n; ++i)
      if (w[i] > 0) top = std::fmax(top, offset[i]);
    for (Index i = 0; i < n; ++i) {
      if (!(w[i] > 0)) continue;
      targets += w[i] * y[i];
      means += w[i] * std::exp(offset[i] - top);
    }
    return targets > 0 ? std::log(targets) - std::log(means) - top : 0;
  }
  bool reaches_zero(double y) const { return y > 0; }

  void rows(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums) const {
    kernels().poisson.rows(y, w, eta, u, h, n, sums);
  }
  void slopes(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums) const {
    kernels().poisson.slopes(y, w, eta, u, h, n, sums);
  }
  double gap_rows(const double* y, const double* w, const double* eta, const double* u, double s, Index n) const {
    return kernels().poisson.gap(y, w, eta, u, s, n);
  }

 private:
  // D(q, e^eta) = q log(q / e^eta) - q + e^eta = q (e^d - 1 - d) with d = eta - log q.
  static double divergence(double q, double eta) {
    if (!(q > 0)) return std::exp(eta);
    const double d = eta - std::log(q);
    if (d > 30) return std::exp(eta) - q * (1 + d);  // e^d may overflow before q e^d does
    if (!(std::fabs(d) < 0.5)) return q * (std::expm1(d) - d);
    double sum = 0;  // d^2/2! + d^3/3! + ...; what is left out is below 1e-17 of the first term
    for (int k = 15; k >= 2; --k) sum = (1 + sum) * d / k;
    return q * (sum * d);
  }
};

static_assert(Loss<Poisson>, "Poisson must have every function of the concept Loss");

}  // namespace whyzero
