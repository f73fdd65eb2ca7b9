// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/reconcile.h"

#include <algorithm>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/telemetry/profile.h"

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

Result<Found> compare(const Block& block, std::size_t index, const std::optional<std::string>& stored, bool with_created_at) {
  if (!stored) return Found::nothing;
  const Result<Value> ours = block.encoding == Encoding::cbor ? cbor::decode(block.body(index)) : parse_json(block.body(index));
  const Result<Value> theirs = parse_json(*stored);
  if (!ours || !theirs) return std::unexpected(ours ? theirs.error() : ours.error());
  const Result<Value> left = comparable(*ours, with_created_at);
  const Result<Value> right = comparable(*theirs, with_created_at);
  return left && right && *left == *right ? Found::same : Found::other;
}

}  // namespace

Result<std::vector<Found>> read_back(store::Store& store, const Lane& lane, const Runs& runs, bool by_earlier_run) {
  MILLRACE_PROFILE_SCOPE("read back", "rows", count_rows(runs));
  std::vector<RecordId> ids;
  ids.reserve(count_rows(runs));
  for (const store::BlockRun& run : runs) {
    for (std::size_t i = run.first; i < run.last; ++i) ids.push_back(run.block->id(i).to_id());
  }
  const Result<std::vector<std::optional<std::string>>> stored = store.get_many(lane, ids);
  if (!stored) return std::unexpected(stored.error());
  std::vector<Found> all;
  all.reserve(ids.size());
  for (const store::BlockRun& run : runs) {
    for (std::size_t i = run.first; i < run.last; ++i) {
      const Block::Entry& entry = run.block->entries[i];
      const bool time_is_given = entry.stamped || entry.stamp_at != Block::no_stamp;
      const Result<Found> found = compare(*run.block, i, (*stored)[all.size()], !(by_earlier_run && time_is_given));
      if (!found) return std::unexpected(found.error());
      all.push_back(*found);
    }
  }
  return all;
}

}  // namespace millrace::batch
