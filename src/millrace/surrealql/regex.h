// SPDX-License-Identifier: Apache-2.0
//
// A regular expression: RE2's syntax, which has what Rust's (SurrealDB's) has of it, and linear time.
//
//   auto regex = Regex::compile("a+b");     regex->matches("caab")  → true: anywhere in the text
//
// Threads: const use from any thread. Memory: at most `bytes_max` each.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace re2 {
class RE2;
}

namespace millrace::surrealql {

class Regex {
 public:
  static constexpr std::size_t bytes_max = 10 << 20;

  // invalid_argument says what is wrong with the pattern.
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern);
  // The same, out of a cache for each thread that keeps the last few: a pattern out of a record is compiled once, not for each.
  // Nothing when the pattern is wrong. Lives at least until this thread has asked for `cached_max` other patterns.
  static const Regex* cached(std::string_view pattern);
  static constexpr std::size_t cached_max = 256;

  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  const std::string& pattern() const { return pattern_; }  // without slashes
  bool matches(std::string_view text) const;
  const re2::RE2& re2() const { return *re2_; }

 private:
  explicit Regex(std::string_view pattern);

  std::string pattern_;
  std::unique_ptr<re2::RE2> re2_;
};

}  // namespace millrace::surrealql
