// Models with a matrix of weights: views in, values out, the GIL released while they work.
#include "multi.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "paths.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace whyzero {
namespace {

MatrixPathFit fit_matrix_path(const AnyDesign& design, const Array1<double>& y, Index tasks,
                              const Array1<double>& weight, const Array1<double>& l1, const Array1<double>& l2,
                              const Array1<double>& center, const Array1<double>& spread, const std::string& loss,
                              bool intercept, const Array1<double>& alphas, Index count, double min_ratio, double tol,
                              bool exact, Index max_iter, int threads, nb::object callback) {
  if (loss != "squared" && loss != "softmax") throw nb::value_error("loss must be 'squared' or 'softmax'");
  const auto [rows, cols] = std::visit(
      [](const auto& d) { return std::pair(static_cast<std::size_t>(d.rows()), static_cast<std::size_t>(d.cols())); },
      design);
  if (tasks < 1 || weight.shape(0) != rows || y.shape(0) != rows * static_cast<std::size_t>(tasks))
    throw nb::value_error("weight needs one entry for each row, y one for each row and task");
  for (const auto* given : {&l1, &l2, &center, &spread})
    if (given->shape(0) != cols) throw nb::value_error("l1, l2, center and spread need one entry for each column");
  const MatrixVectors vectors{view(y), view(weight), view(l1), view(l2), view(center), view(spread), tasks, intercept};
  PathOptions options = path_options(alphas, count, min_ratio, tol, exact, max_iter);
  Monitor monitor = monitor_for(std::move(callback));
  const Context context = context_for(monitor, threads);
  nb::gil_scoped_release release;
  return loss == "squared" ? fit_multitask(design, vectors, std::move(options), context)
                           : fit_softmax(design, vectors, std::move(options), context);
}

void check_rows(const Array1<double>& y, const Array1<double>& weight, const Array1<double>& eta, Index tasks) {
  if (tasks < 1 || y.shape(0) != eta.shape(0) || y.shape(0) != weight.shape(0) * static_cast<std::size_t>(tasks))
    throw nb::value_error("y and eta need one entry for each row and task");
}

// The formulas of the kernels: what ties them to their readable twins in whyzero/multi/formulas.py.
template <typename RowLoss>
nb::tuple terms(const Array1<double>& y, const Array1<double>& weight, const Array1<double>& eta, Index tasks,
                double s) {
  check_rows(y, weight, eta, tasks);
  const auto rows = static_cast<Index>(weight.shape(0));
  const RowBlock block{y.data(), weight.data(), eta.data(), rows, tasks, 0, rows};
  std::vector<double> u(eta.shape(0));
  const LossSums sums = RowLoss::slopes(block, u.data());
  std::vector<double> balanced(u);
  const double gap = RowLoss::gap(block, u.data(), s);
  const bool possible = RowLoss::balance(block, balanced.data());
  return nb::make_tuple(sums[0], give(std::move(u)), gap, possible, give(std::move(balanced)));
}

nb::tuple matrix_loss_terms(const std::string& loss, const Array1<double>& y, const Array1<double>& weight,
                            const Array1<double>& eta, Index tasks, double s) {
  return loss == "softmax" ? terms<SoftmaxRows>(y, weight, eta, tasks, s)
                           : terms<SquaredRows>(y, weight, eta, tasks, s);
}

nb::tuple group_terms(const Array1<double>& b, const Array1<double>& c, double l1, double l2) {
  if (b.shape(0) != c.shape(0)) throw nb::value_error("b and c must be of one length");
  const auto tasks = static_cast<Index>(b.shape(0));
  std::vector<double> minimiser(c.data(), c.data() + c.shape(0));
  GroupNorm::minimiser(minimiser.data(), tasks, 1.0, l1, l2);
  return nb::make_tuple(GroupNorm::value(b.data(), tasks, l1, l2), give(std::move(minimiser)),
                        GroupNorm::violation(b.data(), c.data(), tasks, l1, l2),
                        GroupNorm::gap(b.data(), c.data(), tasks, l1, l2));
}

}  // namespace

void bind_multi(nb::module_& m) {
  const auto fresh = nb::rv_policy::automatic;  // each property is a new array that owns its memory: no copy
  nb::class_<MatrixPathFit>(m, "MatrixPathFit",
                            "Fits of a matrix of weights along a grid of alphas, one after the other.")
      .def_prop_ro(
          "alphas", [](const MatrixPathFit& p) { return each<double>(p, [](const MatrixFit& f) { return f.alpha; }); },
          fresh)
      .def_prop_ro(
          "gaps", [](const MatrixPathFit& p) { return each<double>(p, [](const MatrixFit& f) { return f.gap; }); },
          fresh)
      .def_prop_ro(
          "steps", [](const MatrixPathFit& p) { return each<Index>(p, [](const MatrixFit& f) { return f.steps; }); },
          fresh)
      .def_prop_ro(
          "outcomes",
          [](const MatrixPathFit& p) { return each<Index>(p, [](const MatrixFit& f) { return f.outcome; }); }, fresh,
          "0 optimal, 1 max_iter, 2 stalled, 3 separated")
      .def_prop_ro(
          "intercepts",
          [](const MatrixPathFit& p) {
            return concatenate<double>(p, [](const MatrixFit& f) -> auto& { return f.intercept; });
          },
          fresh, "One for each task, fit after fit.")
      .def_prop_ro("indptr", &starts<MatrixPathFit>, fresh, "Fit k has the columns indptr[k] ... indptr[k + 1].")
      .def_prop_ro(
          "indices",
          [](const MatrixPathFit& p) {
            return concatenate<Index>(p, [](const MatrixFit& f) -> auto& { return f.index; });
          },
          fresh)
      .def_prop_ro(
          "values",
          [](const MatrixPathFit& p) {
            return concatenate<double>(p, [](const MatrixFit& f) -> auto& { return f.value; });
          },
          fresh, "The weights of each column, one for each task.")
      .def_ro("alpha_max", &MatrixPathFit::alpha_max)
      .def_ro("null_loss", &MatrixPathFit::null_loss)
      .def_ro("passes", &MatrixPathFit::passes);
  m.def(
      "fit_matrix_path", &fit_matrix_path, "design"_a, "y"_a.noconvert(), "tasks"_a, "weight"_a.noconvert(),
      "l1"_a.noconvert(), "l2"_a.noconvert(), "center"_a.noconvert(), "spread"_a.noconvert(), "loss"_a, "intercept"_a,
      "alphas"_a.noconvert(), "count"_a, "min_ratio"_a, "tol"_a, "exact"_a, "max_iter"_a, "threads"_a,
      "callback"_a.none(),
      "Fits a path of a model with a matrix of weights; see cpp/whyzero/multi/matrix_problem.hpp for what is minimised "
      "and matrix_path.hpp for how.");
  m.def("matrix_loss_terms", &matrix_loss_terms, "loss"_a, "y"_a.noconvert(), "weight"_a.noconvert(),
        "eta"_a.noconvert(), "tasks"_a, "s"_a,
        "The mean loss, its weighted slopes, the Fenchel-Young terms at s times them, and the slopes made to sum to "
        "zero.");
  m.def("group_terms", &group_terms, "b"_a.noconvert(), "c"_a.noconvert(), "l1"_a, "l2"_a,
        "Value, minimiser of |b - c|^2 / 2 + penalty, violation at gradient c, and gap of the weights of one column.");
}

}  // namespace whyzero
