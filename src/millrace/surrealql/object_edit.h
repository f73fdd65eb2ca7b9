// SPDX-License-Identifier: Apache-2.0
//
// Objects with something added, changed or taken out: copies in the arena, of the members along the way only.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/program.h"

namespace millrace::surrealql {

// `object` with `value` at names[0].names[1]…; what is no object on the way there becomes one. An array's elements each get it.
Datum with_member(const Datum& object, std::span<const std::string> names, const Datum& value, Evaluation& evaluation);
// `datum` with `value` in place of what stands at the steps (fields and numbers); unchanged when nothing stands there.
Datum with_value(const Datum& datum, std::span<const Step> steps, const Datum& value, Evaluation& evaluation);
// `datum` without what stands at the steps: OMIT's rules. A field of an array is none of its elements' (arr[*].x is).
Datum without(const Datum& datum, std::span<const Step> steps, Evaluation& evaluation);
// What stands at the steps, as a path would find it; steps are fields, numbers, [*] and [$].
Datum at_steps(const Datum& datum, std::span<const Step> steps, Evaluation& evaluation);

}  // namespace millrace::surrealql
