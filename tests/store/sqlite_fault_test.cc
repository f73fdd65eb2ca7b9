// SPDX-License-Identifier: Apache-2.0
//
// SQLite when things go wrong: locks of others, disks that are full or lie dead, damaged files, kill -9.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "millrace/store/sqlite_store.h"
#include "support/faulty_vfs.h"
#include "support/seed.h"
#include "support/sqlite_file.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using store::SqliteStore;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SqliteFaultTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto opened = SqliteStore::open(path_, {.busy_timeout = 10ms});
    EXPECT_TRUE(opened) << describe(opened.error());
    return std::move(opened).value_or(nullptr);
  }
  std::unique_ptr<SqliteStore> open_prepared() {
    auto store = open();
    EXPECT_TRUE(store->prepare({"notes"}));
    return store;
  }
  // Records of about 1 KiB, first to last.
  static Block notes(int first, int last) {
    Lines lines;
    for (int id = first; id < last; ++id) lines.push_back(fmt::format(R"({{"id":{},"text":"{:x<1000}"}})", id, id));
    return block_of(lines, Encoding::json, {.table = "notes"});
  }
  static store::BatchOutcome write(SqliteStore& store, Block& block, std::size_t rows_per_transaction = 1000) {
    store::Batch batch = batch_of({&block}, "notes");
    batch.rows_per_transaction = rows_per_transaction;
    return write_now(store, std::move(batch));
  }
  static std::uint64_t count(SqliteStore& store) { return store.count({"notes"}).value_or(~0ull); }

  TempFolder folder_;
  const std::string path_ = folder_.file("posts.db");
};

TEST_F(SqliteFaultTest, a_lock_of_another_process_is_told_and_may_be_waited_out) {
  auto store = open_prepared();
  SqliteFile other(path_);
  other.ask("BEGIN IMMEDIATE");
  Block block = notes(0, 2);
  const store::BatchOutcome locked = write(*store, block);
  EXPECT_EQ(summary(locked, 2), "unsettled:unavailable unsettled:unavailable");
  EXPECT_EQ(locked.records[0].error->message, "another process holds a lock on " + path_);
  EXPECT_TRUE(is_retryable(locked.records[0].error->code));
  EXPECT_EQ(count(*store), 0u);  // reading goes on
  other.ask("COMMIT");
  EXPECT_EQ(summary(write(*store, block), 2), "all written");
}

TEST_F(SqliteFaultTest, waits_for_a_lock_as_long_as_told) {
  open_prepared();
  auto patient = SqliteStore::open(path_, {.busy_timeout = 30s}).value();
  ASSERT_TRUE(patient->prepare({"notes"}));
  SqliteFile other(path_);
  other.ask("BEGIN IMMEDIATE");
  std::jthread release([&] {
    std::this_thread::sleep_for(50ms);  // so that the store finds the lock taken
    other.ask("COMMIT");
  });
  Block block = notes(0, 1);
  EXPECT_EQ(summary(write(*patient, block), 1), "all written");
}

TEST_F(SqliteFaultTest, a_lock_while_opening_is_told) {
  open_prepared();
  SqliteFile other(path_);
  other.ask("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT");
  const auto locked = SqliteStore::open(path_, {.busy_timeout = 10ms});
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().code, Code::unavailable);
  EXPECT_EQ(locked.error().message, "another process holds a lock on " + path_);
}

TEST_F(SqliteFaultTest, a_lock_while_preparing_is_told) {
  SqliteFile other(path_);
  other.ask("CREATE TABLE theirs (x); BEGIN IMMEDIATE");
  const auto locked = open()->prepare({"notes"});
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().code, Code::unavailable);
}

TEST_F(SqliteFaultTest, a_full_disk_keeps_what_was_committed_and_unsettles_the_rest) {
  FaultyVfs disk;
  auto store = open_prepared();
  Block block = notes(0, 100);
  disk.writes_until_full = 40;
  const store::BatchOutcome outcome = write(*store, block, 10);
  ASSERT_EQ(outcome.records.size(), 100u);
  const auto written = std::ranges::count(outcome.records, store::Verdict::written, &store::RecordOutcome::verdict);
  EXPECT_GT(written, 0);
  EXPECT_LT(written, 100);
  EXPECT_EQ(written % 10, 0);
  const store::RecordOutcome& last = outcome.records.back();
  EXPECT_EQ(last.verdict, store::Verdict::unsettled);
  EXPECT_EQ(last.error->code, Code::io);
  EXPECT_THAT(last.error->message, AllOf(HasSubstr("the disk is full"), HasSubstr(path_)));
  EXPECT_EQ(count(*store), static_cast<std::uint64_t>(written));

  disk.writes_until_full = FaultyVfs::never;
  Block rest = notes(static_cast<int>(written), 100);
  EXPECT_EQ(summary(write(*store, rest, 10), rest.size()), "all written");
  EXPECT_EQ(count(*store), 100u);
}

TEST_F(SqliteFaultTest, a_commit_that_cannot_be_synced_writes_nothing) {
  FaultyVfs disk;
  auto store = open_prepared();
  disk.syncs_fail = true;
  Block block = notes(0, 2);
  const store::BatchOutcome outcome = write(*store, block);
  EXPECT_EQ(summary(outcome, 2), "unsettled:io unsettled:io");
  EXPECT_THAT(outcome.records[0].error->message, HasSubstr("the disk under " + path_ + " failed"));
  EXPECT_EQ(count(*store), 0u);
  disk.syncs_fail = false;
  EXPECT_EQ(summary(write(*store, block), 2), "all written");
}

TEST_F(SqliteFaultTest, a_removal_that_fails_removes_nothing) {
  FaultyVfs disk;
  auto store = open_prepared();
  Block block = notes(0, 100);
  ASSERT_EQ(summary(write(*store, block), 100), "all written");
  std::vector<RecordId> ids;
  for (std::int64_t id = 0; id < 60; ++id) ids.emplace_back(id);

  disk.syncs_fail = true;
  const auto unsynced = store->remove({"notes"}, ids);
  ASSERT_FALSE(unsynced);
  EXPECT_EQ(unsynced.error().code, Code::io);
  EXPECT_EQ(count(*store), 100u);
  disk.syncs_fail = false;

  disk.writes_until_full = 2;
  const auto full = store->remove({"notes"}, ids);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::io);
  EXPECT_THAT(full.error().message, HasSubstr("the disk is full"));
  EXPECT_EQ(count(*store), 100u);
  disk.writes_until_full = FaultyVfs::never;

  SqliteFile other(path_);
  other.ask("BEGIN IMMEDIATE");
  EXPECT_EQ(store->remove({"notes"}, ids).error().code, Code::unavailable);
  other.ask("COMMIT");
  const std::size_t syncs = disk.syncs;
  EXPECT_EQ(store->remove({"notes"}, ids).value(), std::vector(60, true));
  EXPECT_GT(disk.syncs, syncs);
  EXPECT_EQ(count(*store), 40u);
}

TEST_F(SqliteFaultTest, a_removal_is_synced_by_a_store_that_has_not_written) {
  {
    auto store = open_prepared();
    Block block = notes(0, 2);
    ASSERT_EQ(summary(write(*store, block), 2), "all written");
  }
  FaultyVfs disk;
  auto store = open();
  disk.syncs_fail = true;
  EXPECT_EQ(store->remove({"notes"}, std::vector{RecordId(std::int64_t{1})}).error().code, Code::io);
  disk.syncs_fail = false;
  EXPECT_EQ(store->remove({"notes"}, std::vector{RecordId(std::int64_t{1})}).value(), std::vector{true});
}

TEST_F(SqliteFaultTest, a_trigger_that_refuses_a_removal_keeps_them_all) {
  auto store = open_prepared();
  Block block = notes(0, 3);
  ASSERT_EQ(summary(write(*store, block), 3), "all written");
  SqliteFile(path_).ask("CREATE TRIGGER keep BEFORE DELETE ON notes WHEN old.id = 1 BEGIN SELECT raise(ABORT, 'kept'); END");
  const auto refused = store->remove({"notes"}, std::vector{RecordId(std::int64_t{0}), RecordId(std::int64_t{1})});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::refused);
  EXPECT_THAT(refused.error().message, HasSubstr("refuses to remove id 1: kept"));
  EXPECT_EQ(count(*store), 3u);
}

TEST_F(SqliteFaultTest, every_transaction_is_synced) {
  FaultyVfs disk;
  auto store = open_prepared();
  const std::size_t before = disk.syncs;
  Block block = notes(0, 20);
  EXPECT_EQ(summary(write(*store, block, 2), 20), "all written");
  EXPECT_GE(disk.syncs - before, 10u);
}

TEST_F(SqliteFaultTest, a_limit_of_the_system_on_the_files_size_is_told) {
  auto store = open_prepared();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 256 << 10, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  Block block = notes(0, 500);
  const store::BatchOutcome outcome = write(*store, block);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);

  ASSERT_EQ(outcome.records.size(), 500u);
  EXPECT_EQ(outcome.records[0].verdict, store::Verdict::unsettled);
  EXPECT_THAT(outcome.records[0].error->message, HasSubstr("the disk under " + path_ + " failed"));
  EXPECT_EQ(summary(write(*store, block), 500), "all written");
}

TEST_F(SqliteFaultTest, a_damaged_file_is_told) {
  {
    auto store = open_prepared();
    Block block = notes(0, 1000);
    ASSERT_EQ(summary(write(*store, block), 1000), "all written");
  }
  std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary)
      .seekp(16384)
      .write(std::string(200'000, '!').c_str(), 200'000);
  auto store = open();
  const auto counted = store->count({"notes"});
  ASSERT_FALSE(counted);
  EXPECT_EQ(counted.error().code, Code::io);
  EXPECT_THAT(counted.error().message, AllOf(HasSubstr(path_ + " is damaged"), HasSubstr(".recover")));
}

TEST_F(SqliteFaultTest, kill_9_loses_no_acknowledged_record_and_leaves_no_half_transaction) {
  constexpr int rows = 20;
  std::mt19937_64 random(test_seed());
  for (int round = 0; round < 8; ++round) {
    std::filesystem::remove(path_);
    int acknowledgements[2];
    ASSERT_EQ(pipe(acknowledgements), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto store = open_prepared();
      for (int batch = 0;; ++batch) {
        Block block = notes(batch * rows, (batch + 1) * rows);
        if (!write(*store, block).records.empty()) _exit(1);
        if (::write(acknowledgements[1], "+", 1) != 1) _exit(1);
      }
    }
    close(acknowledgements[1]);
    char byte = 0;
    ASSERT_EQ(read(acknowledgements[0], &byte, 1), 1);  // it has begun
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 50'000));  // to kill it at any point
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    std::uint64_t acknowledged = rows;
    while (read(acknowledgements[0], &byte, 1) == 1) acknowledged += rows;
    close(acknowledgements[0]);

    auto store = open();
    const std::uint64_t stored = count(*store);
    EXPECT_GE(stored, acknowledged);
    EXPECT_LE(stored, acknowledged + rows);
    EXPECT_EQ(stored % rows, 0u);
    EXPECT_NE(store->get({"notes"}, static_cast<std::int64_t>(acknowledged) - 1).value(), std::nullopt);
    EXPECT_EQ(SqliteFile(path_).ask("PRAGMA integrity_check"), "ok");
  }
}

}  // namespace
}  // namespace millrace::testing
