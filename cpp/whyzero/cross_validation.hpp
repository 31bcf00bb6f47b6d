// Held-out deviances of the squared loss at every alpha of a grid, all folds from one read of X.
//
// A fold's fits come from the Gram matrix of its training rows, centred about their own means; its deviances from the
// Gram matrix of the rows it holds out. Both say how far rounding may have gone: a fold ends before the first alpha at
// which rounding could matter, and the rest of its alphas is left to solvers that read X.
#pragma once

#include <atomic>
#include <stdexcept>
#include <thread>

#include "whyzero/fold_sums.hpp"
#include "whyzero/gram_fits.hpp"

namespace whyzero {

// The penalty of each column per unit of alpha: l1 |b| + l2 b^2 / 2, with `standardize` in the unit b * (deviation of
// the column in the training rows), with `positive` for b >= 0 alone.
struct FoldedPenalty {
  View l1, l2;
  bool standardize, positive = false;
};

struct FoldedProblem {
  FoldedRows rows;
  IndexView columns;  // those that are not excluded
  View center;        // by column of X: where the sums are taken about; the means are best
  double level;       // the same of the target
  bool intercept;
  FoldedPenalty penalty;  // in the order of `columns`
};

struct FoldedGrid {
  View alphas;  // decreasing
  double tol;   // every gap is at most tol times the fold's null loss
};

// The training rows of one fold: the loss 1/2 sum_i w_i (target - x b - b0)^2 as plain numbers.
class FoldTraining {
 public:
  // `flat` has an entry for each column whose sums lose too much to rounding, else it is empty there.
  FoldTraining(const FoldedProblem& problem, const RowMoments& all, const RowMoments& held,
               const std::vector<const Flatness*>& flat)
      : problem_(problem), size_(static_cast<Index>(problem.columns.size())), flat_(flat) {
    weight_ = all.weight - held.weight;
    target_ = all.target - held.target;
    square_ = all.square - held.square;
    const auto size = static_cast<std::size_t>(size_);
    mean_.resize(size), h_.resize(size * size), linear_.resize(size), spread_.assign(size, 0.0), sd_.assign(size, 0.0);
    for (Index k = 0; k < size_; ++k) mean_[k] = (all.columns[k] - held.columns[k]) / weight_;
    const double level = target_ / weight_;
    for (Index a = 0; a < size_; ++a) {
      linear_[a] = (all.products[a] - held.products[a]) / weight_ - mean_[a] * level;
      for (Index b = 0; b < size_; ++b) {
        const Index at = a * size_ + b;
        h_[at] = (all.gram[at] - held.gram[at]) / weight_ - mean_[a] * mean_[b];
      }
      sd_[a] = flat_[a] != nullptr && flat_[a]->flat ? 0.0 : std::sqrt(std::max(0.0, h_[a * size_ + a]));
    }
    if (!problem.intercept) uncentre(level);
    for (Index k = 0; k < size_; ++k) {
      if (structural(k)) clear(k);
      spread_[k] = std::sqrt(std::max(0.0, h_[k * size_ + k]));
    }
    y_square_ = square_ / weight_ - level * level;
    if (!problem.intercept) y_square_ += (level + problem.level) * (level + problem.level);
  }

  // Whether the variance of column k has lost too much to rounding to be told from zero.
  static bool doubtful(const RowMoments& all, const RowMoments& held, Index size, Index k) {
    const double before = all.gram[k * size + k], w = all.weight - held.weight, sum = all.columns[k] - held.columns[k];
    return !(before - held.gram[k * size + k] - sum * sum / w > 1e-4 * before);
  }

  Index size() const { return size_; }

  // The fits from no weights at all on; `unit` is to be found by `null_loss`.
  GramModel model(double unit) const {
    Vector gradient(linear_);
    for (double& g : gradient) g = -g;
    Vector l1(h_.size() / static_cast<std::size_t>(size_), 1.0), l2(l1.size(), 0.0);
    for (Index k = 0; k < size_; ++k) {
      if (spread_[k] == 0) continue;
      const double unit_of_penalty = problem_.penalty.standardize ? sd_[k] : 1.0;
      l1[k] = problem_.penalty.l1[k] * unit_of_penalty;
      l2[k] = problem_.penalty.l2[k] * unit_of_penalty * unit_of_penalty;
    }
    return {h_.data(),
            size_,
            Vector(l1.size(), 0.0),
            std::move(gradient),
            0.5 * y_square_,
            std::move(l1),
            std::move(l2),
            spread_,
            unit,
            false,
            problem_.penalty.positive};
  }

  double y_square() const { return y_square_; }
  const Vector& linear() const { return linear_; }

  // t such that the residual of a row is r - u'b - t, with u = x - center and r = target - level.
  double shift(const Vector& coef) const {
    double t = problem_.intercept ? target_ / weight_ : -problem_.level;
    for (Index k = 0; k < size_; ++k)
      if (coef[k] != 0) t += coef[k] * (problem_.intercept ? -mean_[k] : problem_.center[problem_.columns[k]]);
    return t;
  }

 private:
  bool structural(Index k) const {
    if (flat_[k] == nullptr || !flat_[k]->flat) return false;
    return problem_.intercept || flat_[k]->value == 0;
  }

  // Products about zero from those about the means.
  void uncentre(double level) {
    Vector at(mean_);
    for (Index k = 0; k < size_; ++k) at[k] += problem_.center[problem_.columns[k]];
    for (Index a = 0; a < size_; ++a) {
      linear_[a] += at[a] * (level + problem_.level);
      for (Index b = 0; b < size_; ++b) h_[a * size_ + b] += at[a] * at[b];
    }
  }

  void clear(Index k) {
    linear_[k] = 0;
    for (Index b = 0; b < size_; ++b) h_[k * size_ + b] = h_[b * size_ + k] = 0;
  }

  const FoldedProblem& problem_;
  Index size_;
  const std::vector<const Flatness*>& flat_;
  double weight_ = 0, target_ = 0, square_ = 0, y_square_ = 0;
  Vector mean_, h_, linear_, spread_, sd_;
};

// Fits of one fold and their deviances on the rows that it holds out.
class FoldFits {
 public:
  FoldFits(const FoldTraining& training, const RowMoments& held, const Context& context)
      : training_(training), held_(held), context_(context), image_(static_cast<std::size_t>(training.size())) {}

  // One deviance for each alpha, up to the first that is not certain.
  Vector run(const FoldedGrid& grid) {
    Vector deviance;
    GramModel model = training_.model(0);
    Vector null(model.base);
    const double null_loss = fit_null(model, null);
    if (!(null_loss > 1e-10 * model.loss)) return deviance;
    model.unit = std::sqrt(2 * null_loss);
    const double accuracy = std::max(1e-13, 0.3 * grid.tol);
    GramFits fits(std::move(model), std::move(null), std::max(GramFits::decisive, 0.1 * accuracy), active_, context_);
    for (const double alpha : grid.alphas) {
      if (!fits.solve(alpha, accuracy) || !(fits.gap() <= grid.tol * null_loss)) break;
      double value = 0;
      if (!score(fits.coef(), value)) break;
      deviance.push_back(value);
    }
    return deviance;
  }

 private:
  // The unpenalised columns alone; returns the mean loss.
  double fit_null(const GramModel& model, Vector& coef) {
    const double infinity = std::numeric_limits<double>::infinity(),
                 rounding = 8 * std::numeric_limits<double>::epsilon() * std::sqrt(2 * model.loss);
    Vector l1(coef.size(), infinity), l2(coef.size(), 0.0), slack(coef.size());
    for (std::size_t k = 0; k < coef.size(); ++k) {
      if (model.l1[k] == 0 && model.l2[k] == 0) l1[k] = 0;
      slack[k] = rounding * model.spread[k];
    }
    const Quadratic quadratic{model.h, model.stride,  training_.size(), training_.linear(), l1, l2, slack, 0,
                              0,       model.positive};
    if (!active_.minimise(quadratic, coef, context_)) return 0;
    double loss = 0.5 * training_.y_square();
    Vector image(coef.size(), 0.0);
    add_rows(model.h, model.stride, training_.size(), coef, 0.5, image.data());
    for (std::size_t k = 0; k < coef.size(); ++k) loss += coef[k] * (image[k] - training_.linear()[k]);
    return loss;
  }

  // Mean of (r - u'b - t)^2 over the held-out rows. False if rounding could have changed it.
  bool score(const Vector& coef, double& deviance) {
    const Index size = training_.size();
    const double t = training_.shift(coef);
    std::fill(image_.begin(), image_.end(), 0.0);
    add_rows(held_.gram, size, size, coef, 1, image_.data());
    double sum = held_.square - 2 * t * held_.target + t * t * held_.weight;
    double reach = std::sqrt(held_.square) + std::fabs(t) * std::sqrt(held_.weight);
    for (Index k = 0; k < size; ++k) {
      if (coef[k] == 0) continue;
      sum += coef[k] * (image_[k] - 2 * held_.products[k] + 2 * t * held_.columns[k]);
      reach += std::fabs(coef[k]) * std::sqrt(held_.gram[k * size + k]);
    }
    deviance = sum / held_.weight;
    return 16 * std::numeric_limits<double>::epsilon() * reach * reach <= 1e-9 * sum;
  }

  const FoldTraining& training_;
  const RowMoments& held_;
  const Context& context_;
  ActiveSet active_;
  Vector image_;
};

// Runs task(f, context) for every fold, several at a time, each on one thread. The caller's thread looks at the
// caller's monitor; when it is told to stop, the others stop, too.
template <typename Task>
void for_folds(Index folds, double work, const Context& context, Task&& task) {
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<bool> stopped{false};
  context.run(folds, work, [&](Index f) {
    if (std::this_thread::get_id() == caller) {
      try {
        task(f, Context{context.monitor, 1});
      } catch (...) {
        stopped = true;
        throw;
      }
    } else {
      Monitor monitor([&stopped](Index) {
        if (stopped) throw std::runtime_error("another fold failed");
      });
      task(f, Context{monitor, 1});
    }
  });
}

// For each fold, the deviances at the first alphas of the grid: at all of them unless rounding could matter.
template <Design D>
std::vector<Vector> cross_validate(const D& design, const FoldedProblem& problem, const FoldedGrid& grid,
                                   const Context& context) {
  const FoldSums<D> sums(design, problem.rows, problem.columns, problem.center.data(), problem.level, context);
  const Index folds = problem.rows.folds, size = sums.size();
  std::vector<char> doubtful(static_cast<std::size_t>(size), 0);
  for (Index f = 0; f < folds; ++f)
    for (Index k = 0; k < size; ++k)
      doubtful[k] = doubtful[k] || FoldTraining::doubtful(sums.all(), sums.fold(f), size, k);
  std::vector<std::vector<Flatness>> flat(static_cast<std::size_t>(size));
  context.run(size, static_cast<double>(design.rows()), [&](Index k) {
    if (doubtful[k]) flat[k] = sums.flatness(k);
  });
  std::vector<Vector> deviances(static_cast<std::size_t>(folds));
  const double work = static_cast<double>(folds * size * size) * static_cast<double>(grid.alphas.size());
  for_folds(folds, work, context, [&](Index f, const Context& own) {
    std::vector<const Flatness*> known(static_cast<std::size_t>(size), nullptr);
    for (Index k = 0; k < size; ++k) {
      if (!FoldTraining::doubtful(sums.all(), sums.fold(f), size, k)) continue;
      known[k] = &flat[k][f];
      if (!known[k]->flat) return;
    }
    const FoldTraining training(problem, sums.all(), sums.fold(f), known);
    deviances[f] = FoldFits(training, sums.fold(f), own).run(grid);
  });
  return deviances;
}

}  // namespace whyzero
