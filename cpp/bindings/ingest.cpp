// The first reading of X: views in, moments written into arrays of the caller, the GIL released while it works.
#include "ingest.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "whyzero/ingest/csc.hpp"
#include "whyzero/ingest/dense.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace whyzero {
namespace {

template <typename T>
using Array1 = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T>
using Array2 = nb::ndarray<const T, nb::ndim<2>, nb::device::cpu>;
using Result = nb::ndarray<double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
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
  Monitor monitor([](Index) {
    nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  });
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
  m.def(
      "all_finite", [](const Array1<double>& x) { return all_finite({x.data(), x.shape(0)}); }, "x"_a.noconvert(),
      "Whether every number of a vector is finite.");
}

}  // namespace whyzero
