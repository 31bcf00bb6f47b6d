// How the driver behaves: the same bits for any number of threads, an interrupt or a failed allocation at any moment
// leaves nothing behind, a forked child can go on fitting.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <stdexcept>

#include "check.hpp"
#include "whyzero/designs/dense.hpp"
#include "whyzero/losses/logistic.hpp"
#include "whyzero/losses/squared.hpp"
#include "whyzero/path.hpp"

namespace {
std::atomic<long> allocations_left{-1};  // negative: no limit
}

void* operator new(std::size_t size) {
  if (allocations_left.load() >= 0 && allocations_left.fetch_sub(1) <= 0) {
    allocations_left.store(0);
    throw std::bad_alloc();
  }
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

using namespace whyzero;
using namespace whyzero::test;

namespace {

struct Data {
  Index n, p;
  Vector x, y, weight, offset, l1, l2, center, spread;

  Data(Index n, Index p) : n(n), p(p), x(normal(n * p, 1)), weight(n, 1.0 / static_cast<double>(n)), offset(n, 0.0) {
    const Vector noise = normal(n, 2);
    for (Index i = 0; i < n; ++i) y.push_back(x[i] - x[n + i] + noise[i] > 0 ? 1 : 0);
    l1.assign(p, 1.0);
    l2.assign(p, 0.0);
    for (Index j = 0; j < p; ++j) {
      double mean = 0, square = 0;
      for (Index i = 0; i < n; ++i) mean += x[j * n + i] * weight[i];
      for (Index i = 0; i < n; ++i) square += weight[i] * (x[j * n + i] - mean) * (x[j * n + i] - mean);
      center.push_back(mean);
      spread.push_back(std::sqrt(square));
    }
  }

  template <Loss L>
  PathFit fit(const L& loss, int threads, Monitor& monitor, Index count = 12) const {
    const Dense<double> design(x.data(), n, p, 1, n);
    const Problem<L, Dense<double>> problem{loss, design, y, weight, offset, l1, l2, center, spread, true};
    PathOptions options;
    options.count = count;
    options.min_ratio = 0.05;
    const Context context{monitor, threads};
    return PathSolver<L, Dense<double>>(problem, options, context).run();
  }
};

bool same(const PathFit& a, const PathFit& b) {
  if (a.fits.size() != b.fits.size()) return false;
  for (std::size_t k = 0; k < a.fits.size(); ++k)
    if (a.fits[k].index != b.fits[k].index || a.fits[k].value != b.fits[k].value ||
        a.fits[k].intercept != b.fits[k].intercept || a.fits[k].gap != b.fits[k].gap)
      return false;
  return true;
}

template <Loss L>
void fits_are_optimal_and_the_same_on_any_number_of_threads(const L& loss, const Data& data) {
  Pool::instance().set_limit(8);
  Monitor silent;
  const PathFit first = data.fit(loss, 1, silent);
  for (const Fit& fit : first.fits) {
    CHECK(fit.outcome == Outcome::optimal);
    CHECK(fit.gap <= 1e-6 * first.null_loss);
  }
  CHECK(first.fits.front().index.empty() && !first.fits.back().index.empty());
  for (const int threads : {2, 3, 8}) CHECK(same(first, data.fit(loss, threads, silent)));
}

void an_interrupt_ends_the_fit_and_the_next_one_is_unharmed(const Data& data) {
  Monitor silent;
  const PathFit whole = data.fit(Logistic{}, 2, silent);
  struct Stop {};
  for (int after = 0; after < 3; ++after) {
    int calls = 0;
    Monitor impatient([&](Index) {
      if (++calls > after) throw Stop{};
    });
    bool stopped = false;
    try {
      for (int again = 0; again < 1000; ++again) data.fit(Logistic{}, 2, impatient);
    } catch (const Stop&) {
      stopped = true;
    }
    CHECK(stopped);
    CHECK(same(whole, data.fit(Logistic{}, 2, silent)));
  }
}

// Fails allocation number 0, 1, 2, ...: each must come out as bad_alloc until there are none left to fail.
template <Loss L>
void every_failed_allocation_is_reported(const L& loss, const Data& data) {
  Monitor silent;
  const PathFit whole = data.fit(loss, 2, silent, 4);
  long failed = 0;
  for (long allowed = 0;; allowed += 1 + allowed / 50) {
    allocations_left.store(allowed);
    try {
      const PathFit fit = data.fit(loss, 2, silent, 4);
      allocations_left.store(-1);
      CHECK(same(whole, fit));
      break;
    } catch (const std::bad_alloc&) {
      allocations_left.store(-1);
      ++failed;
    }
  }
  CHECK(failed > 20);
}

void a_forked_child_has_a_pool_of_its_own(const Data& data) {
  Monitor silent;
  const PathFit parent = data.fit(Squared{}, 4, silent);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // a child that waits for threads it does not have must not hang the test
    _exit(same(parent, data.fit(Squared{}, 4, silent)) ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void concurrent_fits_do_not_disturb_each_other(const Data& data) {
  Monitor silent;
  const PathFit alone = data.fit(Squared{}, 2, silent);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      Monitor own;
      for (int again = 0; again < 3; ++again) wrong += !same(alone, data.fit(Squared{}, 2, own));
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace

int main() {
  const Data wide(60, 700), tall(12000, 9), small(20, 6);
  fits_are_optimal_and_the_same_on_any_number_of_threads(Squared{}, wide);
  fits_are_optimal_and_the_same_on_any_number_of_threads(Logistic{}, wide);
  fits_are_optimal_and_the_same_on_any_number_of_threads(Squared{}, tall);
  fits_are_optimal_and_the_same_on_any_number_of_threads(Logistic{}, tall);
  an_interrupt_ends_the_fit_and_the_next_one_is_unharmed(wide);
  every_failed_allocation_is_reported(Squared{}, small);
  every_failed_allocation_is_reported(Logistic{}, small);
  a_forked_child_has_a_pool_of_its_own(wide);
  concurrent_fits_do_not_disturb_each_other(wide);
  return report("manners");
}
