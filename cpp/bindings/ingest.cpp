// The first reading of X: views in, moments written into arrays of the caller, the GIL released while it works.
#include "ingest.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>

#include <optional>

#include "codes.hpp"
#include "exchange.hpp"
#include "whyzero/designs/codes_groups.hpp"
#include "whyzero/ingest/codes.hpp"
#include "whyzero/ingest/csc.hpp"
#include "whyzero/ingest/dense.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace whyzero {
namespace {

using Result = nb::ndarray<double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Counts = nb::ndarray<Index, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Weights = std::optional<Array1<double>>;

template <typename T>
Index length(const T& array) {
  return static_cast<Index>(array.shape(0));
}

View view(const Weights& weights) { return weights ? View{weights->data(), weights->shape(0)} : View{}; }

Moments moments(Result& mean, Result& sd, Index cols) {
  if (length(mean) != cols || length(sd) != cols) throw nb::value_error("mean and sd need one entry for each column");
  return {{mean.data(), mean.shape(0)}, {sd.data(), sd.shape(0)}};
}

void check(const Weights& weights, Index rows) {
  if (weights && length(*weights) != rows) throw nb::value_error("weight needs one entry for each row");
}

// Calls task(context) with the GIL released; the monitor looks for Ctrl-C.
template <typename Task>
auto without_gil(Task&& task) {
  Monitor monitor = monitor_for();
  const Context context{monitor, Pool::instance().limit()};
  nb::gil_scoped_release release;
  return task(context);
}

template <typename T>
bool dense_moments(const Array2<T>& x, const Weights& weight, Result mean, Result sd) {
  const Index rows = static_cast<Index>(x.shape(0)), cols = static_cast<Index>(x.shape(1));
  const Moments out = moments(mean, sd, cols);
  check(weight, rows);
  return without_gil([&](const Context& context) {
    const RowWeights weights(view(weight), rows);
    return DenseIngest<T>(x.data(), rows, cols, x.stride(0), x.stride(1), weights, context).run(out);
  });
}

template <typename T, typename Offset>
bool csc_moments(const Array1<T>& data, const Array1<Offset>& indices, const Array1<Offset>& indptr, Index rows,
                 const Weights& weight, Result mean, Result sd) {
  const Index cols = length(indptr) - 1;
  const Moments out = moments(mean, sd, cols);
  check(weight, rows);
  return without_gil([&](const Context& context) {
    const RowWeights weights(view(weight), rows);
    return CscIngest<T, Offset>(data.data(), indices.data(), indptr.data(), cols, weights, context).run(out);
  });
}

// The moments of the levels of all blocks, one block after the other.
void code_moments(const nb::tuple& blocks, const Array1<Index>& levels, const Weights& weight, Index rows, Result mean,
                  Result sd, Counts counts) {
  const std::vector<CodeBlock> all = code_blocks(blocks, {levels.data(), levels.shape(0)}, rows);
  Index slots = 0;
  std::vector<Index> first;
  for (const CodeBlock& block : all) first.push_back(slots), slots += block.levels;
  moments(mean, sd, slots);
  if (length(counts) != slots) throw nb::value_error("counts needs one entry for each level");
  check(weight, rows);
  without_gil([&](const Context& context) {
    const RowWeights weights(view(weight), rows);
    const Index count = static_cast<Index>(all.size());
    context.run(count, 2 * static_cast<double>(rows * count), [&](Index b) {
      const Index at = first[static_cast<std::size_t>(b)];
      codes_moments(all[static_cast<std::size_t>(b)], weights, mean.data() + at, sd.data() + at, counts.data() + at);
    });
  });
}

// The group of every row and the first row of every group, or None if there are more than `most`.
std::optional<std::pair<Output<std::int32_t>, Output<Index>>> equal_rows(const nb::tuple& blocks,
                                                                         const Array1<Index>& levels,
                                                                         const Weights& offset, Index rows,
                                                                         Index most) {
  const std::vector<CodeBlock> all = code_blocks(blocks, {levels.data(), levels.shape(0)}, rows);
  check(offset, rows);
  std::optional<EqualRows> found =
      without_gil([&](const Context&) { return RowGrouping(all, view(offset), rows).run(most); });
  if (!found) return std::nullopt;
  return std::pair{give(std::move(found->group)), give(std::move(found->first))};
}

template <typename Offset>
int compressed(const Array1<Offset>& indptr, const Array1<Offset>& indices, Index stored, Index limit) {
  return without_gil([&](const Context& context) {
    return static_cast<int>(check_compressed(indptr.data(), indices.data(), length(indptr) - 1,
                                             std::min(stored, length(indices)), limit, context));
  });
}

template <typename T, typename Offset>
void bind_csc(nb::module_& m) {
  m.def("csc_moments", &csc_moments<T, Offset>, "data"_a.noconvert(), "indices"_a.noconvert(), "indptr"_a.noconvert(),
        "rows"_a, "weight"_a.noconvert().none(), "mean"_a.noconvert(), "sd"_a.noconvert(),
        "Writes mean and deviation of every column; False if a stored entry is not finite.");
}

template <typename Offset>
void bind_compressed(nb::module_& m) {
  m.def("check_compressed", &compressed<Offset>, "indptr"_a.noconvert(), "indices"_a.noconvert(), "stored"_a, "limit"_a,
        "0: sorted without duplicates, 1: in range, 2: malformed.");
}

}  // namespace

void bind_ingest(nb::module_& m) {
  const char* about = "Writes mean and deviation of every column; False if an entry is not finite.";
  m.def("dense_moments", &dense_moments<double>, "x"_a.noconvert(), "weight"_a.noconvert().none(), "mean"_a.noconvert(),
        "sd"_a.noconvert(), about);
  m.def("dense_moments", &dense_moments<float>, "x"_a.noconvert(), "weight"_a.noconvert().none(), "mean"_a.noconvert(),
        "sd"_a.noconvert(), about);
  bind_csc<double, std::int32_t>(m);
  bind_csc<double, std::int64_t>(m);
  bind_csc<float, std::int32_t>(m);
  bind_csc<float, std::int64_t>(m);
  bind_compressed<std::int32_t>(m);
  bind_compressed<std::int64_t>(m);
  m.def("codes_moments", &code_moments, "blocks"_a, "levels"_a.noconvert(), "weight"_a.noconvert().none(), "rows"_a,
        "mean"_a.noconvert(), "sd"_a.noconvert(), "counts"_a.noconvert(),
        "Writes mean, deviation and number of rows of every level, block after block.");
  m.def("equal_rows", &equal_rows, "blocks"_a, "levels"_a.noconvert(), "offset"_a.noconvert().none(), "rows"_a,
        "most"_a, "The group of every row, and the first row of every group; None if there are more than `most`.");
  m.def(
      "all_finite", [](const Array1<double>& x) { return all_finite({x.data(), x.shape(0)}); }, "x"_a.noconvert(),
      "Whether every number of a vector is finite.");
}

}  // namespace whyzero
