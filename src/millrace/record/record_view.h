// SPDX-License-Identifier: Apache-2.0
//
// A record as it stands in the input: one JSON object, validated, with its top-level fields found and nothing copied.
//
// Lifetime: every view points into the text that was scanned (or into the scanner's scratch), and ends with it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace {

enum class JsonKind : std::uint8_t { null_value, false_value, true_value, integer, real, string, array, object };

struct FieldView {
  std::string_view key;    // decoded, without quotes; it may hold what JSON has to escape
  std::string_view value;  // the JSON text, a string with its quotes
  JsonKind kind = JsonKind::null_value;
  bool escaped = false;  // a string value that holds a backslash
};

struct RecordView {
  std::string_view text;          // the whole object, '{' to '}'
  std::vector<FieldView> fields;  // no key twice: the last of duplicate keys wins

  const FieldView* find(std::string_view key) const {
    for (const FieldView& field : fields) {
      if (field.key == key) return &field;
    }
    return nullptr;
  }
};

}  // namespace millrace
