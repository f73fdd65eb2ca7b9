// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/record_slots.h"

#include <algorithm>
#include <utility>

#include "millrace/decode/json_element.h"
#include "millrace/record/json.h"
#include "millrace/record/json_text.h"

namespace millrace::decode {
namespace {

SlotKind kind_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::null_value: return SlotKind::null_value;
    case JsonKind::false_value: return SlotKind::false_value;
    case JsonKind::true_value: return SlotKind::true_value;
    case JsonKind::integer: return SlotKind::integer;
    case JsonKind::real: return SlotKind::real;
    case JsonKind::string: return SlotKind::string;
    case JsonKind::array: return SlotKind::array;
    case JsonKind::object: return SlotKind::object;
  }
  std::unreachable();
}

Slot slot_of(const FieldView& field) {
  Slot slot{.kind = kind_of(field.kind), .escaped = false, .text = field.value};
  if (slot.kind == SlotKind::string) {
    slot.text = unquoted(field.value);
    slot.escaped = field.escaped;
  }
  return slot;
}

// `value` was validated.
Slot slot_of(std::string_view value) {
  switch (value.front()) {
    case '"': return {.kind = SlotKind::string, .escaped = value.contains('\\'), .text = unquoted(value)};
    case '{': return {.kind = SlotKind::object, .text = value};
    case '[': return {.kind = SlotKind::array, .text = value};
    case 't': return {.kind = SlotKind::true_value, .text = value};
    case 'f': return {.kind = SlotKind::false_value, .text = value};
    case 'n': return {.kind = SlotKind::null_value, .text = value};
    default: return {.kind = value.find_first_of(".eE") == value.npos ? SlotKind::integer : SlotKind::real, .text = value};
  }
}

}  // namespace

void RecordSlots::show(Found& found, FoundRow& row) {
  row.input = found.input;
  row.line = found.line;
  row.byte = found.byte;
  row.offset = found.offset;
  row.source.swap(found.source);
  row.error.swap(found.error);
  row.is_json = found.is_json;
  row.row = {};
  if (row.error) return;
  fill(found.record);
  row.row = {.text = found.record.text, .slots = slots_};
}

void RecordSlots::fill(const RecordView& record) {
  std::ranges::fill(slots_, Slot{});
  const auto& children = tree_.root().children;
  const auto& fields = record.fields;
  if (children.size() > fields.size()) {
    for (const FieldView& field : fields) {
      const std::int32_t child = tree_.root().find(field.key);
      if (child != FieldTree::no_node) take(tree_.node(child), slot_of(field));
    }
    return;
  }
  for (std::size_t i = 0; i < children.size(); ++i) {
    const std::string& name = children[i].first;
    if (expected_[i] >= fields.size() || fields[expected_[i]].key != name) {
      const FieldView* const field = record.find(name);
      if (field == nullptr) continue;
      expected_[i] = static_cast<std::size_t>(field - fields.data());
    }
    take(tree_.node(children[i].second), slot_of(fields[expected_[i]]));
  }
}

void RecordSlots::take(const FieldTree::Node& node, const Slot& slot) {
  for (const std::uint32_t index : node.slots) slots_[index] = slot;
  if (node.below.empty()) return;
  if (slot.kind == SlotKind::object) take_members(node, slot.text);
  if (slot.kind != SlotKind::array) return;
  for (const FieldTree::Below& below : node.below) {
    slots_[below.slot] = slot;
    slots_[below.slot].names_left = below.names_left;
  }
}

void RecordSlots::take_members(const FieldTree::Node& node, std::string_view object) {
  const auto skip_to = [&](std::size_t at) {
    while (is_json_space(object[at]) || object[at] == ',' || object[at] == ':') ++at;
    return at;
  };
  for (std::size_t at = skip_to(1); object[at] != '}'; at = skip_to(at)) {
    const std::string_view key = object.substr(at, skip_json_string(object.substr(at)));
    at = skip_to(at + key.size());
    const std::string_view value = object.substr(at, skip_json_value(object.substr(at)));
    at += value.size();
    const std::int32_t child = key.contains('\\') ? node.find(decode_json_string(key)) : node.find(unquoted(key));
    if (child != FieldTree::no_node) take(tree_.node(child), slot_of(value));
  }
}

}  // namespace millrace::decode
