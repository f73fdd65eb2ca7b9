// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/group_table.h"

#include <algorithm>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/sort_prefix.h"

namespace millrace::surrealql {
namespace {

constexpr std::size_t slots_min = 64;

std::uint32_t hash_of(std::span<const Datum> keys) {
  std::uint64_t mixed = 0x9E3779B97F4A7C15;
  for (const Datum& key : keys) mixed = (mixed ^ hash(key)) * 0xFF51AFD7ED558CCD;
  return static_cast<std::uint32_t>(mixed >> 32);
}

}  // namespace

GroupTable::GroupTable(const Plan& plan) : plan_(plan), layout_(plan), slots_(slots_min), keys_(plan.keys.size()), arguments_(plan.arguments.size()) {}

bool GroupTable::add(Machine& machine, std::uint64_t position) {
  Evaluation& evaluation = machine.evaluation();
  const auto compute = [&](const std::vector<Program>& programs, std::vector<Datum>& out) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      out[i] = machine.run(programs[i]);
      if (evaluation.failed()) return false;
      if (out[i].is_text()) out[i] = within_limits(evaluation, [&] { return open(out[i], evaluation); });
      check_weight(out[i], evaluation);
      if (evaluation.failed()) return false;
    }
    return true;
  };
  if (!compute(plan_.keys, keys_) || !compute(plan_.arguments, arguments_)) return false;
  layout_.add(find_or_add(keys_, position).state, arguments_, position, arena_, scratch_);
  return true;
}

bool GroupTable::has_keys(const Group& group, std::span<const Datum> keys) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Datum& a = group.keys[i];
    const Datum& b = keys[i];
    if (a.is(Type::string) && b.is(Type::string) ? a.string() != b.string() : compare(a, b) != 0) return false;
  }
  return true;
}

Group& GroupTable::find_or_add(std::span<const Datum> keys, std::uint64_t position) {
  const std::uint32_t hash = hash_of(keys);
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at].group != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == hash && has_keys(groups_[slots_[at].group - 1], keys)) return groups_[slots_[at].group - 1];
  }
  MILLRACE_ASSERT(groups_.size() < UINT32_MAX);
  Datum* const kept = arena_.allocate<Datum>(keys.size());
  std::transform(keys.begin(), keys.end(), kept, [&](const Datum& key) { return deep_copy(key, arena_); });
  auto* const state = arena_.allocate<std::max_align_t>((layout_.bytes() + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
  groups_.push_back({kept, reinterpret_cast<std::byte*>(state), position});
  layout_.begin(groups_.back().state);
  slots_[at] = {hash, static_cast<std::uint32_t>(groups_.size())};
  if (groups_.size() * 2 > slots_.size()) grow();
  return groups_.back();
}

void GroupTable::grow() {
  std::vector<Slot> before(slots_.size() * 2);
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.group == 0) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].group != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

// With what the next group may need, when the vectors grow.
std::size_t GroupTable::bytes() const {
  const std::size_t groups = groups_.capacity() * sizeof(Group) * (groups_.size() == groups_.capacity() ? 3 : 1);
  return arena_.bytes_used() + groups + slots_.size() * sizeof(Slot) * (groups_.size() * 2 == slots_.size() ? 3 : 1);
}

std::span<const Group> GroupTable::sorted() {
  // The slots name groups by number: they are not used any more, and what sorting needs takes less than they did.
  std::vector<Slot>().swap(slots_);
  struct Entry {
    std::uint64_t prefix;
    std::size_t group;
  };
  std::vector<Entry> entries(groups_.size());
  SortPrefix prefix;
  if (!keys_.empty()) {
    for (const Group& group : groups_) prefix.see(group.keys[0]);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i] = {keys_.empty() ? 0 : prefix.of(groups_[i].keys[0]), i};
  std::sort(entries.begin(), entries.end(), [&](const Entry& x, const Entry& y) {
    if (x.prefix != y.prefix) return x.prefix < y.prefix;
    const Group& a = groups_[x.group];
    const Group& b = groups_[y.group];
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (const auto order = compare(a.keys[i], b.keys[i]); order != 0) return order < 0;
    }
    return false;
  });
  // Each to its place, in rings of those that stand in each other's.
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Group first = groups_[i];
    std::size_t at = i;
    while (entries[at].group != at) {
      const std::size_t from = std::exchange(entries[at].group, at);
      groups_[at] = from == i ? first : groups_[from];
      at = from;
      if (from == i) break;
    }
  }
  return groups_;
}

void GroupTable::clear() {
  groups_.clear();
  slots_.assign(slots_min, {});
  arena_.reset();
}

}  // namespace millrace::surrealql
