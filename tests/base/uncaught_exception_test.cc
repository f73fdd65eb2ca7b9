// SPDX-License-Identifier: Apache-2.0
// From where it is thrown, with what frames, and that nothing is unwound: tests/build/uncaught_test.py.
#include "millrace/base/uncaught_exception.h"

#include <gtest/gtest.h>

#include <csignal>
#include <exception>
#include <stdexcept>
#include <thread>

namespace millrace {
namespace {

TEST(UncaughtExceptionDeathTest, ends_the_process_with_type_words_and_frames) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto throw_in_thread = [] {
    abort_on_uncaught_exceptions();
    std::thread([] { throw std::out_of_range("no such mill"); }).join();
  };
  EXPECT_EXIT(throw_in_thread(), testing::KilledBySignal(SIGABRT), "nobody caught std::out_of_range: no such mill. Please[^\n]*\n.*\\+0x");
}

TEST(UncaughtExceptionDeathTest, says_so_when_there_was_no_exception) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto terminate = [] {
    abort_on_uncaught_exceptions();
    std::terminate();
  };
  EXPECT_EXIT(terminate(), testing::KilledBySignal(SIGABRT), "std::terminate was called");
}

}  // namespace
}  // namespace millrace
