// Cross-validation from sums over the folds: views in, deviances out, the GIL released while it works.
#include "whyzero/cross_validation.hpp"

#include <nanobind/ndarray.h>

#include "cross_validation.hpp"
#include "exchange.hpp"
#include "views.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace whyzero {
namespace {

using Result = nb::ndarray<double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

void check_lengths(const AnyDesign& design, const Array1<double>& target, const Array1<double>& weight,
                   const Array1<std::int32_t>& folds, const Array1<Index>& columns, const Array1<double>& center,
                   const Array1<double>& l1, const Array1<double>& l2) {
  const auto [rows, cols] = std::visit(
      [](const auto& d) { return std::pair(static_cast<std::size_t>(d.rows()), static_cast<std::size_t>(d.cols())); },
      design);
  if (target.shape(0) != rows || weight.shape(0) != rows || folds.shape(0) != rows)
    throw nb::value_error("target, weight and folds need one entry for each row");
  if (center.shape(0) != cols) throw nb::value_error("center needs one entry for each column");
  if (l1.shape(0) != columns.shape(0) || l2.shape(0) != columns.shape(0))
    throw nb::value_error("l1 and l2 need one entry for each of the columns");
}

void fold_deviances(const AnyDesign& design, const Array1<double>& target, const Array1<double>& weight,
                    const Array1<std::int32_t>& folds, const Array1<Index>& columns, const Array1<double>& center,
                    double level, bool intercept, const Array1<double>& l1, const Array1<double>& l2, bool standardize,
                    bool positive, const Array1<double>& alphas, double tol, int threads, Result out) {
  check_lengths(design, target, weight, folds, columns, center, l1, l2);
  if (out.shape(1) != alphas.shape(0)) throw nb::value_error("out needs one column for each alpha");
  const auto count = static_cast<Index>(out.shape(0));
  for (const std::int32_t f : view(folds))
    if (f < 0 || f >= count) throw nb::value_error("folds must be numbers of the rows of out");
  const FoldedProblem problem{
      {view(target), view(weight), folds.data(), count}, view(columns), view(center), level, intercept,
      {view(l1), view(l2), standardize, positive}};
  const FoldedGrid grid{view(alphas), tol};
  Monitor monitor = monitor_for();
  const Context context = context_for(monitor, threads);
  nb::gil_scoped_release release;
  const auto deviances =
      std::visit([&](const auto& chosen) { return cross_validate(chosen, problem, grid, context); }, design);
  std::fill_n(out.data(), out.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t f = 0; f < deviances.size(); ++f)
    std::copy(deviances[f].begin(), deviances[f].end(), out.data() + f * out.shape(1));
}

}  // namespace

void bind_cross_validation(nb::module_& m) {
  m.def("fold_deviances", &fold_deviances, "design"_a, "target"_a.noconvert(), "weight"_a.noconvert(),
        "folds"_a.noconvert(), "columns"_a.noconvert(), "center"_a.noconvert(), "level"_a, "intercept"_a,
        "l1"_a.noconvert(), "l2"_a.noconvert(), "standardize"_a, "positive"_a, "alphas"_a.noconvert(), "tol"_a,
        "threads"_a, "out"_a.noconvert(),
        "Writes the held-out deviance of every fold (row) at every alpha (column) for the squared loss, from sums over "
        "the folds; NaN where rounding could matter. See cpp/whyzero/cross_validation.hpp.");
}

}  // namespace whyzero
