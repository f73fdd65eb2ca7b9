// SPDX-License-Identifier: Apache-2.0
//
// Where a text stands in another. Private to this room.
#pragma once

#include <cstddef>
#include <string_view>

namespace millrace::surrealql {

// As text.find(wanted), sixteen places at a time: those where the first and the last byte are right are looked at.
std::size_t find_text(std::string_view text, std::string_view wanted);

}  // namespace millrace::surrealql
