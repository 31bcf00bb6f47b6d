// The row operations of the losses, on every instruction set of this processor, against the formulas of one row.
#include <limits>

#include "check.hpp"
#include "whyzero/losses/logistic.hpp"
#include "whyzero/losses/poisson.hpp"
#include "whyzero/losses/squared.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double edges[] = {0,   -0.0, 5e-324, 1e-310, 1e-20, 0.4, 0.7,  0.9,  36,    -37,  699,   -700,   701,
                            708, -709, 710,    744,    -745,  746, -750, 1000, -1e10, 1e20, 1e100, -1e150, 1e3};

// Vectors of their exact length, so that the sanitizers see a read or write beyond it.
struct Sample {
  Vector y, w, eta;

  // No eta is larger than `most`, where a loss may overflow.
  explicit Sample(Index n, double most = infinity) : y(n), w(n), eta(normal(n, static_cast<unsigned>(n))) {
    for (Index i = 0; i < n; ++i) {
      y[i] = i % 3 == 0 ? 0.0 : i % 3 == 1 ? 1.0 : 0.3;
      w[i] = i % 5 == 4 ? 0.0 : 1.0 + static_cast<double>(i % 7);
      eta[i] = i % 4 == 3 ? edges[(i / 4) % std::size(edges)] : 6 * eta[i];
      if (eta[i] > most) eta[i] = most;
      if (w[i] == 0) eta[i] = i % 2 == 0 ? infinity : std::nan("");
    }
  }
};

constexpr double most_of_poisson = 300;  // its square is a float

bool close(double a, double b) { return std::fabs(a - b) <= 1e-13 * std::fabs(b); }

template <Loss L>
void rows_equal_the_formulas_of_one_row(const L& loss, const LossKernels& kernels) {
  for (Index n = 0; n < 300; ++n) {
    const Sample s(n, may_overflow<L> ? most_of_poisson : infinity);
    Vector u(n), h(n), both = s.eta, exact(4), total(4);
    double sums[4] = {1, 2, 3, 4}, again[4] = {}, none[4] = {};
    kernels.rows(s.y.data(), s.w.data(), s.eta.data(), u.data(), h.data(), n, sums);
    kernels.rows(s.y.data(), s.w.data(), both.data(), both.data(), nullptr, n, again);
    kernels.rows(s.y.data(), s.w.data(), s.eta.data(), nullptr, nullptr, n, none);
    Vector slope(n), curve(n);
    double without[4] = {0, 0, 0, 7};
    kernels.slopes(s.y.data(), s.w.data(), s.eta.data(), slope.data(), curve.data(), n, without);
    CHECK(both == u && without[3] == 7);
    for (Index i = 0; i < n; ++i) {
      if (s.w[i] == 0) {
        CHECK(u[i] == 0 && h[i] == 0);
        continue;
      }
      const double f = loss.gradient(s.y[i], s.eta[i]);
      // for a target that is neither 0 nor 1 the two sides of the gradient cancel, in both texts; mean and target may
      CHECK(close(u[i], s.w[i] * f) || (s.y[i] == 0.3 && near(u[i], s.w[i] * f, 1e-15)) ||
            (may_overflow<L> && std::fabs(f) < 2 && near(u[i], s.w[i] * f, 1e-14)));
      CHECK(close(h[i], s.w[i] * loss.hessian(s.y[i], s.eta[i])) || h[i] < 1e-300);
      CHECK(near(slope[i], u[i], 1e-15 * s.w[i]) && (close(curve[i], h[i]) || h[i] < 1e-300));
      const double size = may_overflow<L> ? (1 + std::fabs(s.eta[i])) * loss.hessian(s.y[i], s.eta[i]) : s.eta[i];
      const double terms[] = {s.w[i] * f, s.w[i] * f * f, s.w[i] * size * size, s.w[i] * loss.value(s.y[i], s.eta[i])};
      for (int k = 0; k < 4; ++k) exact[k] += terms[k], total[k] += std::fabs(terms[k]);
    }
    for (int k = 0; k < 4; ++k) {
      CHECK(std::fabs(again[k] - exact[k]) <= 1e-13 * total[k]);
      CHECK(again[k] == none[k]);
      CHECK(k == 3 || std::fabs(without[k] - exact[k]) <= 1e-13 * total[k]);
      CHECK(std::fabs(sums[k] - (exact[k] + k + 1)) <= 1e-13 * (total[k] + k + 1));  // adds to what was there
    }
  }
}

template <Loss L>
void gaps_equal_the_formulas_of_one_row(const L& loss, const LossKernels& kernels) {
  for (Index n = 0; n < 300; ++n) {
    const Sample s(n, may_overflow<L> ? most_of_poisson : infinity);
    Vector u(n);
    double sums[4] = {};
    kernels.rows(s.y.data(), s.w.data(), s.eta.data(), u.data(), nullptr, n, sums);
    for (const double shrink : {0.0, 0.3, 1.0}) {
      double exact = 0, size = 0;
      for (Index i = 0; i < n; ++i) {
        if (s.w[i] == 0) continue;
        const double term = s.w[i] * loss.fenchel_young(s.y[i], s.eta[i], shrink * u[i] / s.w[i]);
        exact += term;
        // the formula of one row adds terms of this size
        size += s.w[i] * (1 + std::fabs(s.eta[i])) * (may_overflow<L> ? 1 + loss.hessian(s.y[i], s.eta[i]) : 1);
      }
      const double gap = kernels.gap(s.y.data(), s.w.data(), s.eta.data(), u.data(), shrink, n);
      CHECK(gap >= 0);
      CHECK(std::fabs(gap - exact) <= 1e-13 * exact + 1e-15 * size);
    }
  }
}

void every_law(const Kernels& table) {
  rows_equal_the_formulas_of_one_row(Squared{}, table.squared);
  rows_equal_the_formulas_of_one_row(Logistic{}, table.logistic);
  rows_equal_the_formulas_of_one_row(Poisson{}, table.poisson);
  gaps_equal_the_formulas_of_one_row(Squared{}, table.squared);
  gaps_equal_the_formulas_of_one_row(Logistic{}, table.logistic);
  gaps_equal_the_formulas_of_one_row(Poisson{}, table.poisson);
}

}  // namespace

int main() {
  every_law(baseline::table);
  every_law(kernels());
#ifdef WHYZERO_DISPATCH
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) every_law(avx2::table);
#endif
  return report("loss_rows");
}
