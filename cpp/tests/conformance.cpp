// The laws of every design, loss and penalty, and of the solvers of small problems.
#include <numeric>

#include "check.hpp"
#include "whyzero/designs/csc.hpp"
#include "whyzero/designs/dense.hpp"
#include "whyzero/losses/logistic.hpp"
#include "whyzero/losses/poisson.hpp"
#include "whyzero/losses/squared.hpp"
#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/subproblem/active_set.hpp"
#include "whyzero/subproblem/conjugate_gradient.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, many{silent, 8};

template <Loss L>
void a_loss_and_its_derivatives_agree(const L& loss) {
  for (const double y : {0.0, 1.0})
    for (double eta = -30; eta <= 30; eta += 0.37) {
      const double h = 1e-5;
      CHECK(near(loss.gradient(y, eta), (loss.value(y, eta + h) - loss.value(y, eta - h)) / (2 * h), 1e-8));
      CHECK(near(loss.hessian(y, eta), (loss.gradient(y, eta + h) - loss.gradient(y, eta - h)) / (2 * h), 1e-8));
      CHECK(loss.hessian(y, eta) <= L::curvature_bound);
      const double v = loss.gradient(y, eta);
      CHECK(std::fabs(loss.fenchel_young(y, eta, v)) < 1e-14);
      for (const double s : {0.0, 0.3, 0.9}) {
        // strong convexity of the conjugate: FY(s v) >= (v - s v)^2 / (2 curvature)
        const double bound = 0.5 * (1 - s) * (1 - s) * v * v / L::curvature_bound;
        CHECK(loss.fenchel_young(y, eta, s * v) >= bound * (1 - 1e-12) - 1e-14);
      }
    }
}

template <Loss L>
void a_loss_stays_finite_far_out(const L& loss) {
  for (const double y : {0.0, 1.0})
    for (const double eta : {-1e6, -800.0, 800.0, 1e6}) {
      CHECK(std::isfinite(loss.value(y, eta)) && std::isfinite(loss.gradient(y, eta)) &&
            std::isfinite(loss.hessian(y, eta)));
      CHECK(loss.value(y, eta) >= 0);
    }
}

// e^eta overflows: then the loss is infinite, and never not a number, so that a line search can refuse the step.
void a_loss_that_overflows_is_infinite() {
  const Poisson loss;
  for (const double y : {0.0, 0.3, 1.0, 1e6}) {
    for (const double eta : {-1e6, -800.0, 700.0}) CHECK(std::isfinite(loss.value(y, eta)) && loss.value(y, eta) >= 0);
    for (const double eta : {800.0, 1e6}) CHECK(std::isinf(loss.value(y, eta)) && std::isinf(loss.gradient(y, eta)));
  }
}

// The start of the null model leaves no gradient, whatever the offsets; rows of weight 0 do not count.
void the_start_of_the_poisson_loss_is_its_null_model() {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Index n = 1 + seed;
    Vector y = normal(n, seed), w = normal(n, seed + 1), offset = normal(n, seed + 2);
    double total = 0;
    for (Index i = 0; i < n; ++i) {
      y[i] = y[i] * y[i], w[i] = i % 4 == 3 ? 0.0 : w[i] * w[i], offset[i] = 200 * offset[i];
      if (w[i] == 0) y[i] = offset[i] = 1e300;
      total += w[i];
    }
    const double start = Poisson{}.start(y.data(), w.data(), offset.data(), n);
    double gradient = 0, targets = 0;
    for (Index i = 0; i < n; ++i) {
      if (w[i] == 0) continue;
      gradient += w[i] * Poisson{}.gradient(y[i], offset[i] + start);
      targets += w[i] * y[i];
    }
    CHECK(std::fabs(gradient) <= 1e-12 * targets);
  }
}

void the_minimiser_of_the_penalty_has_no_violation() {
  for (const double l1 : {0.0, 0.5, 2.0})
    for (const double l2 : {0.0, 0.3})
      for (double z = -4; z <= 4; z += 0.23)
        for (const double h : {0.5, 1.0, 3.0}) {
          const double b = ElasticNet::minimiser(z, h, l1, l2);
          CHECK(ElasticNet::violation(b, h * b - z, l1, l2) < 1e-14);
          CHECK((b == 0) == (std::fabs(z) <= l1));
          const double c = ElasticNet::conjugate(z, l1, l2);
          for (double t = -3; t <= 3; t += 0.31) CHECK(c >= z * t - ElasticNet::value(t, l1, l2) - 1e-12);
        }
}

// A matrix in several storages, with a mirror for the oracle.
struct Matrix {
  Index n, p;
  Vector by_column, by_row, data;
  std::vector<float> floats;
  std::vector<std::int32_t> rows, starts{0};

  Matrix(Index n, Index p, double density, unsigned seed) : n(n), p(p), by_column(normal(n * p, seed)) {
    const Vector keep = normal(n * p, seed + 1);
    for (std::size_t k = 0; k < by_column.size(); ++k) {
      by_column[k] = static_cast<float>(by_column[k]);
      if (density < 1 && keep[k] > -0.5) by_column[k] = 0;
    }
    by_row.resize(by_column.size());
    floats.assign(by_column.begin(), by_column.end());
    for (Index j = 0; j < p; ++j) {
      for (Index i = 0; i < n; ++i) {
        by_row[i * p + j] = by_column[j * n + i];
        if (by_column[j * n + i] == 0) continue;
        data.push_back(by_column[j * n + i]);
        rows.push_back(static_cast<std::int32_t>(i));
      }
      starts.push_back(static_cast<std::int32_t>(rows.size()));
    }
  }
  double at(Index i, Index j) const { return by_column[j * n + i]; }
};

template <Design D>
void a_design_equals_the_plain_matrix(const D& design, const Matrix& m) {
  const Vector center = normal(m.p, 5);
  std::vector<Index> columns(m.p);
  std::iota(columns.begin(), columns.end(), 0);
  std::reverse(columns.begin(), columns.end());
  const Index size = m.p, count = 6;
  const Vector u = normal(m.n * count, 6);
  Vector out(size * count), again(size * count);
  design.dot(columns, center.data(), u.data(), count, out.data(), many);
  design.dot(columns, center.data(), u.data(), count, again.data(), one);
  CHECK(out == again);
  for (Index k = 0; k < size; ++k)
    for (Index t = 0; t < count; ++t) {
      double sum = 0;
      for (Index i = 0; i < m.n; ++i) sum += (m.at(i, columns[k]) - center[columns[k]]) * u[t * m.n + i];
      CHECK(near(out[k * count + t], sum, 1e-11));
    }
  const Vector coef = normal(size, 7);
  Vector eta(m.n, 0.0), eta_again(m.n, 0.0);
  design.axpy(columns, coef.data(), 1, center.data(), eta.data(), many);
  design.axpy(columns, coef.data(), 1, center.data(), eta_again.data(), one);
  CHECK(eta == eta_again);
  double left = 0, right = 0;  // u'(X b) = (X'u)'b
  for (Index i = 0; i < m.n; ++i) left += u[i] * eta[i];
  for (Index k = 0; k < size; ++k) right += out[k * count] * coef[k];
  CHECK(near(left, right, 1e-11));

  Vector weights = normal(m.n, 8);
  for (double& w : weights) w *= w;
  Vector gram(size * (size + 3), -1.0), gram_again(gram);
  const Index first = size / 3;
  for (Vector* g : {&gram, &gram_again}) {
    const IndexView head(columns.data(), first);
    design.gram(head, 0, center.data(), weights, g->data(), size + 3, g == &gram ? many : one);
    design.gram(columns, first, center.data(), weights, g->data(), size + 3, g == &gram ? many : one);
  }
  CHECK(gram == gram_again);
  for (Index a = 0; a < size; ++a)
    for (Index b = 0; b < size; ++b) {
      double sum = 0;
      for (Index i = 0; i < m.n; ++i)
        sum += weights[i] * (m.at(i, columns[a]) - center[columns[a]]) * (m.at(i, columns[b]) - center[columns[b]]);
      CHECK(near(gram[a * (size + 3) + b], sum, 1e-10));
      CHECK(gram[a * (size + 3) + b] == gram[b * (size + 3) + a]);
    }
}

void every_storage_equals_the_plain_matrix() {
  for (const auto& [n, p] : {std::pair<Index, Index>{1, 1}, {7, 3}, {2500, 17}, {33, 150}})
    for (const double density : {1.0, 0.3}) {
      const Matrix m(n, p, density, 11);
      a_design_equals_the_plain_matrix(Dense<double>(m.by_column.data(), n, p, 1, n), m);
      a_design_equals_the_plain_matrix(Dense<float>(m.floats.data(), n, p, 1, n), m);
      a_design_equals_the_plain_matrix(Dense<double>(m.by_row.data(), n, p, p, 1), m);
      a_design_equals_the_plain_matrix(Csc<double, std::int32_t>(m.data.data(), m.rows.data(), m.starts.data(), n, p),
                                       m);
    }
}

void a_factor_survives_rows_that_come_and_go() {
  const Index size = 40;
  const Matrix m(60, size, 1, 3);
  Vector gram(size * size);
  std::vector<Index> columns(size), present;
  std::iota(columns.begin(), columns.end(), 0);
  const Vector zeros(size, 0.0), ones(60, 1.0);
  Dense<double>(m.by_column.data(), 60, size, 1, 60).gram(columns, 0, zeros.data(), ones, gram.data(), size, one);
  Cholesky factor;
  std::mt19937 draw(1);
  for (int step = 0; step < 300; ++step) {
    if (!present.empty() && draw() % 3 == 0) {
      const Index at = static_cast<Index>(draw() % present.size());
      factor.remove(at);
      present.erase(present.begin() + at);
    } else {
      const Index k = static_cast<Index>(draw() % size);
      Vector cross;
      for (const Index j : present) cross.push_back(gram[k * size + j]);
      const bool known = std::find(present.begin(), present.end(), k) != present.end();
      CHECK(factor.append(cross.data(), gram[k * size + k]) != known);  // a copy is a dependent row
      if (!known) present.push_back(k);
    }
    Vector b = normal(present.size(), static_cast<unsigned>(step)), x = b;
    factor.solve(x.data());
    for (std::size_t a = 0; a < present.size(); ++a) {
      double sum = 0;
      for (std::size_t c = 0; c < present.size(); ++c) sum += gram[present[a] * size + present[c]] * x[c];
      CHECK(near(sum, b[a], 1e-8));
    }
  }
}

// Random quadratics, some with copied and opposite columns: the minimiser must satisfy the optimality conditions.
void the_active_set_method_ends_at_an_optimum() {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Index n = 5 + seed % 20, p = 1 + seed % 31;
    Matrix m(n, p, 1, seed);
    for (Index j = 1; seed % 2 == 1 && j < p; j += 3)
      for (Index i = 0; i < n; ++i) m.by_column[j * n + i] = (j % 2 == 0 ? -1 : 1) * m.by_column[(j - 1) * n + i];
    const Dense<double> design(m.by_column.data(), n, p, 1, n);
    std::vector<Index> columns(p);
    std::iota(columns.begin(), columns.end(), 0);
    const Vector zeros(p, 0.0), ones(n, 1.0), y = normal(n, seed + 7);
    Vector gram(p * p), g(p), l1(p), l2(p), slack(p), x(p, 0.0);
    design.gram(columns, 0, zeros.data(), ones, gram.data(), p, one);
    design.dot(columns, zeros.data(), y.data(), 1, g.data(), one);
    for (Index k = 0; k < p; ++k) {
      l1[k] = 0.3 * (1 + static_cast<double>(k % 4));
      l2[k] = seed % 3 == 0 ? 0.1 : 0;
      slack[k] = 1e-12;
      x[k] = seed % 5 == 0 ? 0.01 * static_cast<double>(k % 3) : 0;  // some start elsewhere
    }
    ActiveSet active;
    CHECK(active.minimise(Quadratic{gram.data(), p, p, g, l1, l2, slack, 1.0}, x, one));
    for (Index k = 0; k < p; ++k) {
      double gradient = -g[k];
      for (Index j = 0; j < p; ++j) gradient += gram[k * p + j] * x[j];
      CHECK(ElasticNet::violation(x[k], gradient, l1[k], l2[k]) < 1e-9);
    }
    Vector by_sweeps(p, 0.0), gradient(p);
    std::transform(g.begin(), g.end(), gradient.begin(), [](double v) { return -v; });
    coordinate_descent(design, CoordinateModel{columns, gradient, 0, ones, zeros.data(), l1, l2, false}, by_sweeps,
                       1e-14, 100000, one);
    const auto objective = [&](const Vector& b) {
      double sum = 0;
      for (Index k = 0; k < p; ++k) {
        sum += ElasticNet::value(b[k], l1[k], l2[k]) - g[k] * b[k];
        for (Index j = 0; j < p; ++j) sum += 0.5 * b[k] * gram[k * p + j] * b[j];
      }
      return sum;
    };
    CHECK(near(objective(x), objective(by_sweeps), 1e-9));
  }
}

// The model's derivative, intercept eliminated, must vanish on the support.
void conjugate_gradients_end_where_the_model_is_flat() {
  const Index n = 12, p = 30;
  const Matrix m(n, p, 1, 9);
  const Dense<double> design(m.by_column.data(), n, p, 1, n);
  std::vector<Index> columns(p);
  std::iota(columns.begin(), columns.end(), 0);
  const Vector center = normal(p, 1), gradient = normal(p, 2), before = normal(p, 4), l1(p, 0.0), l2(p, 0.3);
  Vector h = normal(n, 3);
  for (double& v : h) v = v * v + 0.1;
  for (const bool intercept : {false, true}) {
    const CoordinateModel model{columns, gradient, 0.7, h, center.data(), l1, l2, intercept};
    SupportNewton<Dense<double>> newton(design, model, before, one);
    Vector x = before;
    newton.improve(x, 4);
    const double step = newton.intercept_step(x);
    Vector change(p), predictor(n, step), slope(p);
    for (Index k = 0; k < p; ++k) change[k] = x[k] - before[k];
    design.axpy(columns, change.data(), 1, center.data(), predictor.data(), one);
    double slope0 = 0.7;
    for (Index i = 0; i < n; ++i) slope0 += predictor[i] *= h[i];
    if (intercept) CHECK(std::fabs(slope0) < 1e-9);
    design.dot(columns, center.data(), predictor.data(), 1, slope.data(), one);
    for (Index k = 0; k < p; ++k) CHECK(std::fabs(gradient[k] + slope[k] + l2[k] * x[k]) < 1e-9);
  }
}

}  // namespace

int main() {
  a_loss_and_its_derivatives_agree(Squared{});
  a_loss_and_its_derivatives_agree(Logistic{});
  a_loss_and_its_derivatives_agree(Poisson{});
  a_loss_stays_finite_far_out(Squared{});
  a_loss_stays_finite_far_out(Logistic{});
  a_loss_that_overflows_is_infinite();
  the_start_of_the_poisson_loss_is_its_null_model();
  the_minimiser_of_the_penalty_has_no_violation();
  every_storage_equals_the_plain_matrix();
  a_factor_survives_rows_that_come_and_go();
  the_active_set_method_ends_at_an_optimum();
  conjugate_gradients_end_where_the_model_is_flat();
  return report("conformance");
}
