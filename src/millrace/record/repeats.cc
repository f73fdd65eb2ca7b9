// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/repeats.h"

#include <algorithm>
#include <numeric>

namespace millrace {

// Sorted, not compared each with each: a hostile object of a megabyte holds a hundred thousand keys.
void keep_last_of_repeats(Object& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int compared = members[a].key.compare(members[b].key);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::vector<bool> dropped(members.size());
  bool repeats = false;
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    if (members[order[i]].key != members[order[first]].key) {
      first = i;
      continue;
    }
    members[order[first]].value = std::move(members[order[i]].value);
    dropped[order[i]] = true;
    repeats = true;
  }
  if (!repeats) return;
  std::size_t at = 0;
  std::erase_if(members, [&](const Member&) { return dropped[at++]; });
}

}  // namespace millrace
