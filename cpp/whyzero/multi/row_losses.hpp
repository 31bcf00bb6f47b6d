// Losses of all tasks of a row at once: squared and softmax. The readable twins are in whyzero/multi/formulas.py.
//
// For rows begin ... end of vectors that come by the task at distance `n`:
//   slopes(...)   u = w f'(eta), and the sums of w f, |u|^2 / w and w |eta|^2
//   curvature(...)  h = w f'' of one task by itself; `uniform`: whether that is w for every task
//   gap(...)      the sum of w [f(eta) + f*(v) - v'eta] at v = s u / w, of terms that are never negative
//   balance(...)  makes u sum to zero over the rows in every task and stay in the domain of f*; false if it cannot
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "whyzero/types.hpp"

namespace whyzero {

using LossSums = std::array<double, 3>;

// Part of the rows of a problem, as the losses see them.
struct RowBlock {
  const double *y, *w, *eta;  // y and eta at distance n by the task
  Index n, tasks, begin, end;
};

// The sums of the tasks' vectors.
inline Vector task_sums(const double* u, Index n, Index tasks) {
  Vector sums(static_cast<std::size_t>(tasks), 0.0);
  for (Index t = 0; t < tasks; ++t)
    for (Index i = 0; i < n; ++i) sums[t] += u[t * n + i];
  return sums;
}

// |y - eta|^2 / 2. Conjugate y'v + |v|^2 / 2.
struct SquaredRows {
  static constexpr double curvature_bound = 1;

  static LossSums slopes(const RowBlock& b, double* u) {
    LossSums sums{};
    for (Index t = 0; t < b.tasks; ++t)
      for (Index i = b.begin; i < b.end; ++i) {
        const Index k = t * b.n + i;
        const double r = b.eta[k] - b.y[k], w = b.w[i];
        u[k] = w == 0 ? 0 : w * r;
        if (w == 0) continue;
        sums[0] += 0.5 * w * r * r, sums[1] += w * r * r, sums[2] += w * b.eta[k] * b.eta[k];
      }
    return sums;
  }

  static double gap(const RowBlock& b, const double* u, double s) {
    double sum = 0;
    for (Index t = 0; t < b.tasks; ++t)
      for (Index i = b.begin; i < b.end; ++i) {
        const Index k = t * b.n + i;
        if (b.w[i] == 0) continue;
        const double d = (b.eta[k] - b.y[k]) - s * (u[k] / b.w[i]);
        sum += 0.5 * b.w[i] * d * d;
      }
    return sum;
  }

  static constexpr bool uniform = true;
  static void curvature(const RowBlock& b, Index, double* h) { std::copy(b.w + b.begin, b.w + b.end, h + b.begin); }

  static bool balance(const RowBlock& b, double* u) {
    const Vector sums = task_sums(u, b.n, b.tasks);
    for (Index t = 0; t < b.tasks; ++t)
      for (Index i = 0; i < b.n; ++i) u[t * b.n + i] -= b.w[i] * sums[t];
    return true;
  }
};

// log sum_k e^eta_k - y'eta with one y_k = 1 and the others 0. Conjugate sum_k q_k log q_k with q = y + v in the
// simplex.
struct SoftmaxRows {
  static constexpr double curvature_bound = 0.5;

  // p_k = e^eta_k / sum and rest_k = 1 - p_k of row i, both relatively accurate; returns log sum_k e^eta_k.
  static double probabilities(const RowBlock& b, Index i, double* p, double* rest) {
    Index top = 0;
    for (Index t = 1; t < b.tasks; ++t)
      if (b.eta[t * b.n + i] > b.eta[top * b.n + i]) top = t;
    const double largest = b.eta[top * b.n + i];
    double others = 0;
    for (Index t = 0; t < b.tasks; ++t) {
      p[t] = t == top ? 1 : std::exp(b.eta[t * b.n + i] - largest);
      others += t == top ? 0 : p[t];
    }
    for (Index t = 0; t < b.tasks; ++t) {
      p[t] /= 1 + others;
      rest[t] = t == top ? others / (1 + others) : 1 - p[t];
    }
    return largest + std::log1p(others);
  }

  // The loss of row i where log sum_k e^eta_k = `total`.
  static double value(const RowBlock& b, Index i, double total) {
    double sum = 0;
    for (Index t = 0; t < b.tasks; ++t)
      if (b.y[t * b.n + i] != 0) sum += b.y[t * b.n + i] * (total - b.eta[t * b.n + i]);
    return std::max(sum, 0.0);
  }

  static LossSums slopes(const RowBlock& b, double* u) {
    LossSums sums{};
    Vector p(static_cast<std::size_t>(b.tasks)), rest(p.size());
    for (Index i = b.begin; i < b.end; ++i) {
      const double w = b.w[i];
      if (w == 0) {
        for (Index t = 0; t < b.tasks; ++t) u[t * b.n + i] = 0;
        continue;
      }
      sums[0] += w * value(b, i, probabilities(b, i, p.data(), rest.data()));
      for (Index t = 0; t < b.tasks; ++t) {
        const Index k = t * b.n + i;
        const double slope = (1 - b.y[k]) * p[t] - b.y[k] * rest[t];
        u[k] = w * slope;
        sums[1] += w * slope * slope, sums[2] += w * b.eta[k] * b.eta[k];
      }
    }
    return sums;
  }

  static constexpr bool uniform = false;
  static void curvature(const RowBlock& b, Index task, double* h) {
    Vector p(static_cast<std::size_t>(b.tasks)), rest(p.size());
    for (Index i = b.begin; i < b.end; ++i) {
      probabilities(b, i, p.data(), rest.data());
      h[i] = b.w[i] * p[task] * rest[task];
    }
  }

  // The divergence q log(q / p) - q + p of one class, never negative; `change` is q - p.
  static double divergence(double q, double p, double log_p, double change) {
    if (std::fabs(change) < 1e-4 * p) {
      const double r = change / p;
      return 0.5 * change * r * (1 - r / 3 + r * r / 6);
    }
    if (q < 0) return q > -1e-14 ? p : std::numeric_limits<double>::infinity();
    return std::max(0.0, (q == 0 ? 0 : q * (std::log(q) - log_p)) - change);
  }

  static double gap(const RowBlock& b, const double* u, double s) {
    double sum = 0;
    Vector p(static_cast<std::size_t>(b.tasks)), rest(p.size());
    for (Index i = b.begin; i < b.end; ++i) {
      if (b.w[i] == 0) continue;
      const double total = probabilities(b, i, p.data(), rest.data());
      for (Index t = 0; t < b.tasks; ++t) {
        const Index k = t * b.n + i;
        const double v = s * (u[k] / b.w[i]), slope = (1 - b.y[k]) * p[t] - b.y[k] * rest[t];
        sum += b.w[i] * divergence(b.y[k] + v, p[t], b.eta[k] - total, v - slope);
      }
    }
    return sum;
  }

  // u is mixed with the gradient w (share - y) of the model without weights, which sums to zero and whose q = share is
  // inside the simplex: just so much of it that the rest of the imbalance can be taken away in equal parts.
  static bool balance(const RowBlock& b, double* u) {
    Vector sums = task_sums(u, b.n, b.tasks), share(sums.size(), 0.0);
    double mix = 0;
    for (Index t = 0; t < b.tasks; ++t) {
      for (Index i = 0; i < b.n; ++i) share[t] += b.w[i] * b.y[t * b.n + i];
      if (sums[t] > 0) mix = std::max(mix, sums[t] / share[t]);
    }
    if (!(mix < 1)) return false;
    for (Index t = 0; t < b.tasks; ++t)
      for (Index i = 0; i < b.n; ++i) {
        const Index k = t * b.n + i;
        u[k] = (1 - mix) * (u[k] - b.w[i] * sums[t]) + mix * b.w[i] * (share[t] - b.y[k]);
      }
    return true;
  }
};

}  // namespace whyzero
