// SPDX-License-Identifier: Apache-2.0
//
// Groups of several tables, in memory and on disk, as one list in the order of their keys.
//
//   GroupsAside aside(plan, folder);
//   if (table.bytes() > most) aside.put(table);                 // a sorted run on disk; the table is empty then
//   MergedGroups groups(plan, {&first, &second}, aside);
//   while (Result<std::optional<Group>> group = groups.next(); group && *group) …
//
// Threads: put() from any, one after the other; the rest one.
// Memory: a buffer for each run.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "millrace/base/file.h"
#include "millrace/base/result.h"
#include "millrace/surrealql/group_table.h"
#include "millrace/surrealql/run_file.h"

namespace millrace::surrealql {

class GroupsAside {
 public:
  explicit GroupsAside(const TempFolder& folder) : folder_(folder) {}
  Result<void> put(GroupTable& table);
  std::span<RunFile> runs() { return runs_; }

 private:
  const TempFolder& folder_;
  std::mutex mutex_;  // guards the rest
  std::size_t count_ = 0;
  std::vector<RunFile> runs_;
};

class MergedGroups {
 public:
  // The tables outlive it, and are not changed any more.
  MergedGroups(const Plan& plan, std::span<GroupTable* const> tables, GroupsAside& aside);

  // Until the next call. io when what was put aside cannot be read.
  Result<std::optional<Group>> next();

 private:
  struct Source {
    std::span<const Group> groups;  // from `at` on, or
    std::size_t at = 0;
    RunFile* run = nullptr;
    Arena arena;
    Group group;  // the next
  };
  Result<bool> advance(Source& source);
  Result<void> pass(std::size_t source);
  int compare_keys(const Group& a, const Group& b) const;

  const std::size_t key_count_;
  const GroupLayout layout_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::size_t> heap_;  // of those that have a group, the least key on top
  bool begun_ = false;
  Arena arena_;  // of the group that is given
  Evaluation scratch_;
};

}  // namespace millrace::surrealql
