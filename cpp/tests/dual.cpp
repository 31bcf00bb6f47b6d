// The minimum found by way of the dual satisfies the optimality conditions of the model.
#include <numeric>

#include "check.hpp"
#include "dense_matrix.hpp"
#include "whyzero/designs/dense.hpp"
#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/subproblem/dual_newton.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, many{silent, 8};

struct Setting {
  Index n, p;
  bool intercept;
  double l1_ratio;
};

std::vector<Index> numbers(Index count) {
  std::vector<Index> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

// The gradient of the model, without its penalty, at `x`; slope0 becomes that of the intercept.
Vector gradient_at(const Dense<double>& design, const CoordinateModel& model, const Vector& before, const Vector& x,
                   double intercept, double& slope0) {
  const std::size_t p = x.size();
  Vector change(p), predictor(model.hessian.size(), intercept), slope(p);
  for (std::size_t k = 0; k < p; ++k) change[k] = x[k] - before[k];
  design.axpy(model.columns, change.data(), 1, model.center, predictor.data(), one);
  slope0 = model.gradient0;
  for (std::size_t i = 0; i < predictor.size(); ++i) slope0 += predictor[i] *= model.hessian[i];
  design.dot(model.columns, model.center, predictor.data(), 1, slope.data(), one);
  for (std::size_t k = 0; k < p; ++k) slope[k] += model.gradient[k];
  return slope;
}

double violation(const CoordinateModel& model, const Vector& x, const Vector& slope, double slope0) {
  double worst = model.intercept ? std::fabs(slope0) : 0;
  for (std::size_t k = 0; k < x.size(); ++k)
    worst = std::max(worst, ElasticNet::violation(x[k], slope[k], model.l1[k], model.l2[k]));
  return worst;
}

// Falling alphas and other row weights with one solver, so that what it keeps is used again. A second solve, from where
// the first one ended, takes away the first one's rounding errors.
void the_minimum_satisfies_the_optimality_conditions(const Setting& setting) {
  const auto [n, p, intercept, ratio] = setting;
  const Matrix<double> m(n, p, Layout::by_column, 1, 5);
  const Dense<double> design = m.design();
  const std::vector<Index> columns = numbers(p);
  const Vector center = normal(p, 1), gradient = normal(p, 2);
  DualNewton<Dense<double>> dual(design, one);
  Vector before(p, 0.0);
  for (int step = 0; step < 12; ++step) {
    const double alpha = 2 * std::pow(0.6, step);
    Vector h = normal(n, 3 + static_cast<unsigned>(step) / 4), l1(p), l2(p), x(p);
    for (Index i = 0; i < n; ++i) h[i] = i % 7 == 3 ? 0 : h[i] * h[i] / static_cast<double>(n);
    for (Index k = 0; k < p; ++k) {
      l1[k] = alpha * ratio * (1 + 0.1 * static_cast<double>(k % 3));
      l2[k] = alpha * (1 - ratio) * (1 + 0.2 * static_cast<double>(k % 2));
    }
    const CoordinateModel model{columns, gradient, 0.7, h, center.data(), l1, l2, intercept};
    double moved = 0, slope0 = 0;
    CHECK(dual.minimise(model, alpha, before, x, moved));
    const Vector slope = gradient_at(design, model, before, x, moved, slope0);
    CHECK(violation(model, x, slope, slope0) < 1e-9);
    const CoordinateModel there{columns, slope, slope0, h, center.data(), l1, l2, intercept};
    Vector better(p);
    CHECK(dual.minimise(there, alpha, x, better, moved));
    const Vector last = gradient_at(design, there, x, better, moved, slope0);
    CHECK(violation(model, better, last, slope0) < 3e-11);
    before = x;
  }
}

void the_number_of_threads_changes_no_bit() {
  const Index n = 150, p = 700;
  const Matrix<double> m(n, p, Layout::by_column, 1, 5);
  const Dense<double> design = m.design();
  const std::vector<Index> columns = numbers(p);
  const Vector center(p, 0.0), gradient = normal(p, 2), h(n, 0.01), l1(p, 0.1), l2(p, 0.3), before(p, 0.0);
  const CoordinateModel model{columns, gradient, 0.0, h, center.data(), l1, l2, false};
  Vector results[2] = {Vector(p), Vector(p)};
  for (int k = 0; k < 2; ++k) {
    DualNewton<Dense<double>> dual(design, k == 0 ? one : many);
    double moved = 0;
    CHECK(dual.minimise(model, 1.0, before, results[k], moved));
  }
  CHECK(results[0] == results[1]);
}

}  // namespace

int main() {
  for (const bool intercept : {false, true})
    for (const double ratio : {0.0, 0.01, 0.5, 0.9}) {
      the_minimum_satisfies_the_optimality_conditions({30, 100, intercept, ratio});
      the_minimum_satisfies_the_optimality_conditions({45, 700, intercept, ratio});
      the_minimum_satisfies_the_optimality_conditions({40, 20, intercept, ratio});
    }
  the_number_of_threads_changes_no_bit();
  return report("dual");
}
