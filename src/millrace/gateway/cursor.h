// SPDX-License-Identifier: Apache-2.0
//
// Where a page of records ended, as a text that a client gives back to get the next one: the last record's id, its kind
// told, in base64url without padding (RFC 4648, section 5). A client is told that it is opaque; it holds no secret.
//
//   encode_cursor(RecordId("abc")) == "dGFiYw"
#pragma once

#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/record.h"

namespace millrace::gateway {

std::string encode_cursor(const RecordId& id);
// Takes what encode_cursor() gives and nothing else, so that an id has one cursor: invalid_argument "after is no cursor of
// this server" for padding, other characters, loose bits, another kind, and a text that is empty or not UTF-8.
Result<RecordId> decode_cursor(std::string_view text);

}  // namespace millrace::gateway
