// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "millrace/record/field_type.h"
#include "millrace/record/json.h"
#include "millrace/record/json_text.h"
#include "millrace/record/record.h"

namespace millrace {
namespace {

struct Scalar {
  JsonKind kind;
  std::string text;  // of a string, decoded; else the JSON text

  bool is_string() const { return kind == JsonKind::string; }
  bool is_number() const { return kind == JsonKind::integer || kind == JsonKind::real; }
};

std::unexpected<Error> refuse(const FieldView& field, std::string_view type) {
  return fail(Code::invalid_record, fmt::format("field '{}': {} is no {}", field.key, show_json(field.value), type));
}

template <typename Number>
std::optional<Number> read_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> to_integer(const Scalar& scalar) {
  if (const auto integer = read_number<std::int64_t>(scalar.text)) return integer;
  if (scalar.kind != JsonKind::real) return std::nullopt;
  const auto real = read_number<double>(scalar.text);
  constexpr double limit = 9007199254740992;  // 2^53: up to here a double is exact
  if (!real || std::trunc(*real) != *real || std::abs(*real) > limit) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

Result<Value> convert_text(const FieldView& field, const Scalar& scalar, FieldType type) {
  if (!scalar.is_string()) {
    if (type == FieldType::text) return Value(scalar.text);
    return refuse(field, type == FieldType::datetime   ? "datetime"
                         : type == FieldType::duration ? "duration"
                         : type == FieldType::uuid     ? "uuid"
                         : type == FieldType::bytes    ? "base64 text"
                                                       : "record id");
  }
  switch (type) {
    case FieldType::datetime:
      if (const auto time = parse_rfc3339(scalar.text)) return Value(*time);
      return refuse(field, "RFC 3339 datetime");
    case FieldType::duration:
      if (auto duration = parse_duration(scalar.text)) return Value(*duration);
      return refuse(field, "duration such as 1h30m");
    case FieldType::uuid:
      if (const auto uuid = parse_uuid(scalar.text)) return Value(*uuid);
      return refuse(field, "uuid");
    case FieldType::bytes:
      if (auto bytes = decode_base64(scalar.text)) return Value(Bytes{std::move(*bytes)});
      return refuse(field, "base64 text");
    case FieldType::record: {
      const std::size_t colon = scalar.text.find(':');
      if (colon == std::string::npos || colon == 0) return refuse(field, "record id such as table:key");
      std::string table = scalar.text.substr(0, colon);
      auto key = parse_record_id(scalar.text, table);
      if (!key || !check_table_name(table)) return refuse(field, "record id such as table:key");
      RecordLink link{std::move(table), {}};
      link.key.push_back(std::visit([](auto& k) { return Value(std::move(k)); }, *key));
      return Value(std::move(link));
    }
    default: return Value(scalar.text);
  }
}

}  // namespace

Result<Value> convert(const FieldView& field, FieldType type) {
  if (field.kind == JsonKind::null_value) return Value(nullptr);
  if (field.kind == JsonKind::array || field.kind == JsonKind::object)
    return refuse(field, "scalar that could be converted");
  const Scalar scalar{field.kind,
                      field.kind == JsonKind::string ? decode_json_string(field.value) : std::string(field.value)};
  switch (type) {
    case FieldType::integer:
      if (const auto integer = to_integer(scalar); integer && (scalar.is_number() || scalar.is_string()))
        return Value(*integer);
      return refuse(field, "int");
    case FieldType::real:
      if (const auto real = read_number<double>(scalar.text); real && std::isfinite(*real)) return Value(*real);
      return refuse(field, "float");
    case FieldType::decimal:
      if (is_decimal(scalar.text)) return Value(Decimal{scalar.text});
      return refuse(field, "decimal of at most 28 digits");
    case FieldType::boolean:
      if (scalar.text == "true") return Value(true);
      if (scalar.text == "false") return Value(false);
      return refuse(field, "bool");
    case FieldType::text:
    case FieldType::datetime:
    case FieldType::duration:
    case FieldType::uuid:
    case FieldType::bytes:
    case FieldType::record: return convert_text(field, scalar, type);
  }
  std::unreachable();
}

}  // namespace millrace
