// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

double nearest_real(const Datum& number) {
  if (number.is(Type::integer)) return static_cast<double>(number.integer());
  return number.is(Type::real) ? number.real() : to_double(number.decimal());
}

std::string_view type_name(Type type) {
  constexpr auto names = std::to_array<std::string_view>({"none", "null", "bool", "int", "float", "decimal", "string", "duration", "datetime", "uuid", "array",
                                                          "object", "bytes", "record", "regex", "range"});
  static_assert(names.size() == static_cast<std::size_t>(Type::range) + 1);
  return names[static_cast<std::size_t>(type)];
}

}  // namespace millrace::surrealql
