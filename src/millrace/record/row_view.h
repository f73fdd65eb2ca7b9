// SPDX-License-Identifier: Apache-2.0
//
// A record as a query sees it: not its fields, but the values at the paths that the query names, each in a slot of its own.
//
//   paths {{"title"}, {"author", "name"}}   of   {"title":"A","author":{"name":"B"},"n":1}   →   slots "A", "B"
//
// What is in a slot was validated whole, and of keys that repeat in it only the last is left; of the rest of the record only the structure was looked at, unless the reader is strict.
// Lifetime: every view points into the text that was read, or into the reader's scratch, and ends with the next record.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// Names of members from the record inwards: {"author", "name"} is author.name. Never empty.
using FieldPath = std::vector<std::string>;

enum class SlotKind : std::uint8_t { missing, null_value, false_value, true_value, integer, real, string, array, object };

struct Slot {
  SlotKind kind = SlotKind::missing;
  bool escaped = false;   // a string that holds a backslash
  std::string_view text;  // as in the input: a string between its quotes, a number, an array or object with its brackets
  // When not 0, an array stands in the path's way: the slot holds that array, and so many of the path's last names are still to
  // be looked up in its elements.
  std::uint32_t names_left = 0;
};

struct RowView {
  std::string_view text;        // the whole record, '{' to '}'
  std::span<const Slot> slots;  // one for each path, in their order
};

}  // namespace millrace
