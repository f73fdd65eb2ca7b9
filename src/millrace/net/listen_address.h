// SPDX-License-Identifier: Apache-2.0
//
// Where a server listens, as a user types it: 127.0.0.1:9464, [::1]:9464, localhost:9464, 0.0.0.0:9464; a port alone, 9464
// or :9464, is the loopback address 127.0.0.1, so that nothing is shown to the network unasked. Port 0 is any that is free.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::net {

struct ListenAddress {
  std::string host;  // a name or an address; IPv6 without brackets
  std::uint16_t port = 0;
};

// invalid_argument, with the text and what is wrong with it.
Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

}  // namespace millrace::net
