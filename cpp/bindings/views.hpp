// What crosses the boundary: the closed sets of designs and losses, and the solver compiled for each pair.
#pragma once

#include <variant>

#include "whyzero/designs/codes.hpp"
#include "whyzero/designs/csc.hpp"
#include "whyzero/designs/dense.hpp"
#include "whyzero/losses/logistic.hpp"
#include "whyzero/losses/poisson.hpp"
#include "whyzero/losses/squared.hpp"
#include "whyzero/path.hpp"

namespace whyzero {

using AnyDesign = std::variant<Dense<double>, Dense<float>, Csc<double, std::int32_t>, Csc<double, std::int64_t>,
                               Csc<float, std::int32_t>, Csc<float, std::int64_t>, Codes<double>, Codes<float>>;
using AnyLoss = std::variant<Squared, Logistic, Poisson>;

// The vectors of a problem; see problem.hpp.
struct Vectors {
  View y, weight, offset, l1, l2, center, spread;
  bool intercept, positive;
};

// One translation unit for each loss (path_<loss>.cpp), so that they compile side by side.
PathFit fit_path(const Squared& loss, const AnyDesign& design, const Vectors& vectors, PathOptions options,
                 const Context& context);
PathFit fit_path(const Logistic& loss, const AnyDesign& design, const Vectors& vectors, PathOptions options,
                 const Context& context);
PathFit fit_path(const Poisson& loss, const AnyDesign& design, const Vectors& vectors, PathOptions options,
                 const Context& context);

template <Loss L>
PathFit dispatch(const L& loss, const AnyDesign& any, const Vectors& v, PathOptions options, const Context& context) {
  return std::visit(
      [&]<Design D>(const D& design) {
        const Problem<L, D> problem{loss, design,   v.y,      v.weight,    v.offset,  v.l1,
                                    v.l2, v.center, v.spread, v.intercept, v.positive};
        return PathSolver<L, D>(problem, std::move(options), context).run();
      },
      any);
}

}  // namespace whyzero
