// SPDX-License-Identifier: Apache-2.0
//
// Walks over the structural positions of one record (simdjson's stage 1: every bracket, colon and comma outside of strings,
// and the first byte of every string, number and word) and fills the slots of a FieldTree. It checks that the tokens stand
// in JSON's order everywhere and brackets match; what goes into a slot is validated whole. It says only whether all is
// well: what is wrong, and where, is the strict reader's to find.
//
// Where a line ends too early: behind the last position stand two more that point at a line's end; no step accepts one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/decode/field_tree.h"
#include "millrace/record/json_scanner.h"

namespace millrace::decode {

class RowWalk {
 public:
  // Levels of a value that no path leads to; deeper ones are the strict reader's.
  static constexpr unsigned depth_max = 64;

  explicit RowWalk(FieldTree& tree) : tree_(tree), slots_(tree.slots()), rewritten_(tree.slots()) {}

  // The positions are of this text; 64 bytes behind it are readable.
  void open(std::string_view text) {
    text_ = text.data();
    text_end_ = text_ + text.size();
    backslash_ = nullptr;
  }
  // The record whose '{' should stand at text[*at]: the position behind its '}', or null. Records are taken in their order.
  // `line_end` is where the record's line ends.
  const std::uint32_t* record(const std::uint32_t* at, const char* line_end);

  // Valid until the next record.
  std::span<const Slot> slots() const { return slots_; }

 private:
  const std::uint32_t* members(FieldTree::Node& node, const std::uint32_t* at);
  KeyGuess* look_up(FieldTree::Node& node, KeyGuess* known, const std::uint32_t* at);
  const std::uint32_t* take(FieldTree::Node& node, const std::uint32_t* at);
  const std::uint32_t* take_other(FieldTree::Node& node, const std::uint32_t* at);
  const std::uint32_t* take_nested(FieldTree::Node& node, const std::uint32_t* at);
  void show_array(const FieldTree::Node& node, std::string_view array);
  const std::uint32_t* read_flat_array(const std::uint32_t* at);
  const std::uint32_t* skip_nested(const std::uint32_t* at) const;
  bool read_scalar(const char* value, const char* next, Slot& slot);
  bool read_string(const char* value, const char* end, Slot& slot);
  bool check_escapes(const char* value, const char* backslash, const char* end);

  FieldTree& tree_;
  std::vector<Slot> slots_;
  std::vector<std::string> rewritten_;  // for each slot: its value without repeated keys
  Slot element_;                        // a value that is no slot's yet, or will be none's
  JsonScanner scanner_;
  const char* text_ = nullptr;
  const char* text_end_ = nullptr;
  const char* backslash_ = nullptr;  // the first one behind what was looked at, or the text's end
  const char* line_end_ = nullptr;
};

}  // namespace millrace::decode
