// Inner loops over blocks of codes, compiled once for each instruction set like those of kernels.hpp.
//
// The codes of a few hundred rows are first written side by side as slots: slots[i * blocks + b] is the place of row
// i's level of block b in one table for all blocks, so that a loop knows nothing of widths of codes and meets a
// different block at every step. Several vectors are read and written rows-first with a width of 1, 2, 4 or 8.
#pragma once

#include <cstring>

#include "whyzero/kernels.hpp"

namespace whyzero {

struct CodesKernels {
  // hist[slots[i * blocks + b] * width + t] += u[i * width + t] for i < n, b < blocks
  void (*tally)(const std::int32_t* slots, Index blocks, const double* u, Index width, Index n, double* hist);
  // out[i * width + t] += sum_b table[slots[i * blocks + b] * width + t]
  void (*combine)(const std::int32_t* slots, Index blocks, const double* table, Index width, Index n, double* out);
};

}  // namespace whyzero

#define WHYZERO_LANES 2
namespace whyzero::codes_baseline {
#include "whyzero/designs/codes_kernels_body.inc"
}
#undef WHYZERO_LANES

#ifdef WHYZERO_DISPATCH
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define WHYZERO_LANES 4
namespace whyzero::codes_avx2 {
#include "whyzero/designs/codes_kernels_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")
#define WHYZERO_LANES 8
namespace whyzero::codes_avx512 {
#include "whyzero/designs/codes_kernels_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options
#endif

namespace whyzero {

// The table of the instruction set that kernels() has chosen.
inline const CodesKernels& codes_kernels() {
  static const CodesKernels* const chosen = [] {
#ifdef WHYZERO_DISPATCH
    if (std::strcmp(kernels().name, "avx512") == 0) return &codes_avx512::table;
    if (std::strcmp(kernels().name, "avx2") == 0) return &codes_avx2::table;
#endif
    return &codes_baseline::table;
  }();
  return *chosen;
}

}  // namespace whyzero
