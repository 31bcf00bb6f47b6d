// Exact minimiser of a small convex quadratic with an elastic-net penalty:
//
//   q(x) = x'Hx / 2 - g'x + sum_k ( l1_k |x_k| + l2_k x_k^2 / 2 )
//
// For a support A with signs s the minimiser solves (H_AA + l2) x_A = g_A - l1_A s_A. The support changes as in the
// active-set method: a weight that would change its sign stops at zero and leaves (ratio test), a zero whose pull
// exceeds its toll enters, upwards alone where no weight may be negative. Every accepted step lowers q, so no support
// comes twice and the method ends, exact up to the rounding of a Cholesky solve. The factor lives on between calls.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/parallel.hpp"
#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/subproblem/cholesky.hpp"
#include "whyzero/types.hpp"

namespace whyzero {

struct Quadratic {
  const double* h;  // H, symmetric, row k at h + k * stride
  Index stride, size;
  View g, l1, l2;
  View slack;        // a pull may exceed its toll by this much: the rounding of z
  double alpha;      // what l2 is proportional to
  double place = 0;  // tells H from those of other places, unless `forget` is called
  bool positive = false;

  // Whether weight k may have either sign at no toll: then it is never zero for a reason.
  bool sign_free(std::size_t k) const { return l1[k] == 0 && !positive; }
};

// out += factor * sum_k x_k h_k over the rows k of H with x_k != 0, columns begin ... end
inline void add_rows(const double* h, Index stride, Index begin, Index end, View x, double factor, double* out) {
  constexpr Index abreast = 8;
  const double none[abreast] = {};
  const double* rows[abreast];
  double coef[abreast];
  Index count = 0;
  const auto flush = [&] {
    kernels().f64.combinations(rows, none, count, coef, 1, 1, end - begin, out + begin, 0);
    count = 0;
  };
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (x[k] == 0) continue;
    coef[count] = factor * x[k];
    rows[count++] = h + static_cast<Index>(k) * stride + begin;
    if (count == abreast) flush();
  }
  flush();
}

inline void add_rows(const double* h, Index stride, Index size, View x, double factor, double* out) {
  add_rows(h, stride, 0, size, x, factor, out);
}

class ActiveSet {
 public:
  // H has changed: the factor is of no use any more.
  void forget() {
    factor_.clear();
    support_.clear();
  }

  const std::vector<Index>& support() const { return support_; }

  // Minimises from the start x, in place. False if it gave up: the caller then uses another method.
  bool minimise(const Quadratic& model, MutableView x, const Context& context) {
    model_ = &model;
    const bool ridge = std::any_of(model.l2.begin(), model.l2.end(), [](double v) { return v > 0; });
    if (place_ != model.place || (ridge && alpha_ != model.alpha)) forget();
    alpha_ = model.alpha;
    place_ = model.place;
    begin(x, context);
    bool one_by_one = false;
    for (Index round = 0; round < 200 + 20 * model.size; ++round) {
      context.monitor.poll();
      if (!settle(x, context)) return false;
      const Index before = static_cast<Index>(support_.size());
      if (!enter(x, one_by_one, context)) return true;
      entered_ = static_cast<Index>(support_.size()) - before;
      const bool lost = drop_misdirected(x);
      one_by_one = lost && entered_ == 0;
      if (one_by_one && newcomers_ == 1) blocked_[static_cast<std::size_t>(last_newcomer_)] = 1;
    }
    return false;
  }

  // Solves (H_AA + l2) d = rhs for the present support, in its order.
  void solve(double* rhs) const { factor_.solve(rhs); }

 private:
  void begin(MutableView x, const Context& context) {
    const auto size = static_cast<std::size_t>(model_->size);
    sign_.assign(size, 0.0);
    blocked_.assign(size, 0);
    pull_.resize(size);
    const auto wanted = [&](Index k) { return x[k] != 0 || model_->sign_free(k); };
    leave_all(wanted);
    inside_.assign(size, 0);
    for (const Index k : support_) inside_[k] = 1;
    for (const Index k : candidates_) inside_[k] = 1;  // once is enough
    for (Index k = 0; k < model_->size; ++k) {
      if (!wanted(k)) continue;
      sign_[k] = model_->sign_free(k) ? 0.0 : std::copysign(1.0, x[k]);
      if (!inside_[k]) candidates_.push_back(k);
    }
    for (const Index k : candidates_) inside_[k] = 0;
    join_all(context);
    for (const Index k : candidates_)
      if (!inside_[k]) x[k] = 0;
  }

  // Takes out of the factor what is not `wanted`: by rotations, or, where that costs more, by giving up the rows from
  // the first of them on; those of them that are wanted must then be joined again.
  template <typename Wanted>
  void leave_all(Wanted&& wanted) {
    candidates_.clear();
    const Index size = static_cast<Index>(support_.size());
    Index first = size;
    double rotations = 0;
    for (Index a = size - 1; a >= 0; --a) {
      if (wanted(support_[a])) continue;
      first = a;
      rotations += 5.0 * static_cast<double>((size - a) * (size - a));
    }
    const auto cube = [](Index k) { return static_cast<double>(k) * static_cast<double>(k) * static_cast<double>(k); };
    if (rotations < (cube(size) - cube(first)) / 3) {
      for (Index a = size - 1; a >= first; --a)
        if (!wanted(support_[a])) leave(a);
      return;
    }
    for (Index a = first; a < size; ++a)
      if (wanted(support_[a])) candidates_.push_back(support_[a]);
    factor_.truncate(first);
    support_.resize(static_cast<std::size_t>(first));
  }

  // Joins the candidates, in their order; leaves out each that depends on those before it. Returns how many came in.
  Index join_all(const Context& context) {
    const std::size_t before = support_.size();
    if (candidates_.size() < 4) {
      for (const Index k : candidates_) join(k);
      return static_cast<Index>(support_.size() - before);
    }
    order_ = support_;
    order_.insert(order_.end(), candidates_.begin(), candidates_.end());
    factor_.append({model_->h, model_->stride, model_->l2, order_}, kept_, context);
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      if (!kept_[c]) continue;
      support_.push_back(candidates_[c]);
      inside_[candidates_[c]] = 1;
    }
    return static_cast<Index>(support_.size() - before);
  }

  // Appends k to the support and the factor; false if its column depends on those there.
  bool join(Index k) {
    cross_.resize(support_.size() + 1);
    const double* h = model_->h + k * model_->stride;
    for (std::size_t a = 0; a < support_.size(); ++a) cross_[a] = h[support_[a]];
    if (!factor_.append(cross_.data(), h[k] + model_->l2[k])) return false;
    support_.push_back(k);
    inside_[k] = 1;
    return true;
  }

  void leave(Index at) {
    if (!inside_.empty()) inside_[support_[at]] = 0;
    factor_.remove(at);
    support_.erase(support_.begin() + at);
  }

  void target() {
    solution_.resize(support_.size());
    for (std::size_t a = 0; a < support_.size(); ++a) {
      const Index k = support_[a];
      solution_[a] = model_->g[k] - model_->l1[k] * sign_[k];
    }
    factor_.solve(solution_.data());
  }

  bool against(Index k, double value) const { return sign_[k] != 0 && !(value * sign_[k] > 0); }

  // Moves to the minimiser of the present signs, shedding weights that would change theirs on the way: all that would,
  // if q falls enough when they stop at zero and the others go all the way; else the first.
  bool settle(MutableView x, const Context& context) {
    for (;;) {
      context.monitor.poll();
      target();
      double step = 1;
      Index stops = 0;
      for (std::size_t a = 0; a < support_.size(); ++a) {
        const Index k = support_[a];
        if (!against(k, solution_[a])) continue;
        step = std::min(step, x[k] / (x[k] - solution_[a]));
        ++stops;
      }
      if (!std::isfinite(step)) return false;
      const bool together = stops > 1 && all_may_stop(x);
      for (std::size_t a = 0; a < support_.size(); ++a) {
        const Index k = support_[a];
        if (against(k, solution_[a]) && (together || x[k] / (x[k] - solution_[a]) <= step)) {
          x[k] = 0;
        } else {
          x[k] = together || step == 1 ? solution_[a] : x[k] + step * (solution_[a] - x[k]);
        }
      }
      if (stops == 0) return true;
      for (Index a = static_cast<Index>(support_.size()) - 1; a >= 0; --a)
        if (x[support_[a]] == 0 && sign_[support_[a]] != 0) leave(a);
    }
  }

  // Whether q falls if every weight goes to its solution, or to zero if that is on the other side. In the metric of the
  // factor, what q is above its minimum for these signs is half the square of the distance.
  bool all_may_stop(MutableView x) {
    distance_.resize(support_.size());
    for (std::size_t a = 0; a < support_.size(); ++a) distance_[a] = x[support_[a]] - solution_[a];
    const double now = factor_.square(distance_);
    for (std::size_t a = 0; a < support_.size(); ++a)
      distance_[a] = against(support_[a], solution_[a]) ? solution_[a] : 0;
    return factor_.square(distance_) < 0.9 * now;
  }

  // Lets zeros in whose pull exceeds their toll: those with at least half of the largest excess, or the worst alone.
  bool enter(MutableView x, bool one_by_one, const Context& context) {
    newcomers_ = 0;
    std::copy(model_->g.begin(), model_->g.end(), pull_.begin());
    const Index width = 512, count = static_cast<Index>(support_.size());
    context.run((model_->size + width - 1) / width, static_cast<double>(count * model_->size), [&](Index task) {
      add_rows(model_->h, model_->stride, task * width, std::min(model_->size, (task + 1) * width), x, -1,
               pull_.data());
    });
    double worst = 0;
    const double noise = model_->positive ? rounding_of_pulls(x) : 0;
    for (Index k = 0; k < model_->size; ++k) {
      const double z = pull_[k], toll = model_->l1[k], excess = ElasticNet::reach(z, model_->positive) - toll;
      pull_[k] = 0;
      if (!(excess > model_->slack[k]) || inside_[k] || blocked_[k]) continue;
      const double curvature = model_->h[k * model_->stride + k] + model_->l2[k];
      if (!(curvature > 0) || (toll == 0 && excess <= noise * std::sqrt(curvature))) continue;
      pull_[k] = std::copysign(excess / std::sqrt(curvature), z);
      worst = std::max(worst, std::fabs(pull_[k]));
    }
    if (worst == 0) return false;
    // the worst first: only while x is optimal on the support may a dependent column change places with one of it
    last_newcomer_ =
        std::max_element(pull_.begin(), pull_.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }) -
        pull_.begin();
    newcomers_ = 1;
    const double direction = std::copysign(1.0, pull_[last_newcomer_]);
    sign_[last_newcomer_] = model_->sign_free(last_newcomer_) ? 0.0 : direction;
    if (!join(last_newcomer_)) {
      if (!exchange(last_newcomer_, direction, x)) blocked_[last_newcomer_] = 1;
      return true;
    }
    candidates_.clear();
    for (Index k = 0; k < model_->size && !one_by_one; ++k) {
      if (k == last_newcomer_ || std::fabs(pull_[k]) < 0.5 * worst) continue;
      sign_[k] = model_->sign_free(k) ? 0.0 : std::copysign(1.0, pull_[k]);
      candidates_.push_back(k);
    }
    newcomers_ += join_all(context);
    return true;
  }

  // Rounding in a pull, per unit of the root of the curvature. A weight without a toll that comes and goes, as it may
  // where none is negative, is at a pull of exactly zero where the support explains everything.
  double rounding_of_pulls(MutableView x) const {
    double sum = 0;
    for (const Index k : support_) sum += std::sqrt(model_->h[k * model_->stride + k]) * std::fabs(x[k]);
    return 8 * std::numeric_limits<double>::epsilon() * sum;
  }

  // The column of k is a combination of the support's: along that combination q falls at a constant rate, so move until
  // a weight of the support reaches zero, and let k take its place.
  bool exchange(Index k, double direction, MutableView x) {
    Vector d(support_.size());
    const double* h = model_->h + k * model_->stride;
    for (std::size_t a = 0; a < support_.size(); ++a) d[a] = -direction * h[support_[a]];
    factor_.solve(d.data());
    if (model_->positive && !cheaper(k, d)) return false;
    double step = std::numeric_limits<double>::infinity();
    Index first = -1;
    for (std::size_t a = 0; a < support_.size(); ++a) {
      const Index j = support_[a];
      if (sign_[j] == 0 || !(d[a] * sign_[j] < 0)) continue;
      const double t = -x[j] / d[a];
      if (t < step) step = t, first = static_cast<Index>(a);
    }
    if (first < 0) return false;
    for (std::size_t a = 0; a < support_.size(); ++a) x[support_[a]] += step * d[a];
    x[support_[first]] = 0;
    leave(first);
    x[k] = step * direction;
    if (join(k)) return true;
    x[k] = 0;
    return false;
  }

  // Whether the tolls fall along a combination of no effect: if not, the pull of k is nothing but rounding. Where
  // weights without a toll may be zero, as they may when none is negative, such pulls would go round and round.
  bool cheaper(Index k, const Vector& d) const {
    double price = model_->l1[k], size = price;
    for (std::size_t a = 0; a < support_.size(); ++a) {
      price += model_->l1[support_[a]] * d[a];
      size += std::fabs(model_->l1[support_[a]] * d[a]);
    }
    return price < -1e-12 * size;
  }

  // Newcomers whose first step would go against their pull leave again, before anything has moved.
  bool drop_misdirected(MutableView x) {
    bool lost = false;
    for (;;) {
      target();
      bool again = false;
      for (Index a = static_cast<Index>(support_.size()) - 1; a >= 0; --a) {
        const Index k = support_[a];
        if (x[k] != 0 || !against(k, solution_[a])) continue;
        leave(a);
        --entered_;
        again = lost = true;
      }
      if (!again) return lost;
    }
  }

  const Quadratic* model_ = nullptr;
  Cholesky factor_;
  std::vector<Index> support_;
  std::vector<Index> candidates_, order_;  // what may join; the support and behind it the candidates
  std::vector<char> inside_, blocked_, kept_;
  Vector sign_, pull_, cross_, solution_, distance_;
  double alpha_ = 0;
  double place_ = 0;
  Index entered_ = 0, newcomers_ = 0, last_newcomer_ = -1;
};

}  // namespace whyzero
