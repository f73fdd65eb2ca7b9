// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/rejects.h"

#include <gtest/gtest.h>

namespace millrace::pipeline {
namespace {

TEST(RejectsWriter, counts_no_line_as_written_that_a_full_disk_has_lost) {
  RejectsWriter rejects("/dev/full");  // every write says that the disk is full
  const Error error{Code::invalid_record, "title is missing", {.source = "posts.ndjson", .line = 7}};
  ASSERT_TRUE(rejects.add({.error = error, .json = "{}"})) << "it waits in memory";
  for (int turn = 0; turn < 2; ++turn) {
    const Result<void> synced = rejects.sync();
    ASSERT_FALSE(synced);
    EXPECT_EQ(synced.error().code, Code::io);
    EXPECT_EQ(rejects.bytes(), 0u);
  }
}

}  // namespace
}  // namespace millrace::pipeline
