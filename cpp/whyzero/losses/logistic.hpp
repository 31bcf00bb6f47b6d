// Logistic loss f = log(1 + e^eta) - y eta with y in [0, 1]; link: logit.
// Conjugate f*(v) = q log q + (1 - q) log(1 - q) with q = y + v in [0, 1], infinite elsewhere.
#pragma once

#include <cmath>

#include "whyzero/kernels.hpp"
#include "whyzero/loss.hpp"

namespace whyzero {

struct Logistic {
  static constexpr double curvature_bound = 0.25;
  static constexpr bool quadratic = false;

  // What value, gradient and second derivative share: one exponential, and no overflow.
  struct Odds {
    double e, large;  // e^-|eta| and 1 / (1 + e^-|eta|)
    explicit Odds(double eta) : e(std::exp(-std::fabs(eta))), large(1 / (1 + e)) {}
    double small() const { return e * large; }
  };

  // log(1 + e^eta)
  static double softplus(double eta) { return std::fmax(eta, 0) + std::log1p(std::exp(-std::fabs(eta))); }

  double value(double y, double eta) const {
    // one of the first two terms vanishes for y in {0, 1}, so nothing cancels
    return (1 - y) * std::fmax(eta, 0) + y * std::fmax(-eta, 0) + std::log1p(std::exp(-std::fabs(eta)));
  }
  double gradient(double y, double eta) const {
    const Odds odds(eta);
    const double one = eta >= 0 ? odds.large : odds.small(), zero = eta >= 0 ? odds.small() : odds.large;
    return (1 - y) * one - y * zero;
  }
  double hessian(double, double eta) const {
    const Odds odds(eta);
    return odds.large * odds.small();
  }

  // The Kullback-Leibler divergence of q = y + v from the probability 1 / (1 + e^-eta).
  double fenchel_young(double y, double eta, double v) const {
    const double q = y + v, p = (1 - y) - v;
    double sum = 0;
    if (q > 0) sum += q * (std::log(q) + softplus(-eta));
    if (p > 0) sum += p * (std::log(p) + softplus(eta));
    return sum > 0 ? sum : 0;
  }

  double start(const double*, const double*, const double*, Index) const { return 0; }
  bool reaches_zero(double) const { return false; }  // for y in {0, 1} only its infimum is 0

  void rows(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums) const {
    kernels().logistic.rows(y, w, eta, u, h, n, sums);
  }
  void slopes(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums) const {
    kernels().logistic.slopes(y, w, eta, u, h, n, sums);
  }
  double gap_rows(const double* y, const double* w, const double* eta, const double* u, double s, Index n) const {
    return kernels().logistic.gap(y, w, eta, u, s, n);
  }
};

static_assert(Loss<Logistic>, "Logistic must have every function of the concept Loss");

}  // namespace whyzero
