// SPDX-License-Identifier: Apache-2.0
//
// A JSON object on one line, member by member, the time first. Private to `gateway`.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/clock.h"

namespace millrace::gateway {

class JsonLine {
 public:
  // Texts longer than that are cut.
  static constexpr std::size_t text_bytes_max = 1024;

  explicit JsonLine(Timestamp time);
  // Of text that is not UTF-8, as what came over the wire may be, the bytes above ASCII are written as %XX.
  void add(std::string_view key, std::string_view text);
  void add(std::string_view key, std::uint64_t number);
  void add_seconds(std::string_view key, std::chrono::nanoseconds time);
  // What it is, without the line's end.
  std::string_view end();

 private:
  void add_key(std::string_view key);
  std::string text_;
};

}  // namespace millrace::gateway
