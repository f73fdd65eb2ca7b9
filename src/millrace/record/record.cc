// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "millrace/record/json.h"

namespace millrace {
namespace {

constexpr std::size_t table_name_bytes_max = 63;

constexpr bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= table_name_bytes_max && is_name_start(text.front()) &&
         std::all_of(text.begin(), text.end(), is_name_part);
}

// The key of "table:key" as SurrealQL writes keys: 7, abc, ⟨a b⟩, `a b`, u'0190…'.
RecordId read_key(std::string_view key) {
  std::int64_t integer = 0;
  const char* const end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data(), end, integer);
  if (error == std::errc{} && stop == end) return integer;
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"⟨", "⟩"}, {"`", "`"}}) {
    if (key.size() >= open.size() + close.size() && key.starts_with(open) && key.ends_with(close)) {
      return std::string(key.substr(open.size(), key.size() - open.size() - close.size()));
    }
  }
  if (key.starts_with("u'") && key.ends_with("'")) {
    if (const auto uuid = parse_uuid(key.substr(2, key.size() - 3))) return *uuid;
  }
  return std::string(key);
}

}  // namespace

const Value* Value::find(std::string_view key) const {
  const auto* members = get_if<Object>();
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(), [&](const Member& m) { return m.key == key; });
  return found == members->end() ? nullptr : &found->value;
}

std::string_view Value::text() const {
  const auto* text = get_if<std::string>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string to_string(const RecordId& id) {
  if (const auto* integer = std::get_if<std::int64_t>(&id)) return std::to_string(*integer);
  if (const auto* uuid = std::get_if<Uuid>(&id)) return to_string(*uuid);
  return std::get<std::string>(id);
}

Result<RecordId> parse_record_id(std::string_view text, std::string_view table) {
  if (text.empty()) return fail(Code::invalid_id, "id is an empty text");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_name(text.substr(0, colon))) return RecordId(std::string(text));
  if (text.substr(0, colon) != table) {
    return fail(Code::invalid_id, fmt::format("id '{}' names the table {}, not {}", text, text.substr(0, colon), table));
  }
  RecordId id = read_key(text.substr(colon + 1));
  if (id == RecordId(std::string())) return fail(Code::invalid_id, fmt::format("id '{}' has no key", text));
  return id;
}

std::vector<RecordId> ids_of_key(std::string_view key) {
  if (key.empty() || !is_utf8(key)) return {};
  std::vector<RecordId> ids{std::string(key)};
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), integer);
  if (error == std::errc{} && std::to_string(integer) == key) ids.emplace_back(integer);
  if (const auto uuid = parse_uuid(key)) ids.emplace_back(*uuid);
  return ids;
}

Result<RecordId> read_record_id(const Value& value, std::string_view table) {
  if (const auto* integer = value.get_if<std::int64_t>()) return RecordId(*integer);
  if (const auto* uuid = value.get_if<Uuid>()) return RecordId(*uuid);
  if (const auto* text = value.get_if<std::string>()) return parse_record_id(*text, table);
  if (const auto* link = value.get_if<RecordLink>()) {
    if (link->table != table) {
      return fail(Code::invalid_id, fmt::format("id {} names the table {}, not {}", to_json(value), link->table, table));
    }
    if (!link->key.empty() && !link->key.front().is<RecordLink>()) {
      const Value& key = link->key.front();
      if (const auto* text = key.get_if<std::string>(); text != nullptr && !text->empty()) return RecordId(*text);
      if (!key.is<std::string>()) return read_record_id(key, table);
    }
  }
  return fail(Code::invalid_id, fmt::format("id is {}: an id is a text, an int or a uuid", to_json(value)));
}

Result<void> check_table_name(std::string_view name) {
  if (!is_name(name)) {
    return fail(Code::invalid_argument,
                fmt::format("'{}' is no table name: a letter or _, then letters, digits and _, at most {} in all", name,
                            table_name_bytes_max));
  }
  // Names are compared without case: SQLite keeps its own that way.
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (lower.starts_with("sqlite_") || lower.starts_with("millrace_")) {
    return fail(Code::invalid_argument, fmt::format("'{}' is no table name: sqlite_… and millrace_… are kept", name));
  }
  return {};
}

}  // namespace millrace
