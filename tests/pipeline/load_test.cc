// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/base/file.h"
#include "millrace/record/json.h"
#include "millrace/store/faulty_store.h"
#include "millrace/store/memory_store.h"

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Silent final : Progress {
  void update(const ProgressState&) override {}
  void finish(const ProgressState& state) override { last = state; }
  ProgressState last;
};

class Load : public ::testing::Test {
 protected:
  std::string file(std::string_view name, std::string_view text) {
    Result<File> made = File::create(folder_.file(name));
    EXPECT_TRUE(made && made->write_all(text));
    return folder_.file(name);
  }
  std::string posts(std::string_view name, int first, int last) {
    std::string text;
    for (int i = first; i < last; ++i) text += fmt::format("{{\"id\":{},\"title\":\"t{}\"}}\n", i, i);
    return file(name, text);
  }
  LoadOptions options(std::vector<std::string> files, std::string table = "post") {
    return {.files = std::move(files), .shape = {.table = std::move(table)}, .rejects_path = folder_.file("rejects")};
  }
  std::string rejects() { return read_small_file(folder_.file("rejects"), 1 << 20).value_or(""); }
  static void expect_complete(const Report& report, std::uint64_t read) { EXPECT_EQ(report.counts.records_read(), read); }

  TempFolder folder_;
  store::MemoryStore memory_;
  Silent progress_;
};

TEST_F(Load, writes_the_records_of_several_files) {
  const auto report = load(options({posts("a.ndjson", 0, 5000), posts("b.ndjson", 5000, 6000)}), memory_, progress_, {});
  ASSERT_TRUE(report) << describe(report.error());
  EXPECT_EQ(report->exit_status, 0);
  EXPECT_EQ(report->counts.records_written, 6000u);
  EXPECT_EQ(memory_.count({"post"}), 6000u);
  EXPECT_EQ(report->rejects_path, "");
  EXPECT_EQ(progress_.last.bytes_taken, *progress_.last.bytes_total);
  EXPECT_EQ(report->counts.bytes_read, *progress_.last.bytes_total);
}

TEST_F(Load, rejects_a_bad_record_with_its_place_and_writes_its_neighbours) {
  const std::string path = file("p.ndjson", "{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\"title\":\"\"}\n{\"id\":3,\n{\"id\":1,\"title\":\"b\"}\n");
  const auto report = load(options({path}), memory_, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->exit_status, 1);
  EXPECT_EQ(report->counts.records_written, 1u);
  EXPECT_EQ(report->counts.records_rejected, 3u);
  expect_complete(*report, 4);
  const std::string lines = rejects();
  EXPECT_THAT(lines, HasSubstr(R"("line":2,"byte":21,"id":2,"reason":"title is empty","record":{"id":2,"title":""}})"));
  EXPECT_THAT(lines, HasSubstr(R"("line":3,"byte":41,"id":null)"));
  EXPECT_THAT(lines, HasSubstr(R"("record":"{\"id\":3,"})"));
  EXPECT_THAT(lines, HasSubstr(R"("line":4,"byte":50,"id":1,)"));
}

TEST_F(Load, gives_rejects_from_the_same_byte_of_two_files_different_ids) {
  const std::string path = file("p.rejects", R"({"source":"a","line":1,"byte":0,"id":null,"reason":"","record":{"title":"a"}})"
                                             "\n"
                                             R"({"source":"b","line":1,"byte":0,"id":null,"reason":"","record":{"title":"b"}})"
                                             "\n");
  const auto report = load(options({path}), memory_, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.records_written, 2u) << report->first_reject;
}

TEST_F(Load, more_rejects_than_allowed_stop_it_after_what_was_read) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "{}\n";
  LoadOptions limited = options({file("p.ndjson", text)});
  limited.max_rejects = {.records = 5};
  const auto report = load(limited, memory_, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->exit_status, 3);
  EXPECT_GT(report->counts.records_rejected, 5u);
  ASSERT_TRUE(report->stopped);
}

TEST_F(Load, a_store_that_stays_away_ends_it_and_the_counts_agree_with_the_store) {
  store::FaultyStore failing(memory_, {.fail_every = 1, .code = Code::unavailable});
  LoadOptions hasty = options({posts("a.ndjson", 0, 100)});
  hasty.wait = 10ms;
  const auto report = load(hasty, failing, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->exit_status, 3);
  EXPECT_EQ(report->counts.records_written, *memory_.count({"post"}));
}

TEST_F(Load, a_stop_ends_it_after_what_was_read) {
  std::stop_source stop;
  stop.request_stop();
  const auto report = load(options({posts("a.ndjson", 0, 1000)}), memory_, progress_, stop.get_token());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->exit_status, 3);
  EXPECT_EQ(report->counts.records_written, *memory_.count({"post"}));
}

TEST_F(Load, refuses_what_is_wrong_before_anything_is_done) {
  const std::string path = posts("a.ndjson", 0, 3);
  LoadOptions over_itself = options({path});
  over_itself.rejects_path = path;
  LoadOptions too_small = options({path});
  too_small.memory_bytes = 1 << 20;
  for (const auto& [wrong, words] : {
           std::pair{options({folder_.file("none.ndjson")}), "cannot read"},
           {options({path}, "sqlite_x"), "is no table name"},
           {options({"-", "-"}), "named twice"},
           {options({}), "no file"},
           {over_itself, "would overwrite it"},
           {too_small, "under the least"},
       }) {
    const auto report = load(wrong, memory_, progress_, {});
    ASSERT_FALSE(report);
    EXPECT_THAT(report.error().message, HasSubstr(words));
  }
  EXPECT_EQ(memory_.count({"post"}).value_or(0), 0u);
}

TEST(RejectLimit, reads_counts_and_shares) {
  EXPECT_EQ(parse_reject_limit("0")->records, 0u);
  EXPECT_EQ(parse_reject_limit("2.5%")->percent, 2.5);
  for (const std::string_view wrong : {"", "-1", "x", "101%", "%", "1 %"}) EXPECT_FALSE(parse_reject_limit(wrong)) << wrong;
}

TEST(RejectLimit, looks_at_shares_from_a_thousand_records_on) {
  const RejectLimit half{.records = std::nullopt, .percent = 50};
  EXPECT_FALSE(half.passed_by(999, 999));
  EXPECT_TRUE(half.passed_by(600, 1000));
  EXPECT_FALSE(half.passed_by(500, 1000));
}

TEST(ReportJson, has_every_member_of_the_contract) {
  const auto json = parse_json(to_json(Report{.counts = {.records_written = 3}, .seconds = 1.5}));
  ASSERT_TRUE(json);
  for (const char* member : {"records_read", "records_written", "records_rejected", "records_skipped", "records_filtered", "bytes_read",
                             "seconds", "records_per_second", "batches", "calls", "retries", "conflicts", "batch_records_last",
                             "in_flight_last", "limited_by", "resumed", "peak_rss_bytes", "exit_status"}) {
    EXPECT_NE(json->find(member), nullptr) << member;
  }
  EXPECT_EQ(*json->find("records_per_second"), Value(2.0));
}

TEST(PeakRss, is_that_of_this_process) {
  const std::uint64_t before = peak_rss_bytes();
  EXPECT_GT(before, 1u << 20);
  std::string grown(64 << 20, 'x');
  EXPECT_GE(peak_rss_bytes(), before + (grown.size() / 2));
}

}  // namespace
}  // namespace millrace::pipeline
