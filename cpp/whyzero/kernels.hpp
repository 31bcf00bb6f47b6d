// Inner loops over contiguous memory, compiled once for each instruction set and chosen at run time.
//
// The texts stand in kernels_body.inc; `Kernels` is the table of one instruction set. A sum is accumulated in a fixed
// number of lanes and folded in a fixed order, so the same processor always returns the same bits.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "whyzero/types.hpp"

namespace whyzero {

// What is done with columns x[k] (k < columns) of n rows, from each of which shift[k] is taken away as it is read.
template <typename Real>
struct ColumnKernels {
  double (*dot)(const Real* x, double shift, const double* u, Index n);
  void (*axpy)(double a, const Real* x, double shift, double* y, Index n);
  // out_i = x_i - shift
  void (*centre)(const Real* x, double shift, double* out, Index n);
  // out_i = (x_i - shift) scale_i
  void (*gather)(const Real* x, double shift, const double* scale, double* out, Index n);
  // out[k * out_stride + t] += sum_i (x[k][i] - shift[k]) u[t * stride + i]
  void (*products)(const Real* const* x, const double* shift, Index columns, const double* u, Index stride, Index count,
                   Index n, double* out, Index out_stride);
  // out[t * stride + i] += sum_k coef[k * coef_stride + t] (x[k][i] - shift[k])
  void (*combinations)(const Real* const* x, const double* shift, Index columns, const double* coef, Index coef_stride,
                       Index count, Index n, double* out, Index stride);
  // out[k * stride + i] = x[i * row_stride + k] - shift[k]
  void (*transpose)(const Real* x, Index row_stride, const double* shift, Index columns, Index n, double* out,
                    Index stride);
};

// The row operations of a loss; see loss.hpp.
struct LossKernels {
  void (*rows)(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums);
  void (*slopes)(const double* y, const double* w, const double* eta, double* u, double* h, Index n, double* sums);
  double (*gap)(const double* y, const double* w, const double* eta, const double* u, double s, Index n);
};

struct Kernels {
  const char* name;
  ColumnKernels<double> f64;
  ColumnKernels<float> f32;
  LossKernels squared, logistic, poisson;

  template <typename Real>
  const ColumnKernels<Real>& column() const {
    if constexpr (sizeof(Real) == sizeof(double)) {
      return f64;
    } else {
      return f32;
    }
  }
};

}  // namespace whyzero

#define WHYZERO_LANES 2
namespace whyzero::baseline {
#include "whyzero/kernels_body.inc"
}
#undef WHYZERO_LANES

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WHYZERO_DISPATCH 1

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define WHYZERO_LANES 4
namespace whyzero::avx2 {
#include "whyzero/kernels_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")
#define WHYZERO_LANES 8
namespace whyzero::avx512 {
#include "whyzero/kernels_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options
#endif

namespace whyzero {

// The best table for this processor; `WHYZERO_ISA` (baseline, avx2) may ask for a lesser one.
inline const Kernels& kernels() {
  static const Kernels* const chosen = [] {
#ifdef WHYZERO_DISPATCH
    const char* wish = std::getenv("WHYZERO_ISA");
    const bool any = wish == nullptr || *wish == '\0';
    const auto wished = [&](const char* name) { return any || std::strcmp(wish, name) == 0; };
    __builtin_cpu_init();
    if (wished("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
      return &avx512::table;
    if (wished("avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &avx2::table;
#endif
    return &baseline::table;
  }();
  return *chosen;
}

}  // namespace whyzero
