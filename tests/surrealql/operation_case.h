// SPDX-License-Identifier: Apache-2.0
//
// One operation on literals, as tests and the comparison with the engine do them: "1 + 1f" is ("+", "1", "1f") → "2f".
#pragma once

#include <string>
#include <string_view>

#include "surrealql/literal.h"

namespace millrace::surrealql::test {

// "<array<int,3>>": the kinds by their names.
inline Cast parse_cast(std::string_view text) {
  const auto kind_of = [](std::string_view name) {
    for (int i = 0; i <= static_cast<int>(CastKind::set); ++i) {
      if (to_string(static_cast<CastKind>(i)) == name) return static_cast<CastKind>(i);
    }
    MILLRACE_ASSERT(false);
    return CastKind::any;
  };
  text = text.substr(1, text.size() - 2);
  const std::size_t inner = text.find('<');
  Cast cast{.kind = kind_of(text.substr(0, inner))};
  if (inner == std::string_view::npos) return cast;
  const std::string_view inside = text.substr(inner + 1, text.size() - inner - 2);
  const std::size_t comma = inside.find(',');
  cast.element = kind_of(inside.substr(0, comma));
  if (comma != std::string_view::npos) cast.size_max = std::stoll(std::string(inside.substr(comma + 1)));
  return cast;
}

inline Datum apply(std::string_view operation, const Datum& a, const Datum& b, Evaluation& evaluation) {
  const auto boolean = [](bool value) { return Datum::of_boolean(value); };
  if (operation == "+") return add(a, b, evaluation);
  if (operation == "-") return subtract(a, b, evaluation);
  if (operation == "*") return multiply(a, b, evaluation);
  if (operation == "/") return divide(a, b, evaluation);
  if (operation == "%") return remainder(a, b, evaluation);
  if (operation == "**") return power(a, b, evaluation);
  if (operation == "<") return boolean(compare(a, b) < 0);
  if (operation == "<=") return boolean(compare(a, b) <= 0);
  if (operation == "=") return boolean(equal(a, b));
  if (operation == "==") return boolean(exactly_equal(a, b));
  if (operation == "*=") return boolean(all_equal(a, b));
  if (operation == "?=") return boolean(any_equal(a, b));
  if (operation == "CONTAINS") return boolean(contains(a, b));
  if (operation == "CONTAINSALL") return boolean(contains_all(a, b));
  if (operation == "CONTAINSANY") return boolean(contains_any(a, b));
  if (operation == "CONTAINSNONE") return boolean(contains_none(a, b));
  if (operation == "neg") return negate(a, evaluation);
  if (operation == "!!") return boolean(is_truthy(a));
  if (operation == "value") return a;
  MILLRACE_ASSERT(operation.starts_with('<'));
  return cast(a, parse_cast(operation), evaluation);
}

// SurrealQL's text of what comes out, or "error: " and why.
inline std::string outcome(std::string_view operation, std::string_view a, std::string_view b) {
  Evaluation evaluation;
  const Datum left = literal(a, evaluation.arena);
  const Datum right = b.empty() ? Datum::none() : literal(b, evaluation.arena);
  const Datum result = apply(operation, left, right, evaluation);
  return evaluation.failed() ? "error: " + evaluation.failure : sql(result);
}

}  // namespace millrace::surrealql::test
