// SPDX-License-Identifier: Apache-2.0
//
// SurrealDB's regular expressions are Rust's (the regex crate); RE2's differ in what its short classes mean and in some
// spellings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::surrealql {

// The pattern that means the same to RE2: \d, \w and \s are Unicode's, (?<name>…) and \u{41} are written as RE2 has them.
// Nothing for what Rust refuses and RE2 does not (\Q, \C, a lone {), and for what RE2 would take otherwise: classes in
// classes, && --
// ~~ in a class, (?x). Not translated: \b, which looks at ASCII words only. RE2 refuses itself: \p{Alphabetic} and its
// like, counts over 1000, a**.
std::optional<std::string> re2_pattern(std::string_view pattern);

}  // namespace millrace::surrealql
