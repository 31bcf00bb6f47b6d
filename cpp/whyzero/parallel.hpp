// One pool of threads of our own.
//
// Work is cut into tasks whose number and limits depend on the data alone, never on the number of threads, and each
// task writes its own output: so results are the same for any number of threads. A second caller that finds the pool
// busy runs its tasks by itself, so concurrent fits never wait for each other. After fork() the child starts with a
// fresh pool, because threads do not survive a fork.
#pragma once

#include <pthread.h>
#ifdef __linux__
#include <sched.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>

#include "whyzero/monitor.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

// The processors that a thread may use, where the system tells; else nothing is known, and nothing changed.
class Processors {
 public:
#ifdef __linux__
  static Processors of_this_thread() {
    Processors own;
    own.known_ = sched_getaffinity(0, sizeof own.set_, &own.set_) == 0;
    return own;
  }
  void give_to_this_thread() const {
    if (known_) sched_setaffinity(0, sizeof set_, &set_);
  }

 private:
  cpu_set_t set_{};
  bool known_ = false;
#else
  static Processors of_this_thread() { return {}; }
  void give_to_this_thread() const {}
#endif
};

class Pool {
 public:
  static Pool& instance() {
    Pool* pool = slot().load(std::memory_order_acquire);
    if (pool != nullptr) return *pool;
    static std::once_flag once;
    std::call_once(once, [] {
      slot().store(new Pool(default_threads(), Processors::of_this_thread()), std::memory_order_release);
      pthread_atfork(nullptr, nullptr, [] {
        slot().store(new Pool(slot().load(std::memory_order_relaxed)->limit(), {}), std::memory_order_release);
      });
    });
    return *slot().load(std::memory_order_acquire);
  }

  // OMP_NUM_THREADS if it is a positive number, else the processors this process may use.
  static int default_threads() {
    if (const char* text = std::getenv("OMP_NUM_THREADS")) {
      const long wanted = std::strtol(text, nullptr, 10);
      if (wanted > 0) return static_cast<int>(std::min(wanted, 1024L));
    }
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }

  int limit() const { return limit_.load(); }
  void set_limit(int threads) { limit_.store(std::clamp(threads, 1, 1024)); }

  // Runs task(0) ... task(count - 1), each once, on at most `threads` threads. The caller works too and polls the
  // monitor.
  template <typename Task>
  void run(Index count, int threads, Monitor& monitor, Task&& task) {
    const int helpers = static_cast<int>(std::min<Index>(std::min(threads, limit()), count)) - 1;
    std::unique_lock<std::mutex> turn(busy_, std::defer_lock);
    if (helpers <= 0 || !turn.try_lock()) {
      for (Index i = 0; i < count; ++i) {
        task(i);
        monitor.poll();
      }
      return;
    }
    Job job;
    job.task = [&task](Index i) { task(i); };
    job.count = count;
    start(helpers, job);
    std::exception_ptr failure;
    try {
      for (Index i = job.next.fetch_add(1); i < count; i = job.next.fetch_add(1)) {
        task(i);
        monitor.poll();
      }
    } catch (...) {
      failure = std::current_exception();
      job.next.store(count);
    }
    finish(job);
    if (failure) std::rethrow_exception(failure);
    if (job.failure) std::rethrow_exception(job.failure);
  }

 private:
  struct Job {
    std::function<void(Index)> task;
    Index count = 0;
    std::atomic<Index> next{0};
    int seats = 0;    // helpers that may still join; guarded by mutex_
    int working = 0;  // helpers inside the job; guarded by mutex_
    std::exception_ptr failure;
  };

  Pool(int threads, Processors processors) : processors_(processors), limit_(threads) {}

  static std::atomic<Pool*>& slot() {
    static std::atomic<Pool*> pool{nullptr};
    return pool;
  }

  void start(int helpers, Job& job) {
    std::lock_guard<std::mutex> guard(mutex_);
    while (spawned_ < helpers) {
      try {
        std::thread(&Pool::serve, this).detach();
      } catch (const std::system_error&) {
        break;  // no more threads to be had: the caller does the work
      }
      ++spawned_;
    }
    job.seats = std::min(helpers, spawned_);
    job_ = &job;
    wake_.notify_all();
  }

  void finish(Job& job) {
    std::unique_lock<std::mutex> guard(mutex_);
    job_ = nullptr;
    done_.wait(guard, [&job] { return job.working == 0; });
  }

  void serve() {
    processors_.give_to_this_thread();
    std::unique_lock<std::mutex> guard(mutex_);
    for (;;) {
      wake_.wait(guard, [this] { return job_ != nullptr && job_->seats > 0; });
      Job& job = *job_;
      --job.seats;
      ++job.working;
      guard.unlock();
      std::exception_ptr failure;
      try {
        for (Index i = job.next.fetch_add(1); i < job.count; i = job.next.fetch_add(1)) job.task(i);
      } catch (...) {
        failure = std::current_exception();
        job.next.store(job.count);
      }
      guard.lock();
      if (failure && !job.failure) job.failure = failure;
      if (--job.working == 0) done_.notify_all();
    }
  }

  std::mutex busy_;   // held by the caller whose job runs
  std::mutex mutex_;  // guards job_, spawned_ and the seats of the job
  std::condition_variable wake_, done_;
  Job* job_ = nullptr;
  int spawned_ = 0;
  // Helpers do not inherit those of the caller: another library may have bound it to one of them since (OpenMP does,
  // with OMP_PROC_BIND). After a fork they do, because a worker may be bound on purpose.
  const Processors processors_;
  std::atomic<int> limit_;
};

// What a long computation needs from its surroundings.
struct Context {
  Monitor& monitor;
  int threads;

  // `work` is a rough number of scalar operations: below 1e5 the pool costs more than it gives.
  template <typename Task>
  void run(Index count, double work, Task&& task) const {
    Pool::instance().run(count, work < 1e5 ? 1 : threads, monitor, std::forward<Task>(task));
  }
};

// Sums over rows: f(begin, end) returns K sums of a block of rows; the blocks are folded in their order.
template <std::size_t K, typename Block>
std::array<double, K> sum_rows(Index rows, double cost_of_a_row, const Context& context, Block&& block) {
  const Index height = 8192, blocks = (rows + height - 1) / height;
  std::vector<std::array<double, K>> parts(static_cast<std::size_t>(blocks));
  context.run(blocks, cost_of_a_row * static_cast<double>(rows), [&](Index b) {
    parts[static_cast<std::size_t>(b)] = block(b * height, std::min(rows, (b + 1) * height));
  });
  std::array<double, K> sums{};
  for (const auto& part : parts)
    for (std::size_t k = 0; k < K; ++k) sums[k] += part[k];
  return sums;
}

// In eight parts, which wait less for each other than the terms of one sum do.
inline double sum_of(View x) {
  std::array<double, 8> parts{};
  const std::size_t whole = x.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8)
    for (std::size_t k = 0; k < 8; ++k) parts[k] += x[i + k];
  for (std::size_t i = whole; i < x.size(); ++i) parts[i - whole] += x[i];
  return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
}

}  // namespace whyzero
