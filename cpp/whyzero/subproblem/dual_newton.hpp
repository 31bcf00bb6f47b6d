// Exact minimiser of the quadratic model of a wide working set whose columns all have a ridge term, by way of the dual:
// one unknown for each row, however many columns there are.
//
// With the intercept eliminated the model is g'd + |Z d|^2 / 2 + penalty(x0 + d), Z = P D^(1/2) X, where P takes away
// the component along D^(1/2) 1. Let y = Z d. At the minimum every weight is that of its pull alone,
//
//   x_j(y) = soft(c_j, l1_j) / l2_j,   c_j = -g_j - z_j'y,   and   F(y) = y - Z (x(y) - x0) = 0,
//
// with max(c_j - l1_j, 0) for soft(c_j, l1_j) where no weight may be negative.
//
// F is the gradient of a strongly convex piecewise quadratic function, so Newton's method with a line search ends after
// finitely many steps. Its matrix is I + Z_A L2_A^-1 Z_A' = I + P D^(1/2) R D^(1/2) P / alpha, where R depends on the
// support A alone: when alpha, D or the support changes, only the columns that come or go are read.
// Source: Li, Sun, Toh (2018), "A highly efficient semismooth Newton augmented Lagrangian method for solving Lasso
// problems", SIAM Journal on Optimization 28(1); with a ridge term on every column the dual needs no augmentation.
#pragma once

#include <cmath>
#include <numeric>

#include "whyzero/subproblem/cholesky.hpp"
#include "whyzero/subproblem/coordinate_descent.hpp"

namespace whyzero {

template <Design D>
class DualNewton {
 public:
  // More rows than this make too large a matrix.
  static constexpr Index most_rows = 3000;

  DualNewton(const D& design, const Context& context) : design_(design), context_(context) {}

  // Moves x from `before` to the minimum, and gives the step of the intercept. `alpha` is what l2 is proportional to.
  // False, and x undefined, if it gave up.
  bool minimise(const CoordinateModel& model, double alpha, View before, MutableView x, double& intercept) {
    model_ = &model, before_ = before, x_ = x, alpha_ = alpha;
    begin();
    double first = 0;
    bool settled = false;
    for (int round = 0; round < 100 && !settled; ++round) {
      context_.monitor.poll();
      residual();
      if (!direction()) return false;
      if (round == 0) first = downhill_;
      if (round > 0 && !(downhill_ > 1e-26 * first)) break;  // weights that are zero to within rounding come and go
      const double reach = line_search();
      if (!(reach > 0)) return false;
      for (std::size_t i = 0; i < y_.size(); ++i) y_[i] += reach * step_[i];
      for (std::size_t k = 0; k < x.size(); ++k) along_[k] += reach * slope_[k];
      settled = place() && reach == 1;
    }
    intercept = intercept_step();
    return settled || downhill_ <= 1e-12 * first;
  }

 private:
  Index rows() const { return design_.rows(); }

  void begin() {
    const std::size_t n = model_->hessian.size(), size = x_.size();
    y_.assign(n, 0.0), step_.resize(n), predictor_.resize(n);
    root_.resize(n);
    total_ = 0;
    for (std::size_t i = 0; i < n; ++i) root_[i] = std::sqrt(model_->hessian[i]), total_ += model_->hessian[i];
    along_.assign(size, 0.0), slope_.resize(size), base_.resize(size), change_.resize(size);
    base_.assign(model_->gradient.begin(), model_->gradient.end());
    if (model_->intercept && total_ > 0) {
      Vector mean(size);
      design_.dot(model_->columns, model_->center, model_->hessian.data(), 1, mean.data(), context_);
      for (std::size_t k = 0; k < size; ++k) base_[k] -= mean[k] * model_->gradient0 / total_;
    }
    std::fill(x_.begin(), x_.end(), 0.0);
    place();
  }

  // The weight k for a given z_k'y, and what it has changed by: computed from what is wrong with the gradient at x0
  // where the sign stays, so that small changes have few rounding errors.
  double change(std::size_t k, double along, double& weight) const {
    const double pull = -base_[k] - along, l1 = model_->l1[k], l2 = model_->l2[k], from = before_[k];
    if (ElasticNet::reach(pull, model_->positive) <= l1) {
      weight = 0;
      return -from;
    }
    const double sign = std::copysign(1.0, pull);
    if (from * sign > 0) {
      const double moved = -(base_[k] + l1 * sign + l2 * from + along) / l2;
      weight = from + moved;
      if (weight * sign > 0) return moved;
    }
    weight = (pull - l1 * sign) / l2;
    return weight - from;
  }

  // x(y). True if the support and its signs are what they were.
  bool place() {
    bool same = true;
    for (std::size_t k = 0; k < x_.size(); ++k) {
      const double old = x_[k];
      change_[k] = change(k, along_[k], x_[k]);
      same = same && (x_[k] == 0) == (old == 0) && !(x_[k] * old < 0);
    }
    return same;
  }

  // P v, and P D^(1/2) v
  void project(Vector& v) const {
    if (!model_->intercept || !(total_ > 0)) return;
    double along = 0;
    for (std::size_t i = 0; i < v.size(); ++i) along += root_[i] * v[i];
    for (std::size_t i = 0; i < v.size(); ++i) v[i] -= along / total_ * root_[i];
  }

  // step = -F(y); predictor_ = X (x(y) - x0)
  void residual() {
    std::vector<Index> columns;
    Vector coef;
    for (std::size_t k = 0; k < x_.size(); ++k) {
      if (change_[k] == 0) continue;
      columns.push_back(model_->columns[k]);
      coef.push_back(change_[k]);
    }
    std::fill(predictor_.begin(), predictor_.end(), 0.0);
    design_.axpy(columns, coef.data(), 1, model_->center, predictor_.data(), context_);
    for (std::size_t i = 0; i < y_.size(); ++i) step_[i] = root_[i] * predictor_[i];
    project(step_);
    for (std::size_t i = 0; i < y_.size(); ++i) step_[i] -= y_[i];
  }

  // The Newton step, and how z_k'y changes along it.
  bool direction() {
    downhill_ = 0;
    const Vector residual = step_;
    const bool changed = update_outer();
    if ((changed || factored_ != alpha_ || factored_root_ != root_) && !factor()) return false;
    factor_.solve(step_.data());
    for (std::size_t i = 0; i < step_.size(); ++i) downhill_ += step_[i] * residual[i];
    Vector weighted = step_;
    project(weighted);
    for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] *= root_[i];
    design_.dot(model_->columns, model_->center, weighted.data(), 1, slope_.data(), context_);
    return std::isfinite(downhill_);
  }

  // The derivative along the step, at `t`.
  double derivative(double t) const {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) sum += step_[i] * (y_[i] + t * step_[i]);
    for (std::size_t k = 0; k < x_.size(); ++k) sum -= slope_[k] * change(k, along_[k] + t * slope_[k], weight);
    return sum;
  }

  // The whole step, unless it leads past the minimum along it; then to about there, by false position.
  double line_search() const {
    if (!(downhill_ > 0)) return 1;  // y is exact to within rounding
    const double enough = 0.01 * downhill_;
    double low = 0, high = 1, below = -downhill_, above = derivative(1);
    if (above <= enough) return 1;
    for (int round = 0, side = 0; round < 60; ++round) {
      const double t = round % 3 == 2 ? 0.5 * (low + high) : (low * above - high * below) / (above - below);
      const double value = derivative(t);
      if (std::fabs(value) <= enough) return t;
      if (value < 0) {
        low = t, below = value;
        if (side == -1) above /= 2;
        side = -1;
      } else {
        high = t, above = value;
        if (side == 1) below /= 2;
        side = 1;
      }
    }
    return low;
  }

  // Brings R = sum over the support of x_j x_j' alpha / l2_j up to date. Whether it has changed.
  bool update_outer() {
    const Index n = rows();
    member_.resize(static_cast<std::size_t>(design_.cols()), 0.0);
    if (outer_.empty()) outer_.assign(static_cast<std::size_t>(n * n), 0.0);
    std::vector<char> wanted(member_.size(), 0);
    for (std::size_t k = 0; k < x_.size(); ++k) wanted[model_->columns[k]] = x_[k] != 0;
    std::vector<Index> columns;
    Vector weights;
    for (const Index j : support_) {
      if (wanted[j]) continue;
      columns.push_back(j);
      weights.push_back(-member_[j]);
      member_[j] = 0;
    }
    support_.clear();
    for (std::size_t k = 0; k < x_.size(); ++k) {
      const Index j = model_->columns[k];
      if (!wanted[j]) continue;
      support_.push_back(j);
      if (member_[j] != 0) continue;
      member_[j] = alpha_ / model_->l2[k];
      columns.push_back(j);
      weights.push_back(member_[j]);
    }
    changes_ += columns.size();
    if (changes_ > 20 * support_.size() + 1000) {  // rounding errors have gathered: anew
      columns = support_;
      weights.clear();
      for (const Index j : support_) weights.push_back(member_[j]);
      outer_.assign(outer_.size(), 0.0);
      changes_ = 0;
    }
    add_outer(columns, weights);
    return !columns.empty();
  }

  // R += sum_k weights_k x_k x_k', lower triangle
  void add_outer(const std::vector<Index>& columns, const Vector& weights) {
    constexpr Index panel = 256, stride = panel + 8, height = 32;
    const Index n = rows(), size = static_cast<Index>(columns.size());
    const double none[height] = {};
    Vector left(static_cast<std::size_t>(n * stride)), right(left.size());
    for (Index first = 0; first < size; first += panel) {
      const Index some = std::min(panel, size - first);
      for (Index k = 0; k < some; ++k) {
        const Index j = columns[first + k];
        for (Index i = 0; i < n; ++i) right[i * stride + k] = -model_->center[j];
        design_.for_each(j, [&](Index i, double v) { right[i * stride + k] += v; });
      }
      const double work = static_cast<double>(n * n) * static_cast<double>(some);
      context_.run((n + height - 1) / height, work, [&](Index task) {
        const Index begin = task * height, end = std::min(n, begin + height);
        const double* lines[height];
        for (Index i = begin; i < end; ++i) {
          lines[i - begin] = left.data() + i * stride;
          for (Index k = 0; k < some; ++k) left[i * stride + k] = weights[first + k] * right[i * stride + k];
        }
        kernels().f64.products(lines, none, end - begin, right.data(), stride, end, some, outer_.data() + begin * n, n);
      });
    }
  }

  // The factor of I + P D^(1/2) R D^(1/2) P / alpha.
  bool factor() {
    const Index n = rows();
    matrix_.resize(outer_.size());
    for (Index i = 0; i < n; ++i)
      for (Index m = 0; m <= i; ++m)
        matrix_[i * n + m] = matrix_[m * n + i] = root_[i] * root_[m] / alpha_ * outer_[i * n + m];
    if (model_->intercept && total_ > 0) {
      Vector image(static_cast<std::size_t>(n), 0.0);
      double twice = 0;
      for (Index i = 0; i < n; ++i) {
        image[i] = kernels().f64.dot(matrix_.data() + i * n, 0.0, root_.data(), n) / total_;
        twice += root_[i] * image[i];
      }
      for (Index i = 0; i < n; ++i)
        for (Index m = 0; m < n; ++m)
          matrix_[i * n + m] += root_[i] * root_[m] * twice / total_ - root_[i] * image[m] - image[i] * root_[m];
    }
    order_.resize(static_cast<std::size_t>(n));
    std::iota(order_.begin(), order_.end(), 0);
    ones_.assign(static_cast<std::size_t>(n), 1.0);
    std::vector<char> kept;
    factored_ = alpha_;
    factored_root_ = root_;
    factor_.clear();
    factor_.append({matrix_.data(), n, ones_, order_}, kept, context_);
    if (factor_.size() == n) return true;
    factored_ = -1;
    return false;
  }

  double intercept_step() {
    if (!model_->intercept || !(total_ > 0)) return 0;
    residual();
    double sum = model_->gradient0;
    for (std::size_t i = 0; i < predictor_.size(); ++i) sum += model_->hessian[i] * predictor_[i];
    return -sum / total_;
  }

  const D& design_;
  const Context& context_;
  const CoordinateModel* model_ = nullptr;
  View before_;
  MutableView x_;
  double alpha_ = 0, total_ = 0, downhill_ = 0;
  Vector y_, step_, predictor_, root_;     // by row
  Vector along_, slope_, base_, change_;   // by place in the working set: z'y, its change, g, x - x0
  Vector outer_, matrix_, member_, ones_;  // R; what is factored; alpha / l2 of the columns in R, else 0
  std::vector<Index> support_, order_;     // columns in R
  double factored_ = -1;                   // alpha and D^(1/2) of the factor
  Vector factored_root_;
  std::size_t changes_ = 0;
  Cholesky factor_;
};

}  // namespace whyzero
