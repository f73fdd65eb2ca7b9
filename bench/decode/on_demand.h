// SPDX-License-Identifier: Apache-2.0
//
// What row_bench measures itself against: simdjson, on text with simdjson::SIMDJSON_PADDING readable bytes behind it. Each
// returns a sum over what it found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace::bench {

// Whether this processor can run what on_demand.cc is compiled for.
bool can_run_on_demand();

// On-Demand over the posts one after the other: the first 0, 3 (id, title, score) or 8 fields by find_field() in their
// order. `decodes`: texts and numbers by get_string() and get_int64(); else as they stand in the input, which leaves
// escapes and numbers unread.
std::uint64_t read_on_demand(std::string_view posts, std::size_t fields, bool decodes);

}  // namespace millrace::bench
