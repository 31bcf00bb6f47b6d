// Interrupts and progress: the core asks, at most every 20 ms, whether it should go on.
//
// The callback belongs to the caller (the binding looks for Ctrl-C there) and stops the work by throwing. Every loop
// whose length depends on the data calls `poll`, so no fit runs on for more than a fraction of a second after a signal.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "whyzero/types.hpp"

namespace whyzero {

class Monitor {
 public:
  Monitor() = default;
  explicit Monitor(std::function<void(Index)> callback) : callback_(std::move(callback)) {}

  // Calls back if 20 ms have gone by since the last call; what the callback throws ends the fit.
  void poll() {
    if (!callback_) return;
    const auto now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(20)) return;
    last_ = now;
    callback_(done_);
  }

  // Records that `done` fits of the path are finished.
  void advance(Index done) { done_ = done; }

 private:
  using Clock = std::chrono::steady_clock;
  std::function<void(Index)> callback_;
  Clock::time_point last_ = Clock::now();
  Index done_ = 0;
};

}  // namespace whyzero
