// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/member_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/record/json_text.h"

namespace millrace {
namespace {

// Each answers nullptr, or what is wrong.
struct Checker {
  std::size_t depth = 0;

  const char* check(const Value& value) const {
    return std::visit([this](const auto& content) { return of(content); }, value.variant());
  }
  template <typename Scalar>
  const char* of(const Scalar&) const {
    return nullptr;
  }
  const char* of(const std::string& text) const { return is_utf8(text) ? nullptr : "is not valid UTF-8"; }
  const char* of(const Decimal& decimal) const {
    return is_decimal(decimal.digits) ? nullptr : "is no decimal of at most 28 digits";
  }
  const char* of(const Array& items) const {
    if (depth == cbor::json_depth_max) return "nests too deep";
    for (const Value& item : items) {
      if (const char* wrong = Checker{depth + 1}.check(item)) return wrong;
    }
    return nullptr;
  }
  const char* of(const Object& members) const {
    if (depth == cbor::json_depth_max) return "nests too deep";
    for (const Member& member : members) {
      if (const char* wrong = of(member.key)) return wrong;
      if (const char* wrong = Checker{depth + 1}.check(member.value)) return wrong;
    }
    return nullptr;
  }
  const char* of(const RecordLink& link) const {
    const char* const wrong = of(link.table);
    return wrong != nullptr ? wrong : of(link.key);
  }
  const char* of(const Tagged& tagged) const { return of(tagged.content); }
};

}  // namespace

Result<void> check_member(std::string_view key, const Value& value) {
  if (!is_utf8(key)) return fail(Code::invalid_record, "a field's name is not valid UTF-8");
  const char* const wrong = Checker().check(value);
  if (wrong == nullptr) return {};
  return fail(Code::invalid_record, fmt::format("field '{}' {}", key, wrong));
}

}  // namespace millrace
