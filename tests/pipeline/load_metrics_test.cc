// SPDX-License-Identifier: Apache-2.0
//
// What a load counts in the registry is what its report says.
#include "millrace/pipeline/load_metrics.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <thread>

#include "millrace/base/file.h"
#include "millrace/pipeline/load.h"
#include "millrace/store/faulty_store.h"
#include "millrace/store/memory_store.h"
#include "millrace/telemetry/exposition.h"

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Samples = std::map<std::string, double, std::less<>>;

struct Silent final : Progress {
  void update(const ProgressState&) override {}
  void finish(const ProgressState&) override {}
};

std::string exposed(telemetry::Exposition exposition = telemetry::Exposition::prometheus_text) {
  std::string text;
  telemetry::write_metrics(telemetry::Registry::global(), exposition, text);
  return text;
}

// "name{labels}" to value.
Samples samples() {
  Samples found;
  const std::string text = exposed();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const std::size_t space = line.rfind(' ');
    if (line.starts_with('#') || space == line.npos) continue;
    std::from_chars(line.data() + space + 1, line.data() + line.size(), found[std::string(line.substr(0, space))]);
  }
  return found;
}

class LoadMetricsTest : public ::testing::Test {
 protected:
  LoadMetricsTest() {
    add_job_metrics();
    before_ = samples();
  }
  LoadOptions options(std::string_view text) {
    const std::string path = folder_.file("input.ndjson");
    Result<File> made = File::create(path);
    EXPECT_TRUE(made && made->write_all(text));
    return {.files = {path}, .shape = {.table = "post"}, .rejects_path = folder_.file("rejects")};
  }
  static std::string posts(int count) {
    std::string text;
    for (int n = 0; n < count; ++n) text += fmt::format("{{\"id\":{},\"title\":\"t\"}}\n", n);
    return text;
  }
  // By this test: other loads of this process count into the same.
  double counted(std::string_view name) const {
    const Samples now = samples();
    const auto after = now.find(name);
    const auto before = before_.find(name);
    return (after == now.end() ? 0 : after->second) - (before == before_.end() ? 0 : before->second);
  }
  double counted_over_labels(std::string_view name) const {
    double sum = 0;
    for (const auto& [key, value] : samples()) {
      if (key.starts_with(fmt::format("{}{{", name))) sum += counted(key);
    }
    return sum;
  }
  void expect_as_reported(const Report& report) const {
    EXPECT_EQ(counted("millrace_records_read_total"), report.counts.records_read());
    EXPECT_EQ(counted("millrace_records_written_total"), report.counts.records_written);
    EXPECT_EQ(counted("millrace_records_skipped_total"), report.counts.records_skipped);
    EXPECT_EQ(counted("millrace_records_filtered_total"), report.counts.records_filtered);
    EXPECT_EQ(counted_over_labels("millrace_records_rejected_total"), report.counts.records_rejected);
    EXPECT_EQ(counted("millrace_bytes_read_total"), report.counts.bytes_read);
    EXPECT_EQ(counted_over_labels("millrace_store_retries_total"), report.retries);
    EXPECT_EQ(counted("millrace_batch_records_count"), report.batches);
    EXPECT_EQ(counted("millrace_store_commit_seconds_count"), report.batches - report.retries) << "without those that failed";
    const Samples now = samples();
    for (const char* at_rest : {"millrace_requests_in_flight", "millrace_queue_records", "millrace_queue_bytes", "millrace_stage_active{stage=\"read\"}",
                                "millrace_stage_active{stage=\"decode\"}", "millrace_stage_active{stage=\"commit\"}"}) {
      EXPECT_EQ(now.at(at_rest), 0) << at_rest;
    }
  }

  TempFolder folder_;
  store::MemoryStore memory_;
  Silent progress_;
  Samples before_;
};

TEST_F(LoadMetricsTest, counts_what_the_report_says_and_rejects_by_reason) {
  const std::string bad = "{\"id\":1,\"title\":\"again\"}\n{\"id\":-1,\"title\":\"\"}\n{\"id\":null,\"title\":\"t\"}\n{\"id\":\n{\n";
  const auto report = load(options(posts(5000) + bad), memory_, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.records_rejected, 5u);
  expect_as_reported(*report);
  EXPECT_EQ(counted("millrace_records_rejected_total{reason=\"duplicate\"}"), 1);
  EXPECT_EQ(counted("millrace_records_rejected_total{reason=\"invalid_record\"}"), 1);
  EXPECT_EQ(counted("millrace_records_rejected_total{reason=\"invalid_id\"}"), 1);
  EXPECT_EQ(counted("millrace_records_rejected_total{reason=\"invalid_json\"}"), 2);
  EXPECT_EQ(samples().at("millrace_store_up"), 1);
}

TEST_F(LoadMetricsTest, counts_skipped_records) {
  ASSERT_TRUE(load(options(posts(100)), memory_, progress_, {}));
  before_ = samples();
  LoadOptions again = options(posts(300));
  again.on_duplicate = store::OnDuplicate::skip;
  const auto report = load(again, memory_, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.records_skipped, 100u);
  expect_as_reported(*report);
}

TEST_F(LoadMetricsTest, counts_retries_by_reason) {
  store::FaultyStore failing(memory_, {.fail_every = 3, .code = Code::overloaded});
  LoadOptions small = options(posts(3000));
  small.limits = batch::BatchLimits{.rows_per_transaction = 100};
  const auto report = load(small, failing, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_GT(report->retries, 0u);
  expect_as_reported(*report);
  EXPECT_EQ(counted("millrace_store_retries_total{reason=\"overloaded\"}"), report->retries);
  EXPECT_EQ(samples().at("millrace_store_up"), 1) << "it answered in the end";
  EXPECT_EQ(samples().at("millrace_transaction_records_limit"), 100);
}

// Of its first batch each record fails in one of two ways, and the reason of the last is not that of all.
class TwoFailures final : public store::MemoryStore {
 public:
  void write(store::Batch batch, store::Completion done) override {
    if (++writes_ != 1) return MemoryStore::write(std::move(batch), std::move(done));
    const store::RecordOutcome lost{store::Verdict::unsettled, Error{Code::unknown_outcome, "the socket was cut", {}}};
    const store::RecordOutcome beaten{store::Verdict::unsettled, Error{Code::conflict, "another was quicker", {}}};
    std::vector<store::RecordOutcome> records(batch.size(), lost);
    records.back() = beaten;
    done({.records = std::move(records)});
  }

 private:
  int writes_ = 0;
};

TEST_F(LoadMetricsTest, counts_each_part_of_a_batch_under_its_own_reason) {
  TwoFailures failing;
  const auto report = load(options(posts(10)), failing, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.records_written, 10u);
  EXPECT_EQ(counted("millrace_store_retries_total{reason=\"unknown_outcome\"}"), 1);
  EXPECT_EQ(counted("millrace_store_retries_total{reason=\"conflict\"}"), 1);
  EXPECT_EQ(report->conflicts, 1u);
  EXPECT_EQ(counted("millrace_store_commit_seconds_count"), report->batches - 1) << "the one that failed";
}

TEST_F(LoadMetricsTest, limits_are_those_of_what_is_sent_for_the_first_time) {
  store::FaultyStore strict(memory_, {.refuses = [](const IdView& id) { return id.integer == 13; }});
  LoadOptions one_batch = options(posts(64));
  one_batch.limits = batch::BatchLimits{.rows_per_transaction = 64};
  const auto report = load(one_batch, strict, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.records_rejected, 1u);
  EXPECT_EQ(samples().at("millrace_batch_records_limit"), 64) << "not that of the parts it was sent in again";
  EXPECT_EQ(samples().at("millrace_transaction_records_limit"), 64);
}

TEST_F(LoadMetricsTest, counts_what_was_in_flight_when_the_rejects_could_not_be_written) {
  store::FaultyStore slow(memory_, {.delay = 50ms, .in_flight_max = 4});
  std::string text = posts(400);
  for (int n = 0; n < 4000; ++n) text += "{ this is no JSON, and its line is not to be lost, so that the load has to end here\n";
  LoadOptions full = options(text);
  full.limits = batch::BatchLimits{.rows_per_transaction = 100, .in_flight = 4};
  full.rejects_path = "/dev/full";
  full.max_rejects = {.records = 1'000'000};
  const auto report = load(full, slow, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->exit_status, 3);
  EXPECT_GT(*memory_.count({"post"}), 0u);
  EXPECT_EQ(report->counts.records_written, *memory_.count({"post"}));
  expect_as_reported(*report);
}

TEST_F(LoadMetricsTest, the_queue_is_seen_while_it_runs_and_empty_at_its_end) {
  double queued = 0;
  store::FaultyStore seen(memory_, {.refuses = [&](const IdView&) {
    queued = std::max(queued, samples().at("millrace_queue_bytes"));
    return false;
  }});
  const auto report = load(options(posts(3)), seen, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_GT(queued, 0);
  expect_as_reported(*report);
}

TEST_F(LoadMetricsTest, says_that_a_store_does_not_answer) {
  store::FaultyStore failing(memory_, {.fail_every = 1, .code = Code::unavailable});
  LoadOptions hasty = options(posts(100));
  hasty.wait = 10ms;
  const auto report = load(hasty, failing, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->exit_status, 3);
  EXPECT_EQ(counted("millrace_records_written_total"), report->counts.records_written);
  EXPECT_EQ(samples().at("millrace_store_up"), 0);
  EXPECT_EQ(report->retries, report->batches - 1) << "after the last failure nothing was sent again";
  EXPECT_EQ(counted("millrace_store_retries_total{reason=\"unavailable\"}"), report->retries);
  EXPECT_EQ(counted("millrace_store_commit_seconds_count"), 0);
}

TEST_F(LoadMetricsTest, counts_of_a_resumed_load_what_this_run_did) {
  LoadOptions strict = options(posts(2000) + "{}\n{}\n{}\n{}\n" + posts(1));
  strict.limits = batch::BatchLimits{.rows_per_transaction = 100};
  strict.max_rejects = {.records = 2};
  const auto stopped = load(strict, memory_, progress_, {});
  ASSERT_TRUE(stopped);
  ASSERT_TRUE(stopped->can_resume);
  expect_as_reported(*stopped);
  before_ = samples();
  strict.max_rejects = {.records = 100};
  strict.resume = Resume::yes;
  const auto resumed = load(strict, memory_, progress_, {});
  ASSERT_TRUE(resumed) << describe(resumed.error());
  EXPECT_TRUE(resumed->resumed);
  EXPECT_LT(resumed->counts.records_read(), 2000u);
  expect_as_reported(*resumed);
}

TEST_F(LoadMetricsTest, can_be_scraped_while_it_runs_and_after_its_end) {
  const LoadOptions many = options(posts(50'000));
  std::atomic<int> scrapes = 0;
  bool never_falls = true;
  std::jthread scraper([&](const std::stop_token& stop) {
    double last = 0;
    while (!stop.stop_requested()) {
      const double now = counted("millrace_records_read_total");
      never_falls = never_falls && now >= last && now <= 50'000;
      last = now;
      if (++scrapes == 1) scrapes.notify_all();
    }
  });
  scrapes.wait(0);  // it is at work
  const auto report = load(many, memory_, progress_, {});
  scraper.request_stop();
  scraper.join();
  ASSERT_TRUE(report);
  EXPECT_TRUE(never_falls);
  expect_as_reported(*report);
}

TEST_F(LoadMetricsTest, leaves_the_trace_of_the_load_with_its_commits) {
  LoadOptions traced = options(posts(10));
  traced.trace = *telemetry::parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const auto report = load(traced, memory_, progress_, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_THAT(exposed(telemetry::Exposition::openmetrics_text), HasSubstr("# {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"}"));
}

}  // namespace
}  // namespace millrace::pipeline
