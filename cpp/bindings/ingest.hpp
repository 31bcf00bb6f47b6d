// The part of the module that reads X before a fit.
#pragma once

#include <nanobind/nanobind.h>

namespace whyzero {

void bind_ingest(nanobind::module_& m);

}  // namespace whyzero
