// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/backtrace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace millrace {
namespace {

TEST(Backtrace, names_program_and_address_of_each_frame_from_its_caller_on) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  prepare_backtrace();
  write_backtrace(::fileno(file));
  std::rewind(file);
  std::string text(1 << 16, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  const std::string first = text.substr(0, text.find('\n'));
  EXPECT_THAT(first, testing::ContainsRegex("base_test\\(.*\\+0x[0-9a-f]+\\)"));
  EXPECT_THAT(first, testing::Not(testing::HasSubstr("write_backtrace")));
  EXPECT_THAT(text, testing::HasSubstr("libc.so"));  // down to the start of the thread
}

}  // namespace
}  // namespace millrace
