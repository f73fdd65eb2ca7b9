// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/structure.h"

#include <simdjson.h>

#include <new>

#include "millrace/base/assert.h"

namespace millrace::decode {

class Structure::Parser {
 public:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> implementation;
};

Structure::Structure(std::size_t text_bytes_max) : parser_(std::make_unique<Parser>()) {
  const simdjson::error_code error = simdjson::get_active_implementation()->create_dom_parser_implementation(
      text_bytes_max, 1, parser_->implementation);
  if (error != simdjson::SUCCESS) throw std::bad_alloc();
}
Structure::~Structure() = default;

// In simdjson's mode for one document it looks at none of them: how many there are is stage 2's matter.
bool Structure::find(std::string_view text) {
  MILLRACE_ASSERT(text.ends_with('\n'));
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
