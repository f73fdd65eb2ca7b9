// SPDX-License-Identifier: Apache-2.0
//
// The paths of a query as a tree of names, so that one pass over a record fills the slots of all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/decode/key_guesses.h"
#include "millrace/record/row_view.h"

namespace millrace::decode {

class FieldTree {
 public:
  static constexpr std::int32_t no_node = -1;

  struct Below {
    std::uint32_t slot = 0;
    std::uint32_t names_left = 0;  // from here to the path's end
  };
  struct Node {
    std::vector<std::pair<std::string, std::int32_t>> children;  // sorted by name
    std::vector<std::uint32_t> slots;                            // of the paths that end here
    std::vector<Below> below;                                    // of the paths that go on from here
    bool is_plain = false;                                       // one path ends here, and none goes on
    std::uint32_t plain_slot = 0;                                // then it is this one's
    std::uint32_t depth = 0;                                     // names up to here
    KeyGuesses guesses;                                          // for the keys of the object that stands here

    std::int32_t find(std::string_view name) const;  // no_node: nobody asks for it
  };

  explicit FieldTree(std::span<const FieldPath> paths);

  Node& root() { return nodes_.front(); }
  Node& node(std::int32_t index) { return nodes_.data()[index]; }
  std::size_t slots() const { return slots_; }
  std::size_t depth_max() const { return depth_max_; }

 private:
  std::vector<Node> nodes_;
  std::size_t slots_ = 0;
  std::size_t depth_max_ = 0;
};

}  // namespace millrace::decode
