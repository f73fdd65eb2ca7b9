// SPDX-License-Identifier: Apache-2.0
//
// A regular expression as SurrealDB has it (Rust's), as far as RE2 knows it too, in linear time: rust_pattern.h has the differences.
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
#include "millrace/surrealql/characters.h"

namespace re2 {
class RE2;
}

namespace millrace::surrealql {

class Regex {
 public:
  static constexpr std::size_t bytes_max = 10 << 20;

  // invalid_argument says what is wrong with the pattern.
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern);
  // The same, out of a cache for each thread that keeps the last few: a pattern out of a record is compiled once, not for
  // each. Nothing when the pattern is wrong. Lives at least until this thread has asked for `cached_max` other patterns.
  static const Regex* cached(std::string_view pattern);
  static constexpr std::size_t cached_max = 64;
  // One that lives as long as the program, for a value that may be kept anywhere: nothing when the pattern is wrong, or when there are
  // `kept_max` others already (and `always` is not said). Threads: any.
  static const Regex* kept(std::string_view pattern, bool always = false);
  static constexpr std::size_t kept_max = 1000;

  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  const std::string& pattern() const { return pattern_; }  // without slashes
  bool matches(std::string_view text) const;
  const re2::RE2& re2() const { return *re2_; }

  // Every match from left to right that does not overlap the one before, an empty one not right behind another: `visit(begin, end)`
  // with offsets; false from it ends the search.
  template <typename Visit>
  void find_each(std::string_view text, Visit visit) const {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t last_end = std::string_view::npos;
    for (std::size_t at = 0; at <= text.size() && find(text, at, begin, end);) {
      if (begin < end || begin != last_end) {
        if (!visit(begin, end)) return;
        last_end = end;
      }
      at = end;
      if (begin == end) at += at < text.size() ? character_size(text.substr(at)) : 1;
    }
  }

 private:
  explicit Regex(std::string_view pattern);
  // The first match that begins at `from` or behind it.
  bool find(std::string_view text, std::size_t from, std::size_t& begin, std::size_t& end) const;

  std::string pattern_;
  std::unique_ptr<re2::RE2> re2_;
};

}  // namespace millrace::surrealql
