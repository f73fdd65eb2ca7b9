// SPDX-License-Identifier: Apache-2.0
//
// A regular expression of RE2: time grows with the text, never with its square. Private to this room.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace millrace::surrealql {

class Regex {
 public:
  virtual ~Regex() = default;
  // nullptr, and why, when the pattern is none.
  static std::shared_ptr<const Regex> compile(std::string_view pattern, std::string& why);
  // Anywhere in the text.
  virtual bool matches(std::string_view text) const = 0;
  virtual std::string_view pattern() const = 0;
};

}  // namespace millrace::surrealql
