// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/same_record.h"

#include <algorithm>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"

namespace millrace::batch {
namespace {

void sort_members(Value& value) {
  if (auto* items = value.get_if<Array>()) {
    for (Value& item : *items) sort_members(item);
  }
  if (auto* members = value.get_if<Object>()) {
    for (Member& member : *members) sort_members(member.value);
    std::sort(members->begin(), members->end(), [](const Member& a, const Member& b) { return a.key < b.key; });
  }
}

// The record as JSON would show it, without its id and with its fields in order: the form in which stores can be compared.
Result<Value> comparable(const Value& value, bool with_created_at) {
  Result<Value> plain = parse_json(to_json(value));
  if (!plain) return plain;
  if (auto* members = plain->get_if<Object>()) {
    std::erase_if(*members, [&](const Member& member) {
      return member.key == "id" || (!with_created_at && member.key == "created_at");
    });
  }
  sort_members(*plain);
  return plain;
}

// SurrealDB adds what a table's definition computes: DEFAULT, VALUE. So a field that only the store has tells nothing.
bool holds_all_of(const Value& ours, const Value& stored) {
  const auto* const members = ours.get_if<Object>();
  if (members == nullptr) return ours == stored;
  return std::ranges::all_of(*members, [&](const Member& member) {
    const Value* const there = stored.find(member.key);
    return there != nullptr && *there == member.value;
  });
}

}  // namespace

bool has_time_of_millrace(const Block::Entry& entry) { return entry.stamped || entry.stamp_at != Block::no_stamp; }

Result<bool> is_same_record(const Block& block, std::size_t index, std::string_view stored, bool with_created_at) {
  const Result<Value> ours = block.encoding == Encoding::cbor ? cbor::decode(block.body(index)) : parse_json(block.body(index));
  const Result<Value> theirs = parse_json(stored);
  if (!ours || !theirs) return std::unexpected(ours ? theirs.error() : ours.error());
  const Result<Value> left = comparable(*ours, with_created_at);
  const Result<Value> right = comparable(*theirs, with_created_at);
  if (!left || !right) return false;
  return block.encoding == Encoding::cbor ? holds_all_of(*left, *right) : *left == *right;
}

}  // namespace millrace::batch
