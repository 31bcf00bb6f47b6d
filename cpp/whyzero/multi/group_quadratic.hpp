// Minimiser of a quadratic with a penalty on the norm of every row of the matrix x:
//
//   tr(x'Hx) / 2 - tr(g'x) + sum_k ( l1_k |x_k| + l2_k |x_k|^2 / 2 )
//
// Sweeps over the rows, each of which has a closed form, find which rows are zero. On the others the objective is
// smooth, and Newton's method with a line search goes to the precision of the numbers. Its matrix H (x) I + D has in D
// a block l1 / |x_k| (I - e e') + l2 for each row, e = x_k / |x_k|; it is solved with two factors of the size of H,
// Eq. (165). Source: Qin, Scheinberg and Goldfarb (2013), "Efficient
// block-coordinate descent algorithms for the group lasso", Mathematical Programming Computation 5(2), for the sweeps.
#pragma once

#include <cmath>

#include "whyzero/multi/row_penalties.hpp"
#include "whyzero/parallel.hpp"
#include "whyzero/subproblem/cholesky.hpp"

namespace whyzero {

struct GroupModel {
  const double* h;  // H, symmetric, row k at h + k * stride
  Index stride, size, tasks;
  View l1, l2;   // by row of x
  View allowed;  // how large the violation of a row may stay
};

class GroupQuadratic {
 public:
  explicit GroupQuadratic(const Context& context) : context_(context) {}

  // Moves x, row after row, to the minimum; `gradient` is Hx - g at the start.
  void minimise(const GroupModel& model, const Vector& gradient, Vector& x) {
    model_ = &model, x_ = x.data(), tasks_ = model.tasks;
    by_task(gradient);
    // Where the sweeps gain little, Newton's method takes over on the support that they have found.
    double before = std::numeric_limits<double>::infinity();
    for (int round = 0; round < 500; ++round) {
      context_.monitor.poll();
      sweep(true);
      for (int extra = 0; extra < 3; ++extra) sweep(false);
      double now = worst();
      if (now > 1 && now > 0.1 * before) {
        newton();
        now = worst();
      }
      if (now <= 1) break;
      before = now;
    }
  }

 private:
  Index size() const { return model_->size; }
  double* row(Index k) { return x_ + k * tasks_; }
  const double* row(Index k) const { return x_ + k * tasks_; }
  double diagonal(Index k) const { return model_->h[k * model_->stride + k]; }

  // Gradients are kept by the task here, so that H acts along contiguous memory.
  void by_task(const Vector& gradient) {
    c_.resize(gradient.size());
    for (Index k = 0; k < size(); ++k)
      for (Index t = 0; t < tasks_; ++t) c_[t * size() + k] = gradient[k * tasks_ + t];
  }

  void gradient_of(Index k, Vector& out) const {
    out.resize(static_cast<std::size_t>(tasks_));
    for (Index t = 0; t < tasks_; ++t) out[t] = c_[t * size() + k];
  }

  double worst() const {
    double worst = 0;
    Vector c;
    for (Index k = 0; k < size(); ++k) {
      gradient_of(k, c);
      worst = std::max(
          worst, GroupNorm::violation(row(k), c.data(), tasks_, model_->l1[k], model_->l2[k]) / model_->allowed[k]);
    }
    return worst;
  }

  // Every row, or every row that is not zero, to its minimum given the others.
  void sweep(bool all) {
    Vector c, z(static_cast<std::size_t>(tasks_));
    for (Index k = 0; k < size(); ++k) {
      const double h = diagonal(k), l1 = model_->l1[k], l2 = model_->l2[k];
      const bool zero = row_norm(row(k), tasks_) == 0;
      if ((zero && !all) || !(h + l2 > 0)) continue;
      gradient_of(k, c);
      if (zero && row_norm(c.data(), tasks_) <= l1) continue;
      for (Index t = 0; t < tasks_; ++t) z[t] = h * row(k)[t] - c[t];
      GroupNorm::minimiser(z.data(), tasks_, h, l1, l2);
      for (Index t = 0; t < tasks_; ++t) {
        move(k, t, z[t] - row(k)[t]);
        row(k)[t] = z[t];
      }
      if (k % 64 == 0) context_.monitor.poll();
    }
  }

  // The gradient after x_kt has changed by `step`.
  void move(Index k, Index t, double step) {
    if (step != 0) kernels().f64.axpy(step, model_->h + k * model_->stride, 0.0, c_.data() + t * size(), size());
  }

  // One Newton step on the rows that are not zero.
  void newton() {
    if (!factor()) return;
    const Index count = static_cast<Index>(rows_.size());
    Vector slope(static_cast<std::size_t>(count * tasks_));
    for (Index a = 0; a < count; ++a) {
      const Index k = rows_[a];
      const double norm = norms_[a];
      for (Index t = 0; t < tasks_; ++t) {
        const double toll = norm > 0 ? model_->l1[k] * (row(k)[t] / norm) : 0;
        slope[t * count + a] = c_[t * size() + k] + model_->l2[k] * row(k)[t] + toll;
      }
    }
    const Vector step = solve(slope);
    const double t = line_search(slope, step);
    if (!(t > 0)) return;
    for (Index a = 0; a < count; ++a)
      for (Index m = 0; m < tasks_; ++m) {
        move(rows_[a], m, t * step[m * count + a]);
        row(rows_[a])[m] += t * step[m * count + a];
      }
  }

  // The rows that are not zero, or have no toll, without those that depend on others; H on them, and the
  // preconditioner, which stays where the tolls per norm are nearly what they were.
  bool factor() {
    Vector added(static_cast<std::size_t>(size()), 0.0);
    std::vector<Index> wanted;
    for (Index k = 0; k < size(); ++k) {
      const double norm = row_norm(row(k), tasks_);
      if (norm == 0 && model_->l1[k] > 0) continue;
      added[k] = (norm > 0 ? model_->l1[k] / norm : 0) + model_->l2[k];
      wanted.push_back(k);
    }
    const auto alike = [&](Index k) { return added[k] <= 1.4 * added_[k] && added_[k] <= 1.4 * added[k]; };
    const bool stays = wanted == wanted_ && std::all_of(wanted.begin(), wanted.end(), alike);
    if (!stays) take(wanted, added);
    norms_.clear();
    for (const Index k : rows_) norms_.push_back(row_norm(row(k), tasks_));
    if (!stays && !rows_.empty()) unfold();
    return !rows_.empty();
  }

  void take(const std::vector<Index>& wanted, const Vector& added) {
    std::vector<char> kept;
    factor_.clear();
    factor_.append({model_->h, model_->stride, added, wanted}, kept, context_);
    wanted_ = wanted, added_ = added;
    rows_.clear();
    for (std::size_t a = 0; a < wanted.size(); ++a)
      if (kept[a]) rows_.push_back(wanted[a]);
    const std::size_t count = rows_.size();
    h_.resize(count * count);
    for (std::size_t a = 0; a < count; ++a)
      for (std::size_t b = 0; b < count; ++b) h_[a * count + b] = model_->h[rows_[a] * model_->stride + rows_[b]];
  }

  // Newton's matrix is P - E C E' with P = H + diag(l1 / |x_k| + l2) for every task, E of the unit rows e and C of l1 /
  // |x_k|. With S = C^-1 - E'P^-1 E, of one row and column for each row of x, its inverse is P^-1 + P^-1 E S^-1 E'P^-1.
  void unfold() {
    const Index count = static_cast<Index>(rows_.size());
    Vector inverse(static_cast<std::size_t>(count * count), 0.0), none(rows_.size(), 0.0);
    context_.run(count, 0.7 * static_cast<double>(count * count * count),
                 [&](Index a) { factor_.inverse_below(a, inverse.data() + a * count + a); });
    tolled_.clear();
    for (Index a = 0; a < count; ++a)
      if (norms_[a] > 0 && model_->l1[rows_[a]] > 0) tolled_.push_back(a);
    for (std::size_t i = 0; i < tolled_.size(); ++i) {
      const Index a = tolled_[i];
      inverse[a * count + a] = norms_[a] / model_->l1[rows_[a]] - inverse[a * count + a];
      for (std::size_t k = i + 1; k < tolled_.size(); ++k) {
        const Index b = tolled_[k];
        double together = 0;
        for (Index t = 0; t < tasks_; ++t) together += row(rows_[a])[t] / norms_[a] * (row(rows_[b])[t] / norms_[b]);
        inverse[b * count + a] = inverse[a * count + b] *= -together;
      }
    }
    std::vector<char> kept;
    small_.clear();
    small_.append({inverse.data(), count, none, tolled_}, kept, context_);
    if (small_.size() < static_cast<Index>(tolled_.size())) tolled_.clear();  // singular: P alone will have to do
  }

  void precondition(const Vector& rest, Vector& out) const {
    const Index count = static_cast<Index>(rows_.size());
    out = rest;
    for (Index t = 0; t < tasks_; ++t) factor_.solve(out.data() + t * count);
    if (tolled_.empty()) return;
    Vector along(tolled_.size(), 0.0), back(rest.size(), 0.0);
    for (std::size_t i = 0; i < tolled_.size(); ++i)
      for (Index t = 0; t < tasks_; ++t)
        along[i] += out[t * count + tolled_[i]] * (row(rows_[tolled_[i]])[t] / norms_[tolled_[i]]);
    small_.solve(along.data());
    for (std::size_t i = 0; i < tolled_.size(); ++i)
      for (Index t = 0; t < tasks_; ++t)
        back[t * count + tolled_[i]] = along[i] * (row(rows_[tolled_[i]])[t] / norms_[tolled_[i]]);
    for (Index t = 0; t < tasks_; ++t) factor_.solve(back.data() + t * count);
    for (std::size_t k = 0; k < back.size(); ++k) out[k] += back[k];
  }

  // out = H d by the task
  void image(const Vector& d, Vector& out) const {
    const Index count = static_cast<Index>(rows_.size());
    out.resize(d.size());
    context_.run(tasks_, static_cast<double>(count * count * tasks_), [&](Index t) {
      for (Index a = 0; a < count; ++a)
        out[t * count + a] = kernels().f64.dot(h_.data() + a * count, 0.0, d.data() + t * count, count);
    });
  }

  // Newton's matrix times d.
  void curvature(const Vector& d, Vector& out) const {
    const Index count = static_cast<Index>(rows_.size());
    image(d, out);
    for (Index a = 0; a < count; ++a) {
      const Index k = rows_[a];
      const double norm = norms_[a], across = norm > 0 ? model_->l1[k] / norm : 0;
      double along = 0;
      for (Index t = 0; t < tasks_ && norm > 0; ++t) along += d[t * count + a] * (row(k)[t] / norm);
      for (Index t = 0; t < tasks_; ++t) {
        const double unit = norm > 0 ? row(k)[t] / norm : 0;
        out[t * count + a] += across * (d[t * count + a] - along * unit) + model_->l2[k] * d[t * count + a];
      }
    }
  }

  static double product(const Vector& a, const Vector& b) {
    return kernels().f64.dot(a.data(), 0.0, b.data(), static_cast<Index>(a.size()));
  }

  // d'Pd where d'(Newton's matrix)d is `bend`
  double majorant(const Vector& d, double bend) const {
    const Index count = static_cast<Index>(rows_.size());
    for (Index a = 0; a < count; ++a) {
      if (!(norms_[a] > 0)) continue;
      double along = 0;
      for (Index t = 0; t < tasks_; ++t) along += d[t * count + a] * (row(rows_[a])[t] / norms_[a]);
      bend += model_->l1[rows_[a]] / norms_[a] * along * along;
    }
    return bend;
  }

  // A multiple of d that moves no row by more than its norm.
  Vector within_reach(const Vector& d) const {
    const Index count = static_cast<Index>(rows_.size());
    double most = 0;
    for (Index a = 0; a < count; ++a) {
      double square = 0;
      for (Index t = 0; t < tasks_; ++t) square += d[t * count + a] * d[t * count + a];
      if (norms_[a] > 0) most = std::max(most, std::sqrt(square) / norms_[a]);
    }
    Vector out(d);
    for (double& v : out) v = most > 0 ? v / most : 0;
    return out;
  }

  // Newton's step by preconditioned conjugate gradients.
  Vector solve(const Vector& slope) const {
    Vector step(slope.size(), 0.0), rest(slope.size()), scaled, direction, bent;
    for (std::size_t i = 0; i < slope.size(); ++i) rest[i] = -slope[i];
    precondition(rest, scaled);
    direction = scaled;
    double energy = product(rest, scaled);
    const double enough = 1e-6 * energy;
    for (int round = 0; round < 200 && energy > enough; ++round) {
      context_.monitor.poll();
      curvature(direction, bent);
      const double bend = product(direction, bent);
      if (!(bend > 1e-7 * majorant(direction, bend))) {  // flat to within rounding
        if (round == 0) step = within_reach(direction);
        break;
      }
      const double t = energy / bend;
      for (std::size_t i = 0; i < step.size(); ++i) step[i] += t * direction[i], rest[i] -= t * bent[i];
      precondition(rest, scaled);
      const double next = product(rest, scaled), ratio = next / energy;
      for (std::size_t i = 0; i < step.size(); ++i) direction[i] = scaled[i] + ratio * direction[i];
      energy = next;
    }
    return step;
  }

  // The first of 1, 1/2, 1/4 ... at which the objective falls enough; 0 if none does.
  double line_search(const Vector& slope, const Vector& step) const {
    const Index count = static_cast<Index>(rows_.size());
    const double downhill = product(slope, step);
    if (!(downhill < 0)) return 0;
    Vector bent;
    image(step, bent);
    const double bend = product(step, bent);
    double linear = 0;
    Vector along(rows_.size(), 0.0), square(rows_.size(), 0.0);
    for (Index a = 0; a < count; ++a)
      for (Index t = 0; t < tasks_; ++t) {
        const double d = step[t * count + a];
        linear += c_[t * size() + rows_[a]] * d;
        along[a] += row(rows_[a])[t] * d, square[a] += d * d;
      }
    for (double t = 1; t > 1e-12; t /= 2) {
      double change = t * linear + 0.5 * t * t * bend;
      for (Index a = 0; a < count; ++a) {
        const double moved = 2 * t * along[a] + t * t * square[a];  // of |x_k|^2
        const double after = std::sqrt(std::max(0.0, norms_[a] * norms_[a] + moved));
        if (norms_[a] + after > 0) change += model_->l1[rows_[a]] * (moved / (norms_[a] + after));
        change += 0.5 * model_->l2[rows_[a]] * moved;
      }
      if (change <= 1e-4 * t * downhill) return t;
    }
    return 0;
  }

  const Context& context_;
  const GroupModel* model_ = nullptr;
  double* x_ = nullptr;
  Index tasks_ = 0;
  Vector c_;                   // the gradient, by the task
  std::vector<Index> wanted_;  // what `take` was asked for, and what was added to H's diagonal
  Vector added_;
  std::vector<Index> rows_;    // of Newton's step
  Vector norms_, h_;           // their norms, and H on them
  std::vector<Index> tolled_;  // places of those with a toll
  Cholesky factor_, small_;    // of P and of S
};

}  // namespace whyzero
