// SPDX-License-Identifier: Apache-2.0
//
// Rows out of records that were validated whole.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "millrace/decode/field_tree.h"
#include "millrace/decode/record_reader.h"
#include "millrace/decode/row_reader.h"

namespace millrace::decode {

class RecordSlots {
 public:
  explicit RecordSlots(FieldTree& tree) : tree_(tree), slots_(tree.slots()), expected_(tree.root().children.size()) {}

  // Makes `row` what `found` is. Its views last as long as those of `found`, and until the next call.
  void show(Found& found, FoundRow& row);

 private:
  void fill(const RecordView& record);
  void take(const FieldTree::Node& node, const Slot& slot);
  void take_members(const FieldTree::Node& node, std::string_view object);

  FieldTree& tree_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> expected_;  // for each name that is asked for: the field that it was last
};

}  // namespace millrace::decode
