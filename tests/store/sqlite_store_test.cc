// SPDX-License-Identifier: Apache-2.0
//
// What a SQLite file looks like, which files are refused and with what words. What every store does: contract_test.cc.
// Locks, full disks and crashes: sqlite_fault_test.cc.
#include "millrace/store/sqlite_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/sqlite_file.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

using store::OnDuplicate;
using store::SqliteStore;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct FixedClock : Clock {
  Timestamp now() const override { return *parse_rfc3339("2024-05-01T10:00:00.123456789Z"); }
};

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto opened = SqliteStore::open(path_, {}, clock_);
    EXPECT_TRUE(opened) << describe(opened.error());
    return std::move(opened).value_or(nullptr);
  }
  void write(SqliteStore& store, const Lines& lines, const std::string& table = "post") {
    ASSERT_TRUE(store.prepare({table}));
    Block block = block_of(lines, Encoding::json, {.table = table});
    EXPECT_EQ(summary(write_now(store, batch_of({&block}, table)), lines.size()), "all written");
  }
  // The error of a file that does not open, or of a table that it does not take.
  Error refusal(const std::string& path, const std::string& table = "post") {
    auto opened = SqliteStore::open(path);
    if (!opened) return opened.error();
    const auto ready = (*opened)->prepare({table});
    return ready ? Error{Code::internal, "nothing was refused", {}} : ready.error();
  }

  FixedClock clock_;
  TempFolder folder_;
  const std::string path_ = folder_.file("posts.db");
};

TEST_F(SqliteStoreTest, makes_the_layout_of_the_contract) {
  write(*open(), {R"({"id":1,"title":"one"})"});
  SqliteFile file(path_);
  EXPECT_EQ(file.ask("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"),
            R"(CREATE TABLE "post" (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT)");
  EXPECT_EQ(file.ask("PRAGMA user_version"), "1");
  EXPECT_EQ(file.ask("PRAGMA page_size"), "16384");
  EXPECT_EQ(file.ask("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(file.ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteStoreTest, keeps_an_id_as_the_records_own_kind) {
  write(*open(), {R"({"id":1,"title":"int"})", R"({"id":"1","title":"text"})", R"({"title":"generated"})"});
  EXPECT_EQ(SqliteFile(path_).ask("SELECT typeof(id), body->>'title', body->>'id' = id FROM post ORDER BY body->>'title'"),
            "text|generated|1\ninteger|int|1\ntext|text|1");
}

TEST_F(SqliteStoreTest, created_at_is_the_records_own_or_the_commits) {
  auto store = open();
  write(*store, {R"({"id":1,"title":"none"})", R"({"id":2,"title":"own","created_at":"2023-01-01T01:00:00+01:00"})"});
  write(*store, {R"({"id":3})", R"({"id":4,"created_at":"2023-01-01T00:00:00.5Z"})", R"({"id":5,"created_at":"soon"})"},
        "other");
  SqliteFile file(path_);
  EXPECT_EQ(file.ask("SELECT created_at, body->>'created_at' FROM post ORDER BY id"),
            "2024-05-01T10:00:00.123Z|2024-05-01T10:00:00.123Z\n2023-01-01T00:00:00.000Z|2023-01-01T00:00:00Z");
  EXPECT_EQ(file.ask("SELECT created_at FROM other ORDER BY id"),
            "2024-05-01T10:00:00.123Z\n2023-01-01T00:00:00.500Z\n2024-05-01T10:00:00.123Z");
}

TEST_F(SqliteStoreTest, a_body_is_the_records_own_text) {
  const std::string record = R"({ "z": 1.50, "id": "a\/b", "big": 123456789012345678901234567, "é": "\u00e9" })";
  write(*open(), {record}, "notes");
  EXPECT_EQ(SqliteFile(path_).ask("SELECT body FROM notes"), record);
  EXPECT_EQ(open()->get({"notes"}, "a/b").value(),
            R"({"id":"a/b","z":1.50,"big":123456789012345678901234567,"é":"\u00e9"})");
}

TEST_F(SqliteStoreTest, leaves_one_file_when_it_closes) {
  auto store = open();
  write(*store, {R"({"id":1,"title":"one"})"});
  EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
}

TEST_F(SqliteStoreTest, adds_a_table_to_a_file_of_others) {
  SqliteFile(path_).ask("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  write(*open(), {R"({"id":1,"title":"one"})"});
  SqliteFile file(path_);
  EXPECT_EQ(file.ask("PRAGMA page_size"), "4096");
  EXPECT_EQ(file.ask("SELECT x, id FROM theirs, post"), "1|1");
}

TEST_F(SqliteStoreTest, reading_writes_nothing) {
  SqliteFile(path_).ask("CREATE TABLE theirs (x)");
  const auto bytes = [&] {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string before = bytes();
  {
    auto store = open();
    EXPECT_EQ(store->get({"post"}, 1).value(), std::nullopt);
    EXPECT_EQ(store->count({"post"}).value(), 0u);
  }
  EXPECT_TRUE(bytes() == before);
}

TEST_F(SqliteStoreTest, makes_no_file_when_told) {
  const auto opened = SqliteStore::open(path_, {.create = false});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SqliteStoreTest, takes_every_path_for_a_files_name) {
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  for (const char* path : {":memory:", "file:x.db?mode=memory", "ünïcode 'quoted'.db"}) {
    auto store = SqliteStore::open(path);
    ASSERT_TRUE(store) << describe(store.error());
    EXPECT_TRUE((*store)->prepare({"post"}));
    EXPECT_TRUE(std::filesystem::exists(path)) << path;
  }
  std::filesystem::current_path(before);
}

TEST_F(SqliteStoreTest, refuses_what_is_no_file_for_it) {
  EXPECT_EQ(refusal("").code, Code::invalid_argument);

  const Error folder = refusal(folder_.path());
  EXPECT_EQ(folder.code, Code::invalid_argument);
  EXPECT_THAT(folder.message, HasSubstr("is a folder"));

  const Error lost = refusal(folder_.file("missing/posts.db"));
  EXPECT_EQ(lost.code, Code::not_found);
  EXPECT_THAT(lost.message, HasSubstr("there is no folder " + folder_.file("missing")));

  std::ofstream(path_) << std::string(10'000, 'x');
  const Error other = refusal(path_);
  EXPECT_EQ(other.code, Code::invalid_argument);
  EXPECT_THAT(other.message, HasSubstr(path_ + " is not a SQLite database"));
}

TEST_F(SqliteStoreTest, refuses_the_layout_of_a_later_version) {
  SqliteFile(path_).ask("PRAGMA user_version = 2");
  const Error error = refusal(path_);
  EXPECT_EQ(error.code, Code::refused);
  EXPECT_THAT(error.message, AllOf(HasSubstr(path_), HasSubstr("user_version 2")));
}

TEST_F(SqliteStoreTest, refuses_a_table_of_another_layout_and_leaves_the_file_as_it_is) {
  SqliteFile file(path_);
  file.ask(R"(CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT);
              CREATE TABLE loose (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL);
              CREATE VIEW seen AS SELECT 1 AS id;
              CREATE TABLE Newswire (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;)");
  EXPECT_THAT(refusal(path_).message, HasSubstr("has a table post of another layout: (id INTEGER PRIMARY KEY, title TEXT), "
                                                "where millrace expects (id ANY PRIMARY KEY NOT NULL, body"));
  EXPECT_THAT(refusal(path_, "loose").message, HasSubstr("has a table loose of another layout"));
  EXPECT_THAT(refusal(path_, "seen").message, HasSubstr("has a view seen of another layout"));
  EXPECT_THAT(refusal(path_, "newswire").message, HasSubstr("has a table Newswire, which SQLite takes for the same name"));
  EXPECT_EQ(refusal(path_).code, Code::refused);
  EXPECT_EQ(file.ask("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(file.ask("PRAGMA user_version"), "0");
}

TEST_F(SqliteStoreTest, refuses_to_write_a_file_that_cannot_be_written) {
  SqliteFile(path_).ask("CREATE TABLE theirs (x)");
  std::filesystem::permissions(path_, std::filesystem::perms{0444});
  std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
  const pid_t child = fork();
  if (child == 0) {  // root may write everything: be somebody else
    const bool is_somebody = getuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
    const Error error = refusal(path_);
    const bool is_right = error.code == Code::forbidden && error.message == path_ + " cannot be written";
    _exit(is_somebody && is_right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(SqliteStoreTest, a_rejected_record_names_its_id_and_sqlites_words) {
  auto store = open();
  write(*store, {R"({"id":7,"title":"first"})"});
  Block block = block_of({R"({"id":7,"title":"second"})"});
  const store::BatchOutcome outcome = write_now(*store, batch_of({&block}));
  ASSERT_EQ(summary(outcome, 1), "rejected:duplicate");
  EXPECT_EQ(outcome.records[0].error->message, "id 7 is already in table post (UNIQUE constraint failed: post.id)");
}

TEST_F(SqliteStoreTest, indexes_and_triggers_of_the_user_refuse_single_records) {
  auto store = open();
  write(*store, {R"({"id":1,"title":"taken"})"});
  SqliteFile(path_).ask(R"(
      CREATE UNIQUE INDEX by_title ON post (body->>'title');
      CREATE TRIGGER no_thirteen BEFORE INSERT ON post WHEN new.id = 13 BEGIN SELECT RAISE(ABORT, 'no thirteen'); END;)");
  Block block = block_of({R"({"id":2,"title":"two"})", R"({"id":3,"title":"taken"})", R"({"id":13,"title":"x"})"});
  const store::BatchOutcome outcome = write_now(*store, batch_of({&block}));
  ASSERT_EQ(summary(outcome, 3), "written rejected:duplicate rejected:refused");
  EXPECT_EQ(outcome.records[1].error->message, "table post refuses id 3: UNIQUE constraint failed: index 'by_title'");
  EXPECT_EQ(outcome.records[2].error->message, "table post refuses id 13: no thirteen");
  EXPECT_EQ(store->count({"post"}).value(), 2u);
}

TEST_F(SqliteStoreTest, an_index_whose_expression_fails_on_a_record_rejects_that_one) {
  auto store = open();
  write(*store, {R"({"id":1,"title":"x","meta":"{}"})"});
  SqliteFile(path_).ask("CREATE INDEX by_x ON post (json_extract(json_extract(body, '$.meta'), '$.x'))");
  Block block = block_of({R"({"id":2,"title":"x","meta":"{}"})", R"({"id":3,"title":"x","meta":"no json"})", R"({"id":4,"title":"x","meta":"{}"})"});
  const store::BatchOutcome outcome = write_now(*store, batch_of({&block}));
  ASSERT_EQ(summary(outcome, 3), "written rejected:refused written");
  EXPECT_EQ(outcome.records[1].error->message, "table post refuses id 3: malformed JSON");
}

TEST_F(SqliteStoreTest, a_trigger_that_rolls_back_unsettles_the_transaction) {
  auto store = open();
  write(*store, {R"({"id":1,"title":"one"})"});
  SqliteFile(path_).ask(
      "CREATE TRIGGER all_or_nothing BEFORE INSERT ON post WHEN new.id = 13 BEGIN SELECT RAISE(ROLLBACK, 'all out'); END;");
  Block block = block_of({R"({"id":2,"title":"two"})", R"({"id":1,"title":"one"})", R"({"id":13,"title":"x"})"});
  EXPECT_EQ(summary(write_now(*store, batch_of({&block})), 3), "unsettled:refused unsettled:refused unsettled:refused");
  EXPECT_EQ(store->count({"post"}).value(), 1u);
  write(*store, {R"({"id":2,"title":"two"})"});
}

}  // namespace
}  // namespace millrace::testing
