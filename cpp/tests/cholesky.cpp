// A factor that rows join and leave, one at a time or many, is that of the matrix that is left.
#include "whyzero/subproblem/cholesky.hpp"

#include <numeric>

#include "check.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, many{silent, 8};

struct Matrix {
  Index size;
  Vector h, added;

  double at(Index a, Index b) const { return h[a * size + b] + (a == b ? added[a] : 0); }
};

// The Gram matrix of random columns of `rows` entries; each of `twins` columns repeats the one before it.
Matrix gram(Index size, Index rows, double ridge, const std::vector<Index>& twins) {
  Vector x = normal(static_cast<std::size_t>(size * rows), 7);
  for (const Index j : twins) std::copy_n(x.data() + (j - 1) * rows, rows, x.data() + j * rows);
  Matrix out{size, Vector(static_cast<std::size_t>(size * size)), Vector(static_cast<std::size_t>(size), ridge)};
  for (Index a = 0; a < size; ++a)
    for (Index b = 0; b < size; ++b)
      for (Index i = 0; i < rows; ++i) out.h[a * size + b] += x[a * rows + i] * x[b * rows + i];
  return out;
}

std::vector<Index> numbers(Index count) {
  std::vector<Index> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

// The largest error of a solve with the factor of rows `order`, against the product of the matrix with the solution.
double error(const Cholesky& factor, const Matrix& matrix, const std::vector<Index>& order) {
  const Vector x = normal(order.size(), 3);
  Vector b(order.size(), 0.0);
  for (std::size_t a = 0; a < order.size(); ++a)
    for (std::size_t c = 0; c < order.size(); ++c) b[a] += matrix.at(order[a], order[c]) * x[c];
  factor.solve(b.data());
  double worst = 0;
  for (std::size_t a = 0; a < order.size(); ++a) worst = std::max(worst, std::fabs(b[a] - x[a]));
  return worst;
}

std::vector<char> append(Cholesky& factor, const Matrix& matrix, const std::vector<Index>& order,
                         const Context& context) {
  std::vector<char> kept;
  factor.append({matrix.h.data(), matrix.size, matrix.added, order}, kept, context);
  return kept;
}

void rows_that_join_together_make_the_factor_of_the_matrix() {
  for (const Index size : {1, 5, 31, 32, 33, 64, 100, 203}) {
    const Matrix matrix = gram(size, 2 * size + 3, 0.25, {});
    const std::vector<Index> order = numbers(size);
    for (const Index first : {Index{0}, size / 3, size - 1}) {
      Cholesky factor;
      std::vector<Index> begun(order.begin(), order.begin() + first);
      append(factor, matrix, begun, one);
      append(factor, matrix, order, one);
      CHECK(factor.size() == size);
      CHECK(error(factor, matrix, order) < 1e-10);
    }
  }
}

void columns_of_the_inverse_invert_the_matrix() {
  for (const Index size : {1, 5, 33, 100}) {
    const Matrix matrix = gram(size, 2 * size + 3, 0.25, {});
    Cholesky factor;
    append(factor, matrix, numbers(size), one);
    Vector inverse(static_cast<std::size_t>(size * size), 0.0), column(static_cast<std::size_t>(size));
    for (Index a = 0; a < size; ++a) {
      factor.inverse_below(a, column.data());
      for (Index b = a; b < size; ++b) inverse[a * size + b] = inverse[b * size + a] = column[b - a];
    }
    double worst = 0;
    for (Index a = 0; a < size; ++a)
      for (Index b = 0; b < size; ++b) {
        double product = a == b ? -1 : 0;
        for (Index k = 0; k < size; ++k) product += matrix.at(a, k) * inverse[k * size + b];
        worst = std::max(worst, std::fabs(product));
      }
    CHECK(worst < 1e-10);
  }
}

void rows_that_depend_on_others_stay_out() {
  for (const bool together : {false, true}) {
    const Matrix matrix = gram(120, 150, 0, {1, 40, 41, 63, 64, 119});
    Cholesky factor;
    std::vector<Index> there;
    std::vector<char> kept(120);
    if (together) {
      kept = append(factor, matrix, numbers(120), one);
    } else {
      Vector cross;
      for (Index k = 0; k < 120; ++k) {
        cross.clear();
        for (const Index a : there) cross.push_back(matrix.at(k, a));
        kept[k] = factor.append(cross.data(), matrix.at(k, k));
        if (kept[k]) there.push_back(k);
      }
    }
    there.clear();
    for (Index k = 0; k < 120; ++k) {
      const bool twin = k == 1 || k == 40 || k == 41 || k == 63 || k == 64 || k == 119;
      CHECK((kept[k] != 0) == !twin);
      if (kept[k]) there.push_back(k);
    }
    CHECK(factor.size() == 114);
    CHECK(error(factor, matrix, there) < 1e-8);
  }
}

void no_more_rows_join_than_the_rank_allows() {
  const Matrix matrix = gram(90, 50, 0, {});
  Cholesky factor;
  const std::vector<char> kept = append(factor, matrix, numbers(90), one);
  CHECK(factor.size() == 50);
  CHECK(std::accumulate(kept.begin(), kept.end(), 0) == 50);
}

void rows_that_leave_leave_the_factor_of_the_rest() {
  const Matrix matrix = gram(90, 200, 0.5, {});
  std::vector<Index> order = numbers(90);
  Cholesky factor;
  append(factor, matrix, order, one);
  for (const Index at : {0, 88, 40, 41, 3, 60, 0, 82}) {
    factor.remove(at);
    order.erase(order.begin() + at);
    CHECK(factor.size() == static_cast<Index>(order.size()));
    CHECK(error(factor, matrix, order) < 1e-10);
  }
  order.push_back(88);
  order.push_back(0);
  append(factor, matrix, order, one);
  CHECK(error(factor, matrix, order) < 1e-10);
  factor.truncate(20);
  order.resize(20);
  CHECK(error(factor, matrix, order) < 1e-10);
}

void the_number_of_threads_changes_no_bit() {
  const Matrix matrix = gram(300, 400, 0, {50, 200});
  Vector results[2] = {normal(298, 5), normal(298, 5)};
  for (int k = 0; k < 2; ++k) {
    Cholesky factor;
    append(factor, matrix, numbers(300), k == 0 ? one : many);
    CHECK(factor.size() == 298);
    factor.solve(results[k].data());
  }
  CHECK(results[0] == results[1]);
}

}  // namespace

int main() {
  rows_that_join_together_make_the_factor_of_the_matrix();
  columns_of_the_inverse_invert_the_matrix();
  rows_that_depend_on_others_stay_out();
  no_more_rows_join_than_the_rank_allows();
  rows_that_leave_leave_the_factor_of_the_rest();
  the_number_of_threads_changes_no_bit();
  return report("cholesky");
}
