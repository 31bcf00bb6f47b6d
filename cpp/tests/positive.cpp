// Weights that may not be negative: the penalty's formulas, and every solver of small problems.
#include <numeric>

#include "check.hpp"
#include "whyzero/designs/dense.hpp"
#include "whyzero/losses/squared.hpp"
#include "whyzero/path.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1};

void the_penalty_is_that_of_the_positive_side() {
  for (const double l1 : {0.0, 0.5, 2.0})
    for (const double l2 : {0.0, 0.3})
      for (double z = -4; z <= 4; z += 0.23)
        for (const double h : {0.5, 1.0, 3.0}) {
          const double b = ElasticNet::minimiser(z, h, l1, l2, true);
          CHECK(b == std::max(0.0, ElasticNet::minimiser(z, h, l1, l2)));
          CHECK(ElasticNet::violation(b, h * b - z, l1, l2, true) < 1e-14);
          const double c = ElasticNet::conjugate(z, l1, l2, true);
          CHECK(c <= ElasticNet::conjugate(z, l1, l2));
          for (double t = 0; t <= 3; t += 0.31) CHECK(c >= z * t - ElasticNet::value(t, l1, l2) - 1e-12);
        }
}

// value + conjugate - product, computed without cancellation.
void the_gap_of_a_weight_is_that_of_its_formula() {
  for (const double l1 : {0.0, 0.5, 2.0})
    for (const double l2 : {0.1, 0.3})
      for (double b = 0; b <= 3; b += 0.25)
        for (double c = -4; c <= 4; c += 0.23) {
          const double gap = penalty_gap(b, c, l1, l2, true);
          CHECK(gap >= 0);
          CHECK(near(gap, ElasticNet::value(b, l1, l2) + ElasticNet::conjugate(-c, l1, l2, true) + c * b, 1e-12));
        }
}

// A problem of data with copied and opposite columns where the seed is odd; some weights have no toll, unless so many
// of them would explain everything.
struct Small {
  Index n, p;
  Vector x, y, weight, zeros, l1, l2, spread;
  std::vector<Index> columns;

  Small(Index n, Index p, unsigned seed, double ridge)
      : n(n),
        p(p),
        x(normal(n * p, seed)),
        y(normal(n, seed + 7)),
        weight(n),
        zeros(std::max(n, p), 0.0),
        l1(p),
        l2(p, ridge),
        spread(p),
        columns(p) {
    std::iota(columns.begin(), columns.end(), 0);
    for (Index j = 1; seed % 2 == 1 && j < p; j += 3)
      for (Index i = 0; i < n; ++i) x[j * n + i] = (j % 2 == 0 ? -1 : 1) * x[(j - 1) * n + i];
    std::fill(weight.begin(), weight.end(), 1.0 / static_cast<double>(n));
    for (Index j = 0; j < p; ++j) {
      l1[j] = 0.2 * static_cast<double>(j % 4) + (p > 4 * n ? 0.05 : 0);
      for (Index i = 0; i < n; ++i) spread[j] += x[j * n + i] * x[j * n + i] * weight[i];
      spread[j] = std::sqrt(spread[j]);
    }
  }

  Dense<double> design() const { return {x.data(), n, p, 1, n}; }
  Vector products(View u) const {
    Vector out(p);
    design().dot(columns, zeros.data(), u.data(), 1, out.data(), one);
    return out;
  }
  // The gradient of the squared loss: of its model at zero, when `coef` is zero.
  Vector gradient(const Vector& coef) const {
    Vector u(n);
    for (Index i = 0; i < n; ++i) u[i] = -y[i] * weight[i];
    for (Index j = 0; j < p; ++j)
      for (Index i = 0; i < n; ++i) u[i] += x[j * n + i] * coef[j] * weight[i];
    return products(u);
  }
  double violation(const Vector& coef, double alpha) const {
    const Vector slope = gradient(coef);
    double worst = 0;
    for (Index j = 0; j < p; ++j) {
      worst = std::max(worst, ElasticNet::violation(coef[j], slope[j], alpha * l1[j], alpha * l2[j], true));
      CHECK(coef[j] >= 0);
    }
    return worst;
  }
};

void the_active_set_method_ends_at_an_optimum() {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Small s(5 + seed % 20, 1 + seed % 31, seed, seed % 3 == 0 ? 0.1 : 0);
    Vector gram(s.p * s.p), linear = s.gradient(Vector(s.p, 0.0)), slack(s.p, 1e-13), x(s.p, 0.0);
    s.design().gram(s.columns, 0, s.zeros.data(), s.weight, gram.data(), s.p, one);
    for (double& g : linear) g = -g;
    for (Index k = 0; k < s.p && seed % 5 == 0; ++k) x[k] = 0.01 * static_cast<double>(k % 3);
    ActiveSet active;
    CHECK(active.minimise({gram.data(), s.p, s.p, linear, s.l1, s.l2, slack, 1.0, 0, true}, x, one));
    CHECK(s.violation(x, 1) < 1e-11);
  }
}

void sweeps_and_conjugate_gradients_end_at_an_optimum() {
  for (unsigned seed = 0; seed < 60; seed += 2) {
    const Small s(12 + seed % 20, 1 + seed % 31, seed, 0.1);
    const Dense<double> design = s.design();
    const Vector start(s.p, 0.0), gradient = s.gradient(start);
    const CoordinateModel model{s.columns, gradient, 0, s.weight, s.zeros.data(), s.l1, s.l2, false, true};
    Vector x = start;
    coordinate_descent(design, model, x, 1e-2, 30, one);
    SupportNewton<Dense<double>> support(design, model, start, one);
    support.improve(x, 4);
    CHECK(*std::min_element(x.begin(), x.end()) >= 0);
    const Vector there = s.gradient(x);
    const CoordinateModel rest{s.columns, there, 0, s.weight, s.zeros.data(), s.l1, s.l2, false, true};
    coordinate_descent(design, rest, x, 1e-15, 100000, one);
    CHECK(s.violation(x, 1) < 1e-9);
  }
}

void the_dual_newton_method_ends_at_an_optimum() {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Small s(10 + seed % 9, 60, seed, 0.2);
    const Vector start(s.p, 0.0), gradient = s.gradient(start);
    const CoordinateModel model{s.columns, gradient, 0, s.weight, s.zeros.data(), s.l1, s.l2, false, true};
    const Dense<double> design = s.design();
    DualNewton<Dense<double>> dual(design, one);
    Vector x = start;
    double moved = 0;
    CHECK(dual.minimise(model, 1.0, start, x, moved));
    CHECK(s.violation(x, 1) < 1e-9);
  }
}

// Every way through the driver: the Gram matrix alone, working sets, and a wide problem with a ridge term.
void every_plan_ends_at_an_optimum() {
  for (const double ridge : {0.0, 0.3})
    for (const Plan plan : {Plan::all_columns, Plan::working_sets})
      for (const auto& [n, p] : {std::pair<Index, Index>{200, 30}, {40, 300}}) {
        const Small s(n, p, 4, ridge);
        const Dense<double> design = s.design();
        const Problem<Squared, Dense<double>> problem{
            {},       design, s.y, s.weight, View(s.zeros).first(n), s.l1, s.l2, View(s.zeros).first(p),
            s.spread, false,  true};
        PathOptions options;
        options.alphas = {1.0, 0.5, 0.1, 0.01};
        options.plan = plan;
        const PathFit path = PathSolver<Squared, Dense<double>>(problem, options, one).run();
        for (const Fit& fit : path.fits) {
          Vector coef(p, 0.0);
          for (std::size_t k = 0; k < fit.index.size(); ++k) coef[fit.index[k]] = fit.value[k];
          CHECK(s.violation(coef, fit.alpha) < 1e-9);
          CHECK(fit.outcome == Outcome::optimal);
          CHECK(fit.gap >= 0);
        }
      }
}

}  // namespace

int main() {
  the_penalty_is_that_of_the_positive_side();
  the_gap_of_a_weight_is_that_of_its_formula();
  the_active_set_method_ends_at_an_optimum();
  sweeps_and_conjugate_gradients_end_at_an_optimum();
  the_dual_newton_method_ends_at_an_optimum();
  every_plan_ends_at_an_optimum();
  return report("positive");
}
