// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/field_tree.h"

#include <algorithm>

#include "millrace/base/assert.h"

namespace millrace::decode {
namespace {

bool is_before(const std::pair<std::string, std::int32_t>& child, std::string_view name) { return child.first < name; }

}  // namespace

std::int32_t FieldTree::Node::find(std::string_view name) const {
  const auto child = std::lower_bound(children.begin(), children.end(), name, is_before);
  return child != children.end() && child->first == name ? child->second : no_node;
}

FieldTree::FieldTree(std::span<const FieldPath> paths) : nodes_(1), slots_(paths.size()) {
  for (std::uint32_t slot = 0; slot < paths.size(); ++slot) {
    const FieldPath& path = paths[slot];
    MILLRACE_ASSERT(!path.empty());
    std::int32_t at = 0;
    for (std::uint32_t depth = 0; depth < path.size(); ++depth) {
      node(at).below.push_back({slot, static_cast<std::uint32_t>(path.size()) - depth});
      std::int32_t child = node(at).find(path[depth]);
      if (child == no_node) {
        child = static_cast<std::int32_t>(nodes_.size());
        auto& children = node(at).children;
        children.insert(std::lower_bound(children.begin(), children.end(), path[depth], is_before), {path[depth], child});
        nodes_.emplace_back().depth = depth + 1;
      }
      at = child;
    }
    node(at).slots.push_back(slot);
    depth_max_ = std::max(depth_max_, path.size());
  }
  for (Node& each : nodes_) {
    each.is_plain = each.slots.size() == 1 && each.below.empty();
    if (each.is_plain) each.plain_slot = each.slots.front();
  }
}

}  // namespace millrace::decode
