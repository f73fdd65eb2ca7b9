// SPDX-License-Identifier: Apache-2.0
//
// How many columns of a terminal a text takes: two for wide characters (CJK, most emoji), none for combining marks and what is
// not shown, one for every other (Unicode's East_Asian_Width, UAX #11; ambiguous ones are narrow).
//
//   width("naïve")   5        width("日本")   4
#pragma once

#include <cstddef>
#include <string_view>

namespace millrace::text {

std::size_t width(std::string_view utf8);
// The longest beginning that takes at most `columns`; it ends before no combining mark.
std::string_view cut_to_width(std::string_view utf8, std::size_t columns);

}  // namespace millrace::text
