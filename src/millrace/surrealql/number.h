// SPDX-License-Identifier: Apache-2.0
//
// Numbers of any of the three kinds, as functions reckon with them. Private to this room.
#pragma once

#include <string>
#include <string_view>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

// A number as a float, rounded where it does not fit.
inline double to_real(const Datum& number) {
  if (number.is(Type::real)) return number.real();
  return number.is(Type::integer) ? static_cast<double>(number.integer()) : to_double(number.decimal());
}

// A number as a decimal; 0 for a float that is none, as the engine has it.
inline Datum to_decimal(const Datum& number, Evaluation& evaluation) {
  if (number.is(Type::decimal)) return number;
  const Decimal96 decimal =
      number.is(Type::integer) ? decimal_of(number.integer()) : decimal_of(number.real()).value_or(Decimal96());
  return Datum::of_decimal(evaluation.arena.make(decimal));
}

// Without what says its kind, and an infinity as Rust prints it: 1.5, inf.
std::string plain_number(const Datum& number);

// "Failed to compute: "math::abs(-9223372036854775808)", as the operation results in an arithmetic overflow."
Datum overflow(Evaluation& evaluation, std::string_view what);

}  // namespace millrace::surrealql
