// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <list>
#include <unordered_map>

namespace millrace::surrealql {
namespace {

re2::RE2::Options quiet_options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(Regex::bytes_max);
  return options;
}

}  // namespace

Regex::Regex(std::string_view pattern)
    : pattern_(pattern), re2_(std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), quiet_options())) {}

Regex::~Regex() = default;

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern) {
  std::shared_ptr<const Regex> regex(new Regex(pattern));
  if (!regex->re2_->ok()) {
    return fail(Code::invalid_argument, fmt::format("'{}' is no regular expression: {}", pattern, regex->re2_->error()));
  }
  return regex;
}

const Regex* Regex::cached(std::string_view pattern) {
  struct Entry {
    std::shared_ptr<const Regex> regex;  // none: the pattern is wrong
    std::string pattern;
  };
  // Newest first; the keys are views of the entries' patterns.
  thread_local std::list<Entry> entries;
  thread_local std::unordered_map<std::string_view, std::list<Entry>::iterator> by_pattern;
  if (const auto found = by_pattern.find(pattern); found != by_pattern.end()) {
    entries.splice(entries.begin(), entries, found->second);
    return found->second->regex.get();
  }
  auto compiled = compile(pattern);
  entries.push_front({compiled ? *compiled : nullptr, std::string(pattern)});
  by_pattern.emplace(entries.front().pattern, entries.begin());
  if (entries.size() > cached_max) {
    by_pattern.erase(entries.back().pattern);
    entries.pop_back();
  }
  return entries.front().regex.get();
}

bool Regex::matches(std::string_view text) const {
  return re2_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace millrace::surrealql
