// Inner loops over the entries of a sparse column, compiled once for each instruction set like those of kernels.hpp.
//
// Several vectors are read and written rows-first: element t of row i stands at i * width + t, where `width` is 1, 2 or
// a multiple of 4 (`padded_width`), so one entry of the column is multiplied with a row of the vectors at once.
#pragma once

#include <cstring>
#include <type_traits>

#include "whyzero/kernels.hpp"

namespace whyzero {

template <typename Real, typename Offset>
struct EntryKernels {
  // sums[t] += sum_e x[e] u[rows[e] * width + t]
  void (*dot)(const Real* x, const Offset* rows, Index n, const double* u, Index width, double* sums);
  // sums[t] += sum_e x[e] u[(rows[e] - first) * width + t] for the entries with rows[e] < limit; returns their number
  Index (*dot_until)(const Real* x, const Offset* rows, Index n, Index limit, const double* u, Index width, Index first,
                     double* sums);
  // out[(rows[e] - first) * width + t] += x[e] coef[t]
  void (*axpy)(const Real* x, const Offset* rows, Index n, const double* coef, Index width, Index first, double* out);
};

struct CscKernels {
  EntryKernels<double, std::int32_t> f64_i32;
  EntryKernels<double, std::int64_t> f64_i64;
  EntryKernels<float, std::int32_t> f32_i32;
  EntryKernels<float, std::int64_t> f32_i64;
  double (*sum)(const double* u, Index n);
  // out[(place[e] - b0) * stride + place[f]] += weights[i] value[e] value[f] for the rows i = begin ... end - 1 and
  // their entries start[i] <= f <= e < start[i + 1] with b0 <= place[e] < b1; places grow within a row.
  void (*add_rows)(const Index* start, const std::int32_t* place, const double* value, const double* weights,
                   Index begin, Index end, Index b0, Index b1, double* out, Index stride);

  template <typename Real, typename Offset>
  const EntryKernels<Real, Offset>& entry() const {
    if constexpr (std::is_same_v<Real, double>) {
      if constexpr (sizeof(Offset) == 4) return f64_i32;
      if constexpr (sizeof(Offset) == 8) return f64_i64;
    } else {
      if constexpr (sizeof(Offset) == 4) return f32_i32;
      if constexpr (sizeof(Offset) == 8) return f32_i64;
    }
  }
};

inline Index padded_width(Index count) { return count <= 2 ? count : (count + 3) / 4 * 4; }

}  // namespace whyzero

#define WHYZERO_LANES 2
namespace whyzero::csc_baseline {
#include "whyzero/designs/csc_kernels_body.inc"
}
#undef WHYZERO_LANES

#ifdef WHYZERO_DISPATCH
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define WHYZERO_LANES 4
namespace whyzero::csc_avx2 {
#include "whyzero/designs/csc_kernels_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")
#define WHYZERO_LANES 8
namespace whyzero::csc_avx512 {
#include "whyzero/designs/csc_kernels_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options
#endif

namespace whyzero {

// The table of the instruction set that kernels() has chosen.
inline const CscKernels& csc_kernels() {
  static const CscKernels* const chosen = [] {
#ifdef WHYZERO_DISPATCH
    if (std::strcmp(kernels().name, "avx512") == 0) return &csc_avx512::table;
    if (std::strcmp(kernels().name, "avx2") == 0) return &csc_avx2::table;
#endif
    return &csc_baseline::table;
  }();
  return *chosen;
}

}  // namespace whyzero
