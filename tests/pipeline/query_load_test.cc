// SPDX-License-Identifier: Apache-2.0
//
// A query's rows into a store, at the level of the job.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/base/file.h"
#include "millrace/pipeline/load.h"
#include "millrace/record/json.h"
#include "millrace/store/memory_store.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Silent final : Progress {
  void update(const ProgressState&) override {}
  void finish(const ProgressState&) override {}
};

class QueryLoad : public ::testing::Test {
 protected:
  std::string file(std::string_view text, std::string_view name = "in.ndjson") {
    Result<File> made = File::create(folder_.file(name));
    EXPECT_TRUE(made && made->write_all(text));
    return folder_.file(name);
  }
  Report load(const std::string& path, const std::string& text, std::string table = "t", store::OnDuplicate on_duplicate = store::OnDuplicate::fail) {
    auto compiled = surrealql::Query::compile(text);
    EXPECT_TRUE(compiled) << describe(compiled.error());
    LoadOptions options{.files = {path}, .shape = {.table = table}, .on_duplicate = on_duplicate, .rejects_path = folder_.file("rejects")};
    options.query = LoadQuery{.query = *compiled, .text = text};
    options.memory_bytes = 48u << 20;
    options.max_rejects = {.records = 1'000'000};
    options.workers = 3;
    const auto report = pipeline::load(options, memory_, progress_, {});
    EXPECT_TRUE(report) << describe(report.error());
    if (!report) return {};
    EXPECT_FALSE(report->stopped) << describe(*report->stopped);
    return *report;
  }
  // Stopped by its rejects.
  Report load_stopped(const std::string& path, const std::string& text, std::uint64_t rejects_max, std::size_t workers = 1) {
    LoadOptions options{.files = {path}, .shape = {.table = "t"}, .rejects_path = folder_.file("rejects")};
    options.query = LoadQuery{.query = *surrealql::Query::compile(text), .text = text};
    options.max_rejects = {.records = rejects_max};
    options.workers = workers;
    const auto report = pipeline::load(options, memory_, progress_, {});
    EXPECT_TRUE(report && report->stopped);
    return report ? *report : Report();
  }
  // In ascending id.
  std::vector<std::string> records(const std::string& table = "t") {
    std::vector<std::string> all;
    EXPECT_TRUE(memory_.scan({table}, {.limit = 1u << 20}, [&](std::string_view json) {
      all.emplace_back(json);
      return true;
    }));
    std::ranges::reverse(all);
    return all;
  }
  std::string rejects() { return read_small_file(folder_.file("rejects"), 1 << 24).value_or(""); }
  static std::array<std::uint64_t, 5> counts(const Report& report) {
    const Counts& c = report.counts;
    EXPECT_EQ(c.records_read(), c.records_written + c.records_rejected + c.records_skipped + c.records_filtered);
    return {c.records_read(), c.records_written, c.records_rejected, c.records_filtered, report.rows_written.value_or(0)};
  }

  TempFolder folder_;
  store::MemoryStore memory_;
  Silent progress_;
};

TEST_F(QueryLoad, filters_and_computes_in_the_querys_order) {
  const Report report = load(file("{\"id\":1,\"s\":\"a\\u0062\",\"x\":{\"y\":[1,2.50]}}\n{\"id\":2,\"s\":\"c\"}\n{\"id\":3}\n"),
                             "SELECT id, string::uppercase(s) AS up, x.y AS y, s FROM $input WHERE s");
  EXPECT_THAT(records(), ElementsAre(R"({"id":1,"up":"AB","y":[1,2.5],"s":"ab"})", R"({"id":2,"up":"C","s":"c"})"));
  EXPECT_THAT(counts(report), ElementsAre(3, 2, 0, 1, 2));
}

TEST_F(QueryLoad, copies_a_record_that_passes_as_it_is) {
  load(file("{\"id\":1,\"n\":1.50,\"big\":12345678901234567890123, \"z\":1,\"a\":2}\n{\"id\":2}\n"), "SELECT * FROM $input WHERE n");
  EXPECT_THAT(records(), ElementsAre(R"({"id":1,"n":1.50,"big":12345678901234567890123, "z":1,"a":2})"));
}

TEST_F(QueryLoad, keeps_the_types_of_values_and_the_digits_of_large_integers) {
  load(file("{\"id\":1,\"big\":12345678901234567890}\n"),
       "SELECT id, big, 1.50dec AS d, 1h30m AS w, d'2024-05-01T10:00:00Z' AS at, u'018cc251-f400-715c-9e55-32fbeea293f8' AS u, "
       "<bytes> 'abc' AS b, person:tobie AS r, 0f/0f AS nan, [1.5dec, NONE] AS l, NULL AS nil, NONE AS none FROM $input");
  EXPECT_THAT(records(), ElementsAre(R"({"id":1,"big":12345678901234567890,"d":"1.5","w":"1h30m","at":"2024-05-01T10:00:00Z",)"
                                     R"("u":"018cc251-f400-715c-9e55-32fbeea293f8","b":"YWJj","r":"person:tobie","nan":null,"l":["1.5",null],"nil":null})"));
}

TEST_F(QueryLoad, takes_ids_of_every_kind_and_rejects_what_is_none) {
  const Report report = load(file("{\"k\":1}\n"), "SELECT <uuid> '018cc251-f400-715c-9e55-32fbeea293f8' AS id FROM $input");
  EXPECT_EQ(report.counts.records_written, 1u);
  EXPECT_TRUE(*memory_.get({"t"}, RecordId(*parse_uuid("018cc251-f400-715c-9e55-32fbeea293f8"))));
  EXPECT_EQ(load(file("{\"k\":1}\n"), "SELECT t:7 AS id FROM $input").counts.records_written, 1u);
  EXPECT_TRUE(*memory_.get({"t"}, RecordId(std::int64_t{7})));
  load(file("{\"k\":1}\n"), "SELECT 1.5dec AS id FROM $input");
  EXPECT_THAT(rejects(), HasSubstr("an id is a text, an int or a uuid"));
  load(file("{\"k\":1}\n"), "SELECT other:7 AS id FROM $input");
  EXPECT_THAT(rejects(), HasSubstr("names the table other"));
}

TEST_F(QueryLoad, rejects_a_record_with_its_place_for_every_reason) {
  const Report report = load(file("{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\"title\":7}\nmalformed\n{\"id\":4}\n{\"id\":1,\"title\":\"again\"}\n"),
                             "SELECT id, string::uppercase(title) AS title FROM $input", "post");
  EXPECT_THAT(counts(report), ElementsAre(5, 1, 4, 0, 1));
  const std::string lines = rejects();
  EXPECT_THAT(lines, HasSubstr(R"("line":2,"byte":21,"id":2,)"));
  EXPECT_THAT(lines, HasSubstr(R"("record":{"id":2,"title":7}})"));
  EXPECT_THAT(lines, HasSubstr(R"("line":3,"byte":40,"id":null,)"));
  EXPECT_THAT(lines, HasSubstr(R"("line":4,"byte":50,"id":4,)"));
  EXPECT_THAT(lines, HasSubstr(R"("line":5,"byte":59,"id":1,)"));  // by the store: the input's record
  EXPECT_THAT(lines, HasSubstr(R"("record":{"id":1,"title":"again"}})"));
}

TEST_F(QueryLoad, rejects_a_row_that_is_no_object) {
  const Report report = load(file("{\"v\":{\"id\":1}}\n{\"v\":[1,2]}\n{}\n"), "SELECT VALUE v FROM $input");
  EXPECT_THAT(counts(report), ElementsAre(3, 1, 2, 0, 1));
  EXPECT_THAT(rejects(), HasSubstr("the query gives [1, 2], not an object"));
  EXPECT_THAT(rejects(), HasSubstr("the query gives NONE, not an object"));
}

TEST_F(QueryLoad, splits_all_of_a_record_or_nothing) {
  const Report report = load(file("{\"n\":0,\"v\":[1,2,3]}\n{\"n\":1,\"v\":[4,\"x\",5]}\n{\"n\":2,\"v\":[]}\n"), "SELECT n, v * 2 AS w, v FROM $input SPLIT v");
  EXPECT_THAT(counts(report), ElementsAre(5, 3, 2, 0, 3));  // three rows, and two records that have none
  EXPECT_THAT(rejects(), HasSubstr(R"("line":2,"byte":20,)"));
  std::set<std::string> ids;
  for (const std::string& record : records()) ids.insert(std::string(parse_json(record)->find("id")->text()));
  EXPECT_EQ(ids.size(), 3u);
}

TEST_F(QueryLoad, counts_start_and_limit_over_the_inputs_order_and_keeps_places) {
  std::string text;
  for (int n = 0; n < 50'000; ++n) text += fmt::format("{{\"id\":{},\"n\":{}}}\n", n == 12'005 ? 12'004 : n, n);
  const Report report = load(file(text), "SELECT * FROM $input WHERE n % 2 = 1 LIMIT 5 START 6000");
  EXPECT_EQ(report.counts.records_written, 5u);
  EXPECT_EQ(report.rows_written, std::optional<std::uint64_t>(5));
  EXPECT_THAT(records(), ElementsAre(HasSubstr("\"n\":12001}"), HasSubstr("12003"), HasSubstr("\"n\":12005}"), HasSubstr("12007"), HasSubstr("12009")));
  EXPECT_EQ(load(file(text), "SELECT * FROM $input LIMIT 0", "none").counts.records_written, 0u);
  EXPECT_THAT(records("none"), IsEmpty());
}

TEST_F(QueryLoad, writes_groups_at_the_end_and_counts_their_records) {
  std::string text;
  for (int n = 0; n < 30'000; ++n) text += fmt::format("{{\"k\":\"k{}\",\"n\":{}}}\n", n % 3, n);
  const Report report = load(file(text), "SELECT k AS id, count() AS c, math::sum(n) AS s FROM $input WHERE n > 2 GROUP BY k");
  EXPECT_THAT(records(), ElementsAre(R"({"id":"k0","c":9999,"s":149985000})", R"({"id":"k1","c":9999,"s":149994999})", R"({"id":"k2","c":9999,"s":150004998})"));
  EXPECT_THAT(counts(report), ElementsAre(30'000, 29'997, 0, 3, 3));
}

TEST_F(QueryLoad, a_group_that_is_refused_has_no_place_and_takes_one_record_along) {
  const std::string path = file("{\"k\":\"a\"}\n{\"k\":\"a\"}\n{\"k\":null}\n{\"k\":\"b\"}\n");
  load(path, "SELECT k AS id FROM $input WHERE k = 'b'");
  const Report report = load(path, "SELECT k AS id, count() AS c FROM $input GROUP BY k");
  EXPECT_THAT(counts(report), ElementsAre(4, 2, 2, 0, 1));
  EXPECT_THAT(rejects(), HasSubstr(R"({"source":null,"line":null,"byte":null,"id":null,"reason":"id is null: an id is a text or an int","record":{"id":null,"c":1}})"));
  EXPECT_THAT(rejects(), HasSubstr(R"({"source":null,"line":null,"byte":null,"id":"b",)"));
  EXPECT_THAT(rejects(), HasSubstr(R"("record":{"id":"b","c":1}})"));
}

TEST_F(QueryLoad, a_group_of_no_records_is_written) {
  const Report report = load(file(""), "SELECT count() AS c FROM $input GROUP ALL");
  EXPECT_THAT(records(), ElementsAre(HasSubstr(R"("c":0})")));
  EXPECT_THAT(counts(report), ElementsAre(0, 0, 0, 0, 1));
}

TEST_F(QueryLoad, a_group_of_no_records_counts_as_none_whatever_becomes_of_it) {
  const std::string path = file("{\"n\":1}\n");
  const Report refused = load(path, "SELECT n AS id, count() AS c FROM $input WHERE n > 1 GROUP ALL");
  EXPECT_THAT(counts(refused), ElementsAre(1, 0, 0, 1, 0));
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(rejects(), HasSubstr(R"("record":{"id":[],"c":0}})"));
  const std::string query = "SELECT count() AS id FROM $input WHERE n > 1 GROUP ALL";
  EXPECT_THAT(counts(load(path, query)), ElementsAre(1, 0, 0, 1, 1));
  EXPECT_THAT(counts(load(path, query)), ElementsAre(1, 0, 0, 1, 0));  // it is there
  EXPECT_THAT(counts(load(path, query, "t", store::OnDuplicate::skip)), ElementsAre(1, 0, 0, 1, 0));
  EXPECT_THAT(counts(load(file("x\n"), query, "u")), ElementsAre(1, 0, 1, 0, 1));
}

TEST_F(QueryLoad, limit_0_reads_nothing) {
  const std::string path = file("{\"id\":1,\"k\":1}\nx\n");
  for (const std::string clause : {"", "ORDER BY id ", "GROUP BY id ", "GROUP ALL "}) {
    const Report report = load(path, "SELECT id FROM $input " + clause + "LIMIT 0");
    EXPECT_THAT(counts(report), ElementsAre(0, 0, 0, 0, 0)) << clause;
    EXPECT_EQ(report.counts.bytes_read, 0u) << clause;
    EXPECT_EQ(report.exit_status, 0) << clause;
  }
}

TEST_F(QueryLoad, sorted_rows_keep_their_place_and_what_limit_leaves_out_is_filtered) {
  std::string text = "{\"id\":7,\"n\":-1}\n";
  for (int n = 0; n < 20'000; ++n) text += fmt::format("{{\"id\":{},\"n\":{}}}\n", n, 20'000 - n);
  const Report report = load(file(text), "SELECT n, id FROM $input ORDER BY n LIMIT 3 START 1");
  EXPECT_THAT(records(), ElementsAre(R"({"id":19997,"n":3})", R"({"id":19998,"n":2})", R"({"id":19999,"n":1})"));
  EXPECT_THAT(counts(report), ElementsAre(20'001, 3, 0, 19'998, 3));
  const Report again = load(file(text), "SELECT id, n FROM $input ORDER BY n LIMIT 3 START 1");
  EXPECT_THAT(counts(again), ElementsAre(20'001, 0, 3, 19'998, 0));
  EXPECT_THAT(rejects(), HasSubstr(R"("line":20001,)"));
  EXPECT_THAT(rejects(), HasSubstr(R"("id":19999,)"));
}

TEST_F(QueryLoad, what_is_sorted_may_be_larger_than_memory) {
  std::string text;
  const std::string filling(900, 'x');
  for (int n = 0; n < 40'000; ++n) text += fmt::format("{{\"id\":{},\"f\":\"{}\"}}\n", (n * 7919) % 40'000, filling);
  const Report report = load(file(text), "SELECT id, f FROM $input ORDER BY id DESC");
  EXPECT_EQ(report.counts.records_written, 40'000u);
  EXPECT_EQ(memory_.count({"t"}), 40'000u);
}

TEST_F(QueryLoad, too_many_rejects_stop_it_before_groups_are_written) {
  const Report report = load_stopped(file("{\"k\":1}\nx\ny\n{\"k\":2}\n"), "SELECT k AS id FROM $input GROUP BY k", 1);
  EXPECT_EQ(report.exit_status, 3);
  EXPECT_FALSE(report.can_resume);
  EXPECT_EQ(memory_.count({"t"}).value_or(0), 0u);
}

TEST_F(QueryLoad, a_stop_by_rejects_writes_only_rows_that_there_are) {
  const std::string path = file("{\"id\":1,\"a\":1}\n{\"id\":2,\"a\":2}\n{\"id\":3,\"a\":3}\n{\"id\":4,\"a\":4}\n{\"id\":5,\"a\":\"x\"}\n{\"id\":6,\"a\":6}\n");
  EXPECT_THAT(counts(load_stopped(path, "SELECT *, a + 1 AS b FROM $input LIMIT 1", 0)), ElementsAre(5, 1, 1, 3, 1));
  EXPECT_THAT(records(), ElementsAre(R"({"id":1,"a":1,"b":2})"));
  EXPECT_THAT(counts(load_stopped(path, "SELECT *, a + 1 AS b FROM $input LIMIT 9 START 3", 0)), ElementsAre(5, 1, 1, 3, 1));
  EXPECT_THAT(records(), ElementsAre(R"({"id":1,"a":1,"b":2})", R"({"id":4,"a":4,"b":5})"));
}

TEST_F(QueryLoad, what_stands_behind_a_stop_by_rejects_is_not_counted_as_filtered) {
  const std::string path = file("{\"id\":1,\"a\":1}\n{\"id\":2,\"a\":0}\n{\"id\":3,\"a\":\"x\"}\n{\"id\":4,\"a\":0}\n{\"id\":5,\"a\":0}\n");
  EXPECT_THAT(counts(load_stopped(path, "SELECT *, a + 1 AS b FROM $input WHERE a != 0", 0)), ElementsAre(3, 1, 1, 1, 1));
}

}  // namespace
}  // namespace millrace::pipeline
