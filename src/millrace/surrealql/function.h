// SPDX-License-Identifier: Apache-2.0
//
// SurrealQL's functions, by name.
//
//   const Function* upper = find_function("string::uppercase");
//   Datum result = upper->run(arguments, evaluation);
//
// A function borrows from its arguments what it does not change; arrays and objects among them are open. Wrong types fail in the
// engine's words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/surrealql/datum.h"
#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

struct Function {
  std::string_view name;  // "string::uppercase"
  std::uint8_t arguments_min = 0;
  std::uint8_t arguments_max = 0;  // 255: any number
  Datum (*run)(std::span<const Datum> arguments, Evaluation& evaluation) = nullptr;
  bool same_each_time = true;  // false for rand::uuid and time::now: not folded when its arguments are constants
};

const Function* find_function(std::string_view name);
// For a method, `value.uppercase()`: the function that it means for a value of that type, or nullptr.
const Function* find_method(Type type, std::string_view name);
// Every function, sorted by name: for the docs, and near names.
std::span<const Function> all_functions();
// The names of the methods that a type has, but for those that every value has (is_…, to_…, type_of, repeat).
std::vector<std::string_view> method_names(Type type);
// What SurrealQL has and a file does not: "http::get" → "there is no network here"; empty when SurrealQL has no such function either.
std::string_view why_not_here(std::string_view name);
std::vector<std::string_view> functions_not_here();

}  // namespace millrace::surrealql
