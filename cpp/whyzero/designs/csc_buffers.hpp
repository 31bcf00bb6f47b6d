// Memory for vectors on their way, kept from one product to the next: fresh pages cost more than what is done on them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "whyzero/types.hpp"

namespace whyzero {

class BufferPool {
  struct Piece {
    std::unique_ptr<double[]> memory;
    Index size = 0;
  };

 public:
  // Uninitialised doubles that begin at a cache line, so that a row of eight is one line.
  class Buffer {
   public:
    Buffer(BufferPool& pool, Piece piece) : pool_(&pool), piece_(std::move(piece)) {
      const auto address = reinterpret_cast<std::uintptr_t>(piece_.memory.get());
      data_ = piece_.memory.get() + (line - address % line) % line / sizeof(double);
    }
    Buffer(Buffer&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), piece_(std::move(other.piece_)), data_(other.data_) {}
    Buffer& operator=(Buffer&&) = delete;
    ~Buffer() {
      if (pool_ != nullptr) pool_->give_back(std::move(piece_));
    }
    double* data() { return data_; }

   private:
    BufferPool* pool_;
    Piece piece_;
    double* data_;
  };

  // From any thread; the buffer must not outlive the pool.
  Buffer take(Index size) {
    Piece piece;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      Piece* best = nullptr;  // the smallest that is large enough, else the largest, which gives way to a larger one
      for (Piece& free : free_)
        if (best == nullptr ||
            (best->size < size ? free.size > best->size : free.size >= size && free.size < best->size))
          best = &free;
      if (best != nullptr) {
        piece = std::move(*best);
        *best = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (piece.size < size) {
      piece.memory.reset();
      piece.memory.reset(new double[static_cast<std::size_t>(size) + line / sizeof(double)]);
      piece.size = size;
    }
    return Buffer(*this, std::move(piece));
  }

 private:
  static constexpr std::size_t line = 64;

  void give_back(Piece piece) noexcept {
    const std::lock_guard<std::mutex> guard(mutex_);
    try {
      free_.push_back(std::move(piece));
    } catch (const std::bad_alloc&) {
      return;  // the piece is freed: the next product takes fresh memory
    }
  }

  std::mutex mutex_;
  std::vector<Piece> free_;
};

}  // namespace whyzero
