// The part of the module that fits models with a matrix of weights; one translation unit for each of them.
#pragma once

#include <nanobind/nanobind.h>

#include "views.hpp"
#include "whyzero/multi/matrix_path.hpp"

namespace whyzero {

// The vectors of such a problem; see multi/matrix_problem.hpp.
struct MatrixVectors {
  View y, weight, l1, l2, center, spread;
  Index tasks;
  bool intercept;
};

MatrixPathFit fit_multitask(const AnyDesign& design, const MatrixVectors& vectors, PathOptions options,
                            const Context& context);
MatrixPathFit fit_softmax(const AnyDesign& design, const MatrixVectors& vectors, PathOptions options,
                          const Context& context);

template <template <typename> typename Model>
MatrixPathFit dispatch_matrix(const AnyDesign& any, const MatrixVectors& v, PathOptions options,
                              const Context& context) {
  return std::visit(
      [&]<Design D>(const D& design) {
        const MatrixProblem<D> problem{design, v.tasks, v.y, v.weight, v.l1, v.l2, v.center, v.spread, v.intercept};
        return MatrixPath<Model<D>, D>(problem, std::move(options), context).run();
      },
      any);
}

void bind_multi(nanobind::module_& m);

}  // namespace whyzero
