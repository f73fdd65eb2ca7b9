// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/reconcile.h"

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
Result<Value> comparable(const Value& value) {
  Result<Value> plain = parse_json(to_json(value));
  if (!plain) return plain;
  if (auto* members = plain->get_if<Object>()) std::erase_if(*members, [](const Member& member) { return member.key == "id"; });
  sort_members(*plain);
  return plain;
}

}  // namespace

Result<Found> read_back(store::Store& store, const Lane& lane, const Block& block, std::size_t index) {
  const Result<std::optional<std::string>> stored = store.get(lane, block.id(index).to_id());
  if (!stored) return std::unexpected(stored.error());
  if (!stored->has_value()) return Found::nothing;
  const Result<Value> ours = block.encoding == Encoding::cbor ? cbor::decode(block.body(index)) : parse_json(block.body(index));
  const Result<Value> theirs = parse_json(**stored);
  if (!ours || !theirs) return std::unexpected(ours ? theirs.error() : ours.error());
  const Result<Value> left = comparable(*ours);
  const Result<Value> right = comparable(*theirs);
  return left && right && *left == *right ? Found::same : Found::other;
}

}  // namespace millrace::batch
