// SPDX-License-Identifier: Apache-2.0
//
// Floats among the other numbers: -1, 0 or 1. Private to this room.
//
// NaN stands above infinity, and that with a sign below -infinity; -0 is 0. A float with a fraction is what its shortest
// digits say.
#pragma once

#include <cstdint>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

int compare_reals(double a, double b);
int compare_real_with_integer(double a, std::int64_t b);
int compare_real_with_decimal(double a, const Decimal96& b);

}  // namespace millrace::surrealql
