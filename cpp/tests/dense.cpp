// Products of dense matrices against sums in long double: storages, strides, sizes that fill no register, centres far
// from zero, columns and rows that do not count.
#include <numeric>

#include "dense_matrix.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, two{silent, 2}, three{silent, 3};

template <typename Real>
void products_from_the_left(const Matrix<Real>& x, const std::vector<Index>& columns, const Vector& center,
                            Index count) {
  const auto design = x.design();
  const std::size_t size = columns.size() * static_cast<std::size_t>(count);
  Vector u = normal(static_cast<std::size_t>(x.n * count), 3), out(size, 7.0), again(size);
  for (std::size_t i = 0; i < u.size(); i += 5) u[i] = 0;
  design.dot(columns, center.data(), u.data(), count, out.data(), one);
  for (const Context* context : {&two, &three}) {
    design.dot(columns, center.data(), u.data(), count, again.data(), *context);
    CHECK(out == again);
  }
  for (std::size_t k = 0; k < columns.size(); ++k)
    for (Index t = 0; t < count; ++t) {
      Sum sum;
      for (Index i = 0; i < x.n; ++i)
        sum.add((x.at(i, columns[k]) - center[columns[k]]) * u[static_cast<std::size_t>(t * x.n + i)]);
      CHECK(sum.is(out[k * static_cast<std::size_t>(count) + static_cast<std::size_t>(t)]));
    }
}

template <typename Real>
void products_from_the_right(const Matrix<Real>& x, const std::vector<Index>& columns, const Vector& center,
                             Index count) {
  const auto design = x.design();
  Vector coef = normal(columns.size() * static_cast<std::size_t>(count), 4);
  for (std::size_t k = 0; k < columns.size(); ++k)
    for (Index t = 0; t < count; ++t)
      if (k % 4 == 1 || (k + static_cast<std::size_t>(t)) % 3 == 0)
        coef[k * static_cast<std::size_t>(count) + static_cast<std::size_t>(t)] = 0;
  const Vector start = normal(static_cast<std::size_t>(x.n * count), 5);
  Vector out = start;
  design.axpy(columns, coef.data(), count, center.data(), out.data(), one);
  for (const Context* context : {&two, &three}) {
    Vector again = start;
    design.axpy(columns, coef.data(), count, center.data(), again.data(), *context);
    CHECK(out == again);
  }
  for (Index t = 0; t < count; ++t)
    for (Index i = 0; i < x.n; ++i) {
      Sum sum;
      sum.add(start[static_cast<std::size_t>(t * x.n + i)]);
      for (std::size_t k = 0; k < columns.size(); ++k)
        sum.add(coef[k * static_cast<std::size_t>(count) + static_cast<std::size_t>(t)] *
                (x.at(i, columns[k]) - center[columns[k]]));
      CHECK(sum.is(out[static_cast<std::size_t>(t * x.n + i)]));
    }
}

template <typename Real>
void gram_matrices(const Matrix<Real>& x, const std::vector<Index>& columns, const Vector& center) {
  const auto design = x.design();
  const Index size = static_cast<Index>(columns.size()), stride = size + 3;
  const Vector weights = row_weights(x.n);
  for (const Index first : {Index{0}, size / 3, size - 1}) {
    Vector gram, again(static_cast<std::size_t>(size * stride), -1.0);
    for (const Context* context : {&one, &two, &three}) {
      std::fill(again.begin(), again.end(), -1.0);
      design.gram(IndexView(columns).first(static_cast<std::size_t>(first)), 0, center.data(), weights, again.data(),
                  stride, *context);
      design.gram(columns, first, center.data(), weights, again.data(), stride, *context);
      if (gram.empty()) gram = again;
      CHECK(gram == again);
    }
    for (Index a = 0; a < size; ++a) {
      for (Index b = 0; b < size; ++b) {
        Sum sum;
        for (Index i = 0; i < x.n; ++i)
          sum.add(weights[static_cast<std::size_t>(i)] * (x.at(i, columns[a]) - center[columns[a]]) *
                  (x.at(i, columns[b]) - center[columns[b]]));
        CHECK(sum.is(gram[static_cast<std::size_t>(a * stride + b)]));
        CHECK(gram[static_cast<std::size_t>(a * stride + b)] == gram[static_cast<std::size_t>(b * stride + a)]);
      }
      for (Index b = size; b < stride; ++b) CHECK(gram[static_cast<std::size_t>(a * stride + b)] == -1);
    }
  }
}

template <typename Real>
void every_product_is_right_in_every_layout() {
  const std::pair<Index, Index> sizes[] = {{1, 1},   {3, 2},    {9, 150},  {61, 29},
                                           {515, 5}, {523, 67}, {4100, 6}, {17003, 3}};
  for (const auto& [n, p] : sizes)
    for (const Layout layout : {Layout::by_column, Layout::by_row, Layout::strided}) {
      const double level = p % 2 == 0 ? 4000 : 0;  // float32 keeps four digits of the deviations
      const Matrix<Real> x(n, p, layout, level, 2);
      Vector center = normal(static_cast<std::size_t>(p), 1);
      for (double& c : center) c += level;
      const std::vector<Index> columns = some_columns(p);
      for (const Index count : {1, 2, 3, 7, 9}) {
        products_from_the_left(x, columns, center, count);
        products_from_the_right(x, columns, center, count);
      }
      gram_matrices(x, columns, center);
    }
}

void no_columns_and_no_coefficients_change_nothing() {
  const Matrix<double> x(40, 9, Layout::by_column, 0, 1);
  const Vector zeros(9, 0.0), start = normal(40, 2);
  Vector out = start;
  x.design().axpy(some_columns(9), zeros.data(), 1, zeros.data(), out.data(), two);
  x.design().axpy({}, nullptr, 3, zeros.data(), out.data(), two);
  x.design().dot({}, zeros.data(), start.data(), 1, nullptr, two);
  x.design().gram({}, 0, zeros.data(), start, nullptr, 0, two);
  CHECK(out == start);
}

// A product must not depend on its neighbours: copies of a column are found by their equal products.
void a_product_has_the_same_bits_in_any_company() {
  const Matrix<double> x(1234, 23, Layout::by_column, 0, 1);
  const Vector center = normal(23, 2), u = normal(1234 * 5, 3);
  std::vector<Index> columns(23);
  std::iota(columns.begin(), columns.end(), 0);
  Vector all(23 * 5), alone(1);
  x.design().dot(columns, center.data(), u.data(), 5, all.data(), one);
  for (std::size_t k = 0; k < 23; ++k)
    for (std::size_t t = 0; t < 5; ++t) {
      x.design().dot(IndexView(columns).subspan(k, 1), center.data(), u.data() + t * 1234, 1, alone.data(), one);
      CHECK(alone[0] == all[k * 5 + t]);
    }
}

#ifdef WHYZERO_DISPATCH
template <typename Real>
void tables_agree(const ColumnKernels<Real>& a, const ColumnKernels<Real>& b) {
  for (const Index n : {1, 7, 16, 33, 100})
    for (const Index columns : {1, 2, 7}) {
      const Index count = 7;
      const Vector draw = normal(static_cast<std::size_t>(n * columns), 1);
      const std::vector<Real> x(draw.begin(), draw.end());
      const Vector shift = normal(static_cast<std::size_t>(columns), 2);
      const Vector u = normal(static_cast<std::size_t>(n * count), 3);
      const Vector coef = normal(static_cast<std::size_t>(columns * count), 4);
      std::vector<const Real*> at;
      for (Index k = 0; k < columns; ++k) at.push_back(x.data() + k * n);
      Vector left_a(coef), left_b(coef), right_a(u), right_b(u);
      Vector turned_a(static_cast<std::size_t>(n * columns)), turned_b(turned_a);
      a.products(at.data(), shift.data(), columns, u.data(), n, count, n, left_a.data(), count);
      b.products(at.data(), shift.data(), columns, u.data(), n, count, n, left_b.data(), count);
      a.combinations(at.data(), shift.data(), columns, coef.data(), count, count, n, right_a.data(), n);
      b.combinations(at.data(), shift.data(), columns, coef.data(), count, count, n, right_b.data(), n);
      a.transpose(x.data(), columns, shift.data(), columns, n, turned_a.data(), n);
      b.transpose(x.data(), columns, shift.data(), columns, n, turned_b.data(), n);
      for (std::size_t k = 0; k < left_a.size(); ++k) CHECK(near(left_a[k], left_b[k], 1e-12));
      for (std::size_t k = 0; k < right_a.size(); ++k) CHECK(near(right_a[k], right_b[k], 1e-12));
      CHECK(turned_a == turned_b);
      CHECK(near(a.dot(x.data(), 0.3, u.data(), n), b.dot(x.data(), 0.3, u.data(), n), 1e-12));
    }
}

void instruction_sets_agree_to_rounding() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    tables_agree(baseline::table.f64, avx2::table.f64);
    tables_agree(baseline::table.f32, avx2::table.f32);
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    tables_agree(baseline::table.f64, avx512::table.f64);
    tables_agree(baseline::table.f32, avx512::table.f32);
  }
}
#endif

}  // namespace

int main() {
  Pool::instance().set_limit(3);
  every_product_is_right_in_every_layout<double>();
  every_product_is_right_in_every_layout<float>();
  no_columns_and_no_coefficients_change_nothing();
  a_product_has_the_same_bits_in_any_company();
#ifdef WHYZERO_DISPATCH
  instruction_sets_agree_to_rounding();
#endif
  return report("dense");
}
