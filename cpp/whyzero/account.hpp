// What was done for a path, and where the time went.
#pragma once

#include "whyzero/types.hpp"

namespace whyzero {

struct Account {
  bool gram = false;      // fits from the Gram matrix of all columns
  bool all = false;       // the working set was all columns
  double passes = 0;      // reads of X for products with all columns; a part where some were left out
  Index batches = 0;      // rounds of verification
  Index hessians = 0;     // second derivatives taken
  Index evaluations = 0;  // gradients on a working set
  Index largest = 0;      // working set
  double null_seconds = 0, hessian_seconds = 0, solve_seconds = 0, verify_seconds = 0;
};

}  // namespace whyzero
