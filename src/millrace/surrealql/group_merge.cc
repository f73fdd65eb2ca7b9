// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/group_merge.h"

#include <algorithm>
#include <string>

#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/plan.h"
#include "millrace/surrealql/stored_number.h"

namespace millrace::surrealql {
namespace {

std::byte* make_state(Arena& arena, const GroupLayout& layout) {
  constexpr std::size_t unit = sizeof(std::max_align_t);
  return reinterpret_cast<std::byte*>(arena.allocate<std::max_align_t>((layout.bytes() + unit - 1) / unit));
}

constexpr std::uint64_t groups_between_looks = 1024;

Error too_large() {
  return {Code::too_large, "a group is larger than --memory has room for: array::group, math::median and fields without an aggregate gather all values of a group; --memory must be larger", {}};
}

// Of two that are merged, and what they become, all is in memory.
constexpr std::size_t groups_in_memory = 4;

}  // namespace

GroupsAside::GroupsAside(const Plan& plan, MergeLimits limits)
    : plan_(plan),
      layout_(plan),
      merge_bytes_max_(limits.bytes_max),
      stop_(limits.stop),
      runs_(limits, [this](std::span<RunFile* const> from, RunFile& to) { return merge(from, to); }) {}

Result<void> GroupsAside::append(const Group& group, std::string& record, RunFile& to) const {
  record.clear();
  put_number(record, group.first);
  for (std::size_t i = 0; i < plan_.keys.size(); ++i) append_stored(record, group.keys[i]);
  layout_.append_stored(record, group.state);
  const std::size_t memory_bytes = record.size() + layout_.gathered_bytes(group.state);
  if (memory_bytes > merge_bytes_max_ / groups_in_memory) return std::unexpected(too_large());
  return to.append(record, memory_bytes);
}

Result<void> GroupsAside::put(GroupTable& table) {
  Result<RunFile> run = write(table);
  table.clear();
  return run ? runs_.add(std::move(*run)) : std::unexpected(std::move(run).error());
}

Result<RunFile> GroupsAside::write(GroupTable& table) const {
  Result<RunFile> run = RunFile::create();
  if (!run) return run;
  std::string record;
  for (const Group& group : table.sorted()) {
    if (Result<void> done = append(group, record, *run); !done) return std::unexpected(std::move(done).error());
  }
  if (Result<void> done = run->rewind(); !done) return std::unexpected(std::move(done).error());
  return run;
}

Result<void> GroupsAside::merge(std::span<RunFile* const> from, RunFile& to) const {
  MergedGroups groups(plan_, group_bytes_max());
  if (Result<void> begun = groups.begin(from); !begun) return begun;
  std::string record;
  for (std::uint64_t count = 0;; ++count) {
    if (count % groups_between_looks == 0 && stop_.stop_requested()) return fail(Code::interrupted, "interrupted");
    Result<std::optional<Group>> group = groups.next();
    if (!group) return std::unexpected(std::move(group).error());
    if (!*group) return {};
    if (Result<void> done = append(**group, record, to); !done) return done;
  }
}

MergedGroups::MergedGroups(const Plan& plan, std::size_t group_bytes_max) : key_count_(plan.keys.size()), layout_(plan), group_bytes_max_(group_bytes_max) {}

Result<void> MergedGroups::begin(std::span<GroupTable* const> tables, GroupsAside& aside) {
  for (GroupTable* const table : tables) {
    sources_.push_back(std::make_unique<Source>());
    sources_.back()->groups = table->sorted();
  }
  const Result<std::vector<RunFile*>> runs = aside.runs().to_merge();
  return runs ? begin(*runs) : std::unexpected(runs.error());
}

Result<void> MergedGroups::begin(std::span<RunFile* const> runs) {
  for (RunFile* const run : runs) {
    sources_.push_back(std::make_unique<Source>());
    sources_.back()->run = run;
  }
  std::vector<std::uint8_t> is_there;
  for (const auto& source : sources_) {
    const Result<bool> there = advance(*source);
    if (!there) return std::unexpected(there.error());
    is_there.push_back(*there ? 1 : 0);
  }
  tree_.begin(sources_.size(), [&](std::size_t i) { return is_there[i] == 0; }, [&](std::size_t a, std::size_t b) { return before(a, b); });
  return {};
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
  std::string_view rest = **record;
  source.group.first = take_number(rest);
  Datum* const keys = source.arena.allocate<Datum>(key_count_);
  for (std::size_t i = 0; i < key_count_; ++i) keys[i] = read_stored(rest, source.arena);
  source.group.keys = keys;
  source.group.state = make_state(source.arena, layout_);
  layout_.read_stored(rest, source.group.state, source.arena);
  return true;
}

Result<void> MergedGroups::pass() {
  const Result<bool> there = advance(*sources_[tree_.first()]);
  if (!there) return std::unexpected(there.error());
  tree_.pass(!*there, [&](std::size_t a, std::size_t b) { return before(a, b); });
  return {};
}

Result<std::optional<Group>> MergedGroups::next() {
  if (tree_.is_empty()) return std::nullopt;
  arena_.reset();
  Datum* const keys = arena_.allocate<Datum>(key_count_);
  const auto take_keys = [&](const Group& group) { std::transform(group.keys, group.keys + key_count_, keys, [&](const Datum& key) { return deep_copy(key, arena_); }); };
  take_keys(sources_[tree_.first()]->group);
  Group given{keys, make_state(arena_, layout_), sources_[tree_.first()]->group.first};
  layout_.begin(given.state);
  while (!tree_.is_empty() && compare_keys(sources_[tree_.first()]->group, given) == 0) {
    const Group& group = sources_[tree_.first()]->group;
    layout_.merge(given.state, group.state, arena_, scratch_);
    if (arena_.bytes_used() > group_bytes_max_) return std::unexpected(too_large());
    if (group.first < given.first) {
      take_keys(group);
      given.first = group.first;
    }
    if (Result<void> done = pass(); !done) return std::unexpected(std::move(done).error());
  }
  return given;
}

}  // namespace millrace::surrealql
