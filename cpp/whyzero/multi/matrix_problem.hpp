// Models with a matrix of weights: B has a row for each column of X and a column for each task or class.
//
//   P(b0, B) = sum_i w_i f(y_i, eta_i) + alpha sum_j omega_j(B_j),   eta_i = b0 + B'(x_i - center),   sum_i w_i = 1
//
// f acts on all tasks of a row at once (multi/row_losses.hpp), omega on all weights of a column of X
// (row_penalties.hpp). Vectors over the rows of X come by the task: number t of `tasks` begins at t * rows(). Weights
// come by the column of X: those of column j begin at j * tasks, as `Design::dot` and `Design::axpy` have them.
#pragma once

#include "whyzero/design.hpp"
#include "whyzero/null_model.hpp"
#include "whyzero/path.hpp"

namespace whyzero {

template <Design D>
struct MatrixProblem {
  D design;
  Index tasks;
  View y;       // targets, or 1 for the class of a row and 0 for the others
  View weight;  // of the rows; sums to one
  View l1, l2;  // strengths per unit of alpha, one for each column of X; infinite l1 means excluded
  View center, spread;
  bool intercept;
};

struct MatrixFit {
  double alpha = 0, gap = 0;
  Vector intercept;          // of the columns as stored, one for each task
  std::vector<Index> index;  // columns of X with a weight that is not zero, increasing
  Vector value;              // their weights
  Index steps = 0;
  Outcome outcome = Outcome::optimal;
};

struct MatrixPathFit {
  std::vector<MatrixFit> fits;
  double alpha_max = 0, null_loss = 0, passes = 0;
};

// A point of such a problem: all weights, the linear predictor, and the gradient on the columns that are optimised now.
template <Design D>
class MatrixState {
 public:
  MatrixState(const MatrixProblem<D>& problem, const Context& context) : problem_(problem), context_(context) {
    const auto cols = static_cast<std::size_t>(problem.design.cols()), tasks = static_cast<std::size_t>(problem.tasks);
    member_.assign(cols, 0);
    coef.assign(cols * tasks, 0.0);
    intercept.assign(tasks, 0.0);
    eta.assign(problem.y.size(), 0.0);
    u.resize(problem.y.size());
    for (Index j = 0; j < problem.design.cols(); ++j)
      if (std::isfinite(problem.l1[j]) && problem.spread[j] > 0) usable_.push_back(j);
  }

  const std::vector<Index>& columns() const { return columns_; }
  const std::vector<Index>& usable() const { return usable_; }
  Index size() const { return static_cast<Index>(columns_.size()); }
  bool contains(Index j) const { return member_[static_cast<std::size_t>(j)] != 0; }
  const double* row(Index j) const { return coef.data() + j * problem_.tasks; }
  double* row(Index j) { return coef.data() + j * problem_.tasks; }

  void add(Index j) {
    if (contains(j)) return;
    member_[static_cast<std::size_t>(j)] = 1;
    columns_.push_back(j);
  }

  // Leaves the columns j with stays[j].
  void keep(const std::vector<char>& stays) {
    std::vector<Index> columns;
    for (const Index j : columns_) {
      member_[static_cast<std::size_t>(j)] = stays[static_cast<std::size_t>(j)];
      if (contains(j)) columns.push_back(j);
    }
    columns_.swap(columns);
  }

  // Products of u with the centred columns of the working set.
  void differentiate() {
    gradient.resize(columns_.size() * static_cast<std::size_t>(problem_.tasks));
    problem_.design.dot(columns_, problem_.center.data(), u.data(), problem_.tasks, gradient.data(), context_);
  }

  // The weights of the working set, in its order.
  Vector weights() const {
    Vector out;
    for (const Index j : columns_) out.insert(out.end(), row(j), row(j) + problem_.tasks);
    return out;
  }

  void set_weights(const Vector& weights) {
    for (std::size_t k = 0; k < columns_.size(); ++k)
      std::copy_n(weights.data() + static_cast<Index>(k) * problem_.tasks, problem_.tasks, row(columns_[k]));
  }

  // How eta changes with these changes of the working set's weights and of the intercepts.
  void image(const Vector& change, const Vector& intercepts, RowVector& out) const {
    const Index rows = problem_.design.rows();
    out.resize(eta.size());
    for (Index t = 0; t < problem_.tasks; ++t) std::fill_n(out.data() + t * rows, rows, intercepts[t]);
    problem_.design.axpy(columns_, change.data(), problem_.tasks, problem_.center.data(), out.data(), context_);
  }

  Vector coef, intercept;  // by column of X; by task
  RowVector eta, u;        // u = w f'(eta)
  Vector gradient;         // on the working set
  double loss = 0;

 private:
  const MatrixProblem<D>& problem_;
  const Context& context_;
  std::vector<Index> columns_, usable_;
  std::vector<char> member_;
};

}  // namespace whyzero
