// Categorical columns as codes, and numbers; codes_columns.hpp says what is stored, the other headers of that name have
// the operations.
#pragma once

#include "whyzero/designs/codes_gram_by_group.hpp"

namespace whyzero {

template <typename Real>
class Codes {
 public:
  static constexpr double gram_cost = 0.5;

  explicit Codes(CodesColumns<Real> x) : x_(std::move(x)), level_rows_(std::make_shared<CodeRows>(x_.blocks.size())) {
    if (!x_.buffers) x_.buffers = std::make_shared<BufferPool>();
  }

  Index rows() const { return x_.rows; }
  Index cols() const { return static_cast<Index>(x_.owner.size()); }

  // A block is read as a whole, whatever its levels that are asked for.
  double entries(IndexView columns) const {
    std::vector<char> seen(x_.blocks.size(), 0);
    Index across = 0;
    for (const Index j : columns) {
      if (x_.is_number(j)) {
        ++across;
      } else if (char& known = seen[static_cast<std::size_t>(x_.owner[static_cast<std::size_t>(j)])]; known == 0) {
        known = 1, ++across;
      }
    }
    return static_cast<double>(across) * static_cast<double>(rows());
  }

  void dot(IndexView columns, const double* center, const double* u, Index count, double* out,
           const Context& context) const {
    const CodesChoice choice(x_, columns, center);
    codes_dot(x_, choice, columns, center, u, count, out, count, context);
    if (choice.numbers.empty()) return;
    Vector products(choice.numbers.size() * static_cast<std::size_t>(count));
    dense_dot(x_.numbers, choice.numbers, choice.number_center.data(), u, count, products.data(), context);
    for (std::size_t k = 0; k < choice.numbers.size(); ++k)
      std::copy_n(products.data() + static_cast<Index>(k) * count, count, out + choice.number_at[k] * count);
  }

  void axpy(IndexView columns, const double* coef, Index count, const double* center, double* out,
            const Context& context) const {
    const CodesTerms terms(x_, columns, coef, count, center);
    if (terms.empty()) return;
    for_ranges(rows(), height(), terms.work(), context, [&](Index begin, Index end) {
      terms.add_numbers(begin, end, out + begin, rows());
      terms.add_levels(begin, end, out + begin, rows());
    });
  }

  void gram(IndexView columns, Index first, const double* center, View weights, double* gram, Index stride,
            const Context& context) const {
    CodesGram(x_, columns, first, center, weights, gram, stride, context).compute();
  }

  // The rows of a group are counted in their own matrix.
  void gram_by_group(IndexView columns, const double* center, View weights, const std::int32_t* group, Index groups,
                     double* out, double* sums, const Context& context) const {
    const Index size = static_cast<Index>(columns.size());
    const CodesByGroup parts(x_, columns, center, weights, group, groups, context);
    std::vector<Index> every(columns.size());
    std::iota(every.begin(), every.end(), 0);
    for (Index f = 0; f < groups; ++f) {
      const Codes part(parts.columns(f));
      part.gram(every, 0, parts.center(), parts.weights(f), out + f * size * size, size, context);
      part.dot(every, parts.center(), parts.weights(f).data(), 1, sums + f * size, context);
      context.monitor.poll();
    }
  }

  Index sweep_height() const { return csc_block; }

  template <typename Rows>
  void sweep(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows_of, double* out,
             const Context& context) const {
    const CodesTerms terms(x_, columns, coef, count, center);
    auto u = x_.buffers->template take<double>(rows() * count);
    for_ranges(rows(), csc_block, terms.work(), context, [&](Index begin, Index end) {
      Vector eta(static_cast<std::size_t>(csc_block * count), 0.0);
      terms.add_numbers(begin, end, eta.data(), csc_block);
      terms.add_levels(begin, end, eta.data(), csc_block);
      rows_of(begin, end, eta.data(), csc_block);
      for (Index t = 0; t < count; ++t)
        std::copy_n(eta.data() + t * csc_block, end - begin, u.data() + t * rows() + begin);
    });
    dot(columns, center, u.data(), count, out, context);
  }

  template <typename Rows>
  void sweep_with_hessian(IndexView columns, const double* center, const double* coef, Index count, Rows&& rows_of,
                          double* out, const double* weights, Index, double* gram_out, Index stride, double* sums,
                          const Context& context) const {
    sweep(columns, center, coef, count, rows_of, out, context);
    gram(columns, 0, center, View(weights, static_cast<std::size_t>(rows())), gram_out, stride, context);
    dot(columns, center, weights, 1, sums, context);
    sums[columns.size()] = sum_of({weights, static_cast<std::size_t>(rows())});
  }

  template <typename Visit>
  void for_each(Index j, Visit&& visit) const {
    if (!x_.is_number(j)) {
      const std::size_t block = static_cast<std::size_t>(x_.owner[static_cast<std::size_t>(j)]);
      for (const std::int32_t i : level_rows_->of(block, x_.blocks[block], x_.level(j), rows()))
        visit(static_cast<Index>(i), 1.0);
      return;
    }
    for (Index i = 0; i < rows(); ++i) visit(i, x_.numbers.at(i, x_.level(j)));
  }

 private:
  Index height() const { return std::clamp<Index>(rows() / 16 / 1024 * 1024, 1024, 16384); }

  CodesColumns<Real> x_;
  std::shared_ptr<CodeRows> level_rows_;
};

static_assert(Design<Codes<double>> && Design<Codes<float>>, "Codes must have every operation of the concept Design");

}  // namespace whyzero
