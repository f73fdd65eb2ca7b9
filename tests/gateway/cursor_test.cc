// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/cursor.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

#include "millrace/record/json.h"
#include "support/seed.h"

namespace millrace::testing {
namespace {

using namespace std::string_literals;
using gateway::decode_cursor;
using gateway::encode_cursor;

const Uuid uuid = *parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91");

constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void expect_none(std::string_view text) {
  const Result<RecordId> id = decode_cursor(text);
  ASSERT_FALSE(id) << text << " is " << to_string(*id);
  EXPECT_EQ(id.error().code, Code::invalid_argument);
  EXPECT_EQ(id.error().message, "after is no cursor of this server");
}

TEST(Cursor, gives_every_kind_of_id_back) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const RecordId& id : {RecordId(std::int64_t{0}), RecordId(std::int64_t{-1}), RecordId(least), RecordId(most), RecordId("7"s),
                             RecordId("a"s), RecordId("ab"s), RecordId("abc"s), RecordId("a\0b"s), RecordId("🦀 ⟨a⟩/?#%&"s),
                             RecordId(std::string(100'000, 'k')), RecordId(uuid), RecordId(to_string(uuid))}) {
    const Result<RecordId> again = decode_cursor(encode_cursor(id));
    ASSERT_TRUE(again) << describe(again.error());
    EXPECT_EQ(*again, id);
  }
}

TEST(Cursor, does_not_change_between_versions) {  // a client may hold one while the server is replaced
  EXPECT_EQ(encode_cursor(std::int64_t{7}), "aQAAAAAAAAAH");
  EXPECT_EQ(encode_cursor(std::int64_t{-1}), "af__________");
  EXPECT_EQ(encode_cursor("abc"s), "dGFiYw");
  EXPECT_EQ(encode_cursor(uuid), "dQGQFj2GlHObrqWWbCb4rZE");
}

TEST(Cursor, stands_in_a_query_string_as_it_is) {
  std::mt19937_64 random(test_seed());
  for (int i = 0; i < 1000; ++i) {
    const std::string cursor = encode_cursor(static_cast<std::int64_t>(random()));
    EXPECT_EQ(cursor.find_first_not_of(base64url), std::string::npos) << cursor;
  }
}

TEST(Cursor, refuses_what_it_never_gave) {
  expect_none("");
  expect_none("=");
  expect_none("d");
  expect_none("dA");                       // a text without a character
  expect_none("dGFiYw==");                 // padding
  expect_none("dGFiYx");                   // loose bits
  expect_none("dGFi Yw");
  expect_none("dGFiYw\n");
  expect_none("dGFiYw\0"s);
  expect_none("af//////////");             // base64, not base64url
  expect_none("aQAAAAAAAAA");              // an int of seven bytes
  expect_none("aQAAAAAAAAAHAA");           // and of nine and more
  expect_none("dQGQFj2GlHObrqWWbCb4rQ");   // a uuid of fifteen bytes
  expect_none("eGFiYw");                   // kind x
  expect_none("dP8");                      // a text that is not UTF-8
  expect_none("dMCv");                     // an overlong form
  expect_none("dO2ggA");                   // a surrogate
  expect_none("abc");
  expect_none("0190163d-8694-739b-aea5-966c26f8ad91");
  expect_none("../../etc/passwd");
  expect_none("é");
}

TEST(Cursor, random_text_is_refused_or_is_the_one_cursor_of_its_id) {
  std::mt19937_64 random(test_seed());
  std::size_t taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text(1 + random() % 24, ' ');
    for (char& c : text) c = base64url[random() % base64url.size()];
    if (i % 2 == 0) text.front() = 'd';  // which leaves the kinds t, u and others
    if (i % 16 == 0) text[random() % text.size()] = static_cast<char>(random());
    const Result<RecordId> id = decode_cursor(text);
    if (!id) continue;
    ++taken;
    EXPECT_EQ(encode_cursor(*id), text);
  }
  EXPECT_GT(taken, 0u);
}

}  // namespace
}  // namespace millrace::testing
