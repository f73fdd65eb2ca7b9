// SPDX-License-Identifier: Apache-2.0
//
// Loads that are interrupted, and resumed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "millrace/base/file.h"
#include "millrace/pipeline/load.h"
#include "millrace/record/json.h"
#include "millrace/store/faulty_store.h"
#include "millrace/store/memory_store.h"
#include "millrace/store/sqlite_store.h"
#include "support/faulty_vfs.h"
#include "support/random.h"

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

LoadQuery query(std::string text) {
  auto compiled = surrealql::Query::compile(text);
  EXPECT_TRUE(compiled) << describe(compiled.error());
  return {.query = *compiled, .text = std::move(text)};
}

struct Silent final : Progress {
  void update(const ProgressState&) override {}
  void finish(const ProgressState&) override {}
};

class ResumeTest : public ::testing::Test {
 protected:
  static constexpr int records = 3000;
  static constexpr int bad_every = 500;  // from 250 on

  std::string file(std::string_view name, std::string_view text) {
    Result<File> made = File::create(folder_.file(name));
    EXPECT_TRUE(made && made->write_all(text));
    return folder_.file(name);
  }
  std::string posts(bool ids, std::string_view name = "posts.ndjson") {
    std::string text;
    for (int n = 0; n < records; ++n) {
      const bool is_bad = n % bad_every == bad_every / 2;
      text += fmt::format("{{{}\"title\":\"{}\",\"n\":{}}}\n", ids ? fmt::format("\"id\":{},", n) : "", is_bad ? "" : "t", n);
    }
    return file(name, text);
  }
  LoadOptions options(const std::string& path, Resume resume = Resume::no) const {
    LoadOptions made{.files = {path}, .shape = {.table = "post"}, .rejects_path = folder_.file("rejects")};
    made.memory_bytes = 48u << 20;
    made.wait = 0ms;
    made.workers = 2;
    made.resume = resume;
    made.query = query_;
    made.limits = batch::BatchLimits{.rows_per_transaction = 40, .transactions_per_request = 2, .in_flight = 3};
    return made;
  }
  Result<Report> load(const LoadOptions& options, store::Store& store) { return pipeline::load(options, store, progress_, {}); }

  // How often each record is in the store, or in the rejects.
  std::map<std::int64_t, int> found(store::Store& store) {
    std::map<std::int64_t, int> times;
    const auto count = [&](const Value& record) { ++times[*record.find("n")->get_if<std::int64_t>()]; };
    EXPECT_TRUE(store.scan({"post"}, {.limit = 1u << 20}, [&](std::string_view json) {
      count(*parse_json(json));
      return true;
    }));
    const std::string rejects = read_small_file(folder_.file("rejects"), 1u << 20).value_or("");
    for (std::size_t at = 0; at < rejects.size();) {
      const std::size_t end = rejects.find('\n', at);
      const auto reject = parse_json(std::string_view(rejects).substr(at, end - at));
      EXPECT_TRUE(reject);
      count(*reject->find("record"));
      at = end + 1;
    }
    return times;
  }
  void expect_each_once(store::Store& store) {
    const auto times = found(store);
    EXPECT_EQ(times.size(), static_cast<std::size_t>(records));
    for (const auto& [n, count] : times) EXPECT_EQ(count, 1) << n;
    EXPECT_EQ(store.count({"post"}), static_cast<std::uint64_t>(records - records / bad_every));
  }

  // As if killed, at random writes, until a run comes to its end.
  void kill_until_done(store::Store& inner, const std::string& path, store::FaultPlan plan, test::Random& random) {
    for (int run = 0;; ++run) {
      ASSERT_LT(run, 200) << "it does not get on";
      plan.gone_after = random.below(12);
      plan.code = random.one_in(2) ? Code::unavailable : Code::unknown_outcome;
      plan.applied = random.one_in(2) && plan.code == Code::unknown_outcome;
      store::FaultyStore dying(inner, plan);
      const auto report = load(options(path, Resume::yes), dying);
      ASSERT_TRUE(report) << describe(report.error());
      if (report->exit_status != 3) break;
    }
  }

  TempFolder folder_;
  std::optional<LoadQuery> query_;
  Silent progress_;
};

// A record's rows may be in different batches.
TEST_F(ResumeTest, a_query_that_splits_has_each_row_once_whatever_the_store) {
  test::Random random;
  std::string text;
  constexpr int all = 1200;
  for (int n = 0; n < all; ++n) text += fmt::format("{{\"n\":{},\"title\":\"t\",\"m\":[{},{},{}]}}\n", n, 3 * n, 3 * n + 1, 3 * n + 2);
  const std::string path = file("split.ndjson", text);
  query_ = query("SELECT m AS n, title FROM $input WHERE n % 5 != 0 SPLIT m");
  for (int round = 0; round < 4; ++round) {
    auto sqlite = store::SqliteStore::open(folder_.file(fmt::format("split{}.db", round)));
    ASSERT_TRUE(sqlite);
    store::MemoryStore memory;
    store::Store& inner = round % 2 == 0 ? static_cast<store::Store&>(**sqlite) : memory;
    kill_until_done(inner, path, {}, random);
    const auto times = found(inner);
    EXPECT_EQ(times.size(), static_cast<std::size_t>(3 * all / 5 * 4));
    for (const auto& [n, count] : times) {
      EXPECT_EQ(count, 1) << n;
      EXPECT_NE(n / 3 % 5, 0);
    }
  }
}

TEST_F(ResumeTest, a_query_that_counts_rows_cannot_be_resumed) {
  const std::string path = posts(true);
  store::MemoryStore memory;
  for (const char* const text : {"SELECT count() FROM $input GROUP ALL", "SELECT id, title FROM $input ORDER BY id", "SELECT * FROM $input LIMIT 5", "SELECT * FROM $input START 5"}) {
    query_ = query(text);
    const auto report = load(options(path, Resume::yes), memory);
    ASSERT_FALSE(report) << text;
    EXPECT_EQ(report.error().code, Code::invalid_argument);
    EXPECT_THAT(report.error().message, HasSubstr("--resume"));
    const auto ran = load(options(path, Resume::restart), memory);
    ASSERT_TRUE(ran);
    EXPECT_FALSE(ran->can_resume);
  }
}

TEST_F(ResumeTest, a_store_that_commits_checkpoints_with_its_data_has_each_record_once) {
  test::Random random;
  for (int round = 0; round < 6; ++round) {
    const std::string path = posts(random.one_in(2));
    auto sqlite = store::SqliteStore::open(folder_.file(fmt::format("{}.db", round)));
    ASSERT_TRUE(sqlite);
    kill_until_done(**sqlite, path, {}, random);
    expect_each_once(**sqlite);
  }
}

TEST_F(ResumeTest, a_store_that_writes_them_beside_its_data_has_each_record_once) {
  test::Random random;
  for (int round = 0; round < 6; ++round) {
    const std::string path = posts(random.one_in(2));
    store::MemoryStore memory(random.one_in(2) ? Encoding::json : Encoding::cbor);
    kill_until_done(memory, path, {.delay = 100us, .in_flight_max = 3}, random);
    expect_each_once(memory);
  }
}

TEST_F(ResumeTest, goes_on_only_when_told_and_says_how_far_it_was) {
  const std::string path = posts(true);
  store::MemoryStore memory;
  store::FaultyStore dying(memory, {.gone_after = 5});
  EXPECT_EQ(load(options(path), dying)->exit_status, 3);
  const auto refused = load(options(path), memory);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("--resume"), HasSubstr("--restart"), HasSubstr("posts.ndjson")));

  const auto resumed = load(options(path, Resume::yes), memory);
  ASSERT_TRUE(resumed);
  EXPECT_TRUE(resumed->resumed);
  EXPECT_EQ(resumed->exit_status, 1);  // of the whole load
  expect_each_once(memory);

  const auto once_more = load(options(path, Resume::yes), memory);  // there is none any more: it begins anew
  ASSERT_TRUE(once_more);
  EXPECT_FALSE(once_more->resumed);
}

TEST_F(ResumeTest, restart_forgets_it_and_says_what_stays) {
  const std::string path = posts(true);
  store::MemoryStore memory;
  store::FaultyStore dying(memory, {.fail_every = 6, .failures_max = 1, .code = Code::io});
  EXPECT_EQ(load(options(path), dying)->exit_status, 3);
  const std::uint64_t there = *memory.count({"post"});
  ASSERT_GT(there, 0u);
  LoadOptions anew = options(path, Resume::restart);
  anew.on_duplicate = store::OnDuplicate::skip;
  const auto report = load(anew, memory);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->resumed);
  EXPECT_EQ(report->counts.records_skipped, there);
  ASSERT_EQ(report->warnings.size(), 1u);
  EXPECT_THAT(report->warnings[0], HasSubstr("stay in post"));
  EXPECT_TRUE(load(anew, memory)) << "and its own checkpoint is gone, too";
}

TEST_F(ResumeTest, refuses_another_input_and_other_settings) {
  const std::string path = posts(true);
  store::MemoryStore memory;
  store::FaultyStore dying(memory, {.fail_every = 6, .failures_max = 1, .code = Code::io});
  ASSERT_EQ(load(options(path), dying)->exit_status, 3);
  const auto refusal = [&](const LoadOptions& changed) {
    const auto report = load(changed, memory);
    return report ? "resumed" : report.error().message;
  };
  LoadOptions changed = options(path, Resume::yes);
  changed.shape.id_field = "n";
  EXPECT_THAT(refusal(changed), HasSubstr("--id"));
  changed = options(path, Resume::yes);
  changed.shape.types = {.rules = {{"n", FieldType::text}}};
  EXPECT_THAT(refusal(changed), HasSubstr("--types"));
  changed = options(path, Resume::yes);
  changed.query = query("SELECT id, title FROM $input");
  EXPECT_THAT(refusal(changed), HasSubstr("begun with another query: '', not 'SELECT id, title FROM $input'"));
  changed = options(path, Resume::yes);
  changed.format = decode::Format::json;
  EXPECT_THAT(refusal(changed), HasSubstr("--format"));
  changed = options(path, Resume::yes);
  changed.rejects_path = folder_.file("elsewhere");
  EXPECT_THAT(refusal(changed), HasSubstr("--rejects"));

  const std::string text = read_small_file(path, 1u << 20).value();
  std::string mended = text;
  mended[mended.size() / 2] ^= 1;
  file("posts.ndjson", mended);
  EXPECT_THAT(refusal(options(path, Resume::yes)), AllOf(HasSubstr("posts.ndjson"), HasSubstr("content")));
  file("posts.ndjson", text + "{}\n");
  EXPECT_THAT(refusal(options(path, Resume::yes)), HasSubstr(fmt::format("{} bytes and has {}", text.size(), text.size() + 3)));
  file("posts.ndjson", text);
  EXPECT_EQ(refusal(options(path, Resume::yes)), "resumed");
  expect_each_once(memory);
}

TEST_F(ResumeTest, refuses_another_query_without_its_passwords_and_another_strictness) {
  const std::string path = posts(true);
  store::MemoryStore memory;
  store::FaultyStore dying(memory, {.fail_every = 6, .failures_max = 1, .code = Code::io});
  query_ = query("SELECT *, 'ws://me:s3cret@h:8000/n' AS u, 'http://h:80/a' AS v, 'a@b' AS w FROM $input");
  query_->strict = false;
  ASSERT_EQ(load(options(path), dying)->exit_status, 3);
  const auto refusal = [&](const LoadOptions& changed) {
    const auto report = load(changed, memory);
    return report ? "resumed" : report.error().message;
  };
  LoadOptions changed = options(path, Resume::yes);
  changed.query = query("SELECT *, 'wss://me:p@ss@h/n' FROM $input");
  EXPECT_THAT(refusal(changed), HasSubstr("'SELECT *, 'ws://me:***@h:8000/n' AS u, 'http://h:80/a' AS v, 'a@b' AS w FROM $input', not 'SELECT *, 'wss://me:***@h/n' FROM $input'"));
  changed.query = *query_;
  changed.query->strict = true;
  EXPECT_THAT(refusal(changed), HasSubstr("validated only what the query reads"));
  EXPECT_EQ(refusal(options(path, Resume::yes)), "resumed");
}

TEST_F(ResumeTest, counts_rejects_over_all_runs) {
  const std::string path = posts(true);
  store::MemoryStore memory;
  LoadOptions strict = options(path);
  strict.max_rejects = {.records = 2};
  const auto stopped = load(strict, memory);
  ASSERT_EQ(stopped->exit_status, 3);
  EXPECT_TRUE(stopped->can_resume);
  strict.resume = Resume::yes;
  EXPECT_EQ(load(strict, memory)->counts.records_read(), 0u) << "there are too many already";
  strict.max_rejects = {.records = records / bad_every};
  const auto resumed = load(strict, memory);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->exit_status, 1);
  EXPECT_LT(resumed->counts.records_rejected, static_cast<std::uint64_t>(records / bad_every));
  expect_each_once(memory);
}

TEST_F(ResumeTest, standard_input_cannot_be_resumed) {
  store::MemoryStore memory;
  const auto refused = load(options("-", Resume::yes), memory);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("standard input"));
}

// A user who may write records, and no checkpoints.
class WithoutCheckpoints final : public store::Store {
 public:
  const store::Capabilities& capabilities() const override { return memory_.capabilities(); }
  Result<void> prepare(const Lane& lane) override { return memory_.prepare(lane); }
  Result<void> drop(const Lane& lane) override { return memory_.drop(lane); }
  void write(store::Batch batch, store::Completion done) override { memory_.write(std::move(batch), std::move(done)); }
  Result<std::optional<std::string>> get(const Lane& lane, const RecordId& id) override { return memory_.get(lane, id); }
  Result<store::ScanEnd> scan(const Lane& lane, const store::ScanRange& range, const store::RecordSink& sink) override {
    return memory_.scan(lane, range, sink);
  }
  Result<std::vector<bool>> remove(const Lane& lane, std::span<const RecordId> ids) override { return memory_.remove(lane, ids); }
  Result<std::uint64_t> count(const Lane& lane) override { return memory_.count(lane); }

 private:
  store::MemoryStore memory_;
};

TEST_F(ResumeTest, goes_on_without_a_checkpoint_where_none_may_be_kept) {
  WithoutCheckpoints store;
  const auto report = load(options(posts(true)), store);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->exit_status, 1);
  EXPECT_FALSE(report->can_resume);
  ASSERT_EQ(report->warnings.size(), 1u);
  EXPECT_THAT(report->warnings[0], HasSubstr("cannot be resumed"));
}

TEST_F(ResumeTest, a_full_disk_stops_it_and_room_lets_it_go_on) {
  test::Random random;
  const std::string path = posts(false);
  testing::FaultyVfs disk;
  int stops = 0;
  for (int run = 0;; ++run) {
    ASSERT_LT(run, 200) << "it does not get on";
    auto sqlite = store::SqliteStore::open(folder_.file("full.db"));
    ASSERT_TRUE(sqlite);
    disk.writes_until_full = run % 2 == 0 ? 20 + random.below(100) : testing::FaultyVfs::never;
    LoadOptions again = options(path, Resume::yes);
    if (run % 2 != 0) again.max_rejects = {.records = static_cast<std::uint64_t>(run)};  // and another reason to stop
    const auto report = load(again, **sqlite);
    disk.writes_until_full = testing::FaultyVfs::never;
    if (report && report->exit_status != 3) {
      expect_each_once(**sqlite);
      break;
    }
    ++stops;
    const Error& why = report ? *report->stopped : report.error();
    EXPECT_THAT(why.message, ::testing::AnyOf(HasSubstr("disk is full"), HasSubstr("--max-rejects")));
  }
  EXPECT_GT(stops, 1);
}

TEST_F(ResumeTest, rejects_that_were_taken_away_are_missed_and_those_changed_refused) {
  const std::string path = posts(true);
  store::MemoryStore memory;
  LoadOptions strict = options(path);
  strict.max_rejects = {.records = 2};
  ASSERT_EQ(load(strict, memory)->exit_status, 3);
  const std::string text = read_small_file(folder_.file("rejects"), 1u << 20).value();
  file("rejects", text.substr(0, text.size() / 2));
  EXPECT_THAT(load(options(path, Resume::yes), memory).error().message, HasSubstr("has changed since"));
  std::remove(folder_.file("rejects").c_str());
  const auto resumed = load(options(path, Resume::yes), memory);
  ASSERT_TRUE(resumed);
  ASSERT_EQ(resumed->warnings.size(), 1u);
  EXPECT_THAT(resumed->warnings[0], HasSubstr("gone"));
  EXPECT_EQ(resumed->exit_status, 1);
}

}  // namespace
}  // namespace millrace::pipeline
