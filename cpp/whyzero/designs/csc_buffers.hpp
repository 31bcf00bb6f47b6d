// Memory for vectors on their way, kept from one product to the next: fresh pages cost more than what is done on them.
#pragma once

#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#include "whyzero/types.hpp"

namespace whyzero {

class BufferPool {
  static constexpr std::align_val_t line{64};

  struct Free {
    void operator()(void* memory) const { ::operator delete(memory, line); }
  };

  struct Piece {
    std::unique_ptr<void, Free> memory;
    std::size_t bytes = 0;
  };

 public:
  // Uninitialised numbers that begin at a cache line, so that a row of eight doubles is one line.
  template <typename T>
    requires std::is_arithmetic_v<T>
  class Buffer {
   public:
    Buffer(BufferPool& pool, Piece piece) : pool_(&pool), piece_(std::move(piece)) {}
    Buffer(Buffer&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), piece_(std::move(other.piece_)) {}
    Buffer& operator=(Buffer&&) = delete;
    ~Buffer() {
      if (pool_ != nullptr) pool_->give_back(std::move(piece_));
    }
    T* data() const { return static_cast<T*>(piece_.memory.get()); }

   private:
    BufferPool* pool_;
    Piece piece_;
  };

  // From any thread; the buffer must not outlive the pool.
  template <typename T = double>
  Buffer<T> take(Index size) {
    const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T);
    Piece piece = best(bytes);
    if (piece.bytes < bytes || !piece.memory) {
      piece.memory.reset();
      piece.memory.reset(::operator new(bytes, line));
      piece.bytes = bytes;
    }
    return Buffer<T>(*this, std::move(piece));
  }

 private:
  // The smallest free piece that is large enough, else the largest, which gives way to a larger one.
  Piece best(std::size_t bytes) {
    const std::lock_guard<std::mutex> guard(mutex_);
    Piece* found = nullptr;
    for (Piece& piece : free_) {
      const bool better =
          found == nullptr ||
          (found->bytes < bytes ? piece.bytes > found->bytes : piece.bytes >= bytes && piece.bytes < found->bytes);
      if (better) found = &piece;
    }
    if (found == nullptr) return {};
    std::swap(*found, free_.back());
    Piece out = std::move(free_.back());
    free_.pop_back();
    return out;
  }

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
