// SPDX-License-Identifier: Apache-2.0
//
// A list of what is let through, not of what is held back: a message that a store words in another way tomorrow gives nothing away.
#include <algorithm>

#include <fmt/format.h>

#include "millrace/gateway/problem.h"
#include "millrace/record/json.h"

namespace millrace::gateway {
namespace {

constexpr std::size_t words_bytes_max = 500;

// The text between the last `before` and the next `after`, or the end where that is empty.
std::optional<std::string_view> between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t at = text.rfind(before);
  if (at == text.npos) return std::nullopt;
  text.remove_prefix(at + before.size());
  if (after.empty()) return text;
  const std::size_t end = text.find(after);
  if (end == text.npos) return std::nullopt;
  return text.substr(0, end);
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// A type as SurrealDB prints it: "int", "option<string | int>", "array<record<person>, 5>".
bool is_type(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("_<>|, ").contains(c);
  });
}

bool is_field(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= ' '; });
}

// SurrealDB 2: Found 'x' for field `age`, with record `post:1`, but expected a int
// SurrealDB 3: Couldn't coerce value for field `age` of `post:1`: Expected `int` but found `'x'`
std::optional<std::string> fault_of_field(std::string_view message) {
  const bool is_found = message.starts_with("Found ");
  if (!is_found && !message.starts_with("Couldn't coerce value")) return std::nullopt;
  if (const auto field = between(message, "Found field '", "', but no such field exists"); field && is_field(*field)) {
    return fmt::format("the table has no field '{}'", *field);
  }
  const auto field = between(message, " for field `", "`");
  if (!field || !is_field(*field)) return std::nullopt;
  if (between(message, ", but field must conform to: ", "")) return fmt::format("the field `{}` does not conform to its rule", *field);
  if (const auto type = between(message, ", but expected a ", ""); type && is_type(*type)) {
    return fmt::format("the field `{}` has to be {}", *field, *type);
  }
  if (const auto type = between(message, ": Expected `", "`"); type && is_type(*type)) {
    return fmt::format("the field `{}` has to be {}", *field, *type);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> record_fault(std::string_view message) {
  constexpr std::string_view thrown = "An error occurred: ";  // of a THROW, whose words are for who writes
  if (message.starts_with(thrown)) {
    message.remove_prefix(thrown.size());
    if (message.size() <= words_bytes_max && is_utf8(message)) return std::string(message);
    return std::nullopt;
  }
  if (message.starts_with("table ")) {  // sqlite_store.cc; a check without a name is quoted as SQL
    const auto name = between(message, "CHECK constraint failed: ", "");
    if (name && is_identifier(*name)) return fmt::format("the table's check {} refuses it", *name);
    return std::nullopt;
  }
  if (!is_utf8(message)) return std::nullopt;
  return fault_of_field(message);
}

}  // namespace millrace::gateway
