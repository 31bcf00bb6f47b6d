// The Python side of the core: views in, values out, the GIL released while it works.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "codes.hpp"
#include "cross_validation.hpp"
#include "exchange.hpp"
#include "ingest.hpp"
#include "multi.hpp"
#include "paths.hpp"
#include "views.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace whyzero {
namespace {

template <typename T>
AnyDesign dense(const Array2<T>& x) {
  return Dense<T>(x.data(), static_cast<Index>(x.shape(0)), static_cast<Index>(x.shape(1)), x.stride(0), x.stride(1));
}

template <typename T, typename Offset>
AnyDesign csc(const Array1<T>& data, const Array1<Offset>& indices, const Array1<Offset>& indptr, Index rows) {
  return Csc<T, Offset>(data.data(), indices.data(), indptr.data(), rows, static_cast<Index>(indptr.shape(0)) - 1);
}

template <typename T>
AnyDesign codes(const Array2<T>& numbers, const nb::tuple& blocks, const Array1<Index>& levels,
                const Array1<std::int32_t>& owner, const Array1<std::int32_t>& place) {
  const Index rows = static_cast<Index>(numbers.shape(0)), width = static_cast<Index>(numbers.shape(1));
  CodesColumns<T> x{DenseBlocks<T>(numbers.data(), rows, width, numbers.stride(0), numbers.stride(1)),
                    code_blocks(blocks, view(levels), rows),
                    {owner.data(), owner.data() + owner.shape(0)},
                    {place.data(), place.data() + place.shape(0)},
                    rows,
                    nullptr};
  check_columns(x, width);
  return Codes<T>(std::move(x));
}

AnyLoss loss_named(const std::string& name) {
  if (name == "squared") return Squared{};
  if (name == "logistic") return Logistic{};
  if (name == "poisson") return Poisson{};
  throw nb::value_error("loss must be 'squared', 'logistic' or 'poisson'");
}

std::vector<std::vector<Index>> unpack_hint(const std::optional<Array1<Index>>& indptr,
                                            const std::optional<Array1<Index>>& indices) {
  std::vector<std::vector<Index>> hint;
  if (!indptr || !indices) return hint;
  for (std::size_t k = 0; k + 1 < indptr->shape(0); ++k)
    hint.emplace_back(indices->data() + indptr->data()[k], indices->data() + indptr->data()[k + 1]);
  return hint;
}

// glibc returns every freed block above 128 KiB to the kernel, and each new one is then faulted in page by page, which
// costs a fit of tall data as much as its arithmetic. It stops doing so for blocks up to the size of the largest one
// that a program has ever freed, at most 32 MiB: so one such block is freed here, untouched.
void keep_freed_blocks() {
#ifdef __GLIBC__
  static const bool done = [] {
    void* volatile block = std::malloc((std::size_t{1} << 25) - 8192);
    std::free(block);
    return true;
  }();
  static_cast<void>(done);
#endif
}

PathFit fit_path_any(const AnyDesign& design, const Array1<double>& y, const Array1<double>& weight,
                     const Array1<double>& offset, const Array1<double>& l1, const Array1<double>& l2,
                     const Array1<double>& center, const Array1<double>& spread, const std::string& loss,
                     bool intercept, bool positive, const Array1<double>& alphas, Index count, double min_ratio,
                     double tol, bool exact, Index max_iter, int threads, int plan,
                     const std::optional<Array1<Index>>& hint_indptr, const std::optional<Array1<Index>>& hint_indices,
                     nb::object callback) {
  if (y.shape(0) > 10000) keep_freed_blocks();
  const AnyLoss any_loss = loss_named(loss);
  const Vectors vectors{view(y),      view(weight), view(offset), view(l1), view(l2),
                        view(center), view(spread), intercept,    positive};
  PathOptions options = path_options(alphas, count, min_ratio, tol, exact, max_iter);
  options.plan = static_cast<Plan>(plan);
  options.hint = unpack_hint(hint_indptr, hint_indices);
  Monitor monitor = monitor_for(std::move(callback));
  const Context context = context_for(monitor, threads);
  nb::gil_scoped_release release;
  return std::visit([&](const auto& chosen) { return fit_path(chosen, design, vectors, std::move(options), context); },
                    any_loss);
}

// The kernels' formulas, row by row: what ties them to their readable twins in losses.py and penalties.py.
nb::tuple loss_terms(const std::string& name, const Array1<double>& y, const Array1<double>& eta,
                     const Array1<double>& v) {
  std::vector<double> value, gradient, hessian, fenchel_young;
  std::visit(
      [&](const auto& loss) {
        for (std::size_t i = 0; i < y.shape(0); ++i) {
          value.push_back(loss.value(y.data()[i], eta.data()[i]));
          gradient.push_back(loss.gradient(y.data()[i], eta.data()[i]));
          hessian.push_back(loss.hessian(y.data()[i], eta.data()[i]));
          fenchel_young.push_back(loss.fenchel_young(y.data()[i], eta.data()[i], v.data()[i]));
        }
      },
      loss_named(name));
  return nb::make_tuple(give(std::move(value)), give(std::move(gradient)), give(std::move(hessian)),
                        give(std::move(fenchel_young)));
}

// The row operations of a loss, on whole arrays: u, h and the four sums; see loss.hpp.
nb::tuple loss_rows(const std::string& name, const Array1<double>& y, const Array1<double>& weight,
                    const Array1<double>& eta) {
  const std::size_t n = eta.shape(0);
  if (y.shape(0) != n || weight.shape(0) != n) throw nb::value_error("y, weight and eta must be of one length");
  std::vector<double> u(n), h(n), sums(4);
  std::visit(
      [&](const auto& loss) {
        loss.rows(y.data(), weight.data(), eta.data(), u.data(), h.data(), static_cast<Index>(n), sums.data());
      },
      loss_named(name));
  return nb::make_tuple(give(std::move(u)), give(std::move(h)), give(std::move(sums)));
}

double loss_gap_rows(const std::string& name, const Array1<double>& y, const Array1<double>& weight,
                     const Array1<double>& eta, const Array1<double>& u, double s) {
  const std::size_t n = eta.shape(0);
  if (y.shape(0) != n || weight.shape(0) != n || u.shape(0) != n)
    throw nb::value_error("y, weight, eta and u must be of one length");
  return std::visit(
      [&](const auto& loss) {
        return loss.gap_rows(y.data(), weight.data(), eta.data(), u.data(), s, static_cast<Index>(n));
      },
      loss_named(name));
}

nb::tuple penalty_terms(const Array1<double>& b, const Array1<double>& c, double l1, double l2, bool positive) {
  std::vector<double> value, conjugate, minimiser, violation;
  for (std::size_t k = 0; k < b.shape(0); ++k) {
    value.push_back(ElasticNet::value(b.data()[k], l1, l2));
    conjugate.push_back(ElasticNet::conjugate(c.data()[k], l1, l2, positive));
    minimiser.push_back(ElasticNet::minimiser(c.data()[k], 1.0, l1, l2, positive));
    violation.push_back(ElasticNet::violation(b.data()[k], c.data()[k], l1, l2, positive));
  }
  return nb::make_tuple(give(std::move(value)), give(std::move(conjugate)), give(std::move(minimiser)),
                        give(std::move(violation)));
}

}  // namespace
}  // namespace whyzero

// For threadpoolctl, which looks these up in the shared library.
extern "C" {
__attribute__((visibility("default"))) int whyzero_get_num_threads() { return whyzero::Pool::instance().limit(); }
__attribute__((visibility("default"))) void whyzero_set_num_threads(int n) { whyzero::Pool::instance().set_limit(n); }
}

NB_MODULE(_core, m) {
  using namespace whyzero;
  m.doc() = "The compiled core of whyzero. A test lists the few modules that import it.";
  nb::exception<NotFinite>(m, "NotFinite", PyExc_ArithmeticError);

  nb::class_<AnyDesign>(m, "Design", "A view of a data matrix; the arrays it was made from stay alive with it.");
  m.def("dense", &dense<double>, "x"_a.noconvert(), nb::keep_alive<0, 1>(), "A dense float64 matrix of any strides.");
  m.def("dense", &dense<float>, "x"_a.noconvert(), nb::keep_alive<0, 1>(), "A dense float32 matrix of any strides.");
  const auto sparse = [&m]<typename T, typename Offset>(T, Offset) {
    m.def("csc", &csc<T, Offset>, "data"_a.noconvert(), "indices"_a.noconvert(), "indptr"_a.noconvert(), "rows"_a,
          nb::keep_alive<0, 1>(), nb::keep_alive<0, 2>(), nb::keep_alive<0, 3>(),
          "Compressed sparse columns: sorted, without duplicates, checked by the caller.");
  };
  sparse(double{}, std::int32_t{});
  sparse(double{}, std::int64_t{});
  sparse(float{}, std::int32_t{});
  sparse(float{}, std::int64_t{});

  const auto coded = [&m]<typename T>(T) {
    m.def("codes", &codes<T>, "numbers"_a.noconvert(), "blocks"_a, "levels"_a.noconvert(), "owner"_a.noconvert(),
          "place"_a.noconvert(), nb::keep_alive<0, 1>(), nb::keep_alive<0, 2>(),
          "Numbers and blocks of codes (uint8, uint16 or int32); column j is level place[j] of block owner[j], or "
          "column place[j] of the numbers where that is -1.");
  };
  coded(double{});
  coded(float{});

  const auto fresh = nb::rv_policy::automatic;  // each property is a new array that owns its memory: no copy
  nb::class_<PathFit>(m, "PathFit", "Fits along a grid of alphas; the weights of all fits one after the other.")
      .def_prop_ro(
          "alphas", [](const PathFit& p) { return each<double>(p, [](const Fit& f) { return f.alpha; }); }, fresh)
      .def_prop_ro(
          "intercepts", [](const PathFit& p) { return each<double>(p, [](const Fit& f) { return f.intercept; }); },
          fresh)
      .def_prop_ro(
          "gaps", [](const PathFit& p) { return each<double>(p, [](const Fit& f) { return f.gap; }); }, fresh)
      .def_prop_ro(
          "steps", [](const PathFit& p) { return each<Index>(p, [](const Fit& f) { return f.steps; }); }, fresh)
      .def_prop_ro(
          "outcomes", [](const PathFit& p) { return each<Index>(p, [](const Fit& f) { return f.outcome; }); }, fresh,
          "0 optimal, 1 max_iter, 2 stalled, 3 separated")
      .def_prop_ro("indptr", &starts<PathFit>, fresh, "Fit k has the weights indptr[k] ... indptr[k + 1].")
      .def_prop_ro(
          "indices",
          [](const PathFit& p) { return concatenate<Index>(p, [](const Fit& f) -> auto& { return f.index; }); }, fresh)
      .def_prop_ro(
          "values",
          [](const PathFit& p) { return concatenate<double>(p, [](const Fit& f) -> auto& { return f.value; }); }, fresh)
      .def_ro("alpha_max", &PathFit::alpha_max)
      .def_ro("null_loss", &PathFit::null_loss)
      .def_prop_ro(
          "account",
          [](const PathFit& p) {
            const Account& a = p.account;
            nb::dict out;
            out["gram"] = a.gram, out["all"] = a.all, out["passes"] = a.passes, out["batches"] = a.batches,
            out["hessians"] = a.hessians;
            out["evaluations"] = a.evaluations, out["largest"] = a.largest;
            nb::dict seconds;
            seconds["null"] = a.null_seconds, seconds["hessian"] = a.hessian_seconds;
            seconds["solve"] = a.solve_seconds, seconds["verify"] = a.verify_seconds;
            out["seconds"] = seconds;
            return out;
          },
          "What was done, and the seconds of each phase; see Account in path.hpp.");

  m.def("fit_path", &fit_path_any, "design"_a, "y"_a.noconvert(), "weight"_a.noconvert(), "offset"_a.noconvert(),
        "l1"_a.noconvert(), "l2"_a.noconvert(), "center"_a.noconvert(), "spread"_a.noconvert(), "loss"_a, "intercept"_a,
        "positive"_a, "alphas"_a.noconvert(), "count"_a, "min_ratio"_a, "tol"_a, "exact"_a, "max_iter"_a, "threads"_a,
        "plan"_a, "hint_indptr"_a.none(), "hint_indices"_a.none(), "callback"_a.none(),
        "Fits a path; see cpp/whyzero/problem.hpp for what is minimised and path.hpp for how.");
  bind_ingest(m);
  bind_cross_validation(m);
  bind_multi(m);
  m.def("loss_terms", &loss_terms, "loss"_a, "y"_a.noconvert(), "eta"_a.noconvert(), "v"_a.noconvert(),
        "Value, gradient, second derivative and Fenchel-Young term of every row, as the kernels compute them.");
  m.def("loss_rows", &loss_rows, "loss"_a, "y"_a.noconvert(), "weight"_a.noconvert(), "eta"_a.noconvert(),
        "Weighted gradient and second derivative of every row, and the four sums of Loss::rows.");
  m.def("loss_gap_rows", &loss_gap_rows, "loss"_a, "y"_a.noconvert(), "weight"_a.noconvert(), "eta"_a.noconvert(),
        "u"_a.noconvert(), "s"_a, "The weighted sum of the Fenchel-Young terms at v = s u / weight.");
  m.def("penalty_terms", &penalty_terms, "b"_a.noconvert(), "c"_a.noconvert(), "l1"_a, "l2"_a, "positive"_a = false,
        "Value, conjugate, minimiser of (b - c)^2 / 2 + penalty, and violation at gradient c, of every weight.");
  m.def("get_num_threads", &whyzero_get_num_threads, "Threads that a fit may use.");
  m.def("set_num_threads", &whyzero_set_num_threads, "threads"_a, "Sets the threads that a fit may use.");
  m.def(
      "instruction_set", [] { return std::string(kernels().name); }, "The instruction set chosen for this processor.");
}
