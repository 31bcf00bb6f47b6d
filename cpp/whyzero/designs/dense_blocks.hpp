// A dense matrix as the kernels read it: blocks of rows of some of its columns.
#pragma once

#include <algorithm>

#include "whyzero/design.hpp"
#include "whyzero/kernels.hpp"

namespace whyzero {

template <typename Real>
class DenseBlocks {
 public:
  // Rows of a block whose columns and right-hand sides share the caches.
  static constexpr Index panel = 512;

  // What one task needs to read blocks; it may be used again for the next block.
  struct Scratch {
    std::vector<const Real*> in_place;
    std::vector<const double*> copies;
    Vector shift, copied;
  };

  // Element (i, j) is data[i * row_stride + j * column_stride]; strides count elements.
  DenseBlocks(const Real* data, Index rows, Index cols, Index row_stride, Index column_stride)
      : data_(data), rows_(rows), cols_(cols), row_stride_(row_stride), column_stride_(column_stride) {}

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  double entries(IndexView columns) const { return static_cast<double>(rows_) * static_cast<double>(columns.size()); }
  bool by_column() const { return row_stride_ == 1; }
  // A copied block is 256 KiB of whole rows if they are not too long.
  static constexpr Index copied_rows() { return 128; }
  static constexpr Index copied_columns() { return 256; }
  double at(Index i, Index j) const { return static_cast<double>(data_[i * row_stride_ + j * column_stride_]); }

  // use(x, shift, kernels): x[k][i] - shift[k] is the centred element (row + i, columns[k]) for i < n. Columns are read
  // in place where they are contiguous; otherwise the block is copied and centred. `often`: a block of float32 that is
  // read many times is worth a copy, too.
  template <typename Use>
  void read(IndexView columns, const double* center, Index row, Index n, bool often, Scratch& scratch,
            Use&& use) const {
    const std::size_t size = columns.size();
    scratch.shift.resize(size);
    if (by_column() && !(often && sizeof(Real) < sizeof(double))) {
      scratch.in_place.resize(size);
      for (std::size_t k = 0; k < size; ++k) {
        scratch.in_place[k] = data_ + columns[k] * column_stride_ + row;
        scratch.shift[k] = center[columns[k]];
      }
      use(scratch.in_place.data(), scratch.shift.data(), kernels().template column<Real>());
      return;
    }
    const Index stride = n + 8;  // neighbours stand in different cache sets
    scratch.copied.resize(size * static_cast<std::size_t>(stride));
    scratch.copies.resize(size);
    for (std::size_t k = 0; k < size; ++k) scratch.copies[k] = scratch.copied.data() + static_cast<Index>(k) * stride;
    copy(columns, center, row, n, scratch, stride);
    std::fill(scratch.shift.begin(), scratch.shift.end(), 0.0);
    use(scratch.copies.data(), scratch.shift.data(), kernels().f64);
  }

 private:
  void copy(IndexView columns, const double* center, Index row, Index n, Scratch& scratch, Index stride) const {
    const auto& kernel = kernels().template column<Real>();
    const Real* rows = data_ + row * row_stride_;
    for (std::size_t k = 0, end = 0; k < columns.size(); k = end) {
      // A run of neighbouring columns of a row-major matrix is transposed together.
      for (end = k + 1; column_stride_ == 1 && end < columns.size() && columns[end] == columns[end - 1] + 1;) ++end;
      double* out = scratch.copied.data() + static_cast<Index>(k) * stride;
      const Index j = columns[k];
      if (by_column()) {
        kernel.centre(rows + j * column_stride_, center[j], out, n);
      } else if (column_stride_ == 1) {
        kernel.transpose(rows + j, row_stride_, center + j, static_cast<Index>(end - k), n, out, stride);
      } else {
        for (Index i = 0; i < n; ++i) out[i] = at(row + i, j) - center[j];
      }
    }
  }

  const Real* data_;
  Index rows_, cols_, row_stride_, column_stride_;
};

}  // namespace whyzero
