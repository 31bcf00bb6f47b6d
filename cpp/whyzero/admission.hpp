// Which columns are in the working set: those that the last pass found above their toll, and, ahead of need, those that
// would enter next if the signs stayed as they are.
#pragma once

#include "whyzero/verification.hpp"

namespace whyzero {

template <Loss L, Design D>
class Admission {
 public:
  Admission(const Problem<L, D>& problem, WorkingSet<L, D>& set, const Start& start, Account& account)
      : problem_(problem), set_(set), start_(start), account_(account) {}

  // Columns outside the working set whose pull exceeds their toll join it: at most 50, or as many as the support has.
  // False if there is none, and the working set is as it was; else it may have been cut, too, and its order is new.
  bool admit(const Verification<L, D>& verification, Index t, const Candidate& fit, View coef, double accuracy) {
    const Vector c = verification.near_products(t);
    std::vector<std::pair<double, Index>> violators;
    for (std::size_t k = 0; k < c.size(); ++k) {
      const Index j = verification.near()[k];
      if (set_.contains(j)) continue;
      const double toll = fit.alpha * problem_.l1[j], excess = problem_.pull(c[k]) - toll;
      if (excess > std::max(accuracy * toll, fit.rounding * problem_.spread[j]))
        violators.emplace_back(-excess / toll, j);
    }
    if (violators.empty()) return false;
    join(violators, std::max<std::size_t>(50, support_size(coef)), coef);
    return true;
  }

  // Adds the columns that would enter next. A working set that has grown far beyond what is wanted loses those that
  // would enter last.
  void rank(const std::vector<Index>& columns, const Vector& drift, View coef) {
    std::vector<std::pair<double, Index>> order;
    for (std::size_t k = 0; k < columns.size(); ++k)
      if (!kept(columns[k], coef)) order.emplace_back(-entry(columns[k], drift.empty() ? 0 : drift[k]), columns[k]);
    const std::size_t support = support_size(coef), most = std::min(order.size(), ahead(columns.size(), support));
    std::nth_element(order.begin(), order.begin() + most, order.end());
    if (set_.columns().size() > (L::quadratic ? 2 * (support + most) + 64 : support + 2 * most)) {
      std::vector<char> stays(static_cast<std::size_t>(problem_.design.cols()), 0);
      for (std::size_t i = 0; i < most; ++i) stays[order[i].second] = 1;
      for (const Index j : set_.columns()) stays[j] = stays[j] || kept(j, coef);
      cut(stays);
    }
    join(order, most, coef);
  }

 private:
  // The first `most` of an order, after a working set whose Gram matrix would be too large was cut to what it must
  // keep.
  void join(std::vector<std::pair<double, Index>>& order, std::size_t most, View coef) {
    if (order.size() > most) {
      std::nth_element(order.begin(), order.begin() + most, order.end());
      order.resize(most);
    }
    if (set_.columns().size() + order.size() > static_cast<std::size_t>(WorkingSet<L, D>::largest_gram)) {
      std::vector<char> stays(static_cast<std::size_t>(problem_.design.cols()), 0);
      std::size_t staying = 0;
      for (const Index j : set_.columns()) staying += stays[j] = kept(j, coef);
      if (staying <= set_.columns().size() / 2) cut(stays);
    }
    for (const auto& [score, j] : order) set_.add(j);
  }

  // How many columns join ahead of need. For the squared loss they cost their products once; for another loss they take
  // part in every gradient and Hessian, and one that is missing costs a pass over all columns: few where these are few.
  static std::size_t ahead(std::size_t columns, std::size_t support) {
    return L::quadratic ? 64 + support / 2 : std::min(32 + support / 2, 4 + columns / 16);
  }

  void cut(const std::vector<char>& stays) {
    account_.largest = std::max(account_.largest, set_.size());
    set_.keep(stays);
  }

  // A column that no cut may take away.
  bool kept(Index j, View coef) const { return coef[j] != 0 || start_.coef[j] != 0 || problem_.l1[j] == 0; }

  std::size_t support_size(View coef) const {
    return static_cast<std::size_t>(
        std::count_if(set_.columns().begin(), set_.columns().end(), [&](Index j) { return coef[j] != 0; }));
  }

  // The alpha, in units of that of the start, at which column j would enter: Eq. (78), -gradient(alpha') = z - (alpha -
  // alpha') a with z = -pull, a = drift, all in units of the toll; it enters where |.| = alpha'. A start without alpha
  // is the null model: then the pull alone tells.
  double entry(Index j, double drift) const {
    const double toll = problem_.l1[j], alpha = start_.alpha, z = -start_.gradient[j] / toll, a = drift / toll;
    if (alpha == 0 || a == 0) return ElasticNet::reach(z, problem_.positive);
    double when = 0;
    if (a < 1) when = std::max(when, (z - alpha * a) / (1 - a));
    if (a > -1 && !problem_.positive) when = std::max(when, (alpha * a - z) / (1 + a));
    return std::min(when / alpha, 1.0);
  }

  const Problem<L, D>& problem_;
  WorkingSet<L, D>& set_;
  const Start& start_;
  Account& account_;
};

}  // namespace whyzero
