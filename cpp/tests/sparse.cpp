// The operations of sparse columns against sums in long double over every element, zeros included.
#include <cstdlib>
#include <numeric>

#include "check.hpp"
#include "whyzero/designs/csc.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

using Long = long double;

Monitor silent;
const Context one{silent, 1}, two{silent, 2}, three{silent, 3};

// Columns of every kind: column j is empty, all ones, full with a mean far from 0, nearly full, half full, sparse, or
// of one entry, as j % 7 says.
template <typename Real, typename Offset>
struct Sample {
  Index n, p;
  Vector dense, center;  // dense is column-major
  std::vector<Real> data;
  std::vector<Offset> indices, indptr{0};
  std::vector<Index> columns;  // not in order, some left out

  Sample(Index n, Index p, bool centred, unsigned seed) : n(n), p(p), dense(n * p, 0.0), center(p, 0.0), columns(p) {
    std::mt19937 draw(seed);
    std::normal_distribution<double> normal;
    const double density[] = {0, 1, 1, 0.9, 0.5, 0.04, 0}, mean[] = {0, 1, 1e4, -300, 0.3, 0, 0};
    for (Index j = 0; j < p; ++j) {
      const auto kind = static_cast<std::size_t>(j % 7);
      for (Index i = 0; i < n; ++i) {
        const bool there =
            kind == 6 ? i == (j * 31) % n : std::uniform_real_distribution<double>()(draw) < density[kind];
        if (!there) continue;
        const auto value = static_cast<Real>(kind == 1 ? 1.0 : mean[kind] + normal(draw));
        dense[j * n + i] = static_cast<double>(value);
        data.push_back(value);
        indices.push_back(static_cast<Offset>(i));
      }
      indptr.push_back(static_cast<Offset>(data.size()));
      if (centred) center[j] = std::accumulate(dense.begin() + j * n, dense.begin() + (j + 1) * n, 0.0) / n;
    }
    std::iota(columns.begin(), columns.end(), 0);
    std::shuffle(columns.begin(), columns.end(), draw);
    if (p > 3) columns.resize(p - p / 9);
  }

  Csc<Real, Offset> design() const { return {data.data(), indices.data(), indptr.data(), n, p}; }
  Index size() const { return static_cast<Index>(columns.size()); }
  Long at(Index i, Index k) const { return static_cast<Long>(dense[columns[k] * n + i]) - center[columns[k]]; }
  Long stored(Index i, Index k) const { return std::fabs(static_cast<Long>(dense[columns[k] * n + i])); }
  // What counts as a change of element (i, k): a sparse column less its mean is rounded in the size of both.
  Long scale(Index i, Index k) const {
    const Index j = columns[k];
    const bool full = 2 * static_cast<Index>(indptr[j + 1] - indptr[j]) > n;
    return full && center[j] != 0 ? std::fabs(at(i, k)) : stored(i, k) + std::fabs(center[j]);
  }
};

// Within some units in the last place of the sum of the sizes of the terms.
bool close(double value, Long sum, Long size) {
  return std::fabs(static_cast<Long>(value) - sum) <= 1e-14L * size + 1e-300L;
}

template <typename S>
void products_with_several_vectors_are_the_plain_sums(const S& s, Index count) {
  const auto design = s.design();
  const Index size = s.size();
  const Vector u = normal(s.n * count, 3);
  Vector out(size * count), again(size * count);
  design.dot(s.columns, s.center.data(), u.data(), count, out.data(), one);
  for (const Context* context : {&two, &three}) {
    design.dot(s.columns, s.center.data(), u.data(), count, again.data(), *context);
    CHECK(out == again);
  }
  for (Index k = 0; k < size; ++k)
    for (Index t = 0; t < count; ++t) {
      Long sum = 0, scale = 0;
      for (Index i = 0; i < s.n; ++i) {
        sum += s.at(i, k) * u[t * s.n + i];
        scale += s.scale(i, k) * std::fabs(u[t * s.n + i]);
      }
      CHECK(close(out[k * count + t], sum, scale));
    }
}

template <typename S>
void combinations_are_the_plain_sums(const S& s, Index count) {
  const auto design = s.design();
  const Index size = s.size();
  Vector coef = normal(size * count, 4);
  for (Index k = 0; k < size * count; ++k)
    if (k / count % 3 == 0 || k % 5 == 0) coef[k] = 0;
  const Vector before = normal(s.n * count, 5);
  Vector out = before;
  design.axpy(s.columns, coef.data(), count, s.center.data(), out.data(), one);
  for (const Context* context : {&two, &three}) {
    Vector again = before;
    design.axpy(s.columns, coef.data(), count, s.center.data(), again.data(), *context);
    CHECK(out == again);
  }
  for (Index i = 0; i < s.n; ++i)
    for (Index t = 0; t < count; ++t) {
      Long sum = before[t * s.n + i], scale = std::fabs(sum);
      for (Index k = 0; k < size; ++k) {
        sum += s.at(i, k) * coef[k * count + t];
        scale += s.scale(i, k) * std::fabs(coef[k * count + t]);
      }
      CHECK(close(out[t * s.n + i], sum, scale));
    }
}

// Both products of a sweep, with u = eta^2 - w between them; every row must be seen once.
template <typename S>
void sweeps_are_the_plain_sums(const S& s, Index count) {
  const auto design = s.design();
  const Index size = s.size(), height = design.sweep_height();
  Vector coef = normal(size * count, 4), w = normal(s.n, 5);
  for (Index k = 0; k < size * count; ++k)
    coef[k] *= k / count % 3 == 0 ? 0 : 1 / (1 + std::fabs(s.center[s.columns[k / count]]));
  Vector out;
  for (const Context* context : {&one, &two, &three}) {
    Vector again(size * count, -1.0), eta(s.n * count);
    std::vector<int> seen(static_cast<std::size_t>(s.n), 0);
    const auto rows = [&](Index begin, Index end, double* block, Index stride) {
      CHECK(stride == height && begin % height == 0 && end == std::min(s.n, begin + height));
      for (Index i = begin; i < end; ++i) {
        ++seen[i];
        for (Index t = 0; t < count; ++t) {
          double& value = block[t * stride + i - begin];
          eta[t * s.n + i] = value;
          value = value * value - w[i];
        }
      }
    };
    design.sweep(s.columns, s.center.data(), coef.data(), count, rows, again.data(), *context);
    CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
    if (context != &one) {
      CHECK(out == again);
      continue;
    }
    out = again;
    for (Index t = 0; t < count; ++t)
      for (Index i = 0; i < s.n; ++i) {
        Long sum = 0, scale = 0;
        for (Index k = 0; k < size; ++k) {
          sum += s.at(i, k) * coef[k * count + t];
          scale += s.scale(i, k) * std::fabs(coef[k * count + t]);
        }
        CHECK(close(eta[t * s.n + i], sum, scale));
      }
    for (Index k = 0; k < size; ++k)
      for (Index t = 0; t < count; ++t) {
        Long sum = 0, scale = 0;
        for (Index i = 0; i < s.n; ++i) {
          const double value = eta[t * s.n + i], u = value * value - w[i];
          sum += s.at(i, k) * u;
          scale += s.scale(i, k) * (value * value + std::fabs(w[i]));
        }
        CHECK(close(out[k * count + t], sum, scale));
      }
  }
}

// The product of columns a and b with weights of a group of rows, and what counts as its size.
template <typename S, typename Member>
std::pair<Long, Long> plain_product(const S& s, const Vector& weights, Index a, Index b, Member&& member) {
  Long sum = 0, scale = 0;
  for (Index i = 0; i < s.n; ++i) {
    if (!member(i)) continue;
    sum += s.at(i, a) * s.at(i, b) * weights[i];
    scale += s.scale(i, a) * s.scale(i, b) * weights[i];
  }
  return {sum, scale};
}

template <typename S>
void gram_matrices_are_the_plain_sums(const S& s) {
  const auto design = s.design();
  const Index size = s.size(), stride = size + 3;
  Vector weights = normal(s.n, 8);
  for (double& w : weights) w = w < -1 ? 0 : w * w;
  for (const Index first : {Index{0}, size / 3, size - 1}) {
    Vector gram;
    for (const Context* context : {&one, &two, &three}) {
      Vector again(size * stride, -1.0);
      const IndexView head(s.columns.data(), static_cast<std::size_t>(first));
      design.gram(head, 0, s.center.data(), weights, again.data(), stride, *context);
      design.gram(s.columns, first, s.center.data(), weights, again.data(), stride, *context);
      if (context == &one) gram = again;
      CHECK(gram == again);
    }
    for (Index a = 0; a < size; ++a)
      for (Index b = 0; b < stride; ++b) {
        if (b >= size) {
          CHECK(gram[a * stride + b] == -1);
          continue;
        }
        if (first != 0 && size > 100 && b % 7 != 0) continue;
        const auto [sum, scale] = plain_product(s, weights, a, b, [](Index) { return true; });
        CHECK(close(gram[a * stride + b], sum, scale));
        CHECK(gram[a * stride + b] == gram[b * stride + a]);
      }
  }
}

// One group has no rows.
template <typename S>
void gram_matrices_of_groups_are_the_plain_sums(const S& s) {
  const auto design = s.design();
  const Index size = s.size(), groups = 4;
  Vector weights = normal(s.n, 9);
  for (double& w : weights) w = w < -1 ? 0 : w * w;
  std::vector<std::int32_t> group(static_cast<std::size_t>(s.n));
  for (Index i = 0; i < s.n; ++i) group[i] = static_cast<std::int32_t>(i * i % 3 == 0 ? 3 : i % 2);
  Vector gram(groups * size * size), sums(groups * size);
  design.gram_by_group(s.columns, s.center.data(), weights, group.data(), groups, gram.data(), sums.data(), one);
  for (const Context* context : {&two, &three}) {
    Vector again(gram.size(), -1.0), sums_again(sums.size(), -1.0);
    design.gram_by_group(s.columns, s.center.data(), weights, group.data(), groups, again.data(), sums_again.data(),
                         *context);
    CHECK(gram == again && sums == sums_again);
  }
  for (Index f = 0; f < groups; ++f)
    for (Index a = 0; a < size; ++a) {
      Long plain = 0, size_of_sum = 0;
      for (Index i = 0; i < s.n; ++i) {
        if (group[i] != f) continue;
        plain += weights[i] * s.at(i, a);
        size_of_sum += weights[i] * (s.stored(i, a) + std::fabs(s.center[s.columns[a]]));
      }
      CHECK(close(sums[f * size + a], plain, size_of_sum));
      for (Index b = a % 5; b < size; b += size > 100 ? 11 : 1) {
        const auto [sum, scale] = plain_product(s, weights, a, b, [&](Index i) { return group[i] == f; });
        const double value = gram[(f * size + a) * size + b];
        CHECK(close(value, sum, scale));
        CHECK(value == gram[(f * size + b) * size + a]);
      }
    }
}

template <typename S>
void every_operation_is_the_plain_sum(const S& s) {
  for (const Index count : {1, 2, 3, 4, 6, 8, 10, 13, 16, 29})
    products_with_several_vectors_are_the_plain_sums(s, count);
}

template <typename Real>
void indices_of_either_width_give_the_same_bits() {
  for (const bool centred : {false, true}) {
    const Sample<Real, std::int32_t> narrow(601, 60, centred, 4);
    const Sample<Real, std::int64_t> wide(601, 60, centred, 4);
    const Vector weights(601, 0.7);
    for (const Index count : {1, 2, 3, 8, 10, 16}) {
      const Vector u = normal(601 * count, 3), coef = normal(60 * count, 4);
      const auto results = [&](const auto& s) {
        const auto design = s.design();
        Vector products(60 * count, 0.0), sums(601 * count, 0.0), gram(60 * 60, 0.0);
        design.dot(s.columns, s.center.data(), u.data(), count, products.data(), one);
        design.axpy(s.columns, coef.data(), count, s.center.data(), sums.data(), one);
        design.gram(s.columns, count, s.center.data(), weights, gram.data(), 60, one);
        products.insert(products.end(), sums.begin(), sums.end());
        products.insert(products.end(), gram.begin(), gram.end());
        return products;
      };
      CHECK(results(narrow) == results(wide));
    }
  }
}

template <typename Real, typename Offset>
void every_shape() {
  for (const bool centred : {false, true}) {
    every_operation_is_the_plain_sum(Sample<Real, Offset>(1, 1, centred, 1));
    every_operation_is_the_plain_sum(Sample<Real, Offset>(1, 9, centred, 2));
    every_operation_is_the_plain_sum(Sample<Real, Offset>(5, 14, centred, 3));
    every_operation_is_the_plain_sum(Sample<Real, Offset>(601, 60, centred, 4));
    every_operation_is_the_plain_sum(Sample<Real, Offset>(2600, 25, centred, 5));
    every_operation_is_the_plain_sum(Sample<Real, Offset>(40, 700, centred, 6));
  }
}

}  // namespace

int main() {
  Pool::instance().set_limit(3);
  every_shape<double, std::int32_t>();
  every_shape<double, std::int64_t>();
  every_shape<float, std::int32_t>();
  every_shape<float, std::int64_t>();
  indices_of_either_width_give_the_same_bits<double>();
  indices_of_either_width_give_the_same_bits<float>();
  return report("sparse");
}
