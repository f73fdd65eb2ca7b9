// SPDX-License-Identifier: Apache-2.0
//
// A body as gzip (RFC 1952), small and quick rather than smallest. Private to `net`.
#pragma once

#include <string>
#include <string_view>

namespace millrace::net {

std::string gzip(std::string_view bytes);

}  // namespace millrace::net
