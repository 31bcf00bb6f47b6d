// Logistic loss f = log(1 + e^eta) - y eta with y in [0, 1]; link: logit.
// Conjugate f*(v) = q log q + (1 - q) log(1 - q) with q = y + v in [0, 1], infinite elsewhere.
#pragma once

#include <cmath>

#include "whyzero/loss.hpp"

namespace whyzero {

struct Logistic {
  static constexpr double curvature_bound = 0.25;
  static constexpr bool quadratic = false;

  // log(1 + e^eta) without overflow
  static double softplus(double eta) { return eta > 0 ? eta + std::log1p(std::exp(-eta)) : std::log1p(std::exp(eta)); }
  static double sigmoid(double eta) {
    const double e = std::exp(-std::fabs(eta));
    return eta >= 0 ? 1 / (1 + e) : e / (1 + e);
  }

  double value(double y, double eta) const {
    // one of the two terms vanishes for y in {0, 1}, so nothing cancels
    return (1 - y) * softplus(eta) + y * softplus(-eta);
  }
  double gradient(double y, double eta) const { return (1 - y) * sigmoid(eta) - y * sigmoid(-eta); }
  double hessian(double, double eta) const { return sigmoid(eta) * sigmoid(-eta); }

  // The Kullback-Leibler divergence of q = y + v from sigmoid(eta).
  double fenchel_young(double y, double eta, double v) const {
    const double q = y + v, p = (1 - y) - v;
    double sum = 0;
    if (q > 0) sum += q * (std::log(q) + softplus(-eta));
    if (p > 0) sum += p * (std::log(p) + softplus(eta));
    return sum > 0 ? sum : 0;
  }
};

static_assert(Loss<Logistic>, "Logistic must have every function of the concept Loss");

}  // namespace whyzero
