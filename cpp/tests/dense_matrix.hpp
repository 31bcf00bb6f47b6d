// A matrix in any dense layout, and sums in long double to compare with.
#pragma once

#include "check.hpp"
#include "whyzero/designs/dense.hpp"

namespace whyzero::test {

using Long = long double;

enum class Layout { by_column, by_row, strided };

// Elements near `level`, representable in float32, in one of the layouts.
template <typename Real>
struct Matrix {
  Index n, p, row_stride, column_stride;
  double level;
  std::vector<Real> data;

  Matrix(Index n, Index p, Layout layout, double level, unsigned seed)
      : n(n),
        p(p),
        row_stride(layout == Layout::by_column ? 1 : span(layout, p)),
        column_stride(layout == Layout::by_column ? n
                      : layout == Layout::by_row  ? 1
                                                  : 2),
        level(level),
        data(static_cast<std::size_t>(n * span(layout, p))) {
    const Vector x = normal(static_cast<std::size_t>(n * p), seed);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < p; ++j)
        data[static_cast<std::size_t>(i * row_stride + j * column_stride)] =
            static_cast<Real>(static_cast<float>(level + x[static_cast<std::size_t>(i * p + j)]));
  }
  // Elements from one row to the next where rows do not share memory.
  static Index span(Layout layout, Index p) { return layout == Layout::strided ? 2 * p + 1 : p; }
  Long at(Index i, Index j) const { return data[static_cast<std::size_t>(i * row_stride + j * column_stride)]; }
  Dense<Real> design() const { return Dense<Real>(data.data(), n, p, row_stride, column_stride); }
};

// |got - sum of terms| <= tolerance * sum of |terms|: what rounding may cost.
struct Sum {
  Long value = 0, size = 0;
  void add(Long term) { value += term, size += std::fabs(term); }
  bool is(double got, Long tolerance = 1e-13L) const { return std::fabs(got - value) <= tolerance * size; }
};

// Two thirds of the columns, neighbours among them, then one of them again; a few of very many.
inline std::vector<Index> some_columns(Index p) {
  std::vector<Index> columns;
  for (Index j = 0; j < p; j += p > 1000 ? 97 : 1)
    if (j % 3 != 1 || j > p / 2) columns.push_back(j);
  if (p > 3) columns.push_back(columns.front());
  return columns;
}

// Some rows do not count.
inline Vector row_weights(Index n) {
  Vector weights = normal(static_cast<std::size_t>(n), 6);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = i % 7 == 3 ? 0 : weights[i] * weights[i];
  return weights;
}

}  // namespace whyzero::test
