// SPDX-License-Identifier: Apache-2.0
//
// The JSON of what was created, as all answers have it. Private to `gateway`.
#pragma once

#include <string>
#include <string_view>

#include "millrace/gateway/problem.h"
#include "millrace/gateway/submission.h"

namespace millrace::gateway {

// "id":"0190…"; of a post also ,"created_at":"2026-11-25T12:00:00.000Z"
void append_created(std::string& out, std::string_view table, const Settled& settled);
// {"error":{"code":…,"detail":…}: without the brace that closes it
void append_item_error(std::string& out, const Error& error, Origin origin);
// The key as a path has it: all but RFC 3986's unreserved characters is percent-encoded.
std::string location_of(std::string_view table, const IdView& id);
// Who rejected a record: the store's word is not for clients to read.
void count_settled(const Settled& settled);

}  // namespace millrace::gateway
