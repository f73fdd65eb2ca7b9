// SPDX-License-Identifier: Apache-2.0
//
// One call of a function on literals, as tests and the comparison with the engine do it: "string::len('añb')" → "3".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "millrace/surrealql/function.h"
#include "surrealql/literal.h"

namespace millrace::surrealql::test {

// SurrealQL's text of what comes out, or "error: " and why. A call is `name(arguments)` or `value.method(arguments)`; a
// value that is no plain number, text, array or object stands in parentheses.
inline std::string called(std::string_view call, Evaluation& evaluation) {
  // The text outlives the arguments, which point into it.
  call = evaluation.arena.copy(call);
  MILLRACE_ASSERT(call.ends_with(')'));
  const std::size_t name_size = call.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:");
  const Function* function = nullptr;
  std::vector<Datum> arguments;
  if (call[name_size] == '(' && name_size > 0) {
    function = find_function(call.substr(0, name_size));
    const std::string_view text =
        evaluation.arena.copy("[" + std::string(call.substr(name_size + 1, call.size() - name_size - 2)) + "]");
    const auto elements = literal(text, evaluation.arena).elements();
    arguments.assign(elements.begin(), elements.end());
  } else {
    const std::size_t open = call.rfind('(');
    const std::size_t dot = call.rfind('.', open);
    std::string_view value = call.substr(0, dot);
    if (value.starts_with('(')) value = value.substr(1, value.size() - 2);
    arguments.push_back(literal(value, evaluation.arena));
    const std::string_view text =
        evaluation.arena.copy("[" + std::string(call.substr(open + 1, call.size() - open - 2)) + "]");
    const auto elements = literal(text, evaluation.arena).elements();
    arguments.insert(arguments.end(), elements.begin(), elements.end());
    function = find_method(arguments[0].type(), call.substr(dot + 1, open - dot - 1));
  }
  if (function == nullptr) return "no such function";
  const Datum result = function->run(arguments, evaluation);
  return evaluation.failed() ? "error: " + evaluation.failure : sql(result);
}

inline std::string called(std::string_view call) {
  Evaluation evaluation;
  return called(call, evaluation);
}

}  // namespace millrace::surrealql::test
