// One reading of compressed sparse columns, whose zeros count although they are not stored.
//
// Where at most half of a column is stored the shift is 0: the zeros add nothing, and the square of the mean is not
// much larger than the variance. Else the weight of the absent rows is added up row by row: one less the sum of the
// others would lose its digits.
#pragma once

#include "whyzero/ingest/tally.hpp"

namespace whyzero {

enum class Compressed { canonical, unsorted, malformed };

// Whether pointers never fall, all `stored` indices in use are in 0 ... limit - 1, and they increase within each line.
template <typename Offset>
Compressed check_compressed(const Offset* indptr, const Offset* indices, Index lines, Index stored, Index limit,
                            const Context& context) {
  if (indptr[0] != 0 || indptr[lines] > stored) return Compressed::malformed;
  bool falling = false;
  for (Index j = 0; j < lines; ++j) falling |= indptr[j + 1] < indptr[j];
  if (falling) return Compressed::malformed;
  std::atomic<bool> outside{false}, unsorted{false};
  const Index grain = 1 + lines / 64;
  for_ranges(lines, grain, static_cast<double>(indptr[lines]), context, [&](Index begin, Index end) {
    // A fall from one index to the next is allowed where a line that is not empty begins.
    Index out = 0, falls = 0, allowed = 0;
    const Index first = indptr[begin], last = indptr[end];
    for (Index e = first; e < last; ++e) out += indices[e] < 0 || indices[e] >= limit;
    for (Index e = first + 1; e < last; ++e) falls += indices[e] <= indices[e - 1];
    for (Index j = begin; j < end; ++j)
      if (indptr[j] > first && indptr[j] < indptr[j + 1]) allowed += indices[indptr[j]] <= indices[indptr[j] - 1];
    if (out > 0) outside = true;
    if (falls != allowed) unsorted = true;
  });
  return outside ? Compressed::malformed : unsorted ? Compressed::unsorted : Compressed::canonical;
}

template <typename Real, typename Offset>
class CscIngest {
 public:
  CscIngest(const Real* data, const Offset* indices, const Offset* indptr, Index cols, const RowWeights& weights,
            const Context& context)
      : data_(data), indices_(indices), indptr_(indptr), cols_(cols), weights_(weights), context_(context) {}

  // Whether every stored entry is finite; only then the moments are written.
  bool run(const Moments& out) const {
    std::atomic<bool> finite{true};
    const double work = static_cast<double>(indptr_[cols_]) + 50 * static_cast<double>(cols_);
    for_ranges(cols_, 1 + cols_ / 256, work, context_, [&](Index begin, Index end) {
      Vector copy;
      for (Index j = begin; j < end && finite; ++j) {
        double shift = 0;
        const auto again = [&](double& about, int exponent, bool given) {
          return read(j, about, exponent, given, copy);
        };
        const Tally total = again(shift, 0, false);
        if (total.overflowed() && tallies<Real>().zero_if_finite(data_ + indptr_[j], stored(j)) != 0) {
          finite = false;
        } else {
          Conclusion::write(j, total, shift, weights_.total(), out, again);
        }
      }
    });
    return finite;
  }

 private:
  Index stored(Index j) const { return static_cast<Index>(indptr_[j + 1] - indptr_[j]); }

  // Column j times a power of two; about 0 or a sample of its entries if no shift is given.
  Tally read(Index j, double& shift, int exponent, bool given, Vector& copy) const {
    const Index n = stored(j);
    const Real* x = data_ + indptr_[j];
    const Offset* row = indices_ + indptr_[j];
    if (exponent != 0) {
      copy.resize(static_cast<std::size_t>(n));
      for (Index e = 0; e < n; ++e) copy[e] = scaled(static_cast<double>(x[e]), exponent);
      return tally(copy.data(), row, n, shift, given);
    }
    return tally(x, row, n, shift, given);
  }

  template <typename T>
  Tally tally(const T* x, const Offset* row, Index n, double& shift, bool given) const {
    const bool few = 2 * n <= weights_.rows();
    if (!given) shift = few ? 0.0 : sample(x, row, n);
    Tally out;
    Index counted = n;
    if (weights_.equal()) {
      tallies<T>().plain(x, nullptr, shift, 0.0, n, out);
    } else {
      counted = 0;
      Tally piece;
      for (Index e = 0; e < n; ++e) {
        if (e % 256 == 255) out.add(piece), piece = {};
        const double a = static_cast<double>(x[e]), w = weights_.of(row[e]);
        piece.zero += a * 0.0;
        if (w == 0) continue;
        ++counted;
        const double d = a - shift, s = w * d;
        piece.add({a, a, s, s * d, 0.0});
      }
      out.add(piece);
    }
    if (counted < weights_.counted()) {
      const double weight = shift == 0 ? 0.0 : absent(row, n), s = weight * -shift;
      out.add({0.0, 0.0, s, s * -shift, 0.0});
    }
    return out;
  }

  template <typename T>
  double sample(const T* x, const Offset* row, Index n) const {
    double sum = 0, weight = 0;
    for (Index k = 0; k < 8; ++k) {
      const Index e = k * n / 8;
      const double w = weights_.of(row[e]);
      sum += w * static_cast<double>(x[e]);
      weight += w;
    }
    return weight > 0 ? sum / weight : 0.0;
  }

  // The weight of the rows that are not stored.
  double absent(const Offset* row, Index n) const {
    if (weights_.equal()) return static_cast<double>(weights_.rows() - n);
    double total = 0;
    Index next = 0;
    for (Index e = 0; e <= n; ++e) {
      const Index stop = e < n ? static_cast<Index>(row[e]) : weights_.rows();
      double gap = 0;
      for (; next < stop; ++next) gap += weights_.of(next);
      total += gap;
      ++next;
    }
    return total;
  }

  const Real* data_;
  const Offset *indices_, *indptr_;
  Index cols_;
  const RowWeights& weights_;
  const Context& context_;
};

}  // namespace whyzero
