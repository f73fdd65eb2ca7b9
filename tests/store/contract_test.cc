// SPDX-License-Identifier: Apache-2.0
//
// What every store has to do. tests/support/store_contract.h says how a store joins.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>

#include "millrace/record/json.h"
#include "millrace/store/memory_store.h"
#include "millrace/store/sqlite_store.h"
#include "support/json_match.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

using namespace std::string_literals;
using store::OnDuplicate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string json_string(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

// A record of a table without a shape.
std::string note(std::string_view id_json, std::string_view text) {
  return fmt::format(R"({{"id":{},"text":{}}})", id_json, json_string(text));
}

Lines notes(int first, int last) {
  Lines lines;
  for (int id = first; id < last; ++id) lines.push_back(note(std::to_string(id), fmt::format("note {}", id)));
  return lines;
}

TEST_P(StoreContract, keeps_every_kind_of_value) {
  const std::string record =
      R"({"id":"kinds","null":null,"yes":true,"no":false,"zero":0,"least":-9223372036854775808,)"
      R"("most":9223372036854775807,"half":-0.5,"huge":1e300,"tiny":5e-324,"text":"text","empty":"","list":[1,[],[[2]],)"
      R"({"a":null}],"object":{"b":{"c":[]},"a":{}},"spaced key":1,"\"quoted\" \\ key":2,"schlüssel 🔑":3,"":4})";
  EXPECT_EQ(write({record}, "kinds"), "all written");
  EXPECT_TRUE(same_json(get("kinds", "kinds"), record));
}

TEST_P(StoreContract, keeps_the_digits_of_an_integer_that_no_int64_holds) {
  EXPECT_EQ(write({R"({"id":1,"n":123456789012345678901234567})"}, "numbers"), "all written");
  EXPECT_THAT(get(1, "numbers"), HasSubstr("123456789012345678901234567"));
}

TEST_P(StoreContract, keeps_texts_byte_for_byte) {
  const Lines texts = {"'; REMOVE TABLE post; --", R"(" ' ` \ \\ \" $id {{}} %s ?1 :x ⟨⟩)",
                       "emoji 🦀👩‍👩‍👧‍👦, ünïcode, עברית, \u2028 \u2029 \uFEFF \u007f",
                       std::string(1 << 20, 'x') + "🦀" + std::string(1000, '\n')};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string title = texts[i].substr(0, std::min<std::size_t>(texts[i].size(), 1000));
    const std::string id = fmt::format("text {}", i);
    const std::string record = fmt::format(R"({{"id":{},"title":{},"content":{},"created_at":"2024-05-01T10:00:00.000Z"}})",
                                           json_string(id), json_string(title), json_string(texts[i]));
    EXPECT_EQ(write({record}), "all written") << i;
    const auto stored = parse_json(get(id));
    ASSERT_TRUE(stored) << describe(stored.error());
    EXPECT_EQ(stored->find("title")->text(), title);
    EXPECT_EQ(stored->find("content")->text(), texts[i]);
  }
  EXPECT_EQ(count(), texts.size());
}

TEST_P(StoreContract, keeps_every_control_character) {
  for (int character = 0; character < 0x20; ++character) {
    const std::string text = fmt::format("before{}after", static_cast<char>(character));
    const std::string id = fmt::format("{}", character);
    const std::string outcome = write({note(json_string(id), text)}, "controls");
    if (character == 0 && !GetParam().keeps_nul) {
      EXPECT_THAT(outcome, StartsWith("rejected")) << "of " << text;
      continue;
    }
    EXPECT_EQ(outcome, "all written") << character;
    EXPECT_TRUE(same_json(get(id, "controls"), note(json_string(id), text))) << character;
  }
}

TEST_P(StoreContract, tells_ids_of_different_kinds_apart) {
  EXPECT_EQ(
      write({note("1", "int"), note(R"("1")", "text"), note("-1", "negative"), note("9223372036854775807", "most")}, "ids"),
      "all written");
  EXPECT_TRUE(same_json(get(1, "ids"), note("1", "int")));
  EXPECT_TRUE(same_json(get("1", "ids"), note(R"("1")", "text")));
  EXPECT_TRUE(same_json(get(-1, "ids"), note("-1", "negative")));
  EXPECT_TRUE(same_json(get(9223372036854775807, "ids"), note("9223372036854775807", "most")));
  EXPECT_EQ(get(2, "ids"), "none");
  EXPECT_EQ(get("2", "ids"), "none");
  EXPECT_EQ(count("ids"), 4u);
}

TEST_P(StoreContract, takes_any_text_for_an_id) {
  const Lines ids = {"a", "A",       " ",       "it's; DROP TABLE ids", R"("\)", "🦀",
                     "%", "a/b?c#d", "⟨a⟩ `b`", std::string(1000, 'k')};
  Lines records;
  for (const std::string& id : ids) records.push_back(note(json_string(id), "of " + id));
  EXPECT_EQ(write(records, "ids"), "all written");
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_TRUE(same_json(get(ids[i], "ids"), records[i]));
  EXPECT_EQ(count("ids"), ids.size());
}

TEST_P(StoreContract, an_id_may_hold_a_nul) {
  const std::string id = "a\0b"s;
  const std::string outcome = write({note(R"("a\u0000b")", "nul"), note(R"("a")", "none")}, "ids");
  if (!GetParam().keeps_nul) {
    EXPECT_THAT(outcome, ::testing::Not("all written"));
    return;
  }
  EXPECT_EQ(outcome, "all written");
  EXPECT_TRUE(same_json(get(id, "ids"), note(R"("a\u0000b")", "nul")));
  EXPECT_TRUE(same_json(get("a", "ids"), note(R"("a")", "none")));
}

TEST_P(StoreContract, takes_uuids_for_ids) {
  const std::string text = "01900000-0000-7000-8000-00000000002a";
  const RecordShape shape{.table = "ids", .types = {.rules = {{"id", FieldType::uuid}}}};
  prepare("ids");
  Block records = block_of({note(json_string(text), "uuid")}, encoding(), shape);
  EXPECT_EQ(summary(write_now(*store_, batch_of({&records}, "ids")), 1), "all written");
  EXPECT_TRUE(same_json(get(*parse_uuid(text), "ids"), note(json_string(text), "uuid")));
}

TEST_P(StoreContract, gives_a_generated_id_that_reads_the_record_back) {
  prepare();
  Block records = block({R"({"title":"without an id"})"});
  const RecordId id = records.id(0).to_id();
  EXPECT_EQ(summary(write_now(*store_, batch_of({&records})), 1), "all written");
  EXPECT_THAT(get(id), StartsWith(fmt::format(R"({{"id":"{}")", to_string(id))));
}

TEST_P(StoreContract, gives_the_id_first) {
  EXPECT_EQ(write({R"({"z":1, "id":"last","a":2})", R"({ "a" : 1 , "id" : 7 })"}, "ids"), "all written");
  EXPECT_THAT(get("last", "ids"), StartsWith(R"({"id":"last",)"));
  EXPECT_THAT(scan(2, "ids"), ElementsAre(StartsWith(R"({"id":"last",)"), StartsWith(R"({"id":7,)")));
}

TEST_P(StoreContract, rejects_a_taken_id_and_writes_its_neighbours) {
  ASSERT_EQ(write({note("2", "first")}, "notes"), "all written");
  const Lines records = {note("1", "one"), note("2", "second"), note("3", "three")};
  prepare("notes");
  Block again = block(records, "notes");
  store::Batch batch = batch_of({&again}, "notes");
  batch.rows_per_transaction = 1;
  const store::BatchOutcome outcome = write_now(*store_, std::move(batch));
  ASSERT_EQ(summary(outcome, 3), "written rejected:duplicate written");
  EXPECT_THAT(outcome.records[1].error->message, HasSubstr("2"));
  EXPECT_TRUE(same_json(get(2, "notes"), note("2", "first")));
  EXPECT_EQ(count("notes"), 3u);
}

TEST_P(StoreContract, skips_a_taken_id_when_told) {
  ASSERT_EQ(write({note("2", "first")}, "notes"), "all written");
  EXPECT_EQ(write({note("1", "one"), note("2", "second"), note("3", "three")}, "notes", OnDuplicate::skip),
            "written skipped written");
  EXPECT_TRUE(same_json(get(2, "notes"), note("2", "first")));
  EXPECT_EQ(count("notes"), 3u);
}

TEST_P(StoreContract, replaces_the_whole_content_of_a_taken_id_when_told) {
  ASSERT_EQ(write({R"({"id":2,"text":"first","old":true})"}, "notes"), "all written");
  EXPECT_EQ(write({note("1", "one"), note("2", "second")}, "notes", OnDuplicate::replace), "all written");
  EXPECT_TRUE(same_json(get(2, "notes"), note("2", "second")));
  EXPECT_EQ(count("notes"), 2u);
}

TEST_P(StoreContract, settles_an_id_that_a_batch_holds_twice_in_order) {
  if (!store_->capabilities().repeats_in_batch) GTEST_SKIP() << "the batcher splits such batches for this store";
  const Lines twice = {note("1", "first"), note("2", "between"), note("1", "second")};
  EXPECT_EQ(write(twice, "fails"), "written written rejected:duplicate");
  EXPECT_TRUE(same_json(get(1, "fails"), twice[0]));
  EXPECT_EQ(write(twice, "skips", OnDuplicate::skip), "written written skipped");
  EXPECT_TRUE(same_json(get(1, "skips"), twice[0]));
  EXPECT_EQ(write(twice, "replaces", OnDuplicate::replace), "all written");
  EXPECT_TRUE(same_json(get(1, "replaces"), twice[2]));
}

TEST_P(StoreContract, transactions_of_a_batch_take_effect_in_order) {
  prepare("notes");
  Block records = block({note("1", "first"), note("2", "two"), note("1", "second"), note("1", "third")}, "notes");
  store::Batch batch = batch_of({&records}, "notes");
  batch.on_duplicate = OnDuplicate::replace;
  batch.rows_per_transaction = 1;
  EXPECT_EQ(summary(write_now(*store_, std::move(batch)), 4), "all written");
  EXPECT_TRUE(same_json(get(1, "notes"), note("1", "third")));
}

TEST_P(StoreContract, writes_a_batch_of_many_blocks_in_many_transactions) {
  prepare("notes");
  for (const store::StatementShape shape : {store::StatementShape::insert, store::StatementShape::create}) {
    for (const std::size_t rows : {1, 4, 7, 1000}) {
      const int base = static_cast<int>(count("notes"));
      Block a = block(notes(base, base + 7), "notes");
      Block b = block(notes(base + 7, base + 8), "notes");
      Block c = block(notes(base + 8, base + 25), "notes");
      store::Batch batch = batch_of({&a, &b, &c}, "notes");
      batch.shape = shape;
      batch.rows_per_transaction = rows;
      EXPECT_EQ(summary(write_now(*store_, std::move(batch)), 25), "all written");
      EXPECT_EQ(count("notes"), base + 25u);
      EXPECT_TRUE(same_json(get(base + 24, "notes"), notes(base + 24, base + 25)[0]));
    }
  }
}

TEST_P(StoreContract, writes_only_the_run_of_a_block) {
  prepare("notes");
  Block records = block(notes(0, 10), "notes");
  store::Batch batch{.lane = {"notes"}, .runs = {{&records, 2, 4}, {&records, 7, 8}}};
  EXPECT_EQ(summary(write_now(*store_, std::move(batch)), 3), "all written");
  EXPECT_THAT(scan(10, "notes"),
              ElementsAre(StartsWith(R"({"id":7,)"), StartsWith(R"({"id":3,)"), StartsWith(R"({"id":2,)")));
}

TEST_P(StoreContract, an_empty_batch_is_answered) {
  prepare();
  EXPECT_EQ(summary(write_now(*store_, batch_of({})), 0), "all written");
  EXPECT_EQ(count(), 0u);
}

TEST_P(StoreContract, stamps_a_post_that_has_no_time) {
  const auto before = std::chrono::floor<std::chrono::milliseconds>(Clock::system().now());
  EXPECT_EQ(
      write({R"({"id":1,"title":"no time"})", R"({"id":2,"title":"a time","created_at":"2024-05-01T12:00:00.5+02:00"})"}),
      "all written");
  const auto after = Clock::system().now();

  const auto time_of = [&](std::int64_t id) { return parse_rfc3339(parse_json(get(id))->find("created_at")->text()); };
  ASSERT_TRUE(time_of(1));
  EXPECT_GE(*time_of(1), before);
  EXPECT_LE(*time_of(1), after);
  EXPECT_EQ(time_of(2), parse_rfc3339("2024-05-01T10:00:00.500Z"));
}

TEST_P(StoreContract, adds_nothing_to_a_table_without_a_shape) {
  EXPECT_EQ(write({R"({"id":1})"}, "bare"), "all written");
  EXPECT_EQ(get(1, "bare"), R"({"id":1})");
}

TEST_P(StoreContract, reads_nothing_where_nothing_is) {
  EXPECT_EQ(get(1, "missing"), "none");
  EXPECT_THAT(scan(10, "missing"), IsEmpty());
  EXPECT_EQ(count("missing"), 0u);
  prepare("empty");
  EXPECT_EQ(get(1, "empty"), "none");
  EXPECT_THAT(scan(10, "empty"), IsEmpty());
  EXPECT_EQ(count("empty"), 0u);
}

TEST_P(StoreContract, scans_in_descending_id) {
  ASSERT_EQ(
      write({R"({"id":10})", R"({"id":"b"})", R"({"id":9})", R"({"id":"a"})", R"({"id":-1})", R"({"id":"B"})"}, "ids"),
      "all written");
  EXPECT_THAT(scan(4, "ids"), ElementsAre(R"({"id":"b"})", R"({"id":"a"})", R"({"id":"B"})", R"({"id":10})"));
  EXPECT_THAT(scan(100, "ids"), ElementsAre(R"({"id":"b"})", R"({"id":"a"})", R"({"id":"B"})", R"({"id":10})",
                                            R"({"id":9})", R"({"id":-1})"));
  EXPECT_THAT(scan(0, "ids"), IsEmpty());
}

TEST_P(StoreContract, ends_a_scan_when_the_sink_has_enough) {
  ASSERT_EQ(write(notes(0, 10), "notes"), "all written");
  int seen = 0;
  ASSERT_TRUE(store_->scan({"notes"}, {.limit = 10}, [&](std::string_view) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(write(notes(10, 11), "notes"), "all written");  // the scan left nothing open
}

TEST_P(StoreContract, takes_any_legal_table_name) {
  const Lines names = {"select", "group", "table", "value", "_", "none", "null", "Post_2", std::string(63, 't')};
  for (const std::string& name : names) {
    EXPECT_EQ(write({note("1", name)}, name), "all written") << name;
    EXPECT_TRUE(same_json(get(1, name), note("1", name)));
    EXPECT_THAT(scan(1, name), ElementsAre(HasSubstr(name)));
    EXPECT_EQ(count(name), 1u) << name;
  }
}

TEST_P(StoreContract, refuses_a_name_that_is_no_table_name) {
  for (const std::string& name : {""s, "1st"s, "a-b"s, "a\"b"s, "post; DROP TABLE post"s, "sqlite_x"s, "millrace_x"s,
                                  std::string(64, 't'), "täble"s}) {
    const auto ready = store_->prepare({name});
    ASSERT_FALSE(ready) << name;
    EXPECT_EQ(ready.error().code, Code::invalid_argument) << name;
  }
}

TEST_P(StoreContract, drops_a_table_and_may_make_it_again) {
  prepare();
  Block posts = block({R"({"id":1,"title":"a"})"});
  write_now(*store_, batch_of({&posts}));
  for (int turn = 0; turn < 2; ++turn) ASSERT_TRUE(store_->drop({"post"})) << "the second finds none";
  EXPECT_EQ(store_->count({"post"}), 0u);
  prepare();
  EXPECT_EQ(summary(write_now(*store_, batch_of({&posts})), 1), "all written");
}

TEST_P(StoreContract, may_be_prepared_again) {
  ASSERT_EQ(write(notes(0, 1), "notes"), "all written");
  EXPECT_TRUE(store_->prepare({"notes"}));
  EXPECT_EQ(count("notes"), 1u);
}

TEST_P(StoreContract, reads_many_records_in_the_order_of_their_ids) {
  ASSERT_EQ(write({note("1", "one"), note(R"("1")", "text"), note("2", "two")}, "notes"), "all written");
  const std::vector<RecordId> ids = {2, "none", "1", 1, 2, 77};
  const auto records = store_->get_many({"notes"}, ids);
  ASSERT_TRUE(records) << describe(records.error());
  ASSERT_EQ(records->size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ((*records)[i].value_or("none"), get(ids[i], "notes")) << i;
  EXPECT_EQ((*records)[5], std::nullopt);
}

TEST_P(StoreContract, reads_more_records_than_fit_one_call) {
  ASSERT_EQ(write(notes(0, 1200), "notes"), "all written");
  std::vector<RecordId> ids;
  for (int id = 1200; id > -10; --id) ids.emplace_back(id);
  const auto records = store_->get_many({"notes"}, ids);
  ASSERT_TRUE(records) << describe(records.error());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::int64_t id = std::get<std::int64_t>(ids[i]);
    ASSERT_EQ((*records)[i].has_value(), id >= 0 && id < 1200) << id;
    if ((*records)[i]) {
      ASSERT_TRUE(same_json(*(*records)[i], notes(static_cast<int>(id), static_cast<int>(id) + 1)[0]));
    }
  }
  const auto missing = store_->get_many({"missing"}, ids);
  ASSERT_TRUE(missing) << describe(missing.error());
  EXPECT_THAT(*missing, ::testing::Each(std::nullopt));
}

TEST_P(StoreContract, keeps_checkpoints_by_name) {
  EXPECT_EQ(store_->read_checkpoint("load-1"), std::nullopt);
  EXPECT_TRUE(store_->remove_checkpoint("load-1"));
  const std::string text = "{\"text\":\"'; DROP TABLE post; -- ünïcode\"}" + std::string(100'000, 'x');
  ASSERT_TRUE(store_->write_checkpoint({"load-1", "first"}));
  ASSERT_TRUE(store_->write_checkpoint({"load-2", "other"}));
  ASSERT_TRUE(store_->write_checkpoint({"load-1", text}));
  EXPECT_EQ(store_->read_checkpoint("load-1"), text);
  EXPECT_EQ(store_->read_checkpoint("load-2"), "other");
  EXPECT_TRUE(store_->remove_checkpoint("load-1"));
  EXPECT_EQ(store_->read_checkpoint("load-1"), std::nullopt);
  EXPECT_EQ(store_->read_checkpoint("load-2"), "other");
}

TEST_P(StoreContract, commits_a_checkpoint_with_each_transaction_that_can_take_one) {
  if (!store_->capabilities().checkpoints_with_data) GTEST_SKIP() << "this store writes them beside its data";
  ASSERT_EQ(write({note("3", "taken")}, "notes"), "all written");
  std::string seen;
  bool fails = false;
  const store::CheckpointSource source = [&](const store::Batch& batch, std::size_t decided,
                                             std::span<const store::RecordOutcome> records) -> Result<store::Checkpoint> {
    if (fails) return fail(Code::io, "no checkpoint to be had");
    std::size_t rejected = 0;
    for (const store::RecordOutcome& record : records) rejected += record.verdict == store::Verdict::rejected ? 1 : 0;
    seen += fmt::format("{} of {}, {} rejected; ", decided, batch.size(), rejected);
    return store::Checkpoint{"load", seen};
  };
  Block records = block(notes(0, 5), "notes");
  store::Batch batch = batch_of({&records}, "notes");
  batch.rows_per_transaction = 2;
  batch.checkpoint = &source;
  EXPECT_EQ(summary(write_now(*store_, batch), 5), "written written written rejected:duplicate written");
  EXPECT_EQ(store_->read_checkpoint("load"), "2 of 5, 0 rejected; 4 of 5, 1 rejected; 5 of 5, 1 rejected; ");

  fails = true;  // then nothing of the transaction is there
  Block more = block(notes(5, 7), "notes");
  batch.runs = {{&more, 0, 2}};
  EXPECT_EQ(summary(write_now(*store_, batch), 2), "unsettled:io unsettled:io");
  EXPECT_EQ(count("notes"), 5u);
  EXPECT_EQ(store_->read_checkpoint("load"), "2 of 5, 0 rejected; 4 of 5, 1 rejected; 5 of 5, 1 rejected; ");
}

INSTANTIATE_TEST_SUITE_P(
    stores, StoreContract,
    ::testing::Values(
        StoreKind{"memory_json", [](const TempFolder&) { return std::make_unique<store::MemoryStore>(Encoding::json); }},
        StoreKind{"memory_cbor", [](const TempFolder&) { return std::make_unique<store::MemoryStore>(Encoding::cbor); }},
        StoreKind{"sqlite",
                  [](const TempFolder& folder) { return store::SqliteStore::open(folder.file("contract.db")).value(); }}),
    kind_name);

}  // namespace
}  // namespace millrace::testing
