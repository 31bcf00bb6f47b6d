// The first reading of X against sums in long double, for every layout; its manners with threads and bad indices.
#include "check.hpp"
#include "whyzero/ingest/csc.hpp"
#include "whyzero/ingest/dense.hpp"

using namespace whyzero;
using namespace whyzero::test;

namespace {

Monitor silent;
const Context one{silent, 1}, many{silent, 8};

struct Found {
  bool finite;
  Vector mean, sd;
};

template <typename Run>
Found read(Index cols, Run&& run) {
  Found found{false, Vector(static_cast<std::size_t>(cols)), Vector(static_cast<std::size_t>(cols))};
  found.finite = run(Moments{found.mean, found.sd});
  return found;
}

// A column-major matrix, two passes.
Found expected(const Vector& x, Index rows, Index cols, const Vector& weight) {
  Found out{true, {}, {}};
  for (Index j = 0; j < cols; ++j) {
    long double total = 0, mean = 0, square = 0;
    for (Index i = 0; i < rows; ++i) total += weight[i], mean += weight[i] * static_cast<long double>(x[j * rows + i]);
    mean /= total;
    for (Index i = 0; i < rows; ++i) square += weight[i] * (x[j * rows + i] - mean) * (x[j * rows + i] - mean);
    out.mean.push_back(static_cast<double>(mean));
    out.sd.push_back(static_cast<double>(std::sqrt(square / total)));
  }
  return out;
}

bool close(const Found& a, const Found& b) {
  for (std::size_t j = 0; j < a.mean.size(); ++j)
    if (std::fabs(a.mean[j] - b.mean[j]) > 1e-14 * (1 + b.sd[j]) || std::fabs(a.sd[j] - b.sd[j]) > 1e-13 * b.sd[j])
      return false;
  return a.finite && b.finite;
}

void every_layout_of_a_dense_matrix_has_its_moments(Index rows, Index cols, bool weighted) {
  const Vector x = normal(static_cast<std::size_t>(rows * cols), 1);
  Vector weight(static_cast<std::size_t>(rows), 1.0);
  for (Index i = 0; weighted && i < rows; ++i) weight[i] = static_cast<double>((7 * i + 1) % 3);
  const Found truth = expected(x, rows, cols, weight);
  const RowWeights weights(weight, rows);
  for (const Index spread : {1, 3})
    for (const bool by_rows : {false, true}) {
      Vector stored(static_cast<std::size_t>(rows * cols * spread));
      const Index row_stride = by_rows ? cols * spread : spread, column_stride = by_rows ? spread : rows * spread;
      for (Index j = 0; j < cols; ++j)
        for (Index i = 0; i < rows; ++i) stored[i * row_stride + j * column_stride] = x[j * rows + i];
      const auto run = [&](const Context& context) {
        return read(cols, [&](const Moments& out) {
          return DenseIngest<double>(stored.data(), rows, cols, row_stride, column_stride, weights, context).run(out);
        });
      };
      const Found found = run(one), again = run(many);
      CHECK(close(found, truth));
      CHECK(found.mean == again.mean && found.sd == again.sd);
      stored[static_cast<std::size_t>((rows - 1) * row_stride + (cols - 1) * column_stride)] = std::nan("");
      CHECK(!run(many).finite);
    }
}

void sparse_columns_have_the_moments_of_dense_ones(bool weighted) {
  const Index rows = 700, cols = 40;
  Vector x = normal(static_cast<std::size_t>(rows * cols), 2), data, weight(static_cast<std::size_t>(rows), 1.0);
  for (Index i = 0; weighted && i < rows; ++i) weight[i] = static_cast<double>((7 * i + 1) % 3);
  std::vector<std::int32_t> indices, indptr{0};
  for (Index j = 0; j < cols; ++j) {
    for (Index i = 0; i < rows; ++i) {
      double& value = x[j * rows + i];
      value = (i * 31 + j * 17) % cols < j ? value + 5 : 0;
      if (value == 0) continue;
      data.push_back(value);
      indices.push_back(static_cast<std::int32_t>(i));
    }
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  const RowWeights weights(weight, rows);
  const auto run = [&](const Context& context) {
    return read(cols, [&](const Moments& out) {
      return CscIngest<double, std::int32_t>(data.data(), indices.data(), indptr.data(), cols, weights, context)
          .run(out);
    });
  };
  const Found found = run(one), again = run(many);
  CHECK(close(found, expected(x, rows, cols, weight)));
  CHECK(found.mean == again.mean && found.sd == again.sd);
  const auto judged = [&] {
    return check_compressed(indptr.data(), indices.data(), cols, static_cast<Index>(indices.size()), rows, many);
  };
  CHECK(judged() == Compressed::canonical);
  std::swap(indices[200], indices[201]);
  CHECK(judged() == Compressed::unsorted);
  indices[200] = static_cast<std::int32_t>(rows);
  CHECK(judged() == Compressed::malformed);
  indices[200] = 0;
  indptr.back() += 1;
  CHECK(judged() == Compressed::malformed);
}

}  // namespace

int main() {
  for (const bool weighted : {false, true}) {
    every_layout_of_a_dense_matrix_has_its_moments(20000, 3, weighted);
    every_layout_of_a_dense_matrix_has_its_moments(1100, 300, weighted);
    every_layout_of_a_dense_matrix_has_its_moments(70, 1, weighted);
    every_layout_of_a_dense_matrix_has_its_moments(9, 700, weighted);
    sparse_columns_have_the_moments_of_dense_ones(weighted);
  }
  return report("ingest");
}
