// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::surrealdb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Address, has_defaults_for_all_that_may_be_left_out) {
  const Result<Address> address = parse_address("ws://localhost/shop/orders");
  ASSERT_TRUE(address) << address.error().message;
  ASSERT_EQ(address->endpoints.size(), 1u);
  EXPECT_EQ(to_string(address->endpoints[0]), "localhost:8000");
  EXPECT_FALSE(address->endpoints[0].tls);
  EXPECT_EQ(address->name_space, "shop");
  EXPECT_EQ(address->database, "orders");
  EXPECT_EQ(address->user, "");
  EXPECT_EQ(address->level, AuthLevel::root);
}

TEST(Address, reads_every_part) {
  const Result<Address> address =
      parse_address("wss://jo%40x:p%2Fa%3Ass@a.example:9000,[::1],b%2Dc/my%20ns/db?auth=database&ca=/etc/ca%26.pem");
  ASSERT_TRUE(address) << address.error().message;
  ASSERT_EQ(address->endpoints.size(), 3u);
  EXPECT_EQ(to_string(address->endpoints[0]), "a.example:9000");
  EXPECT_EQ(to_string(address->endpoints[1]), "[::1]:8000");
  EXPECT_EQ(to_string(address->endpoints[2]), "b-c:8000");
  EXPECT_EQ(address->endpoints[2].tls->ca_file, "/etc/ca&.pem");
  EXPECT_EQ(address->user, "jo@x");
  EXPECT_EQ(address->password, "p/a:ss");
  EXPECT_EQ(address->name_space, "my ns");
  EXPECT_EQ(address->level, AuthLevel::database);
}

TEST(Address, a_password_may_hold_a_colon_and_an_at_sign) {
  const Result<Address> address = parse_address("ws://root:a:b@c@localhost/n/d");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->password, "a:b@c");
  EXPECT_EQ(address->endpoints[0].host, "localhost");
}

TEST(Address, refuses_http_and_gives_the_ws_form) {
  const Result<Address> plain = parse_address("http://root:secret@localhost:8000/n/d");
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().code, Code::invalid_argument);
  EXPECT_THAT(plain.error().message, HasSubstr("ws://root:***@localhost:8000/n/d"));
  const Result<Address> secure = parse_address("https://localhost/n/d");
  ASSERT_FALSE(secure);
  EXPECT_THAT(secure.error().message, HasSubstr("wss://localhost/n/d"));
}

TEST(Address, refuses_what_is_no_address) {
  for (const char* url : {"",
                          "post.db",
                          "ws://",
                          "ws:///n/d",
                          "ws://h",
                          "ws://h/",
                          "ws://h/n",
                          "ws://h/n/",
                          "ws://h/n/d/x",
                          "ws://h:0/n/d",
                          "ws://h:70000/n/d",
                          "ws://h:8o/n/d",
                          "ws://[::1/n/d",
                          "ws://[::1]x/n/d",
                          "ws://h,,i/n/d",
                          "ws://@h/n/d",
                          "ws://%zz/n/d",
                          "ws://h/n/d?auth=all",
                          "ws://h/n/d?ca=x",
                          "ws://h/n/d?user=x",
                          "ws://h/%2/d",
                          "ftp://h/n/d"}) {
    const Result<Address> address = parse_address(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().code, Code::invalid_argument) << url;
    EXPECT_FALSE(address.error().message.empty()) << url;
  }
}

TEST(Address, no_error_message_shows_a_password) {
  for (const char* url : {"ws://root:s3cret@", "ws://root:s3cret@h", "ws://root:s3cret/x@h/n/d",
                          "ws://root:12/s3cret@h/n/d", "ws://root:s3cret%@h/n/d", "ws://root:s3cret?x@h/n/d",
                          "ws://root:s3cret#x@h:z/n/d", "http://root:s3cret@h/n/d", "http://root:12/s3cret@h/n/d",
                          "ws://root:x@s3cret:y@h:q/n/d", "ftp://root:s3cret@h/n/d", "ws:/root:s3cret@h/n/d"}) {
    const Result<Address> address = parse_address(url);
    ASSERT_FALSE(address) << url;
    EXPECT_THAT(address.error().message, Not(HasSubstr("s3cret"))) << url;
  }
}

TEST(Address, is_printed_with_stars_for_the_password) {
  EXPECT_EQ(redacted("ws://root:s3cret@h:8000/n/d?auth=root"), "ws://root:***@h:8000/n/d?auth=root");
  EXPECT_EQ(redacted("ws://root:a/b@c@h/n/d"), "ws://root:***@h/n/d");
  EXPECT_EQ(redacted("ws://root@h:8000/n/d"), "ws://root@h:8000/n/d");
  EXPECT_EQ(redacted("ws://h:8000/n/d"), "ws://h:8000/n/d");
  EXPECT_EQ(redacted("root:s3cret@h"), "root:***@h");
  EXPECT_EQ(redacted("sqlite:posts.db"), "sqlite:posts.db");
}

}  // namespace
}  // namespace millrace::surrealdb
