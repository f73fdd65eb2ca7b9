// SPDX-License-Identifier: Apache-2.0
//
// What a request's body is, by its Content-Type. Private to `gateway`.
#pragma once

#include <cstdint>

#include "millrace/net/http.h"

namespace millrace::gateway {

enum class MediaType : std::uint8_t { json, ndjson, other };

// application/json, text/json, anything +json; application/x-ndjson, application/ndjson, application/jsonl. Parameters are passed over.
// Without a Content-Type it is JSON, unless the request has an Origin: a page in a browser could else send it to a gateway on the
// user's own machine without asking first, as it can forms and plain text.
MediaType media_type_of(const net::HttpRequest& request);

}  // namespace millrace::gateway
