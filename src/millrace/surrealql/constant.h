// SPDX-License-Identifier: Apache-2.0
//
// SurrealQL's named constants: math::pi and its kin, time::epoch, duration::max. Private to this room.
#pragma once

#include <span>
#include <string_view>

#include "millrace/record/value.h"

namespace millrace::surrealql {

struct Constant {
  std::string_view name;     // "math::pi"
  std::string_view written;  // "math::PI"
  Value (*value)();
  bool is_datetime = false;  // as Literal has it
};

// By its name in lower case; nullptr when there is none.
const Constant* find_constant(std::string_view name);
std::span<const Constant> all_constants();

}  // namespace millrace::surrealql
