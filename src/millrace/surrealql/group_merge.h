// SPDX-License-Identifier: Apache-2.0
//
// Groups of several tables, in memory and on disk, as one list in the order of their keys.
//
//   GroupsAside aside(plan, {.bytes_max = …});
//   if (table.bytes() > most) aside.put(table);                 // a sorted run on disk; the table is empty then
//   MergedGroups groups(plan, aside.group_bytes_max());
//   groups.begin({&first, &second}, aside);
//   while (Result<std::optional<Group>> group = groups.next(); group && *group) …
//
// A single group must fit into memory: too_large says so of one that array::group, math::median and fields beside aggregates,
// which gather values, make too large.
// Threads: put() from any; the rest one.
// Memory: the limits' bytes_max, and half of it for the group that is given.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/surrealql/group_table.h"
#include "millrace/surrealql/loser_tree.h"
#include "millrace/surrealql/run_set.h"

namespace millrace::surrealql {

class GroupsAside {
 public:
  GroupsAside(const Plan& plan, MergeLimits limits);
  // The table is empty then, also when it failed.
  Result<void> put(GroupTable& table);
  RunSet& runs() { return runs_; }
  std::size_t group_bytes_max() const { return merge_bytes_max_ / 2; }  // of one that is given

 private:
  Result<RunFile> write(GroupTable& table) const;
  // `record`: scratch.
  Result<void> append(const Group& group, std::string& record, RunFile& to) const;
  Result<void> merge(std::span<RunFile* const> from, RunFile& to) const;

  const Plan& plan_;
  const GroupLayout layout_;
  const std::size_t merge_bytes_max_;
  const std::stop_token stop_;
  RunSet runs_;
};

class MergedGroups {
 public:
  MergedGroups(const Plan& plan, std::size_t group_bytes_max);
  // The tables and runs outlive it, and are not changed any more.
  Result<void> begin(std::span<GroupTable* const> tables, GroupsAside& aside);
  Result<void> begin(std::span<RunFile* const> runs);

  // Until the next call. io when what was put aside cannot be read, too_large for a group that does not fit.
  Result<std::optional<Group>> next();

 private:
  struct Source {
    static constexpr std::size_t piece_bytes = 4u << 10;

    std::span<const Group> groups;  // from `at` on, or
    std::size_t at = 0;
    RunFile* run = nullptr;
    Arena arena{{.piece_bytes_min = piece_bytes}};
    Group group;  // the next
  };
  Result<bool> advance(Source& source);
  Result<void> pass();  // the first source's group
  int compare_keys(const Group& a, const Group& b) const;
  bool before(std::size_t a, std::size_t b) const { return compare_keys(sources_[a]->group, sources_[b]->group) < 0; }

  const std::size_t key_count_;
  const GroupLayout layout_;
  const std::size_t group_bytes_max_;
  std::vector<std::unique_ptr<Source>> sources_;
  LoserTree tree_;
  Arena arena_;  // of the group that is given
  Evaluation scratch_;
};

}  // namespace millrace::surrealql
