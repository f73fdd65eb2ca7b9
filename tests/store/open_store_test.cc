// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/base/file.h"
#include "millrace/store/store.h"

namespace millrace::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Error refusal(const std::string& url) {
  auto store = open_store(url, {});
  return store ? Error{Code::internal, "it opened", {}} : store.error();
}

TEST(OpenStoreTest, opens_a_file_and_memory) {
  const TempFolder folder;
  auto sqlite = open_store("sqlite:" + folder.file("posts.db"), {});
  ASSERT_TRUE(sqlite) << describe(sqlite.error());
  EXPECT_EQ((*sqlite)->capabilities().name, "sqlite");
  auto memory = open_store("memory:", {});
  ASSERT_TRUE(memory);
  EXPECT_EQ((*memory)->capabilities().name, "memory");
}

TEST(OpenStoreTest, makes_no_file_when_told) {
  const TempFolder folder;
  auto store = open_store("sqlite:" + folder.file("posts.db"), {.create = false});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::not_found);
}

TEST(OpenStoreTest, says_how_to_write_an_http_address_instead) {
  const Error plain = refusal("http://root:secret@localhost:8000/test/test");
  EXPECT_EQ(plain.code, Code::invalid_argument);
  EXPECT_THAT(plain.message, AllOf(HasSubstr("ws://root:***@localhost:8000/test/test"), Not(HasSubstr("secret"))));
  EXPECT_THAT(refusal("https://db.example/a/b").message, HasSubstr("wss://db.example/a/b"));
}

TEST(OpenStoreTest, lists_the_forms_when_a_text_names_no_store) {
  for (const char* url : {"", "posts.db", "memory", "memory:x", "postgres://user:secret@host/db", "SQLITE:posts.db"}) {
    const Error error = refusal(url);
    EXPECT_EQ(error.code, Code::invalid_argument) << url;
    EXPECT_THAT(error.message,
                AllOf(HasSubstr("sqlite:PATH"), HasSubstr("ws[s]://"), HasSubstr("memory:"), Not(HasSubstr("secret"))));
  }
  EXPECT_EQ(refusal("sqlite:").code, Code::invalid_argument);
}

}  // namespace
}  // namespace millrace::store
