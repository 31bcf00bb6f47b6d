// Models with a matrix of weights: the optimality conditions hold at what the solvers return, for every storage.
#include <numeric>

#include "check.hpp"
#include "dense_matrix.hpp"
#include "whyzero/designs/csc.hpp"
#include "whyzero/multi/matrix_path.hpp"
#include "whyzero/multi/multitask_model.hpp"
#include "whyzero/multi/softmax_model.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, many{silent, 8};

template <typename D>
using Squares = MultiTaskModel<D>;
template <typename D>
using Classes = SoftmaxModel<D>;

struct Data {
  Index n, p, tasks;
  Matrix<double> x;
  Vector y, weight, l1, l2, center, spread;

  Data(Index n, Index p, Index tasks, bool classes, double l1_ratio)
      : n(n), p(p), tasks(tasks), x(n, p, Layout::by_column, 0.5, 3), y(normal(n * tasks, 4)), weight(row_weights(n)) {
    for (Index i = 0; i < n; ++i)
      for (Index t = 0; t < tasks; ++t) y[t * n + i] += static_cast<double>(x.at(i, t % p));
    for (Index i = 0; classes && i < n; ++i) {
      Index top = 0;
      for (Index t = 1; t < tasks; ++t)
        if (y[t * n + i] > y[top * n + i]) top = t;
      for (Index t = 0; t < tasks; ++t) y[t * n + i] = t == top;
    }
    const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
    for (double& w : weight) w /= total;
    l1.assign(p, l1_ratio), l2.assign(p, 1 - l1_ratio), center.assign(p, 0.0), spread.assign(p, 0.0);
    for (Index j = 0; j < p; ++j) {
      for (Index i = 0; i < n; ++i) center[j] += weight[i] * static_cast<double>(x.at(i, j));
      for (Index i = 0; i < n; ++i) spread[j] += weight[i] * std::pow(static_cast<double>(x.at(i, j)) - center[j], 2);
      spread[j] = std::sqrt(spread[j]);
    }
    if (p > 3) l1[3] = l2[3] = 0;  // unpenalised
    if (p > 4) l1[4] = std::numeric_limits<double>::infinity(), l2[4] = 0;
  }

  template <Design D>
  MatrixProblem<D> problem(const D& design) const {
    return {design, tasks, y, weight, l1, l2, center, spread, true};
  }
};

PathOptions options(Vector alphas, double tol) {
  PathOptions out;
  out.alphas = std::move(alphas);
  out.tol = tol;
  return out;
}

// The slopes w f'(eta) of a fit, in a plain way.
Vector slopes(const Data& d, const MatrixFit& fit, bool classes) {
  Vector eta(d.y.size());
  for (Index t = 0; t < d.tasks; ++t)
    for (Index i = 0; i < d.n; ++i) {
      eta[t * d.n + i] = fit.intercept[t];
      for (std::size_t k = 0; k < fit.index.size(); ++k)
        eta[t * d.n + i] += static_cast<double>(d.x.at(i, fit.index[k])) * fit.value[k * d.tasks + t];
    }
  for (Index i = 0; classes && i < d.n; ++i) {
    double total = 0;
    for (Index t = 0; t < d.tasks; ++t) total += std::exp(eta[t * d.n + i]);
    for (Index t = 0; t < d.tasks; ++t) eta[t * d.n + i] = std::exp(eta[t * d.n + i]) / total;
  }
  for (Index t = 0; t < d.tasks; ++t)
    for (Index i = 0; i < d.n; ++i) eta[t * d.n + i] = d.weight[i] * (eta[t * d.n + i] - d.y[t * d.n + i]);
  return eta;
}

void the_conditions_hold(const Data& d, const MatrixFit& fit, bool classes) {
  const Vector u = slopes(d, fit, classes);
  for (Index j = 0; j < d.p; ++j) {
    Vector b(d.tasks, 0.0), c(d.tasks, 0.0);
    for (std::size_t k = 0; k < fit.index.size(); ++k)
      if (fit.index[k] == j) std::copy_n(fit.value.begin() + k * d.tasks, d.tasks, b.begin());
    for (Index t = 0; t < d.tasks; ++t)
      for (Index i = 0; i < d.n; ++i) c[t] += static_cast<double>(d.x.at(i, j)) * u[t * d.n + i];
    if (!std::isfinite(d.l1[j])) {
      CHECK(row_norm(b.data(), d.tasks) == 0);
      continue;
    }
    const double l1 = fit.alpha * d.l1[j], l2 = fit.alpha * d.l2[j];
    CHECK((classes ? EachWeight::violation(b.data(), c.data(), d.tasks, l1, l2)
                   : GroupNorm::violation(b.data(), c.data(), d.tasks, l1, l2)) < 1e-8);
  }
  for (const double sum : task_sums(u.data(), d.n, d.tasks)) CHECK(std::fabs(sum) < 1e-9);
}

template <template <typename> typename Model>
void a_path_is_optimal(Index n, Index p, Index tasks, double l1_ratio, bool classes) {
  const Data d(n, p, tasks, classes, l1_ratio);
  const Dense<double> design = d.x.design();
  const auto problem = d.problem(design);
  const Vector alphas{0.3, 0.1, 0.03, 0.01};
  const auto path = MatrixPath<Model<Dense<double>>, Dense<double>>(problem, options(alphas, 1e-10), many).run();
  const auto again = MatrixPath<Model<Dense<double>>, Dense<double>>(problem, options(alphas, 1e-10), one).run();
  CHECK(path.fits.size() == alphas.size());
  for (std::size_t k = 0; k < path.fits.size(); ++k) {
    CHECK(path.fits[k].outcome == Outcome::optimal);
    CHECK(path.fits[k].gap >= 0 && path.fits[k].gap <= 1e-10 * path.null_loss);
    CHECK(path.fits[k].value == again.fits[k].value && path.fits[k].intercept == again.fits[k].intercept);
    the_conditions_hold(d, path.fits[k], classes);
  }
}

void sparse_columns_give_the_same_weights() {
  const Data d(80, 9, 3, true, 0.8);
  std::vector<std::int32_t> rows, starts{0};
  Vector values;
  for (Index j = 0; j < d.p; ++j) {
    for (Index i = 0; i < d.n; ++i) values.push_back(static_cast<double>(d.x.at(i, j))), rows.push_back(i);
    starts.push_back(static_cast<std::int32_t>(rows.size()));
  }
  using Sparse = Csc<double, std::int32_t>;
  const Sparse sparse(values.data(), rows.data(), starts.data(), d.n, d.p);
  const Dense<double> dense = d.x.design();
  const auto first = d.problem(dense);
  const auto second = d.problem(sparse);
  const auto a = MatrixPath<Classes<Dense<double>>, Dense<double>>(first, options({0.02}, 1e-12), one).run();
  const auto b = MatrixPath<Classes<Sparse>, Sparse>(second, options({0.02}, 1e-12), one).run();
  CHECK(a.fits[0].index == b.fits[0].index);
  for (std::size_t k = 0; k < a.fits[0].value.size(); ++k) CHECK(near(a.fits[0].value[k], b.fits[0].value[k], 1e-9));
}

struct Interrupt {};

template <template <typename> typename Model>
void an_interrupt_ends_a_fit(bool classes) {
  const Data d(3000, 60, 6, classes, 0.5);
  const Dense<double> design = d.x.design();
  const auto problem = d.problem(design);
  Monitor monitor([](Index) { throw Interrupt{}; });
  const Context context{monitor, 2};
  PathOptions longer;
  longer.count = 1000;
  longer.tol = 1e-12;
  bool stopped = false;
  try {
    MatrixPath<Model<Dense<double>>, Dense<double>>(problem, longer, context).run();
  } catch (const Interrupt&) {
    stopped = true;
  }
  CHECK(stopped);
}

}  // namespace

int main() {
  for (const double l1_ratio : {1.0, 0.5, 0.0}) {
    a_path_is_optimal<Squares>(70, 12, 3, l1_ratio, false);
    a_path_is_optimal<Squares>(30, 50, 4, l1_ratio, false);
    a_path_is_optimal<Classes>(90, 8, 3, l1_ratio, true);
    a_path_is_optimal<Classes>(60, 30, 2, l1_ratio, true);
  }
  a_path_is_optimal<Squares>(60, 1, 1, 1.0, false);
  a_path_is_optimal<Classes>(120, 400, 4, 0.0, true);  // conjugate gradients: the Hessian would be too large
  sparse_columns_give_the_same_weights();
  an_interrupt_ends_a_fit<Squares>(false);
  an_interrupt_ends_a_fit<Classes>(true);
  return report("multi");
}
