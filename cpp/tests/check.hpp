// The whole test framework: CHECK counts and reports, `report` is the exit status of main.
#pragma once

#include <cmath>
#include <cstdio>
#include <random>

#include "whyzero/types.hpp"

namespace whyzero::test {

inline int& failures() {
  static int count = 0;
  return count;
}

inline void check(bool ok, const char* what, const char* file, int line) {
  if (ok) return;
  ++failures();
  std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
}

inline int report(const char* name) {
  std::printf("%s: %s\n", name, failures() == 0 ? "all laws hold" : "FAILED");
  return failures() == 0 ? 0 : 1;
}

inline bool near(double a, double b, double tolerance) { return std::fabs(a - b) <= tolerance * (1 + std::fabs(b)); }

inline Vector normal(std::size_t size, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> draw;
  Vector out(size);
  for (double& v : out) v = draw(generator);
  return out;
}

}  // namespace whyzero::test

#define CHECK(condition) whyzero::test::check((condition), #condition, __FILE__, __LINE__)
