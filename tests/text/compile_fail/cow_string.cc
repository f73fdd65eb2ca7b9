// SPDX-License-Identifier: Apache-2.0
// What cow_string.h refuses: each line with "// error:" is refused by that rule, every other compiles (tests/support/expect_errors.py).
#include "millrace/text/text.h"

namespace millrace {

std::string make();
const std::string make_const();
void take(const CowString& text);

void refused(const std::string& kept) {
  const CowString borrowed = kept;
  const CowString owned = CowString::owned(make());
  const CowString direct(make());       // error: deleted
  const CowString copied = make();      // error: deleted
  const CowString sum = kept + "!";     // error: deleted
  const CowString constant(make_const());  // error: deleted
  take(kept);
  take("mill");
  take(make());                         // error: deleted
  CowString assigned;
  assigned = kept;
  assigned = make();                    // error: deleted
  const CowString nothing = nullptr;    // error: deleted
  std::string& string = *assigned.to_mut();  // error: deleted
  assigned.to_mut()->append("!");
  const CowString upper = text::uppercase(kept), of_temporary = text::uppercase(make());
  std::string by_itself = assigned;     // error: conversion from
  by_itself = std::string(assigned);
  assigned.into_owned();                // error: 'this' argument
}

static_assert(!std::is_constructible_v<CowString, std::string>);
static_assert(!std::is_constructible_v<CowString, const std::string>);
static_assert(!std::is_assignable_v<CowString&, std::string>);
static_assert(!std::is_constructible_v<CowString, std::nullptr_t>);
static_assert(std::is_constructible_v<CowString, std::string&>);
static_assert(std::is_convertible_v<const CowString&, std::string_view>);
static_assert(std::is_nothrow_move_constructible_v<CowString> && std::is_nothrow_move_assignable_v<CowString>);

}  // namespace millrace
