// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/group_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/plan.h"

namespace millrace::surrealql {
namespace {

std::byte* make_state(Arena& arena, const GroupLayout& layout) {
  constexpr std::size_t unit = sizeof(std::max_align_t);
  return reinterpret_cast<std::byte*>(arena.allocate<std::max_align_t>((layout.bytes() + unit - 1) / unit));
}

}  // namespace

Result<void> GroupsAside::put(GroupTable& table) {
  const std::lock_guard lock(mutex_);
  Result<RunFile> run = RunFile::create(folder_.file(fmt::format("groups-{}", count_++)));
  if (!run) return std::unexpected(std::move(run).error());
  std::string record;
  for (const Group& group : table.sorted()) {
    record.assign(reinterpret_cast<const char*>(&group.first), sizeof(group.first));
    for (std::size_t i = 0; i < table.key_count(); ++i) append_stored(record, group.keys[i]);
    table.layout().append_stored(record, group.state);
    if (record.size() > UINT32_MAX) return fail(Code::too_large, "a single group has more than 4 GiB");
    if (Result<void> done = run->append(record); !done) return done;
  }
  if (Result<void> done = run->rewind(); !done) return done;
  runs_.push_back(std::move(*run));
  table.clear();
  return {};
}

MergedGroups::MergedGroups(const Plan& plan, std::span<GroupTable* const> tables, GroupsAside& aside) : key_count_(plan.keys.size()), layout_(plan) {
  for (GroupTable* const table : tables) {
    sources_.push_back(std::make_unique<Source>());
    sources_.back()->groups = table->sorted();
  }
  for (RunFile& run : aside.runs()) {
    sources_.push_back(std::make_unique<Source>());
    sources_.back()->run = &run;
  }
}

int MergedGroups::compare_keys(const Group& a, const Group& b) const {
  for (std::size_t i = 0; i < key_count_; ++i) {
    if (const auto order = compare(a.keys[i], b.keys[i]); order != 0) return order < 0 ? -1 : 1;
  }
  return 0;
}

// False at the source's end.
Result<bool> MergedGroups::advance(Source& source) {
  if (source.run == nullptr) {
    if (source.at == source.groups.size()) return false;
    source.group = source.groups[source.at++];
    return true;
  }
  Result<std::optional<std::string_view>> record = source.run->next();
  if (!record) return std::unexpected(std::move(record).error());
  if (!*record) return false;
  source.arena.reset();
  std::string_view rest = source.arena.copy(**record);
  std::memcpy(&source.group.first, rest.data(), sizeof(source.group.first));
  rest.remove_prefix(sizeof(source.group.first));
  Datum* const keys = source.arena.allocate<Datum>(key_count_);
  for (std::size_t i = 0; i < key_count_; ++i) keys[i] = read_stored(rest, source.arena);
  source.group.keys = keys;
  source.group.state = make_state(source.arena, layout_);
  layout_.read_stored(rest, source.group.state, source.arena);
  return true;
}

// Puts the source back with its next group.
Result<void> MergedGroups::pass(std::size_t index) {
  Result<bool> there = advance(*sources_[index]);
  if (!there) return std::unexpected(std::move(there).error());
  if (!*there) return {};
  heap_.push_back(index);
  std::push_heap(heap_.begin(), heap_.end(), [&](std::size_t a, std::size_t b) { return compare_keys(sources_[a]->group, sources_[b]->group) > 0; });
  return {};
}

Result<std::optional<Group>> MergedGroups::next() {
  const auto later = [&](std::size_t a, std::size_t b) { return compare_keys(sources_[a]->group, sources_[b]->group) > 0; };
  if (!std::exchange(begun_, true)) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (Result<void> done = pass(i); !done) return std::unexpected(std::move(done).error());
    }
  }
  if (heap_.empty()) return std::nullopt;
  arena_.reset();
  Datum* const keys = arena_.allocate<Datum>(key_count_);
  const auto take_keys = [&](const Group& group) { std::transform(group.keys, group.keys + key_count_, keys, [&](const Datum& key) { return deep_copy(key, arena_); }); };
  take_keys(sources_[heap_.front()]->group);
  Group given{keys, make_state(arena_, layout_), sources_[heap_.front()]->group.first};
  layout_.begin(given.state);
  while (!heap_.empty() && compare_keys(sources_[heap_.front()]->group, given) == 0) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const std::size_t source = heap_.back();
    heap_.pop_back();
    const Group& group = sources_[source]->group;
    layout_.merge(given.state, group.state, arena_, scratch_);
    if (group.first < given.first) {
      take_keys(group);
      given.first = group.first;
    }
    if (Result<void> done = pass(source); !done) return std::unexpected(std::move(done).error());
  }
  return given;
}

}  // namespace millrace::surrealql
