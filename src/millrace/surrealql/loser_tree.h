// SPDX-License-Identifier: Apache-2.0
//
// Which of many sorted sources has the first element of all, with log2(n) comparisons for each that is taken (Knuth, The Art of
// Computer Programming 3, 5.4.1).
//
//   LoserTree tree;
//   tree.begin(sources.size(), has_ended, before);             // each has its first element, or has_ended(source)
//   for (; !tree.is_empty(); tree.pass(!advance(sources[tree.first()]), before)) use(sources[tree.first()]);
//
// before(a, b): whether source a's element comes before b's; it is asked of those only that have one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace::surrealql {

class LoserTree {
 public:
  template <typename HasEnded, typename Before>
  void begin(std::size_t count, const HasEnded& has_ended, const Before& before) {
    losers_.assign(count, 0);
    ended_.resize(count);
    for (std::size_t i = 0; i < count; ++i) ended_[i] = has_ended(i) ? 1 : 0;
    first_ = count == 0 ? 0 : play(1, before);
  }

  bool is_empty() const { return losers_.empty() || ended_[first_] != 0; }
  std::size_t first() const { return first_; }
  // first() has its next element, or has ended.
  template <typename Before>
  void pass(bool has_ended, const Before& before) {
    ended_[first_] = has_ended ? 1 : 0;
    for (std::size_t node = (losers_.size() + first_) / 2; node > 0; node /= 2) {
      if (beats(losers_[node], first_, before)) std::swap(losers_[node], first_);
    }
  }

 private:
  template <typename Before>
  bool beats(std::size_t a, std::size_t b, const Before& before) const {
    return ended_[a] == 0 && (ended_[b] != 0 || before(a, b));
  }
  // The winner below a node; sources are the leaves count to 2 * count - 1.
  template <typename Before>
  std::size_t play(std::size_t node, const Before& before) {
    if (node >= losers_.size()) return node - losers_.size();
    const std::size_t left = play(2 * node, before);
    const std::size_t right = play(2 * node + 1, before);
    const bool right_wins = beats(right, left, before);
    losers_[node] = right_wins ? left : right;
    return right_wins ? right : left;
  }

  std::vector<std::size_t> losers_;  // by node, from 1 on
  std::vector<std::uint8_t> ended_;  // by source
  std::size_t first_ = 0;
};

}  // namespace millrace::surrealql
