// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/structure.h"

#include <simdjson.h>

#include <bit>
#include <new>

#include "millrace/base/assert.h"

namespace millrace::decode {

namespace {
constexpr std::size_t bytes_min = 4096;
}

class Structure::Parser {
 public:
  void reserve(std::size_t bytes) {
    if (implementation && implementation->capacity() >= bytes) return;
    const simdjson::error_code error =
        simdjson::get_active_implementation()->create_dom_parser_implementation(std::bit_ceil(bytes), 1, implementation);
    if (error != simdjson::SUCCESS) throw std::bad_alloc();
  }

  std::unique_ptr<simdjson::internal::dom_parser_implementation> implementation;
};

Structure::Structure() : parser_(std::make_unique<Parser>()) { parser_->reserve(bytes_min); }
Structure::~Structure() = default;

// In simdjson's mode for one document it looks at none of them: how many there are is stage 2's matter.
bool Structure::find(std::string_view text) {
  MILLRACE_ASSERT(text.ends_with('\n'));
  parser_->reserve(text.size());
  auto& parser = *parser_->implementation;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const simdjson::error_code error = parser.stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS && error != simdjson::EMPTY) return false;
  const std::size_t count = error == simdjson::EMPTY ? 0 : parser.n_structural_indexes;
  positions_ = parser.structural_indexes.get();
  for (std::size_t behind = 0; behind < 3; ++behind) {
    positions_[count + behind] = static_cast<std::uint32_t>(text.size() - 1);
  }
  return true;
}

}  // namespace millrace::decode
