// SPDX-License-Identifier: Apache-2.0
//
// An object's members in order. Private to this room.
#pragma once

#include <algorithm>
#include <span>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

// Sorts by key; of equal keys the last stays. Gives what is left, at the same place.
inline std::span<DatumMember> sort_members(std::span<DatumMember> members) {
  const auto less = [](const DatumMember& a, const DatumMember& b) { return a.key < b.key; };
  constexpr std::size_t few = 32;
  if (members.size() > few) {
    if (!std::is_sorted(members.begin(), members.end(), less)) std::stable_sort(members.begin(), members.end(), less);
  } else {
    for (std::size_t i = 1; i < members.size(); ++i) {  // stable, and takes no memory
      const DatumMember member = members[i];
      std::size_t at = i;
      for (; at > 0 && less(member, members[at - 1]); --at) members[at] = members[at - 1];
      members[at] = member;
    }
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && members[i].key == members[i + 1].key) continue;
    members[kept++] = members[i];
  }
  return members.first(kept);
}

}  // namespace millrace::surrealql
