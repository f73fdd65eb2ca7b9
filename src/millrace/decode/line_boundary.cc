// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "millrace/decode/boundary.h"

namespace millrace::decode {
namespace {

class LineBoundaries final : public Boundaries {
 public:
  std::size_t find_last(std::string_view text, std::size_t from) override {
    const std::string_view fresh = text.substr(from);
    const void* const newline = ::memrchr(fresh.data(), '\n', fresh.size());
    return newline == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(newline) - text.data()) + 1;
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
