// Paths of fits of a vector or a matrix of weights: their options in, arrays over all their fits out.
#pragma once

#include "exchange.hpp"
#include "whyzero/null_model.hpp"

namespace whyzero {

// A number of every fit of a path.
template <typename T, typename Path, typename Get>
Output<T> each(const Path& path, Get&& get) {
  std::vector<T> out;
  out.reserve(path.fits.size());
  for (const auto& fit : path.fits) out.push_back(static_cast<T>(get(fit)));
  return give(std::move(out));
}

// The vectors of every fit, one after the other.
template <typename T, typename Path, typename Get>
Output<T> concatenate(const Path& path, Get&& get) {
  std::vector<T> out;
  for (const auto& fit : path.fits) out.insert(out.end(), get(fit).begin(), get(fit).end());
  return give(std::move(out));
}

// Where the indices of every fit begin among those of all, and where the last end.
template <typename Path>
Output<Index> starts(const Path& path) {
  std::vector<Index> out{0};
  for (const auto& fit : path.fits) out.push_back(out.back() + static_cast<Index>(fit.index.size()));
  return give(std::move(out));
}

inline PathOptions path_options(const Array1<double>& alphas, Index count, double min_ratio, double tol, bool exact,
                                Index max_iter) {
  PathOptions options;
  options.alphas.assign(alphas.data(), alphas.data() + alphas.shape(0));
  options.count = count;
  options.min_ratio = min_ratio;
  options.tol = tol;
  options.exact = exact;
  options.max_iter = max_iter;
  return options;
}

}  // namespace whyzero
