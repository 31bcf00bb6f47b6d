// What a fit must know of X before it begins, from one reading: mean and standard deviation of every column, which
// columns are constant, and whether every entry is finite.
//
// The sums are taken of d = x - c, where the shift c is the mean of a few entries: sum w d and sum w d^2. Then
// mean = c + sum w d and sd^2 = sum w d^2 - (sum w d)^2, where little cancels as long as c is within about two
// deviations of the mean. A column whose sums say otherwise is read again about the mean they gave (T. F. Chan,
// G. H. Golub, R. J. LeVeque, The American Statistician 37, 1983). A column of numbers so large or small that squares
// could leave the range of double is read again times a power of two. Its readable twin is tests/oracle/moments.py.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "whyzero/design.hpp"
#include "whyzero/kernels.hpp"

namespace whyzero {

// Of the entries that count: smallest, largest, sum w d, sum w d^2; `zero` is not 0 if an entry is not finite.
struct Tally {
  double lo = std::numeric_limits<double>::infinity(), hi = -lo, sum = 0, square = 0, zero = 0;

  // Whether the entries must be looked at: one of them, or a sum, is not finite.
  bool overflowed() const { return !(std::isfinite(sum) && std::isfinite(square) && zero == 0); }

  void add(const Tally& other) {
    lo = std::min(lo, other.lo), hi = std::max(hi, other.hi);
    sum += other.sum, square += other.square, zero += other.zero;
  }
};

// The same for neighbouring columns.
struct RowTally {
  double *lo, *hi, *sum, *square;
};

template <typename Real>
struct TallyKernels {
  void (*plain)(const Real* x, const double* w, double shift, double stand_in, Index n, Tally& out);
  void (*weighted)(const Real* x, const double* w, double shift, double stand_in, Index n, Tally& out);
  void (*rows)(const Real* const* x, const double* w, const double* shift, Index n, const RowTally& out);
  double (*zero_if_finite)(const Real* x, Index n);
};

struct TallyTable {
  TallyKernels<double> f64;
  TallyKernels<float> f32;
};

namespace baseline {
#define WHYZERO_LANES 2
#include "whyzero/ingest/tally_body.inc"
#undef WHYZERO_LANES
}  // namespace baseline

#ifdef WHYZERO_DISPATCH
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define WHYZERO_LANES 4
namespace avx2 {
#include "whyzero/ingest/tally_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")
#define WHYZERO_LANES 8
namespace avx512 {
#include "whyzero/ingest/tally_body.inc"
}
#undef WHYZERO_LANES
#pragma GCC pop_options
#endif

template <typename Real>
const TallyKernels<Real>& tallies() {
  const TallyTable* table = &baseline::tallies;
#ifdef WHYZERO_DISPATCH
  if (&kernels() == &avx512::table) table = &avx512::tallies;
  if (&kernels() == &avx2::table) table = &avx2::tallies;
#endif
  if constexpr (sizeof(Real) == sizeof(double)) {
    return table->f64;
  } else {
    return table->f32;
  }
}

// Row weights as shares of the largest. Equal weights are no weights: each row counts once.
class RowWeights {
 public:
  // `given` is empty, or non-negative with a positive entry.
  RowWeights(View given, Index rows) : rows_(rows) {
    const auto [least, most] = std::minmax_element(given.begin(), given.end());
    if (given.empty() || *least == *most) return;
    share_.resize(given.size());
    double block = 0;
    total_ = 0;
    counted_ = 0;
    for (std::size_t i = 0; i < given.size(); ++i) {
      // A share that underflows still counts.
      share_[i] = given[i] > 0 ? std::max(given[i] / *most, std::numeric_limits<double>::denorm_min()) : 0.0;
      counted_ += given[i] > 0;
      block += share_[i];
      if (i % 512 == 511 || i + 1 == given.size()) total_ += block, block = 0;
    }
  }

  bool equal() const { return share_.empty(); }
  double of(Index i) const { return equal() ? 1.0 : share_[i]; }
  const double* from(Index i) const { return equal() ? nullptr : share_.data() + i; }
  double total() const { return total_; }
  Index counted() const { return counted_; }
  Index rows() const { return rows_; }

 private:
  Vector share_;
  Index rows_;
  double total_ = static_cast<double>(rows_);
  Index counted_ = rows_;
};

// Where the results go.
struct Moments {
  MutableView mean, sd;
};

// From the tally of a column about a shift to its moments, in numbers times 2^-exponent.
struct Conclusion {
  static constexpr int moderate = 200;  // squares and sums of numbers below 2^200 are far from the ends of double

  // The power of two by which a column is to be divided.
  static int exponent(const Tally& t) {
    int exponent = 0;
    std::frexp(std::max(std::fabs(t.lo), std::fabs(t.hi)), &exponent);
    return std::abs(exponent) <= moderate ? 0 : exponent;
  }

  // Whether the shift was so far from the mean that the difference of the sums would lose digits.
  static bool cancels(const Tally& t, double total) {
    const double rest = t.sum / total;
    return !(5 * rest * rest <= 4 * (t.square / total));
  }

  // Puts down the moments of a column. `again(shift, exponent, given)` reads it once more, about `shift` or, if that is
  // not given, about one of its own choice, which it puts into `shift`.
  template <typename Again>
  static void write(Index j, Tally t, double shift, double total, const Moments& out, Again&& again) {
    if (t.lo == t.hi) {
      out.mean[j] = t.lo;
      out.sd[j] = 0;
      return;
    }
    const int power = exponent(t);
    if (power != 0) t = again(shift, power, false);
    for (int round = 0; round < 8 && cancels(t, total); ++round) {
      shift += t.sum / total;
      t = again(shift, power, true);
    }
    const double rest = t.sum / total, variance = t.square / total - rest * rest;
    out.mean[j] = std::ldexp(shift + rest, power);
    // A deviation that underflows is still not that of a constant column.
    out.sd[j] =
        std::max(std::ldexp(std::sqrt(std::max(variance, 0.0)), power), std::numeric_limits<double>::denorm_min());
  }
};

// x 2^-exponent in two steps, neither of which overflows.
inline double scaled(double x, int exponent) {
  const int half = exponent / 2;
  return x * std::ldexp(1.0, -half) * std::ldexp(1.0, half - exponent);
}

// Whether every number of a vector is finite.
inline bool all_finite(View x) { return tallies<double>().zero_if_finite(x.data(), static_cast<Index>(x.size())) == 0; }

}  // namespace whyzero
