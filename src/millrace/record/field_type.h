// SPDX-License-Identifier: Apache-2.0
//
// --types FIELD=TYPE,…: which top-level fields are turned into another type on their way in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/record_view.h"
#include "millrace/record/value.h"

namespace millrace {

enum class FieldType : std::uint8_t { text, integer, real, decimal, boolean, datetime, duration, uuid, bytes, record };

std::string_view to_string(FieldType type);

struct TypeRule {
  std::string field;
  FieldType type = FieldType::text;
};

struct TypeRules {
  bool automatic = false;  // CSV cells become int or float when printing the number gives the same characters
  std::vector<TypeRule> rules;

  const TypeRule* find(std::string_view field) const;
  bool empty() const { return rules.empty(); }
};

// "auto", or FIELD=TYPE,… with TYPE one of text int float decimal bool datetime duration uuid bytes record. "auto" may
// stand among the rules. invalid_argument names the part that is wrong.
Result<TypeRules> parse_type_rules(std::string_view text);

// Turns a field's JSON value into the type. null stays null. invalid_record says what did not convert.
//   int       an integer of 64 bits, text of one; a real without a fraction, up to 2^53
//   float     any number, text of one        decimal  a number without an exponent, text of one, at most 28 digits
//   bool      true, false, their text        text     any scalar, as JSON prints it
//   datetime  RFC 3339 text                  duration text like 1h30m or 1d12h5s100ms
//   uuid      36-character text              bytes    base64 text        record  "table:key" text
Result<Value> convert(const FieldView& field, FieldType type);

}  // namespace millrace
