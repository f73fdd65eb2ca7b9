// SPDX-License-Identifier: Apache-2.0
//
// What GET /openapi.json answers: the gateway's routes, statuses and schemas as OpenAPI 3.1. The document is openapi.json beside this
// file, compiled in; tests/gateway/openapi_test.cc holds it against what the gateway knows, and a validator against the specification.
#pragma once

#include <string_view>

namespace millrace::gateway {

std::string_view openapi_document();

}  // namespace millrace::gateway
