// One reading of a dense matrix of any strides. The matrix is cut into blocks of rows and strips of columns by its
// shape alone; the tallies of the blocks are added in their order, so the result has the same bits for any number of
// threads.
#pragma once

#include "whyzero/ingest/tally.hpp"

namespace whyzero {

template <typename Real>
class DenseIngest {
 public:
  // Element (i, j) is data[i * row_stride + j * column_stride]; strides count elements and are not negative.
  DenseIngest(const Real* data, Index rows, Index cols, Index row_stride, Index column_stride,
              const RowWeights& weights, const Context& context)
      : data_(data),
        rows_(rows),
        cols_(cols),
        row_stride_(row_stride),
        column_stride_(column_stride),
        weights_(weights),
        context_(context),
        by_rows_(cols > 1 && column_stride < row_stride) {
    if (by_rows_) {
      width_ = std::min<Index>(cols, 256);
      if (column_stride == 1 && row_stride == cols && weights.equal()) group_ = std::max<Index>(1, 64 / cols);
      height_ = std::clamp<Index>(131072 / width_, 512, 16384) / group_ * group_;
    } else {
      height_ = 16384;
      width_ = std::max<Index>(1, 32768 / std::min(rows, height_));
    }
    choose_samples();
  }

  // Whether every entry is finite; only then the moments are written.
  bool run(const Moments& out) {
    const Index blocks = (rows_ + height_ - 1) / height_, strips = (cols_ + width_ - 1) / width_;
    const double entries = static_cast<double>(rows_) * static_cast<double>(cols_);
    parts_.resize(static_cast<std::size_t>(blocks * cols_));
    shift_.resize(static_cast<std::size_t>(cols_));
    context_.run(blocks * strips, entries, [&](Index task) {
      const Index block = task / strips, first = task % strips * width_;
      read(block, first, std::min(cols_, first + width_));
    });
    std::atomic<bool> finite{true};
    for_ranges(cols_, 32, 50 * static_cast<double>(cols_), context_, [&](Index begin, Index end) {
      for (Index j = begin; j < end && finite; ++j) {
        Tally total = parts_[static_cast<std::size_t>(j)];
        for (Index block = 1; block < blocks; ++block) total.add(parts_[static_cast<std::size_t>(block * cols_ + j)]);
        if (total.overflowed() && !column_is_finite(j)) {
          finite = false;
        } else {
          Conclusion::write(j, total, shift_[static_cast<std::size_t>(j)], weights_.total(), out,
                            [&](double& shift, int exponent, bool given) { return again(j, shift, exponent, given); });
        }
      }
    });
    return finite;
  }

 private:
  Real at(Index i, Index j) const { return data_[i * row_stride_ + j * column_stride_]; }

  // At most eight rows that count, spread over all.
  void choose_samples() {
    for (Index k = 0; k < 8; ++k) {
      Index i = k * rows_ / 8;
      while (weights_.of(i) == 0) i = i + 1 == rows_ ? 0 : i + 1;
      if (samples_.empty() || samples_.back() != i) samples_.push_back(i);
    }
    for (const Index i : samples_) sampled_ += weights_.of(i);
  }

  double sample(Index j, int exponent) const {
    double sum = 0;
    for (const Index i : samples_) sum += weights_.of(i) * scaled(static_cast<double>(at(i, j)), exponent);
    return sum / sampled_;
  }

  // The tallies of the columns first ... last of a block, about samples of theirs.
  void read(Index block, Index first, Index last) {
    const Index row = block * height_, n = std::min(height_, rows_ - row), count = last - first;
    Tally* out = parts_.data() + block * cols_ + first;
    Vector shift(static_cast<std::size_t>(count), 0.0);
    for (const Index i : samples_)  // row by row, as the memory of a block lies
      for (Index k = 0; k < count; ++k) shift[k] += weights_.of(i) * static_cast<double>(at(i, first + k));
    for (double& s : shift) s /= sampled_;
    if (block == 0) std::copy(shift.begin(), shift.end(), shift_.begin() + first);
    if (by_rows_) {
      std::vector<Real> copy;
      if (column_stride_ != 1) {
        copy.resize(static_cast<std::size_t>(n * count));
        for (Index i = 0; i < n; ++i)
          for (Index k = 0; k < count; ++k) copy[i * count + k] = at(row + i, first + k);
        rows_of(copy.data(), count, count, row, n, shift.data(), out);
      } else {
        rows_of(data_ + row * row_stride_ + first, row_stride_, count, row, n, shift.data(), out);
      }
      return;
    }
    std::vector<Real> copy;
    for (Index k = 0; k < count; ++k) {
      const double stand_in = static_cast<double>(at(samples_[0], first + k));
      if (row_stride_ == 1) {
        column_of(data_ + row + (first + k) * column_stride_, row, n, shift[k], stand_in, out[k]);
        continue;
      }
      copy.resize(static_cast<std::size_t>(n));
      for (Index i = 0; i < n; ++i) copy[i] = at(row + i, first + k);
      column_of(copy.data(), row, n, shift[k], stand_in, out[k]);
    }
  }

  template <typename T>
  void column_of(const T* x, Index row, Index n, double shift, double stand_in, Tally& out) const {
    const TallyKernels<T>& kernel = tallies<T>();
    (weights_.equal() ? kernel.plain : kernel.weighted)(x, weights_.from(row), shift, stand_in, n, out);
  }

  // Rows of `width` neighbouring entries. Short rows are taken `group_` together, as one row of so many more columns.
  template <typename T>
  void rows_of(const T* x, Index stride, Index width, Index row, Index n, const double* shift, Tally* out) const {
    const Index wide = width * group_;
    Vector sums(static_cast<std::size_t>(5 * wide), 0.0);
    double* const shifts = sums.data() + 4 * wide;
    const RowTally total{sums.data(), sums.data() + wide, sums.data() + 2 * wide, sums.data() + 3 * wide};
    for (Index k = 0; k < wide; ++k) shifts[k] = shift[k % width];
    const Index piece = 256 * group_;  // long sums are taken piece by piece, so that their rounding errors stay small
    for (Index i = 0; i < n; i += piece) {
      const Index count = std::min(piece, n - i), whole = count / group_ * group_;
      std::fill_n(total.lo, wide, Tally{}.lo);
      std::fill_n(total.hi, wide, Tally{}.hi);
      std::fill_n(total.sum, 2 * wide, 0.0);
      double zero = add_rows(x + i * stride, stride * group_, wide, row + i, whole / group_, group_, shifts, total);
      zero += add_rows(x + (i + whole) * stride, stride, width, row + i + whole, count - whole, 1, shifts, total);
      for (Index k = 0; k < wide; ++k)
        out[k % width].add({total.lo[k], total.hi[k], total.sum[k], total.square[k], zero});
    }
  }

  template <typename T>
  double add_rows(const T* x, Index stride, Index width, Index row, Index n, Index group, const double* shifts,
                  const RowTally& total) const {
    const TallyKernels<T>& kernel = tallies<T>();
    const T* waiting[4];
    double weight[4], zero = 0;
    int count = 0;
    for (Index i = 0; i < n; ++i) {
      const double w = group > 1 ? 1.0 : weights_.of(row + i);
      if (w == 0) {
        zero += kernel.zero_if_finite(x + i * stride, width);
        continue;
      }
      waiting[count] = x + i * stride;
      weight[count++] = w;
      if (count == 4) kernel.rows(waiting, weight, shifts, width, total), count = 0;
    }
    if (count > 0) {
      for (int r = count; r < 4; ++r) waiting[r] = waiting[0], weight[r] = 0;
      kernel.rows(waiting, weight, shifts, width, total);
    }
    return zero;
  }

  // Column j once more, times a power of two, added up in the same order; about a sample if no shift is given.
  Tally again(Index j, double& shift, int exponent, bool given) const {
    if (!given) shift = sample(j, exponent);
    const double stand_in = scaled(static_cast<double>(at(samples_[0], j)), exponent);
    Tally total;
    Vector copy(static_cast<std::size_t>(std::min(rows_, height_)));
    for (Index row = 0; row < rows_; row += height_) {
      const Index n = std::min(height_, rows_ - row);
      for (Index i = 0; i < n; ++i) copy[i] = scaled(static_cast<double>(at(row + i, j)), exponent);
      Tally part;
      if (by_rows_) {
        rows_of(copy.data(), 1, 1, row, n, &shift, &part);
      } else {
        column_of(copy.data(), row, n, shift, stand_in, part);
      }
      total.add(part);
      context_.monitor.poll();
    }
    return total;
  }

  bool column_is_finite(Index j) const {
    for (Index i = 0; i < rows_; ++i)
      if (!std::isfinite(at(i, j))) return false;
    return true;
  }

  const Real* data_;
  Index rows_, cols_, row_stride_, column_stride_;
  const RowWeights& weights_;
  const Context& context_;
  bool by_rows_;
  Index height_, width_, group_ = 1;
  std::vector<Index> samples_;
  double sampled_ = 0;
  std::vector<Tally> parts_;  // block by block
  Vector shift_;
};

}  // namespace whyzero
