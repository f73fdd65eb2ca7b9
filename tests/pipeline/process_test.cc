// SPDX-License-Identifier: Apache-2.0
//
// A query's rows into a file, at the level of the job.
#include "millrace/pipeline/process.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "millrace/base/file.h"
#include "millrace/pipeline/load_metrics.h"
#include "millrace/telemetry/exposition.h"
#include "millrace/telemetry/registry.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Silent final : Progress {
  void update(const ProgressState&) override {}
  void finish(const ProgressState&) override {}
};

class ProcessJob : public ::testing::Test {
 protected:
  std::string file(std::string_view text, std::string_view name = "in.ndjson") {
    Result<File> made = File::create(folder_.file(name));
    EXPECT_TRUE(made && made->write_all(text));
    return folder_.file(name);
  }
  ProcessOptions options(const std::vector<std::string>& files, std::string_view text, OutputFormat format = OutputFormat::ndjson) {
    ProcessOptions options{.files = files, .output = folder_.file("out"), .output_format = format, .rejects_path = folder_.file("rejects")};
    options.types.automatic = true;
    auto compiled = surrealql::Query::compile(text, {}, options.types);
    EXPECT_TRUE(compiled) << describe(compiled.error());
    options.query = *compiled;
    options.workers = 3;
    options.memory_bytes = 48u << 20;
    return options;
  }
  Report run(const ProcessOptions& options, std::stop_token stop = {}) {
    const auto report = process(options, progress_, stop);
    EXPECT_TRUE(report) << describe(report.error());
    return report ? *report : Report();
  }
  std::string rows(const std::string& path, std::string_view text, OutputFormat format = OutputFormat::ndjson) {
    last_ = run(options({path}, text, format));
    EXPECT_FALSE(std::filesystem::exists(folder_.file("out.part")));
    return out();
  }
  std::string out() { return read_small_file(folder_.file("out"), 1u << 26).value_or("(none)"); }
  std::string rejects() { return read_small_file(folder_.file("rejects"), 1 << 20).value_or(""); }
  std::array<std::uint64_t, 5> counts() const {
    const Counts& c = last_.counts;
    return {c.records_read(), c.records_written, c.records_rejected, c.records_filtered, last_.rows_written.value_or(0)};
  }
  static std::string numbers(int count) {
    std::string text;
    for (int n = 0; n < count; ++n) text += fmt::format("{{\"n\":{},\"k\":\"k{}\"}}\n", n, n % 4);
    return text;
  }

  TempFolder folder_;
  Silent progress_;
  Report last_;
};

TEST_F(ProcessJob, writes_rows_in_the_inputs_order_whatever_the_workers_do) {
  const std::string out = rows(file(numbers(100'000)), "SELECT n FROM $input WHERE k = 'k1'");
  EXPECT_THAT(counts(), ElementsAre(100'000, 25'000, 0, 75'000, 25'000));
  std::string expected;
  for (int n = 1; n < 100'000; n += 4) expected += fmt::format("{{\"n\":{}}}\n", n);
  EXPECT_EQ(out, expected);
}

TEST_F(ProcessJob, json_is_one_array_whatever_is_left_out) {
  const std::string path = file(numbers(5));
  EXPECT_EQ(rows(path, "SELECT n FROM $input", OutputFormat::json), "[\n{\"n\":0},\n{\"n\":1},\n{\"n\":2},\n{\"n\":3},\n{\"n\":4}\n]\n");
  EXPECT_EQ(rows(path, "SELECT n FROM $input LIMIT 2 START 2", OutputFormat::json), "[\n{\"n\":2},\n{\"n\":3}\n]\n");
  EXPECT_EQ(rows(path, "SELECT n FROM $input ORDER BY n DESC LIMIT 1", OutputFormat::json), "[\n{\"n\":4}\n]\n");
  EXPECT_EQ(rows(path, "SELECT count() AS c FROM $input GROUP ALL", OutputFormat::json), "[\n{\"c\":5}\n]\n");
  EXPECT_EQ(rows(path, "SELECT n FROM $input WHERE n > 9", OutputFormat::json), "[]\n");
  EXPECT_EQ(rows(path, "SELECT n FROM $input LIMIT 0", OutputFormat::json), "[]\n");
  EXPECT_EQ(rows(path, "SELECT n FROM $input ORDER BY n LIMIT 0", OutputFormat::json), "[]\n");
  EXPECT_EQ(rows(file(""), "SELECT n FROM $input", OutputFormat::json), "[]\n");
}

TEST_F(ProcessJob, counts_what_start_and_limit_leave_out_as_filtered) {
  const std::string path = file(numbers(10));
  rows(path, "SELECT n FROM $input LIMIT 3 START 4");
  EXPECT_THAT(counts(), ElementsAre(10, 3, 0, 7, 3));
  rows(path, "SELECT n FROM $input ORDER BY n LIMIT 3");
  EXPECT_THAT(counts(), ElementsAre(10, 3, 0, 7, 3));
  rows(path, "SELECT k, count() AS c FROM $input WHERE n > 0 GROUP BY k");
  EXPECT_THAT(counts(), ElementsAre(10, 9, 0, 1, 4));
}

TEST_F(ProcessJob, counts_the_rows_of_a_split_record_each_and_gives_all_or_none) {
  const std::string path = file("{\"v\":[1,2]}\n{\"v\":[3,\"x\"]}\n{\"v\":[4]}\n");
  EXPECT_EQ(rows(path, "SELECT v * 2 AS w, v FROM $input SPLIT v"), "{\"w\":2,\"v\":1}\n{\"w\":4,\"v\":2}\n{\"w\":8,\"v\":4}\n");
  EXPECT_THAT(counts(), ElementsAre(4, 3, 1, 0, 3));
  EXPECT_EQ(rows(path, "SELECT v * 2 AS w, v FROM $input SPLIT v ORDER BY w DESC"), "{\"w\":8,\"v\":4}\n{\"w\":4,\"v\":2}\n{\"w\":2,\"v\":1}\n");
  EXPECT_THAT(counts(), ElementsAre(4, 3, 1, 0, 3));
  EXPECT_EQ(rows(path, "SELECT v * 2 AS w, v FROM $input SPLIT v LIMIT 2 START 1"), "{\"w\":4,\"v\":2}\n{\"w\":8,\"v\":4}\n");
}

TEST_F(ProcessJob, rejects_what_ends_in_the_middle_of_a_record) {
  EXPECT_EQ(rows(file("[{\"a\":1},{\"a\":", "in.json"), "SELECT a FROM $input"), "{\"a\":1}\n");
  EXPECT_EQ(last_.exit_status, 1);
  EXPECT_THAT(counts(), ElementsAre(2, 1, 1, 0, 1));
  EXPECT_THAT(rejects(), HasSubstr("\"line\":1,\"byte\":"));
}

TEST_F(ProcessJob, a_reject_shows_its_place_its_id_and_its_record) {
  EXPECT_EQ(rows(file("{\"id\":7,\"s\":\"a\"}\n{\"id\":8,\"s\":5}\nx\n"), "SELECT string::uppercase(s) AS u FROM $input"), "{\"u\":\"A\"}\n");
  EXPECT_THAT(rejects(), HasSubstr(R"("line":2,"byte":17,"id":8,)"));
  EXPECT_THAT(rejects(), HasSubstr(R"("record":{"id":8,"s":5}})"));
  EXPECT_THAT(rejects(), HasSubstr(R"("line":3,"byte":32,"id":null,)"));
}

TEST_F(ProcessJob, csv_of_everything_has_the_columns_of_the_first_rows) {
  EXPECT_EQ(rows(file("{\"z\":1,\"a\":\"x,y\"}\n{\"b\":null,\"a\":\"q\\\"\"}\n"), "SELECT * FROM $input", OutputFormat::csv), "z,a,b\n1,\"x,y\",\n,\"q\"\"\",\n");
  EXPECT_EQ(rows(file("z,a\n1,x\n2,\n", "in.csv"), "SELECT *, z + 1 AS y FROM $input WHERE z > 1", OutputFormat::csv), "z,y\n2,3\n");
  EXPECT_EQ(rows(file("z,a\n1,x\n", "in.csv"), "SELECT *, z + 1 AS y OMIT a FROM $input", OutputFormat::csv), "z,y\n1,2\n");
  EXPECT_EQ(rows(file("z,a\n1,x\n", "in.csv"), "SELECT * FROM $input WHERE z = 5", OutputFormat::csv), "z,a\n");
  EXPECT_EQ(rows(file(""), "SELECT * FROM $input", OutputFormat::csv), "");
  EXPECT_EQ(rows(file(""), "SELECT * FROM $input", OutputFormat::table), "");
  EXPECT_EQ(rows(file(""), "SELECT a FROM $input", OutputFormat::csv), "a\n");
  EXPECT_EQ(rows(file("{\"a\":{\"b\":1}}\n"), "SELECT a.b FROM $input", OutputFormat::csv), "a.b\n1\n");
  EXPECT_EQ(rows(file("{\"a\":{\"b\":1}}\n"), "SELECT VALUE a FROM $input", OutputFormat::csv), "value\n\"{\"\"b\"\":1}\"\n");
  EXPECT_EQ(rows(file("{\"a\":2}\n{\"a\":1}\n"), "SELECT * FROM $input ORDER BY a", OutputFormat::csv), "a\n1\n2\n");
}

TEST_F(ProcessJob, csv_rejects_a_later_row_with_a_field_that_is_no_column) {
  std::string text;
  for (int n = 0; n < 200'000; ++n) text += fmt::format("{{\"n\":{}{}}}\n", n, n == 199'998 ? ",\"late\":1" : "");
  const std::string out = rows(file(text), "SELECT * FROM $input", OutputFormat::csv);
  EXPECT_THAT(out, StartsWith("n\n0\n1\n"));
  EXPECT_THAT(out, EndsWith("199997\n199999\n"));
  EXPECT_THAT(counts(), ElementsAre(200'000, 199'999, 1, 0, 199'999));
  EXPECT_THAT(rejects(), HasSubstr("\"line\":199999,"));
  EXPECT_THAT(rejects(), HasSubstr("'late', which is no column"));
}

TEST_F(ProcessJob, a_table_shows_no_control_characters) {
  EXPECT_EQ(rows(file("{\"a\":\"x\\ny\\u001b[1m\\u0085\",\"n\":10}\n{\"a\":null,\"n\":9}\n"), "SELECT a, n FROM $input", OutputFormat::table),
            "a                     n\n"
            "-------------------  --\n"
            "x\\ny\\u001b[1m\\u0085  10\n"
            "null                  9\n");
}

TEST_F(ProcessJob, a_file_is_as_it_was_until_the_new_one_is_whole) {
  file("before", "out");
  ProcessOptions stopped = options({file("x\ny\n{\"n\":1}\n")}, "SELECT n FROM $input");
  stopped.max_rejects = {.records = 1};
  const Report report = run(stopped);
  EXPECT_EQ(report.exit_status, 3);
  EXPECT_EQ(out(), "before");
  EXPECT_TRUE(std::filesystem::exists(folder_.file("out.part")));
  EXPECT_THAT(report.output_left, HasSubstr("out' is as it was"));
  EXPECT_EQ(rows(file("{\"n\":1}\n"), "SELECT n FROM $input"), "{\"n\":1}\n");
}

TEST_F(ProcessJob, a_link_to_a_file_stays_one) {
  file("before", "real");
  std::filesystem::create_symlink(folder_.file("real"), folder_.file("out"));
  EXPECT_EQ(rows(file("{\"n\":1}\n"), "SELECT n FROM $input"), "{\"n\":1}\n");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.file("out")));
  EXPECT_EQ(*read_small_file(folder_.file("real"), 100), "{\"n\":1}\n");
}

TEST_F(ProcessJob, a_stop_ends_it_early_and_says_so) {
  std::stop_source stop;
  stop.request_stop();
  const Report report = run(options({file(numbers(10))}, "SELECT count() FROM $input GROUP ALL"), stop.get_token());
  EXPECT_EQ(report.exit_status, 3);
  EXPECT_EQ(report.stopped->code, Code::interrupted);
  EXPECT_EQ(out(), "(none)");
}

TEST_F(ProcessJob, groups_and_sorts_what_does_not_fit_into_memory) {
  std::string text;
  const std::string filling(300, 'x');
  for (int n = 0; n < 120'000; ++n) text += fmt::format("{{\"n\":{},\"f\":\"{}{}\"}}\n", n, n % 60'000, filling);
  const std::string path = file(text);
  std::string out = rows(path, "SELECT n FROM $input ORDER BY n DESC");
  EXPECT_THAT(out, StartsWith("{\"n\":119999}\n{\"n\":119998}\n"));
  EXPECT_EQ(std::ranges::count(out, '\n'), 120'000);
  out = rows(path, "SELECT f, count() AS c FROM $input GROUP BY f");
  EXPECT_EQ(std::ranges::count(out, '\n'), 60'000);
  EXPECT_EQ(out.find("\"c\":1}"), std::string::npos);
  EXPECT_THAT(counts(), ElementsAre(120'000, 120'000, 0, 0, 60'000));
}

// Rows are larger than their records: a block goes on its way before its slice is done.
TEST_F(ProcessJob, small_records_that_become_large_rows_take_little_memory) {
  const std::string path = file(numbers(3'000));
  for (const char* const query : {"SELECT n, string::repeat('x', 20000) AS s FROM $input", "SELECT n, string::repeat('x', 20000) AS s FROM $input START 10 LIMIT 2900"}) {
    const std::string out = rows(path, query);
    std::size_t begin = 0;
    int expected = std::string_view(query).contains("START") ? 10 : 0;
    for (std::size_t end = out.find('\n'); end != std::string::npos; end = out.find('\n', begin), ++expected) {
      ASSERT_THAT(out.substr(begin, 20), StartsWith(fmt::format("{{\"n\":{},", expected)));
      begin = end + 1;
    }
    EXPECT_EQ(expected, std::string_view(query).contains("START") ? 2'910 : 3'000);
  }
}

TEST_F(ProcessJob, a_slice_full_of_rejects_is_told_in_parts_and_in_order) {
  std::string text;
  for (int n = 0; n < 60'000; ++n) text += fmt::format("{{\"n\":{}}}\n", n % 3 == 0 ? std::to_string(n) : "\"x\"");
  ProcessOptions all = options({file(text)}, "SELECT n + 1 AS m FROM $input");
  all.max_rejects = *parse_reject_limit("100%");
  last_ = run(all);
  EXPECT_THAT(counts(), ElementsAre(60'000, 20'000, 40'000, 0, 20'000));
  EXPECT_THAT(out(), AllOf(StartsWith("{\"m\":1}\n{\"m\":4}\n"), EndsWith("{\"m\":59998}\n")));
  all.query = *surrealql::Query::compile("SELECT math::sum(n + 1) AS s, count() AS c FROM $input GROUP ALL");
  last_ = run(all);
  EXPECT_EQ(out(), "{\"s\":599990000,\"c\":20000}\n");
}

TEST_F(ProcessJob, rows_of_two_splits_stay_in_order_and_are_kept_all_or_none) {
  std::string list = "[0";
  for (int n = 1; n < 30; ++n) list += fmt::format(",{}", n);
  list += ']';
  std::string text;
  for (int r = 0; r < 3; ++r) text += fmt::format("{{\"r\":{},\"a\":{},\"b\":{}}}\n", r, list, list);
  const std::string out = rows(file(text), "SELECT r, a, b, r > 5 AS z FROM $input SPLIT a, b ORDER BY z");
  std::string expected;
  for (int n = 0; n < 2'700; ++n) expected += fmt::format("{{\"r\":{},\"a\":{},\"b\":{},\"z\":false}}\n", n / 900, n / 30 % 30, n % 30);
  EXPECT_EQ(out, expected);
  rows(file("{\"xs\":[1,2,\"x\"]}\n"), "SELECT xs, xs + 1 AS y FROM $input SPLIT xs ORDER BY y");
  EXPECT_THAT(counts(), ElementsAre(1, 0, 1, 0, 0));
}

// A string with escapes goes into the record's arena, which other columns have filled.
TEST_F(ProcessJob, a_field_for_which_there_is_no_room_left_rejects_its_record) {
  std::string query = "SELECT ";
  for (int n = 0; n < 300; ++n) query += fmt::format("k + '{}' AS c{}, ", n, n);
  const std::string text = fmt::format("{{\"k\":\"{}\",\"s\":\"\\n{}\"}}\n", std::string(2'000'000, 'k'), std::string(2'000'000, 's'));
  ProcessOptions large = options({file(text)}, query + "s FROM $input");
  large.memory_bytes = 128u << 20;
  last_ = run(large);
  EXPECT_THAT(counts(), ElementsAre(1, 0, 1, 0, 0));
  EXPECT_THAT(last_.first_reject, HasSubstr("more memory"));
}

TEST_F(ProcessJob, strict_validates_what_the_query_does_not_read) {
  const std::string path = file("{\"a\":1,\"b\":01}\n");
  EXPECT_EQ(rows(path, "SELECT a FROM $input"), "{\"a\":1}\n");
  ProcessOptions strict = options({path}, "SELECT a FROM $input");
  strict.strict = true;
  EXPECT_EQ(run(strict).counts.records_rejected, 1u);
}

TEST_F(ProcessJob, shows_its_counts_as_metrics) {
  const auto value = [](std::string_view name) {
    std::string text;
    telemetry::write_metrics(telemetry::Registry::global(), telemetry::Exposition::prometheus_text, text);
    const std::size_t at = text.find("\n" + std::string(name) + " ");
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + name.size() + 2));
  };
  add_job_metrics();
  const double before = value("millrace_records_written_total");
  rows(file(numbers(100)), "SELECT n FROM $input WHERE n < 30");
  EXPECT_EQ(value("millrace_records_written_total"), before + 30);
}

}  // namespace
}  // namespace millrace::pipeline
