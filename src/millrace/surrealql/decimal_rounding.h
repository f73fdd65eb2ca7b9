// SPDX-License-Identifier: Apache-2.0
//
// What math:: does to decimals and operators do not: cutting and rounding at a digit. Halves go to the even digit, as
// SurrealDB's decimals round; its floats round away from zero.
#pragma once

#include <cstddef>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

Decimal96 floor(const Decimal96& decimal);
Decimal96 ceil(const Decimal96& decimal);
// With at most `digits` behind the point.
Decimal96 round(const Decimal96& decimal, std::size_t digits);
Decimal96 absolute(const Decimal96& decimal);
// -1, 0 or 1, as a decimal.
Decimal96 signum(const Decimal96& decimal);
// By Newton's method until two steps agree, as the engine's library takes it. Not of negative ones.
Decimal96 square_root(const Decimal96& decimal);

}  // namespace millrace::surrealql
