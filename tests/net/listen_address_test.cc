// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/listen_address.h"

#include <gtest/gtest.h>

namespace millrace::net {
namespace {

std::string parsed(std::string_view text) {
  const Result<ListenAddress> address = parse_listen_address(text);
  return address ? to_string(*address) : "error: " + address.error().message;
}

TEST(ListenAddress, takes_a_port_alone_as_one_of_the_loopback) {
  EXPECT_EQ(parsed("9464"), "127.0.0.1:9464");
  EXPECT_EQ(parsed(":9464"), "127.0.0.1:9464");
  EXPECT_EQ(parsed("0"), "127.0.0.1:0");
}

TEST(ListenAddress, takes_addresses_and_names) {
  EXPECT_EQ(parsed("127.0.0.1:9464"), "127.0.0.1:9464");
  EXPECT_EQ(parsed("0.0.0.0:80"), "0.0.0.0:80");
  EXPECT_EQ(parsed("[::1]:9464"), "[::1]:9464");
  EXPECT_EQ(parsed("[::]:65535"), "[::]:65535");
  EXPECT_EQ(parsed("localhost:9464"), "localhost:9464");
}

TEST(ListenAddress, says_what_is_wrong_with_others) {
  for (const char* text : {"", ":", "65536", "127.0.0.1:99999", "-1", "9464x", "localhost", "127.0.0.1", "127.0.0.1:", "::1:9464", "::1",
                           "[::1]", "[::1]9464", "[localhost]:1", "http://127.0.0.1:9464", "a b:1", "1.2.3.4:5/metrics", " 9464"}) {
    const Result<ListenAddress> address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, Code::invalid_argument) << text;
    EXPECT_NE(address.error().message.find("'" + std::string(text) + "'"), std::string::npos) << address.error().message;
  }
  EXPECT_NE(parsed("::1:9464").find("brackets"), std::string::npos) << parsed("::1:9464");
}

}  // namespace
}  // namespace millrace::net
