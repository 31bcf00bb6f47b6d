#include "multi.hpp"
#include "whyzero/multi/multitask_model.hpp"

namespace whyzero {

namespace {
template <typename D>
using Model = MultiTaskModel<D>;
}

MatrixPathFit fit_multitask(const AnyDesign& design, const MatrixVectors& vectors, PathOptions options,
                            const Context& context) {
  return dispatch_matrix<Model>(design, vectors, std::move(options), context);
}

}  // namespace whyzero
