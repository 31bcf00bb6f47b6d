// A dense matrix in any strided layout: column-major and row-major have their own loops, other strides a general one.
#pragma once

#include <algorithm>
#include <cmath>

#include "whyzero/design.hpp"
#include "whyzero/kernels.hpp"

namespace whyzero {

template <typename Real>
class Dense {
 public:
  static constexpr double gram_cost = 0.25;

  // Element (i, j) is data[i * row_stride + j * column_stride]; strides count elements.
  Dense(const Real* data, Index rows, Index cols, Index row_stride, Index column_stride)
      : data_(data), rows_(rows), cols_(cols), row_stride_(row_stride), column_stride_(column_stride) {}

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  double entries(IndexView columns) const { return static_cast<double>(rows_) * static_cast<double>(columns.size()); }

  void dot(IndexView columns, const double* center, const double* u, Index count, double* out,
           const Context& context) const {
    if (row_stride_ == 1) {
      dot_by_columns(columns, center, u, count, out, context);
    } else {
      dot_by_rows(columns, center, u, count, out, context);
    }
  }

  void axpy(IndexView columns, const double* coef, Index count, const double* center, double* out,
            const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    for_ranges(rows_, 4096, entries(columns) * static_cast<double>(count), context, [&](Index begin, Index end) {
      if (row_stride_ == 1) {
        const auto kernel = kernels().template column<Real>().axpy;
        for (Index k = 0; k < size; ++k)
          for (Index t = 0; t < count; ++t)
            if (const double b = coef[k * count + t]; b != 0)
              kernel(b, column(columns[k]) + begin, center[columns[k]], out + t * rows_ + begin, end - begin);
        return;
      }
      Vector sums(static_cast<std::size_t>(count));
      for (Index i = begin; i < end; ++i) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (Index k = 0; k < size; ++k) {
          const double x = at(i, columns[k]) - center[columns[k]];
          for (Index t = 0; t < count; ++t) sums[t] += coef[k * count + t] * x;
        }
        for (Index t = 0; t < count; ++t) out[t * rows_ + i] += sums[t];
      }
    });
  }

  void gram(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
            const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    const double work = static_cast<double>(rows_) * static_cast<double>(size) * static_cast<double>(size - first);
    Vector scale(weights.size());
    std::transform(weights.begin(), weights.end(), scale.begin(), [](double w) { return std::sqrt(w); });
    for (Index a = 0; a < size; ++a)
      for (Index b = first; b < size; ++b) gram[a * stride + b] = gram[b * stride + a] = 0;
    if (size <= 128 && rows_ >= 4 * panel_rows) {
      gram_by_rows(columns, first, center, scale, gram, stride, work, context);
    } else {
      gram_by_tiles(columns, first, center, scale, gram, stride, work, context);
    }
  }

  template <typename Visit>
  void for_each(Index j, Visit&& visit) const {
    for (Index i = 0; i < rows_; ++i) visit(i, at(i, j));
  }

 private:
  static constexpr Index panel_rows = 512;

  const Real* column(Index j) const { return data_ + j * column_stride_; }
  double at(Index i, Index j) const { return static_cast<double>(data_[i * row_stride_ + j * column_stride_]); }

  void dot_by_columns(IndexView columns, const double* center, const double* u, Index count, double* out,
                      const Context& context) const {
    const auto& kernel = kernels().template column<Real>();
    const Index size = static_cast<Index>(columns.size());
    const Index grain = std::clamp<Index>(65536 / std::max<Index>(rows_, 1), 1, 256);
    const Index panel = count == 1 ? std::max<Index>(rows_, 1) : 2048;
    for_ranges(size, grain, entries(columns) * static_cast<double>(count), context, [&](Index begin, Index end) {
      std::fill(out + begin * count, out + end * count, 0.0);
      for (Index row = 0; row < rows_; row += panel) {
        const Index n = std::min(panel, rows_ - row);
        for (Index k = begin; k < end; ++k) {
          const Real* x = column(columns[k]) + row;
          const double shift = center[columns[k]];
          Index t = 0;
          for (; t + 4 <= count; t += 4) {
            double sums[4];
            kernel.dot4(x, shift, u + t * rows_ + row, rows_, n, sums);
            for (Index s = 0; s < 4; ++s) out[k * count + t + s] += sums[s];
          }
          for (; t < count; ++t) out[k * count + t] += kernel.dot(x, shift, u + t * rows_ + row, n);
        }
      }
    });
  }

  // Blocks of rows add into sums of their own, which are folded in the order of the rows.
  void dot_by_rows(IndexView columns, const double* center, const double* u, Index count, double* out,
                   const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    const Index height = std::max<Index>(1024, (rows_ + 31) / 32), width = 512;
    const Index blocks = std::max<Index>(1, (rows_ + height - 1) / height), strips = (size + width - 1) / width;
    Vector sums(static_cast<std::size_t>(blocks * size * count), 0.0);
    context.run(blocks * strips, entries(columns) * static_cast<double>(count), [&](Index task) {
      const Index block = task / strips, k0 = task % strips * width, k1 = std::min(size, k0 + width);
      double* sum = sums.data() + block * size * count;
      for (Index i = block * height; i < std::min(rows_, (block + 1) * height); ++i)
        for (Index k = k0; k < k1; ++k) {
          const double x = at(i, columns[k]) - center[columns[k]];
          for (Index t = 0; t < count; ++t) sum[k * count + t] += x * u[t * rows_ + i];
        }
    });
    std::copy_n(sums.begin(), size * count, out);
    for (Index block = 1; block < blocks; ++block)
      for (Index k = 0; k < size * count; ++k) out[k] += sums[static_cast<std::size_t>(block * size * count + k)];
  }

  // panel row k: the rows `row` ... `row + n` of column k, centred and scaled.
  void gather(IndexView columns, Index begin, Index end, const double* center, const Vector& scale, Index row, Index n,
              double* panel) const {
    const auto kernel = kernels().template column<Real>().gather;
    for (Index k = begin; k < end; ++k) {
      double* out = panel + k * panel_rows;
      if (row_stride_ == 1) {
        kernel(column(columns[k]) + row, center[columns[k]], scale.data() + row, out, n);
      } else {
        for (Index i = 0; i < n; ++i) out[i] = (at(row + i, columns[k]) - center[columns[k]]) * scale[row + i];
      }
    }
  }

  // Adds the products of panel rows a0 ... a1 with b0 ... b1 (b >= a where both run over the same columns).
  static void add_tiles(const double* panel, Index n, Index a0, Index a1, Index b0, Index b1, Index size, double* gram,
                        Index stride) {
    const auto kernel = kernels().tile;
    for (Index a = a0; a < a1; a += 4)
      for (Index b = b0; b < b1; b += 4) {
        if (a > b + 3) continue;
        double tile[16] = {};
        kernel(panel + a * panel_rows, panel_rows, panel + b * panel_rows, panel_rows, n, tile);
        for (Index r = 0; r < 4 && a + r < size; ++r)
          for (Index c = 0; c < 4 && b + c < size; ++c)
            if (a + r <= b + c) gram[(a + r) * stride + b + c] += tile[4 * r + c];
      }
  }

  static void mirror(Index size, Index first, double* gram, Index stride) {
    for (Index a = 0; a < size; ++a)
      for (Index b = std::max(a + 1, first); b < size; ++b) gram[b * stride + a] = gram[a * stride + b];
  }

  // Few columns, many rows: 16 groups of rows, each with a Gram matrix of its own.
  void gram_by_rows(IndexView columns, Index first, const double* center, const Vector& scale, double* gram,
                    Index stride, double work, const Context& context) const {
    const Index size = static_cast<Index>(columns.size()), groups = 16;
    const Index height = (rows_ + groups - 1) / groups;
    std::vector<Vector> sums(groups);
    context.run(groups, work, [&](Index group) {
      Vector& sum = sums[static_cast<std::size_t>(group)];
      sum.assign(static_cast<std::size_t>(size * size), 0.0);
      Vector panel(static_cast<std::size_t>((size + 3) * panel_rows), 0.0);
      const Index last = std::min(rows_, (group + 1) * height);
      for (Index row = group * height; row < last; row += panel_rows) {
        const Index n = std::min(panel_rows, last - row);
        gather(columns, 0, size, center, scale, row, n, panel.data());
        add_tiles(panel.data(), n, 0, size, first, size, size, sum.data(), size);
      }
    });
    for (const Vector& sum : sums)
      for (Index a = 0; a < size; ++a)
        for (Index b = std::max(a, first); b < size; ++b)
          gram[a * stride + b] += sum[static_cast<std::size_t>(a * size + b)];
    mirror(size, first, gram, stride);
  }

  // Many columns: for each panel of rows, tiles of the Gram matrix in parallel.
  void gram_by_tiles(IndexView columns, Index first, const double* center, const Vector& scale, double* gram,
                     Index stride, double work, const Context& context) const {
    const Index size = static_cast<Index>(columns.size()), block = 64;
    const Index across = (size + block - 1) / block, down = (size - first + block - 1) / block;
    Vector panel(static_cast<std::size_t>((size + 3) * panel_rows), 0.0);
    for (Index row = 0; row < rows_; row += panel_rows) {
      const Index n = std::min(panel_rows, rows_ - row);
      for_ranges(size, block, static_cast<double>(n * size), context,
                 [&](Index begin, Index end) { gather(columns, begin, end, center, scale, row, n, panel.data()); });
      context.run(across * down, work, [&](Index task) {
        const Index a0 = task % across * block, b0 = first + task / across * block;
        if (a0 > b0 + block) return;
        add_tiles(panel.data(), n, a0, std::min(size, a0 + block), b0, std::min(size, b0 + block), size, gram, stride);
      });
    }
    mirror(size, first, gram, stride);
  }

  const Real* data_;
  Index rows_, cols_, row_stride_, column_stride_;
};

static_assert(Design<Dense<double>> && Design<Dense<float>>, "Dense must have every operation of the concept Design");

}  // namespace whyzero
