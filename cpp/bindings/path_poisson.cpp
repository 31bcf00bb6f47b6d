#include "views.hpp"

namespace whyzero {

PathFit fit_path(const Poisson& loss, const AnyDesign& design, const Vectors& vectors, PathOptions options,
                 const Context& context) {
  return dispatch(loss, design, vectors, std::move(options), context);
}

}  // namespace whyzero
