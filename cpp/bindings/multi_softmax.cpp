#include "multi.hpp"
#include "whyzero/multi/softmax_model.hpp"

namespace whyzero {

namespace {
template <typename D>
using Model = SoftmaxModel<D>;
}

MatrixPathFit fit_softmax(const AnyDesign& design, const MatrixVectors& vectors, PathOptions options,
                          const Context& context) {
  return dispatch_matrix<Model>(design, vectors, std::move(options), context);
}

}  // namespace whyzero
