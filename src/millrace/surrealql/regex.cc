// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <list>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "millrace/surrealql/rust_pattern.h"

namespace millrace::surrealql {
namespace {

re2::RE2::Options quiet_options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(Regex::bytes_max);
  return options;
}

constexpr std::string_view never_valid = "(";  // stands for what could not be translated

}  // namespace

Regex::Regex(std::string_view pattern)
    : pattern_(pattern), re2_(std::make_unique<re2::RE2>(re2_pattern(pattern).value_or(std::string(never_valid)), quiet_options())) {}

Regex::~Regex() = default;

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern) {
  std::shared_ptr<const Regex> regex(new Regex(pattern));
  if (!regex->re2_->ok()) {
    const bool is_known = re2_pattern(pattern).has_value();
    return fail(Code::invalid_argument, fmt::format("'{}' is no regular expression: {}", pattern,
                                                    is_known ? regex->re2_->error() : "it has something that is not supported here"));
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

const Regex* Regex::kept(std::string_view pattern, bool always) {
  static std::shared_mutex mutex;
  static std::map<std::string, std::shared_ptr<const Regex>, std::less<>> regexes;
  {
    const std::shared_lock lock(mutex);
    if (const auto found = regexes.find(pattern); found != regexes.end()) return found->second.get();
    if (regexes.size() >= kept_max && !always) return nullptr;
  }
  auto compiled = compile(pattern);
  if (!compiled) return nullptr;
  const std::unique_lock lock(mutex);
  return regexes.try_emplace(std::string(pattern), std::move(*compiled)).first->second.get();
}

bool Regex::find(std::string_view text, std::size_t from, std::size_t& begin, std::size_t& end) const {
  re2::StringPiece found;
  if (!re2_->Match(re2::StringPiece(text.data(), text.size()), from, text.size(), re2::RE2::UNANCHORED, &found, 1)) return false;
  begin = static_cast<std::size_t>(found.data() - text.data());
  end = begin + found.size();
  return true;
}

bool Regex::matches(std::string_view text) const {
  return re2_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace millrace::surrealql
