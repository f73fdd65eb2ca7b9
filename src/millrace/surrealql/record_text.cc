// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/record_text.h"

#include <charconv>
#include <optional>
#include <string>

#include "millrace/surrealql/escapes.h"
#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view word = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view open_bracket = "⟨";
constexpr std::string_view close_bracket = "⟩";

// The word, or what stands in quotes, that the text begins with; moves the text behind it.
std::optional<std::string_view> take_name(std::string_view& text, Arena& arena, bool& quoted) {
  const bool ticks = text.starts_with('`');
  quoted = ticks || text.starts_with(open_bracket);
  if (!quoted) {
    const std::size_t size = std::min(text.find_first_not_of(word), text.size());
    if (size == 0) return std::nullopt;
    const std::string_view name = text.substr(0, size);
    text.remove_prefix(size);
    return arena.copy(name);
  }
  const std::string_view close = ticks ? "`" : close_bracket;
  std::string name;
  std::size_t at = ticks ? 1 : open_bracket.size();
  while (!text.substr(at).starts_with(close)) {
    if (at >= text.size()) return std::nullopt;
    if (text[at] != '\\') {
      name.push_back(text[at++]);
    } else if (!read_escape(text, at, name).empty()) {
      return std::nullopt;
    }
  }
  text.remove_prefix(at + close.size());
  return arena.copy(name);
}

void skip_space(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size())); }

// An int; a text where 64 bits do not hold it.
Datum integer_key(std::string_view text, Arena& arena) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? Datum::of_integer(value) : Datum::of_string(arena.copy(text));
}

std::optional<Datum> read_key(std::string_view text, Arena& arena) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) {
    text.remove_prefix(1);
    if (minus) skip_space(text);
    const std::size_t size = std::min(text.find_first_not_of(digits), text.size());
    if (size == 0) return std::nullopt;
    std::string number(minus ? "-" : "");
    number.append(text.substr(0, size));
    return integer_key(number, arena);
  }
  if (text.size() >= 39 && text.starts_with('u') && (text[1] == '\'' || text[1] == '"') && text[38] == text[1]) {
    std::uint8_t bytes[16];
    if (!parse_uuid_text(text.substr(2, 36), bytes)) return std::nullopt;
    return Datum::of_uuid(
        reinterpret_cast<const std::uint8_t*>(arena.copy({reinterpret_cast<const char*>(bytes), 16}).data()));
  }
  bool quoted = false;
  const auto name = take_name(text, arena, quoted);
  if (!name) return std::nullopt;
  const bool is_number = !quoted && name->find_first_not_of(digits) == std::string_view::npos;
  return is_number ? integer_key(*name, arena) : Datum::of_string(*name);
}

}  // namespace

const DatumRecord* parse_record(std::string_view text, Arena& arena) {
  skip_space(text);
  bool quoted = false;
  const bool digit_first = !text.empty() && digits.contains(text.front());
  const auto table = take_name(text, arena, quoted);
  skip_space(text);
  if (!table || digit_first || !text.starts_with(':')) return nullptr;
  text.remove_prefix(1);
  skip_space(text);
  const auto key = read_key(text, arena);
  return key ? arena.make(DatumRecord{*table, *key}) : nullptr;
}

}  // namespace millrace::surrealql
