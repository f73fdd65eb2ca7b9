// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/tokens.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <map>

#include "millrace/base/file.h"
#include "millrace/gateway/sha256.h"

namespace millrace::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string digest_of(std::string_view token) {
  std::string hex = "sha256:";
  for (const std::uint8_t byte : sha256({token})) hex += fmt::format("{:02x}", byte);
  return hex;
}

Tokens tokens_of(const std::string& text) {
  Result<Tokens> tokens = Tokens::parse(text, "tokens");
  EXPECT_TRUE(tokens) << describe(tokens.error());
  return *std::move(tokens);
}

std::string fault_of_file(const std::string& text) {
  const Result<Tokens> tokens = Tokens::parse(text, "tokens");
  return tokens ? "" : describe(tokens.error());
}

// FIPS 180-4's examples, cut in whichever way.
TEST(Sha256, is_that_of_the_standard) {
  EXPECT_EQ(digest_of("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256({"abc"}));
}

TEST(Tokens, reads_a_file) {
  const Tokens tokens = tokens_of("# who may do what\n\nwriter " + digest_of("w") + " create,read post,_x 100/s # a comment\r\n" +
                                  "\tscraper\t" + digest_of("s") + "  metrics *\n  admin.1 " + digest_of("a") + " all *,post 6000/m");
  ASSERT_EQ(tokens.all().size(), 3u);
  const Token& writer = tokens.all()[0];
  EXPECT_EQ(writer.name, "writer");
  EXPECT_TRUE(writer.allows(Right::create) && writer.allows(Right::read));
  EXPECT_FALSE(writer.allows(Right::remove) || writer.allows(Right::metrics) || writer.allows(Right::trace));
  EXPECT_THAT(writer.tables, ElementsAre("_x", "post"));
  EXPECT_TRUE(writer.covers("post") && writer.covers("_x"));
  EXPECT_FALSE(writer.covers("pos") || writer.covers("") || writer.covers("post2"));
  EXPECT_EQ(writer.rate, (Rate{100, 1}));
  EXPECT_FALSE(tokens.all()[1].rate);
  EXPECT_TRUE(tokens.all()[1].covers("any"));
  const Token& admin = tokens.all()[2];
  for (std::size_t right = 0; right < rights_count; ++right) EXPECT_TRUE(admin.allows(static_cast<Right>(right)));
  EXPECT_EQ(admin.rate, (Rate{6000, 60}));
}

TEST(Tokens, says_which_line_is_wrong_and_how) {
  const std::string d = digest_of("d");
  const std::map<std::string, std::string> wrong{
      {"", "tokens: there is no token in it"},
      {"# only\n\n", "tokens: there is no token in it"},
      {"a", "tokens:1: token a: sha256: and 64 hex digits have to come second"},
      {"\na sha256:12 all *", "tokens:2: token a: sha256:"},
      {"a md5:" + d + " all *", "tokens:1: token a: sha256:"},
      {"a " + d + "0 all *", "tokens:1: token a: sha256:"},
      {"a/b " + d + " all *", "tokens:1: a token's name has at most 64"},
      {std::string(65, 'a') + " " + d + " all *", "tokens:1: a token's name has at most 64"},
      {"a " + d, "token a: '' is no right"},
      {"a " + d + " create,", "token a: '' is no right"},
      {"a " + d + " write *", "token a: 'write' is no right: there are create, read, delete, metrics, trace and all"},
      {"a " + d + " all", "tables are names between commas, or *"},
      {"a " + d + " all sqlite_x", "sqlite_x"},
      {"a " + d + " all post,", "tables are names"},
      {"a " + d + " all * 100", "token a: '100' is no rate: records in a second or a minute, as in 100/s or 6000/m"},
      {"a " + d + " all * 0/s", "no rate"},
      {"a " + d + " all * -1/s", "no rate"},
      {"a " + d + " all * 9999999999/s", "no rate"},
      {"a " + d + " all * 1/h", "no rate"},
      {"a " + d + " all * 1/s more", "more on the line"},
      {"a " + d + " all *\na " + digest_of("e") + " all *", "tokens:2: token a is in line 1 already"},
      {"a " + d + " all *\n#\nb " + d + " read post", "tokens:3: token b has the digest of token a"},
  };
  for (const auto& [text, words] : wrong) EXPECT_THAT(fault_of_file(text), HasSubstr(words)) << text;
}

// Who puts the token itself where its digest belongs finds it in no log.
TEST(Tokens, shows_no_secret_in_an_error) {
  EXPECT_THAT(fault_of_file("a s3cret all *"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(fault_of_file("a sha256:s3cret all *"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(fault_of_file("s3/cret " + digest_of("d") + " all *"), Not(HasSubstr("cret")));
}

TEST(Tokens, are_found_by_their_secret) {
  const Tokens tokens = tokens_of("a " + digest_of("secret-a") + " all *\nb " + digest_of("b+/._~-==") + " all *\nc " + digest_of("secret-c") + " all *\n");
  EXPECT_EQ(tokens.find("Bearer secret-a"), &tokens.all()[0]);
  EXPECT_EQ(tokens.find("bearer secret-a"), &tokens.all()[0]);
  EXPECT_EQ(tokens.find("BEARER   b+/._~-=="), &tokens.all()[1]);
  EXPECT_EQ(tokens.find("Bearer secret-c"), &tokens.all()[2]);
  for (const std::string_view header : {"", "Bearer", "Bearer ", "Bearer secret", "Bearer secret-aa", "Bearer SECRET-A", "Basic secret-a", "secret-a", "Bearersecret-a",
                                        "Bearer\tsecret-a", "Bearer secret-a ", "Bearer secret-a, Bearer secret-c", "Bearer =", "Bearer s\x80", "Bearer=secret-a"}) {
    EXPECT_EQ(tokens.find(header), nullptr) << header;
  }
}

TEST(Tokens, are_found_among_many) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += fmt::format("t{} {} read post\n", i, digest_of(fmt::format("secret{}", i)));
  const Tokens tokens = tokens_of(text);
  for (int i = 0; i < 1000; ++i) {
    const Token* const token = tokens.find(fmt::format("Bearer secret{}", i));
    ASSERT_NE(token, nullptr);
    EXPECT_EQ(token->name, fmt::format("t{}", i));
  }
  EXPECT_EQ(tokens.find("Bearer secret1000"), nullptr);
}

TEST(Tokens, are_read_from_a_file_that_others_had_better_not_read) {
  const TempFolder folder;
  const std::string path = folder.file("tokens");
  ASSERT_TRUE(File::create(path)->write_all("a " + digest_of("d") + " all *\n"));
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  Result<Tokens> tokens = Tokens::read(path);
  ASSERT_TRUE(tokens);
  EXPECT_FALSE(tokens->is_readable_by_others());
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(Tokens::read(path)->is_readable_by_others());
  EXPECT_EQ(Tokens::read(folder.file("none")).error().code, Code::not_found);
}

}  // namespace
}  // namespace millrace::gateway
