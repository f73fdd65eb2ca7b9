// SPDX-License-Identifier: Apache-2.0
//
// What the macros of profile.h are made of.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "millrace/telemetry/scope_ring.h"

namespace millrace::telemetry {

// Not constexpr: a name that breaks one of these does not compile, and the compiler names it.
namespace scope_rule {
void a_scope_has_a_name();
void a_scopes_name_is_printable_ascii();
}  // namespace scope_rule

// A literal. Another text, an empty one, and what is not printable ASCII fail to compile.
class ScopeName {
 public:
  template <std::size_t size>
  consteval ScopeName(const char (&text)[size]) : text_(text) {
    if (text[0] == '\0') scope_rule::a_scope_has_a_name();
    if (text[size - 1] != '\0') scope_rule::a_scopes_name_is_printable_ascii();
    for (std::size_t i = 0; i + 1 < size; ++i) {
      if (text[i] < ' ' || text[i] > '~') scope_rule::a_scopes_name_is_printable_ascii();
    }
  }
  constexpr const char* c_str() const { return text_; }

 private:
  const char* text_;
};

// The calling thread's; null before its first scope.
extern constinit thread_local ScopeRing* this_thread_ring;
ScopeRing& make_this_thread_ring() noexcept;
inline ScopeRing& ring_of_this_thread() noexcept { return this_thread_ring != nullptr ? *this_thread_ring : make_this_thread_ring(); }

class ProfileScope {
 public:
  explicit ProfileScope(ScopeName name) noexcept : ring_(ring_of_this_thread()), name_(name.c_str()), begin_(ring_.now()) {}
  ProfileScope(ScopeName name, ScopeName number_name, std::uint64_t number) noexcept
      : ring_(ring_of_this_thread()),
        name_(name.c_str()),
        number_name_(number_name.c_str()),
        number_(number),
        begin_(ring_.now()) {}
  ~ProfileScope() { ring_.write({name_, number_name_, number_, begin_, ring_.now() - begin_, ScopeKind::scope}); }
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  ScopeRing& ring_;
  const char* const name_;
  const char* const number_name_ = nullptr;
  const std::uint64_t number_ = 0;
  const std::uint64_t begin_;
};

inline void profile_span(ScopeName name, ScopeName number_name, std::uint64_t number, std::chrono::steady_clock::time_point begin,
                         std::chrono::steady_clock::time_point end) noexcept {
  const auto nanoseconds = [](std::chrono::nanoseconds time) { return static_cast<std::uint64_t>(time.count()); };
  ring_of_this_thread().write(
      {name.c_str(), number_name.c_str(), number, nanoseconds(begin.time_since_epoch()), nanoseconds(end - begin), ScopeKind::span});
}

}  // namespace millrace::telemetry
