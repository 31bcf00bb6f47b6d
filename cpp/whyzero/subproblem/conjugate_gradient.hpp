// Conjugate gradients for the signs at hand: what the active-set method's linear solve becomes when the support is too
// large for a factor. The Hessian H = X'(D - dd'/1'd)X is never formed; a product reads the support's columns twice. On
// n rows it has rank n at most, so with a ridge term about n steps suffice, however many columns there are.
#pragma once

#include <cmath>

#include "whyzero/subproblem/coordinate_descent.hpp"

namespace whyzero {

template <Design D>
class SupportNewton {
 public:
  SupportNewton(const D& design, const CoordinateModel& model, View before, const Context& context)
      : design_(design), model_(model), before_(before), context_(context), rows_(model.hessian.size()) {
    for (const double d : model.hessian) total_ += d;
  }

  // Moves x towards the minimiser for its own signs, stopping `rounds` times at weights that reach zero.
  void improve(MutableView x, int rounds) {
    for (int round = 0; round < rounds; ++round) {
      take_support(x);
      if (support_.empty()) return;
      const Vector step = solve(slope(x));
      double reach = 1;
      for (std::size_t a = 0; a < support_.size(); ++a) {
        const Index k = support_[a];
        if (!sign_free(k) && x[k] * (x[k] + step[a]) < 0) reach = std::min(reach, -x[k] / step[a]);
      }
      for (std::size_t a = 0; a < support_.size(); ++a) {
        const Index k = support_[a];
        const bool stops = reach < 1 && !sign_free(k) && -x[k] / step[a] <= reach && x[k] * (x[k] + step[a]) < 0;
        x[k] = stops ? 0.0 : x[k] + reach * step[a];
      }
      if (reach == 1) return;
    }
  }

  // The step of the intercept that goes with x.
  double intercept_step(View x) {
    if (!model_.intercept || !(total_ > 0)) return 0;
    Vector change(x.size()), predictor(rows_, 0.0);
    for (std::size_t k = 0; k < x.size(); ++k) change[k] = x[k] - before_[k];
    design_.axpy(model_.columns, change.data(), 1, model_.center, predictor.data(), context_);
    double sum = model_.gradient0;
    for (std::size_t i = 0; i < rows_; ++i) sum += model_.hessian[i] * predictor[i];
    return -sum / total_;
  }

 private:
  bool sign_free(Index k) const { return model_.l1[k] == 0 && !model_.positive; }

  void take_support(View x) {
    support_.clear();
    columns_.clear();
    for (std::size_t k = 0; k < x.size(); ++k)
      if (x[k] != 0 || sign_free(static_cast<Index>(k))) {
        support_.push_back(static_cast<Index>(k));
        columns_.push_back(model_.columns[k]);
      }
    diagonal_.assign(support_.size(), 0.0);
    for (std::size_t a = 0; a < support_.size(); ++a) {
      const double c = model_.center[columns_[a]];
      double curvature = 0, seen = 0;
      design_.for_each(columns_[a], [&](Index i, double v) {
        curvature += model_.hessian[i] * (v - c) * (v - c);
        seen += model_.hessian[i];
      });
      diagonal_[a] = curvature + c * c * (total_ - seen) + model_.l2[support_[a]];
      context_.monitor.poll();
    }
  }

  // D (y - mean), where the mean is weighted by D and taken only when there is an intercept.
  void weigh(Vector& predictor) const {
    double mean = 0;
    if (model_.intercept && total_ > 0) {
      for (std::size_t i = 0; i < rows_; ++i) mean += model_.hessian[i] * predictor[i];
      mean /= total_;
    }
    for (std::size_t i = 0; i < rows_; ++i) predictor[i] = model_.hessian[i] * (predictor[i] - mean);
  }

  Vector product(const Vector& v) const {
    Vector predictor(rows_, 0.0), out(v.size());
    design_.axpy(columns_, v.data(), 1, model_.center, predictor.data(), context_);
    weigh(predictor);
    design_.dot(columns_, model_.center, predictor.data(), 1, out.data(), context_);
    for (std::size_t a = 0; a < v.size(); ++a) out[a] += model_.l2[support_[a]] * v[a];
    return out;
  }

  // Minus the derivative of the model on the support, the intercept eliminated.
  Vector slope(View x) const {
    Vector predictor(rows_, 0.0), change(x.size()), out(support_.size());
    for (std::size_t k = 0; k < x.size(); ++k) change[k] = x[k] - before_[k];
    design_.axpy(model_.columns, change.data(), 1, model_.center, predictor.data(), context_);
    weigh(predictor);
    if (model_.intercept && total_ > 0)
      for (std::size_t i = 0; i < rows_; ++i) predictor[i] -= model_.hessian[i] * model_.gradient0 / total_;
    design_.dot(columns_, model_.center, predictor.data(), 1, out.data(), context_);
    for (std::size_t a = 0; a < support_.size(); ++a) {
      const Index k = support_[a];
      const double sign = model_.l1[k] == 0 ? 0.0 : std::copysign(1.0, x[k]);
      out[a] = -(out[a] + model_.gradient[k] + model_.l1[k] * sign + model_.l2[k] * x[k]);
    }
    return out;
  }

  // Preconditioned by the diagonal; ends when the preconditioned residual has fallen by 1e-12.
  Vector solve(Vector residual) const {
    const std::size_t size = residual.size();
    Vector out(size, 0.0), z(size), direction;
    double last = 0, first = 0;
    for (std::size_t iteration = 0; iteration < 10 * std::min(size, rows_) + 20; ++iteration) {
      double rho = 0;
      for (std::size_t a = 0; a < size; ++a) {
        z[a] = diagonal_[a] > 0 ? residual[a] / diagonal_[a] : 0;
        rho += z[a] * residual[a];
      }
      if (iteration == 0) first = rho;
      if (!(rho > 1e-24 * first)) break;
      if (iteration == 0) {
        direction = z;
      } else {
        for (std::size_t a = 0; a < size; ++a) direction[a] = z[a] + rho / last * direction[a];
      }
      last = rho;
      const Vector image = product(direction);
      double curvature = 0;
      for (std::size_t a = 0; a < size; ++a) curvature += direction[a] * image[a];
      if (!(curvature > 0)) break;
      for (std::size_t a = 0; a < size; ++a) {
        out[a] += rho / curvature * direction[a];
        residual[a] -= rho / curvature * image[a];
      }
    }
    return out;
  }

  const D& design_;
  const CoordinateModel& model_;
  View before_;
  const Context& context_;
  std::size_t rows_;
  double total_ = 0;
  std::vector<Index> support_, columns_;  // places in the model, and columns of X
  Vector diagonal_;
};

}  // namespace whyzero
