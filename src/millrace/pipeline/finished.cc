// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/finished.h"

#include <algorithm>

namespace millrace::pipeline {

bool Finished::covers(const FileRange& range) const {
  if (Position{range.file, range.last} <= frontier) return true;
  const auto behind = std::ranges::upper_bound(ranges, Position{range.file, range.first}, {},
                                               [](const FileRange& r) { return Position{r.file, r.first}; });
  if (behind == ranges.begin()) return false;
  const FileRange& around = *std::prev(behind);
  return around.file == range.file && range.last <= around.last;
}

bool Finished::reaches_into(const FileRange& range) const {
  const Position begin{range.file, range.first};
  return begin < frontier || (!ranges.empty() && begin < Position{ranges.back().file, ranges.back().last});
}

bool Finished::contains(const Position& begin) const { return covers({begin.file, begin.byte, begin.byte + 1}); }

void Finished::add(const std::vector<FileRange>& more) {
  std::vector<FileRange> all = std::move(ranges);
  all.insert(all.end(), more.begin(), more.end());
  std::ranges::sort(all);
  ranges.clear();
  for (const FileRange& range : all) {
    if (Position{range.file, range.last} <= frontier) continue;
    if (range.file == frontier.file && range.first <= frontier.byte) {
      frontier.byte = range.last;
    } else if (!ranges.empty() && ranges.back().file == range.file && range.first <= ranges.back().last) {
      ranges.back().last = std::max(ranges.back().last, range.last);
    } else {
      ranges.push_back(range);
    }
  }
}

}  // namespace millrace::pipeline
