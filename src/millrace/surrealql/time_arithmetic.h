// SPDX-License-Identifier: Apache-2.0
//
// What + - * / do to durations and datetimes. Private to this room.
#pragma once

#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

inline bool is_time(const Datum& datum) { return datum.is(Type::duration) || datum.is(Type::datetime); }

// One at least is a duration.
Datum add_times(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum subtract_times(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum multiply_duration(const Datum& duration, const Datum& number, Evaluation& evaluation);
// Leaves `out` when it cannot be done.
void divide_duration(const Datum& duration, const Datum& number, Datum& out);

}  // namespace millrace::surrealql
