// The part of the module that cross-validates without fitting fold after fold.
#pragma once

#include <nanobind/nanobind.h>

namespace whyzero {

void bind_cross_validation(nanobind::module_& m);

}  // namespace whyzero
