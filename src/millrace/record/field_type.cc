// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/field_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace millrace {
namespace {

struct TypeName {
  std::string_view name;
  FieldType type;
};
constexpr std::array type_names{
    TypeName{"text", FieldType::text},         TypeName{"int", FieldType::integer},
    TypeName{"float", FieldType::real},        TypeName{"decimal", FieldType::decimal},
    TypeName{"bool", FieldType::boolean},      TypeName{"datetime", FieldType::datetime},
    TypeName{"duration", FieldType::duration}, TypeName{"uuid", FieldType::uuid},
    TypeName{"bytes", FieldType::bytes},       TypeName{"record", FieldType::record},
};

std::optional<FieldType> find_type(std::string_view name) {
  for (const TypeName& known : type_names) {
    if (known.name == name) return known.type;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(FieldType type) { return std::ranges::find(type_names, type, &TypeName::type)->name; }

const TypeRule* TypeRules::find(std::string_view field) const {
  for (const TypeRule& rule : rules) {
    if (rule.field == field) return &rule;
  }
  return nullptr;
}

Result<TypeRules> parse_type_rules(std::string_view text) {
  TypeRules out;
  if (text.empty()) return out;
  for (std::size_t at = 0, comma = 0; comma != std::string_view::npos; at = comma + 1) {
    comma = text.find(',', at);
    const std::string_view part = text.substr(at, comma - at);
    if (part == "auto") {
      out.automatic = true;
      continue;
    }
    const std::size_t equals = part.rfind('=');
    if (equals == std::string_view::npos || equals == 0) {
      return fail(Code::invalid_argument, fmt::format("--types: '{}' is not FIELD=TYPE or auto", part));
    }
    const auto type = find_type(part.substr(equals + 1));
    if (!type) {
      return fail(Code::invalid_argument,
                  fmt::format("--types: '{}' is no type: use text, int, float, decimal, bool, datetime, duration, uuid, "
                              "bytes or record",
                              part.substr(equals + 1)));
    }
    const std::string_view field = part.substr(0, equals);
    if (out.find(field) != nullptr) {
      return fail(Code::invalid_argument, fmt::format("--types: the field '{}' stands twice", field));
    }
    out.rules.push_back({std::string(field), *type});
  }
  return out;
}

}  // namespace millrace
