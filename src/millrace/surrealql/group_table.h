// SPDX-License-Identifier: Apache-2.0
//
// The groups of a grouped query, in memory: keys, and what each keeps of its records.
//
//   GroupTable table(query.plan());
//   if (!table.add(machine, position)) …            // the record that the machine has begun; false: it failed
//   for (const Group& group : table.sorted()) …     // by key, as SurrealDB gives them
//
// Threads: one for each worker; tables are merged at the end.
// Memory: bytes(); what it takes for a group is its key, its state and 12 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "millrace/surrealql/group_state.h"
#include "millrace/surrealql/machine.h"

namespace millrace::surrealql {

// A group's keys and state, which live in a table's arena.
struct Group {
  const Datum* keys = nullptr;
  std::byte* state = nullptr;
  std::uint64_t first = 0;  // where its first record stands: of equal keys (1, 1.0) that one's are shown
};

class GroupTable {
 public:
  explicit GroupTable(const Plan& plan);

  // Counts the record in, at its place among all. False when a key or an argument failed: nothing was counted.
  bool add(Machine& machine, std::uint64_t position);
  std::size_t size() const { return groups_.size(); }
  std::size_t bytes() const;
  // All groups by their keys, until the next change.
  std::span<const Group> sorted();
  void clear();

  const GroupLayout& layout() const { return layout_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t group = 0;  // its number + 1; 0: none
  };
  Group& find_or_add(std::span<const Datum> keys, std::uint64_t position);
  void grow();
  bool has_keys(const Group& group, std::span<const Datum> keys) const;

  const Plan& plan_;
  const GroupLayout layout_;
  Arena arena_;
  Evaluation scratch_;
  std::vector<Group> groups_;
  std::vector<Slot> slots_;  // open addressing, a power of two; at most half full
  std::vector<Datum> keys_;
  std::vector<Datum> arguments_;
};

}  // namespace millrace::surrealql
