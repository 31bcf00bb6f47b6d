// Cross-validation from sums over the folds: deviances of plain normal equations, the same bits for any number of
// threads, and an interrupt that reaches every fold.
#include "whyzero/cross_validation.hpp"

#include <stdexcept>
#include <string>

#include "check.hpp"
#include "whyzero/designs/dense.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

struct Data {
  Index n, p, folds;
  Vector x, y, weight, center, l1, l2, alphas;
  std::vector<std::int32_t> group;
  std::vector<Index> columns;

  Data(Index n, Index p, Index folds)
      : n(n), p(p), folds(folds), x(normal(n * p, 1)), weight(n, 1.0 / static_cast<double>(n)), l1(p, 1.0), l2(p, 0.0) {
    const Vector noise = normal(n, 2);
    for (Index i = 0; i < n; ++i) {
      y.push_back(2 + x[i] - 0.5 * x[(p - 1) * n + i] + noise[i]);
      group.push_back(static_cast<std::int32_t>((7 * i) % folds));
    }
    for (Index j = 0; j < p; ++j) {
      columns.push_back(j);
      double mean = 0;
      for (Index i = 0; i < n; ++i) mean += x[j * n + i] * weight[i];
      center.push_back(mean);
    }
    for (int k = 0; k < 20; ++k) alphas.push_back(std::pow(0.75, k));
  }

  std::vector<Vector> run(int threads, Monitor& monitor) const {
    const Dense<double> design(x.data(), n, p, 1, n);
    const FoldedProblem problem{{y, weight, group.data(), folds}, columns, center, 2.0, true,
                                {l1, l2, /*standardize=*/false}};
    return cross_validate(design, problem, {alphas, 1e-10}, {monitor, threads});
  }
};

void one_column_has_the_deviances_of_the_formula() {
  const Data data(50, 1, 5);
  Monitor silent;
  const auto found = data.run(1, silent);
  for (Index f = 0; f < data.folds; ++f) {
    double w = 0, mx = 0, my = 0, sxx = 0, sxy = 0;
    for (Index i = 0; i < data.n; ++i)
      if (data.group[i] != f) w += 1, mx += data.x[i], my += data.y[i];
    mx /= w, my /= w;
    for (Index i = 0; i < data.n; ++i)
      if (data.group[i] != f) {
        sxx += (data.x[i] - mx) * (data.x[i] - mx) / w;
        sxy += (data.x[i] - mx) * (data.y[i] - my) / w;
      }
    CHECK(found[f].size() == data.alphas.size());
    for (std::size_t k = 0; k < found[f].size(); ++k) {
      const double b = std::copysign(std::max(0.0, std::fabs(sxy) - data.alphas[k]), sxy) / sxx;
      double sum = 0, held = 0;
      for (Index i = 0; i < data.n; ++i) {
        if (data.group[i] != f) continue;
        const double e = data.y[i] - my - (data.x[i] - mx) * b;
        sum += e * e, held += 1;
      }
      CHECK(near(found[f][k], sum / held, 1e-12));
    }
  }
}

void threads_change_no_bit() {
  const Data data(3000, 40, 10);
  Monitor silent;
  const auto one = data.run(1, silent);
  for (const int threads : {2, 3, 8}) CHECK(data.run(threads, silent) == one);
}

void an_interrupt_ends_it_and_leaves_the_pool_in_order() {
  const Data data(20000, 120, 10);
  struct Stop : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  Monitor silent;
  const auto whole = data.run(4, silent);
  for (int after = 0; after < 4; ++after) {
    int calls = 0;
    Monitor monitor([&](Index) {
      if (calls++ == after) throw Stop("now");
    });
    bool stopped = false;
    std::vector<Vector> found;
    try {
      found = data.run(4, monitor);
    } catch (const Stop&) {
      stopped = true;
    }
    CHECK(stopped == (calls > after));
    CHECK(stopped || found == whole);
    CHECK(data.run(4, silent) == whole);
  }
}

void folds_that_run_elsewhere_stop_when_the_caller_is_stopped() {
  Monitor silent;
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<bool> elsewhere{false}, started{false};
  bool stopped = false;
  Pool::instance().set_limit(2);
  try {
    for_folds(2, 1e9, {silent, 2}, [&](Index, const Context& own) {
      started = true;
      if (std::this_thread::get_id() == caller) {
        while (!elsewhere) std::this_thread::yield();
        throw std::runtime_error("interrupt");
      }
      elsewhere = true;
      for (;;) own.monitor.poll();
    });
  } catch (const std::runtime_error& error) {
    stopped = std::string(error.what()) == "interrupt";
  }
  CHECK(started && stopped);
}

}  // namespace

int main() {
  one_column_has_the_deviances_of_the_formula();
  threads_change_no_bit();
  an_interrupt_ends_it_and_leaves_the_pool_in_order();
  folds_that_run_elsewhere_stop_when_the_caller_is_stopped();
  return report("cross-validation");
}
