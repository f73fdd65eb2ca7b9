// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/text_forms.h"
#include "millrace/surrealql/text_search.h"

namespace millrace::surrealql {
namespace {

bool has_text(std::string_view text, std::string_view wanted) { return find_text(text, wanted) != std::string_view::npos; }

bool has_key(std::span<const DatumMember> members, std::string_view key) {
  const auto at = std::lower_bound(members.begin(), members.end(), key,
                                   [](const DatumMember& member, std::string_view wanted) { return member.key < wanted; });
  return at != members.end() && at->key == key;
}

bool in_range(const DatumRange& range, const Datum& value) {
  if (range.has_from) {
    const auto order = compare(range.from, value);
    if (order > 0 || (order == 0 && range.from_excluded)) return false;
  }
  if (!range.has_to) return true;
  const auto order = compare(value, range.to);
  return order < 0 || (order == 0 && range.to_included);
}

bool any_equals(std::span<const Datum> elements, const Datum& value) {
  return std::any_of(elements.begin(), elements.end(), [&](const Datum& element) { return equal(element, value); });
}

bool are_strings(std::span<const Datum> elements) {
  return std::all_of(elements.begin(), elements.end(), [](const Datum& element) { return element.is(Type::string); });
}

// Whether one of the wanted is in it, for texts in texts and elements in arrays.
bool holds(const Datum& a, const Datum& wanted) {
  if (a.is(Type::string)) return wanted.is(Type::string) && has_text(a.string(), wanted.string());
  return a.is(Type::array) && any_equals(a.elements(), wanted);
}

}  // namespace

bool all_equal(const Datum& a, const Datum& b) {
  if (!a.is(Type::array)) return equal(a, b);
  return std::all_of(a.elements().begin(), a.elements().end(), [&](const Datum& element) { return equal(element, b); });
}

bool any_equal(const Datum& a, const Datum& b) { return a.is(Type::array) ? any_equals(a.elements(), b) : equal(a, b); }

bool contains(const Datum& a, const Datum& b) {
  switch (a.type()) {
    case Type::array: return any_equals(a.elements(), b);
    case Type::string: return b.is(Type::string) && has_text(a.string(), b.string());
    case Type::object: return b.is(Type::string) && has_key(a.members(), b.string());
    case Type::range: return in_range(a.range(), b);
    case Type::uuid: {
      if (!b.is(Type::string)) return false;
      std::string text;
      append_uuid(text, a.uuid());
      return text.contains(b.string());
    }
    default: return false;
  }
}

bool contains_all(const Datum& a, const Datum& b) {
  if (b.is(Type::string)) return a.is(Type::string) && has_text(a.string(), b.string());
  if (!b.is(Type::array)) return false;
  // A text is only searched for texts alone.
  if (a.is(Type::string) && !are_strings(b.elements())) return false;
  return std::all_of(b.elements().begin(), b.elements().end(), [&](const Datum& wanted) { return holds(a, wanted); });
}

bool contains_any(const Datum& a, const Datum& b) {
  if (b.is(Type::string)) return a.is(Type::string) && has_text(a.string(), b.string());
  if (!b.is(Type::array)) return false;
  if (a.is(Type::string) && !are_strings(b.elements())) return false;
  return std::any_of(b.elements().begin(), b.elements().end(), [&](const Datum& wanted) { return holds(a, wanted); });
}

bool contains_none(const Datum& a, const Datum& b) { return !contains_any(a, b); }

}  // namespace millrace::surrealql
