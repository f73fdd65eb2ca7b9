// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "millrace/base/newlines.h"
#include "millrace/decode/boundary.h"

namespace millrace::decode {
namespace {

class LineBoundaries final : public Boundaries {
 public:
  Last find_last(std::string_view text, std::size_t from, std::size_t records_max) override {
    const std::string_view fresh = text.substr(from);
    const void* const newline = ::memrchr(fresh.data(), '\n', fresh.size());
    if (newline == nullptr) return {};
    const std::size_t last = static_cast<std::size_t>(static_cast<const char*>(newline) - text.data()) + 1;
    if (last <= records_max || count_newlines(text.substr(0, last)) <= records_max) return {last};
    std::size_t at = from;
    for (std::size_t lines = 0; lines < records_max; ++lines) at = text.find('\n', at) + 1;
    return {at, true};
  }

  std::optional<RecordEnd> find_end(std::string_view text, bool) override {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return std::nullopt;
    return RecordEnd{newline + 1, 1};
  }
};

}  // namespace

std::unique_ptr<Boundaries> line_boundaries() { return std::make_unique<LineBoundaries>(); }

}  // namespace millrace::decode
