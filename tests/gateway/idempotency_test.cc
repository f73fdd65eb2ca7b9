// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/idempotency.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace millrace::gateway {
namespace {

using ::testing::HasSubstr;

std::string parsed(std::string_view value) {
  const Result<IdempotencyKey> key = IdempotencyKey::parse(value);
  return key ? std::string(key->text()) : key.error().message;
}

TEST(IdempotencyKey, is_the_same_bare_and_in_quotes) {
  EXPECT_EQ(parsed("8e03978e-40d5-43dd-bc93-6894a57f9324"), "8e03978e-40d5-43dd-bc93-6894a57f9324");
  EXPECT_EQ(parsed("\"8e03978e-40d5-43dd-bc93-6894a57f9324\""), "8e03978e-40d5-43dd-bc93-6894a57f9324");
  EXPECT_EQ(parsed(R"("a\"b\\c")"), R"(a"b\c)");
  EXPECT_EQ(parsed(R"(a"b\c)"), R"(a"b\c)");
  EXPECT_EQ(parsed("~!"), "~!");
  EXPECT_EQ(parsed(std::string(255, 'k')), std::string(255, 'k'));
  EXPECT_EQ(parsed('"' + std::string(255, 'k') + '"'), std::string(255, 'k'));
}

TEST(IdempotencyKey, says_what_is_wrong_with_one_that_is_none) {
  EXPECT_THAT(parsed(""), HasSubstr("empty"));
  EXPECT_THAT(parsed("\"\""), HasSubstr("empty"));
  EXPECT_THAT(parsed("\""), HasSubstr("do not close"));
  EXPECT_THAT(parsed("\"a"), HasSubstr("do not close"));
  EXPECT_THAT(parsed("\"a\\\""), HasSubstr("do not close"));
  EXPECT_THAT(parsed("\"a\\"), HasSubstr("backslash"));
  EXPECT_THAT(parsed("\"a\\b\""), HasSubstr("backslash"));
  EXPECT_THAT(parsed("\"a\"; b=1"), HasSubstr("more behind"));
  EXPECT_THAT(parsed("a b"), HasSubstr("visible ASCII"));
  EXPECT_THAT(parsed("\"a b\""), HasSubstr("visible ASCII"));
  EXPECT_THAT(parsed("schl\xc3\xbcssel"), HasSubstr("visible ASCII"));
  EXPECT_THAT(parsed("\x7f"), HasSubstr("visible ASCII"));
  EXPECT_THAT(parsed(std::string(256, 'k')), HasSubstr("at most 255"));
  EXPECT_EQ(IdempotencyKey::parse("").error().code, Code::invalid_argument);
}

TEST(IdempotencyKey, is_looked_for_among_the_headers) {
  const net::HttpHeader headers[] = {{"Host", "h"}, {"IDEMPOTENCY-key", "a"}, {"idempotency-key", "b"}};
  EXPECT_FALSE(idempotency_key_of({"POST", "/", {headers, 1}, {}})->has_value());
  EXPECT_EQ((*idempotency_key_of({"POST", "/", {headers, 2}, {}}))->text(), "a");
  EXPECT_THAT(idempotency_key_of({"POST", "/", {headers, 3}, {}}).error().message, HasSubstr("two"));
}

// Of records that are stored: another value would lose what clients sent before. The first is
//   python3 -c 'import hashlib; p=b"".join(len(x).to_bytes(8)+x for x in (b"writer",b"post",b"k")); print(hashlib.sha256(p).hexdigest()[:32])'
// with version and variant put in.
TEST(DerivedId, never_changes) {
  EXPECT_EQ(to_string(derived_id("writer", "post", "k")), "8f729a2f-af58-8f88-80f1-38b3b6a4a913");
  EXPECT_EQ(to_string(derived_id("", "post", "k")), "70058a02-f685-8e17-aa4e-c76e45bf3eff");
}

TEST(DerivedId, is_of_version_8_and_of_all_three) {
  std::set<Uuid> ids;
  for (const std::string_view name : {"", "a", "ab", "post"}) {
    for (const std::string_view table : {"post", "a", "ab", "b"}) {
      for (const std::string_view key : {"k", "a", "bk", "post"}) {
        const Uuid id = derived_id(name, table, key);
        EXPECT_EQ(to_string(id)[14], '8');
        EXPECT_THAT(std::string("89ab"), HasSubstr(std::string(1, to_string(id)[19])));
        EXPECT_TRUE(ids.insert(id).second) << name << " " << table << " " << key;
      }
    }
  }
}

}  // namespace
}  // namespace millrace::gateway
