// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/surreal_page.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace millrace::store {
namespace {

// SurrealDB's CBOR tags of a range and its ends; an end that is null is open.
constexpr std::uint64_t range_tag = 49;
constexpr std::uint64_t included_tag = 50;
constexpr std::uint64_t excluded_tag = 51;

constexpr std::int64_t growth = 16;            // of the range before an int
constexpr std::size_t ranges_max = 48;         // enough for each character of a uuid's text
constexpr std::size_t ranges_bytes_max = 64u << 10;  // each holds the id again

constexpr std::string_view newest = "SELECT * FROM type::table($tb) ORDER BY id DESC LIMIT $limit";
constexpr std::string_view by_ranges =
    "{ FOR $r IN $ranges {"
    " IF ((SELECT count() FROM $r GROUP ALL)[0].count ?? 0) >= $limit {"
    // Counted may be what this user may not select.
    " LET $page = (SELECT * FROM $r ORDER BY id DESC LIMIT $limit);"
    " IF array::len($page) >= $limit { RETURN $page } } };"
    " RETURN (SELECT * FROM $older ORDER BY id DESC LIMIT $limit) }";
constexpr std::string_view by_number =
    "SELECT * FROM type::table($tb) ORDER BY id DESC LIMIT $limit START (SELECT count() FROM $newer GROUP ALL)[0].count ?? 0";

Value bound(std::uint64_t tag, Value key) { return Tagged{tag, {std::move(key)}}; }

// The records with begin <= id < end.
Value range(const Lane& lane, Value begin, Value end) {
  return RecordLink{lane.table, {Tagged{range_tag, {Array{std::move(begin), std::move(end)}}}}};
}

// A text that is less by one in its last character, taken for a digit of up to 16: 731 for 732, 72f for 730; itself when it is 0.
std::string lowered(std::string text) {
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    const auto byte = static_cast<unsigned char>(*c);
    if (byte == '-') continue;  // in a uuid
    if (byte == '0') {
      *c = 'f';
    } else if (byte > '!' && byte < 0x80) {
      *c = byte == 'a' || byte == 'A' ? '9' : static_cast<char>(byte - 1);
      return text;
    } else {
      break;
    }
  }
  return {};
}

// The text cut behind each of its characters, and lowered there; from the last to the first, and not those beyond ranges_max.
std::vector<Value> lower_texts(const std::string& key) {
  const std::size_t count = std::clamp<std::size_t>(ranges_bytes_max / (key.size() + 1), 1, ranges_max);
  std::vector<Value> lower;
  for (std::size_t at = 0; at < key.size() && lower.size() < count; ++at) {
    if (const auto c = static_cast<unsigned char>(key[at]); c >= 0x80 && c < 0xc0) continue;  // within a UTF-8 sequence
    std::string less = lowered(key.substr(0, at + 1));
    lower.emplace_back(less.empty() ? key.substr(0, at) : std::move(less));
  }
  std::ranges::reverse(lower);
  // Texts may stand in clumps, "post-1" and "user-1": step over the gap before the first character with growing steps.
  const auto first = static_cast<unsigned char>(key.empty() ? 0 : key.front());
  for (int step = 2; first < 0x80 && step < first; step *= 2) lower.emplace_back(std::string(1, static_cast<char>(first - step)));
  return lower;
}

std::vector<Value> lower_integers(std::int64_t key, std::size_t limit) {
  std::vector<Value> lower;
  auto width = static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
  while (key >= std::numeric_limits<std::int64_t>::min() + width) {
    lower.emplace_back(key - width);
    if (width > std::numeric_limits<std::int64_t>::max() / growth) break;
    width *= growth;
  }
  return lower;
}

// For each hexadecimal digit, from the last to the first, the uuid that is less by one there, with zeros behind it.
std::vector<Value> lower_uuids(const Uuid& key) {
  constexpr std::size_t digits = std::tuple_size_v<decltype(Uuid::bytes)> * 2;
  std::vector<Value> lower;
  for (std::size_t digit = digits; digit-- > 0;) {
    Uuid less;
    std::copy_n(key.bytes.begin(), digit / 2 + 1, less.bytes.begin());
    unsigned take = 0x10;
    if (digit % 2 == 1) take = 0x01;
    if (digit % 2 == 0) less.bytes[digit / 2] &= 0xf0;
    for (std::size_t byte = digit / 2 + 1; byte-- > 0;) {
      const bool borrows = less.bytes[byte] < take;
      less.bytes[byte] = static_cast<std::uint8_t>(less.bytes[byte] - take);
      take = 1;
      if (!borrows) break;
      if (byte == 0) less = {};
    }
    lower.emplace_back(less);
  }
  return lower;
}

std::optional<std::vector<Value>> lower_keys(const Value& key, std::size_t limit) {
  if (const auto* text = key.get_if<std::string>()) return lower_texts(*text);
  if (const auto* integer = key.get_if<std::int64_t>()) return lower_integers(*integer, limit);
  if (const auto* uuid = key.get_if<Uuid>()) return lower_uuids(*uuid);
  return std::nullopt;
}

}  // namespace

PageQuery page_query(const Lane& lane, std::size_t limit, const Value* before) {
  Object variables{{"limit", static_cast<std::int64_t>(limit)}};
  if (before == nullptr) {
    variables.push_back({"tb", lane.table});
    return {newest, std::move(variables)};
  }
  std::optional<std::vector<Value>> lower = lower_keys(*before, limit);
  if (!lower) {
    variables.push_back({"tb", lane.table});
    variables.push_back({"newer", range(lane, bound(included_tag, *before), nullptr)});
    return {by_number, std::move(variables)};
  }
  Array ranges;
  for (Value& begin : *lower) ranges.push_back(range(lane, bound(included_tag, std::move(begin)), bound(excluded_tag, *before)));
  variables.push_back({"ranges", std::move(ranges)});
  variables.push_back({"older", range(lane, nullptr, bound(excluded_tag, *before))});
  return {by_ranges, std::move(variables)};
}

}  // namespace millrace::store
