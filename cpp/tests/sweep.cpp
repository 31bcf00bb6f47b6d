// Passes in both directions and Gram matrices of groups of rows against sums in long double, in every storage.
#include "coded_matrix.hpp"
#include "whyzero/designs/csc.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, two{silent, 2}, three{silent, 3};

std::size_t at(Index k) { return static_cast<std::size_t>(k); }

// u = sin(eta) + i / n and h = |sin(i)|, some of them 0.
double answer(double eta, Index i, Index n) { return std::sin(eta) + static_cast<double>(i) / static_cast<double>(n); }
double curvature(Index i) { return i % 5 == 2 ? 0 : std::fabs(std::sin(static_cast<double>(i))); }

// h, and how many rows there are for one that counts.
struct Curvature {
  Vector h;
  Index every = 1;
};

struct Sweep {
  Vector out, gram, sums;
  bool operator==(const Sweep&) const = default;
};

Vector curvatures(Index n) {
  Vector h(at(n));
  for (Index i = 0; i < n; ++i) h[at(i)] = curvature(i);
  return h;
}

template <Design D>
Sweep sweep(const D& design, const std::vector<Index>& columns, const Vector& center, const Vector& coef, Index count,
            const Curvature* curvature, const Context& context) {
  const std::size_t size = columns.size();
  Sweep result{Vector(size * at(count), 7.0), Vector(size * size, 7.0), Vector(size + 1, 7.0)};
  std::vector<int> visits(at(design.rows()), 0);
  const auto rows = [&](Index begin, Index end, double* eta, Index height) {
    CHECK(end - begin <= design.sweep_height() && height >= end - begin);
    for (Index i = begin; i < end; ++i) {
      ++visits[at(i)];
      for (Index t = 0; t < count; ++t) {
        double& v = eta[t * height + i - begin];
        v = answer(v, i, design.rows());
      }
    }
  };
  Vector h(at(design.rows()));
  const auto curved = [&](Index begin, Index end, double* eta, Index height) {
    rows(begin, end, eta, height);
    for (Index i = begin; i < end; ++i) h[at(i)] = curvature->h[at(i)];
  };
  if (curvature != nullptr) {
    design.sweep_with_hessian(columns, center.data(), coef.data(), count, curved, result.out.data(), h.data(),
                              curvature->every, result.gram.data(), static_cast<Index>(size), result.sums.data(),
                              context);
  } else {
    design.sweep(columns, center.data(), coef.data(), count, rows, result.out.data(), context);
  }
  CHECK(std::all_of(visits.begin(), visits.end(), [](int v) { return v == 1; }));
  return result;
}

template <Design D, typename M>
void a_sweep_equals_the_products_it_is_made_of(const D& design, const M& x, Index count) {
  const std::vector<Index> columns = some_columns(x.p);
  Vector center = normal(at(x.p), 1), coef = normal(columns.size() * at(count), 2);
  for (double& c : center) c += x.level;
  for (double& b : coef) b *= 0.1;
  const Index size = static_cast<Index>(columns.size());
  const Curvature all{curvatures(x.n)};
  const Sweep plain = sweep(design, columns, center, coef, count, nullptr, one);
  const Sweep curved = sweep(design, columns, center, coef, count, &all, one);
  for (const Context* context : {&two, &three}) {
    CHECK(plain == sweep(design, columns, center, coef, count, nullptr, *context));
    CHECK(curved == sweep(design, columns, center, coef, count, &all, *context));
  }
  const auto centred = [&](Index i, Index k) { return x.at(i, columns[at(k)]) - center[at(columns[at(k)])]; };
  for (Index t = 0; t < count; ++t) {
    Vector u(at(x.n));
    for (Index i = 0; i < x.n; ++i) {
      Long eta = 0;
      for (Index k = 0; k < size; ++k) eta += coef[at(k * count + t)] * centred(i, k);
      u[at(i)] = answer(static_cast<double>(eta), i, x.n);
    }
    for (Index k = 0; k < size; ++k) {
      Sum sum;
      for (Index i = 0; i < x.n; ++i) sum.add(centred(i, k) * u[at(i)]);
      CHECK(sum.is(plain.out[at(k * count + t)], 1e-11L));
      CHECK(sum.is(curved.out[at(k * count + t)], 1e-11L));
    }
  }
  Sum h;
  for (Index i = 0; i < x.n; ++i) h.add(curvature(i));
  CHECK(h.is(curved.sums[at(size)], 1e-12L));
  for (Index a = 0; a < size; ++a) {
    Sum total;
    for (Index i = 0; i < x.n; ++i) total.add(curvature(i) * centred(i, a));
    CHECK(total.is(curved.sums[at(a)], 1e-12L));
    for (Index b = 0; b < size; ++b) {
      Sum sum;
      for (Index i = 0; i < x.n; ++i) sum.add(curvature(i) * centred(i, a) * centred(i, b));
      CHECK(sum.is(curved.gram[at(a * size + b)], 1e-12L));
      CHECK(curved.gram[at(a * size + b)] == curved.gram[at(b * size + a)]);
    }
  }
}

// Which rows count is seen from the sums where only some rows are curved; what is computed from them then equals what
// is computed from all where the others are not.
template <Design D, typename M>
void some_rows_stand_for_all(const D& design, const M& x) {
  const std::vector<Index> columns = some_columns(x.p);
  const Vector center = normal(at(x.p), 1), coef(columns.size(), 0.1);
  const std::size_t size = columns.size();
  Curvature some{Vector(at(x.n)), 3}, all{curvatures(x.n)};
  Index taken = 0;
  for (Index begin = 0; begin < x.n; begin += 64) {
    const Index end = std::min(x.n, begin + 64);
    std::fill(some.h.begin(), some.h.end(), 0.0);
    std::fill(some.h.begin() + begin, some.h.begin() + end, 1.0);
    const double rows = sweep(design, columns, center, coef, 1, &some, two).sums[size];
    CHECK(rows == 0 || rows == static_cast<double>(end - begin));
    if (rows > 0) {
      taken += end - begin;
    } else {
      std::fill(all.h.begin() + begin, all.h.begin() + end, 0.0);
    }
  }
  CHECK(taken == x.n || (taken >= x.n / 5 && taken <= x.n / 2));
  some.h = curvatures(x.n);
  const Sweep sampled = sweep(design, columns, center, coef, 1, &some, three),
              masked = sweep(design, columns, center, coef, 1, &all, one);
  CHECK(sampled.out == masked.out && sampled == sweep(design, columns, center, coef, 1, &some, one));
  const double scale = *std::max_element(masked.gram.begin(), masked.gram.end());
  for (std::size_t k = 0; k < masked.gram.size(); ++k)
    CHECK(near(sampled.gram[k] / scale, masked.gram[k] / scale, 1e-12));
  for (std::size_t k = 0; k <= size; ++k)
    CHECK(near(sampled.sums[k], masked.sums[k], 1e-12 * (1 + std::sqrt(scale * static_cast<double>(x.n)))));
}

template <Design D, typename M>
void every_group_has_its_own_gram_matrix(const D& design, const M& x, Index groups) {
  const std::vector<Index> columns = some_columns(x.p);
  Vector center = normal(at(x.p), 1);
  for (double& c : center) c += x.level;
  const Index size = static_cast<Index>(columns.size());
  const Vector weights = row_weights(x.n);
  std::vector<std::int32_t> group;  // the last group has no rows
  for (Index i = 0; i < x.n; ++i)
    group.push_back(static_cast<std::int32_t>((i * i / 3 + i) % std::max<Index>(1, groups - 1)));
  Vector grams, sums, grams_again(at(groups * size * size)), sums_again(at(groups * size));
  for (const Context* context : {&one, &two, &three}) {
    std::fill(grams_again.begin(), grams_again.end(), 7.0);
    design.gram_by_group(columns, center.data(), weights, group.data(), groups, grams_again.data(), sums_again.data(),
                         *context);
    if (grams.empty()) grams = grams_again, sums = sums_again;
    CHECK(grams == grams_again && sums == sums_again);
  }
  const auto centred = [&](Index i, Index k) { return x.at(i, columns[at(k)]) - center[at(columns[at(k)])]; };
  std::vector<Sum> products(at(groups)), totals(at(groups));
  for (Index a = 0; a < size; ++a) {
    std::fill(totals.begin(), totals.end(), Sum{});
    for (Index i = 0; i < x.n; ++i) totals[at(group[at(i)])].add(weights[at(i)] * centred(i, a));
    for (Index f = 0; f < groups; ++f) CHECK(totals[at(f)].is(sums[at(f * size + a)], 1e-12L));
    for (Index b = 0; b < size; ++b) {
      std::fill(products.begin(), products.end(), Sum{});
      for (Index i = 0; i < x.n; ++i) products[at(group[at(i)])].add(weights[at(i)] * centred(i, a) * centred(i, b));
      for (Index f = 0; f < groups; ++f) {
        CHECK(products[at(f)].is(grams[at((f * size + a) * size + b)], 1e-12L));
        CHECK(grams[at((f * size + a) * size + b)] == grams[at((f * size + b) * size + a)]);
      }
    }
  }
}

template <Design D, typename M>
void laws(const D& design, const M& x) {
  for (const Index count : {1, 3, 8}) a_sweep_equals_the_products_it_is_made_of(design, x, count);
  if (x.n > 2000 && x.p < 100) some_rows_stand_for_all(design, x);
  for (const Index groups : {1, 4, 11}) every_group_has_its_own_gram_matrix(design, x, groups);
}

template <typename Real>
void every_storage_obeys() {
  const std::pair<Index, Index> sizes[] = {{1, 1}, {5, 3}, {37, 290}, {700, 70}, {9001, 5}, {2300, 1100}};
  for (const auto& [n, p] : sizes)
    for (const Layout layout : {Layout::by_column, Layout::by_row, Layout::strided}) {
      const Matrix<Real> x(n, p, layout, p % 2 == 0 ? 400 : 0, 3);
      laws(x.design(), x);
    }
  for (const auto& [n, p] : {std::pair<Index, Index>{130, 9}, {2500, 3}}) {
    const Matrix<Real> x(n, p, Layout::by_column, 0, 4);
    std::vector<std::int32_t> rows, starts{0};
    for (Index j = 0; j < p; ++j) {
      for (Index i = 0; i < n; ++i) rows.push_back(static_cast<std::int32_t>(i));
      starts.push_back(static_cast<std::int32_t>(rows.size()));
    }
    laws(Csc<Real, std::int32_t>(x.data.data(), rows.data(), starts.data(), n, p), x);
  }
  for (const auto& [n, levels, width] :
       {std::tuple<Index, std::vector<Index>, Index>{1, {1, 2, 0}, 2}, {300, {11, 60, 2}, 3}, {2500, {3, 4, 5}, 0}}) {
    const Coded<Real> x(n, levels, width, 5);
    laws(x.design(), x);
  }
}

}  // namespace

int main() {
  Pool::instance().set_limit(3);
  every_storage_obeys<double>();
  every_storage_obeys<float>();
  return report("sweep");
}
