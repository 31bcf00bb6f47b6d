// Columns kept as codes against sums in long double over the matrix of 0 and 1 that they stand for.
#include "whyzero/ingest/codes.hpp"

#include "coded_matrix.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, two{silent, 2}, three{silent, 3};

std::size_t at(Index k) { return static_cast<std::size_t>(k); }

template <typename M>
void products_are_those_of_the_matrix(const M& x, int kind) {
  const auto design = x.design();
  const Vector center = x.centers(kind);
  const std::vector<Index> columns = some_columns(x.p);
  const Index size = static_cast<Index>(columns.size());
  const auto centred = [&](Index i, Index k) { return x.at(i, columns[at(k)]) - center[at(columns[at(k)])]; };
  for (const Index count : {1, 2, 3, 8, 13}) {
    const Vector u = normal(at(x.n * count), 5), start = normal(at(x.n * count), 7);
    Vector coef = normal(at(size * count), 6);
    for (Index k = 0; k < size * count; ++k)
      if (k / count % 4 == 1) coef[at(k)] = 0;
    Vector products(at(size * count)), again(products), eta = start, eta_again = start;
    design.dot(columns, center.data(), u.data(), count, products.data(), one);
    design.axpy(columns, coef.data(), count, center.data(), eta.data(), one);
    for (const Context* context : {&two, &three}) {
      design.dot(columns, center.data(), u.data(), count, again.data(), *context);
      eta_again = start;
      design.axpy(columns, coef.data(), count, center.data(), eta_again.data(), *context);
      CHECK(products == again && eta == eta_again);
    }
    for (Index t = 0; t < count; ++t) {
      for (Index k = 0; k < size; ++k) {
        Sum sum;
        for (Index i = 0; i < x.n; ++i) sum.add(centred(i, k) * u[at(t * x.n + i)]);
        CHECK(sum.is(products[at(k * count + t)]));
      }
      for (Index i = 0; i < x.n; ++i) {
        Sum sum;
        sum.add(start[at(t * x.n + i)]);
        for (Index k = 0; k < size; ++k) sum.add(coef[at(k * count + t)] * centred(i, k));
        CHECK(sum.is(eta[at(t * x.n + i)]));
      }
    }
  }
}

template <typename M>
void gram_matrices_grow_to_those_of_the_matrix(const M& x, int kind) {
  const auto design = x.design();
  const Vector center = x.centers(kind), weights = row_weights(x.n);
  std::vector<Index> columns = some_columns(x.p);
  std::reverse(columns.begin(), columns.end());
  const Index size = static_cast<Index>(columns.size()), stride = size + 3;
  Vector gram, again;
  for (const Context* context : {&one, &two, &three}) {
    again.assign(at(size * stride), 7.0);
    for (const auto& [first, last] : {std::pair<Index, Index>{0, size / 3}, {size / 3, size / 2}, {size / 2, size}})
      design.gram(IndexView(columns).first(at(last)), first, center.data(), weights, again.data(), stride, *context);
    if (gram.empty()) gram = again;
    CHECK(gram == again);
  }
  for (Index a = 0; a < size; ++a) {
    for (Index b = 0; b < size; ++b) {
      Sum sum;
      for (Index i = 0; i < x.n; ++i)
        sum.add(weights[at(i)] * (x.at(i, columns[at(a)]) - center[at(columns[at(a)])]) *
                (x.at(i, columns[at(b)]) - center[at(columns[at(b)])]));
      CHECK(sum.is(gram[at(a * stride + b)]));
      CHECK(gram[at(a * stride + b)] == gram[at(b * stride + a)]);
    }
    for (Index b = size; b < stride; ++b) CHECK(gram[at(a * stride + b)] == 7.0);
  }
}

template <typename M>
void columns_are_visited_by_their_entries(const M& x) {
  const auto design = x.design();
  for (Index j = 0; j < x.p; ++j) {
    Vector column(at(x.n), 0.0);
    design.for_each(j, [&](Index i, double v) { column[at(i)] += v; });
    for (Index i = 0; i < x.n; ++i) CHECK(column[at(i)] == static_cast<double>(x.at(i, j)));
  }
}

template <typename M>
void moments_are_those_of_the_matrix(const M& x) {
  const Vector given = row_weights(x.n);
  const auto sound = [](double v) { return v > 0; };
  for (const bool weighted : {false, true}) {
    if (weighted && std::none_of(given.begin(), given.end(), sound)) continue;
    const RowWeights weights(weighted ? View(given) : View(), x.n);
    Long total = 0;
    for (Index i = 0; i < x.n; ++i) total += weighted ? given[at(i)] : 1.0L;
    const std::size_t levels = at(x.levels[0]);
    Vector mean(levels), sd(levels);
    std::vector<Index> counts(levels);
    codes_moments({x.bytes.data(), 1, x.levels[0]}, weights, mean.data(), sd.data(), counts.data());
    for (Index level = 0; level < x.levels[0]; ++level) {
      Long in = 0, out = 0;
      Index count = 0;
      for (Index i = 0; i < x.n; ++i) {
        const bool has = x.bytes[at(i)] == level;
        (has ? in : out) += weighted ? given[at(i)] : 1.0L;
        count += has;
      }
      CHECK(counts[at(level)] == count);
      CHECK(std::fabs(mean[at(level)] - in / total) <= 1e-15L * in / total);
      CHECK(std::fabs(sd[at(level)] - std::sqrt(in * out) / total) <= 2e-15L * std::sqrt(in * out) / total);
      CHECK((sd[at(level)] == 0) == (in == 0 || out == 0));
    }
  }
}

template <typename Real>
void every_matrix_obeys() {
  const std::pair<Index, std::vector<Index>> sizes[] = {
      {1, {1, 2, 0}}, {7, {3, 2, 5}}, {300, {11, 300, 2}}, {3000, {5, 40, 17}}, {20011, {3, 4, 2}}};
  for (const auto& [n, levels] : sizes)
    for (const Index width : {0, 3, 11}) {
      if (n > 2000 && (width > 3 || sizeof(Real) < sizeof(double))) continue;
      const Coded<Real> x(n, levels, width, 3);
      for (const int kind : {0, 1, 2}) {
        products_are_those_of_the_matrix(x, kind);
        gram_matrices_grow_to_those_of_the_matrix(x, kind);
      }
      columns_are_visited_by_their_entries(x);
      moments_are_those_of_the_matrix(x);
    }
}

}  // namespace

int main() {
  Pool::instance().set_limit(3);
  every_matrix_obeys<double>();
  every_matrix_obeys<float>();
  return report("codes");
}
