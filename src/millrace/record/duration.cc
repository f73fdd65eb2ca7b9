// SPDX-License-Identifier: Apache-2.0
//
// Durations as SurrealQL writes them: a chain of whole numbers with units, 1y2w3d4h5m6s7ms8us9ns.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "millrace/record/json.h"

namespace millrace {
namespace {

__extension__ using Wide = unsigned __int128;  // holds any count of nanoseconds below

struct Unit {
  std::string_view name;
  std::uint64_t seconds;
  std::uint64_t nanoseconds;
};
// Longer names first where one begins another.
constexpr std::array units{
    Unit{"ns", 0, 1},     Unit{"us", 0, 1'000},     Unit{"µs", 0, 1'000},  // U+00B5, and U+03BC:
    Unit{"μs", 0, 1'000}, Unit{"ms", 0, 1'000'000}, Unit{"s", 1, 0},       Unit{"m", 60, 0},
    Unit{"h", 3'600, 0},  Unit{"d", 86'400, 0},     Unit{"w", 604'800, 0}, Unit{"y", 31'536'000, 0},
};

}  // namespace

std::string to_string(const Duration& duration) {
  std::string out;
  std::uint64_t seconds = duration.seconds;
  for (const auto& [name, size] :
       {std::pair{"y", 31'536'000u}, {"w", 604'800u}, {"d", 86'400u}, {"h", 3'600u}, {"m", 60u}, {"s", 1u}}) {
    if (seconds >= size) out += fmt::format("{}{}", seconds / size, name);
    seconds %= size;
  }
  std::uint32_t rest = duration.nanoseconds;
  for (const auto& [name, size] : {std::pair{"ms", 1'000'000u}, {"µs", 1'000u}, {"ns", 1u}}) {
    if (rest >= size) out += fmt::format("{}{}", rest / size, name);
    rest %= size;
  }
  return out.empty() ? "0ns" : out;
}

Result<Duration> parse_duration(std::string_view text) {
  const auto broken = [&] { return fail(Code::invalid_record, fmt::format("'{}' is no duration such as 1h30m", text)); };
  Wide nanoseconds = 0;
  std::string_view rest = text;
  if (rest.empty()) return broken();
  while (!rest.empty()) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc{}) return broken();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const Unit* found = nullptr;
    for (const Unit& unit : units) {
      if (rest.starts_with(unit.name)) {
        found = &unit;
        break;
      }
    }
    if (found == nullptr) return broken();
    rest.remove_prefix(found->name.size());
    nanoseconds +=
        static_cast<Wide>(count) * found->seconds * 1'000'000'000u + static_cast<Wide>(count) * found->nanoseconds;
    if (nanoseconds / 1'000'000'000u > std::numeric_limits<std::int64_t>::max()) return broken();
  }
  return Duration{static_cast<std::uint64_t>(nanoseconds / 1'000'000'000u),
                  static_cast<std::uint32_t>(nanoseconds % 1'000'000'000u)};
}

}  // namespace millrace
