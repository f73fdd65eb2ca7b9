// SPDX-License-Identifier: Apache-2.0
//
// What is SurrealDB's own: refusals, permissions, lost replies, other users' records. The rest is in the contract suite.
#include "millrace/store/surreal_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "support/blocks.h"
#include "support/store_contract.h"
#include "support/surreal_server.h"

namespace millrace::testing {
namespace {

using store::OnDuplicate;
using store::StatementShape;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SurrealStoreTest : public ::testing::Test {
 protected:
  SurrealStoreTest() : store_(store::SurrealStore::open(server_.url(), {}).value()), root_(connect()) {}

  std::unique_ptr<surrealdb::Client> connect() const {
    return surrealdb::Client::open(*surrealdb::parse_address(server_.url()), {}).value();
  }

  void define(std::string_view text) {
    const surrealdb::QueryResult results = root_->query(text);
    ASSERT_TRUE(results) << describe(results.error());
    for (const auto& result : *results) ASSERT_TRUE(result) << result.error().message;
  }

  std::string write(store::Store& store, const Lines& lines, std::size_t rows_per_transaction,
                    OnDuplicate on_duplicate = OnDuplicate::fail, StatementShape shape = StatementShape::insert) {
    Block records = block_of(lines, Encoding::cbor, {.table = "item"});
    store::Batch batch = batch_of({&records}, "item");
    batch.rows_per_transaction = rows_per_transaction;
    batch.on_duplicate = on_duplicate;
    batch.shape = shape;
    last_ = write_now(store, std::move(batch));
    return summary(last_, lines.size());
  }
  std::uint64_t count() { return store_->count({"item"}).value(); }

  // A store signed in as the record user:me.
  std::unique_ptr<store::SurrealStore> open_as_record_user() {
    define(
        "DEFINE TABLE user PERMISSIONS FULL; CREATE user:me SET name = 'me'; "
        "DEFINE ACCESS account ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name)");
    surrealdb::Request sign_in("signin", 1);
    cbor::append_value(sign_in.frame, Object{{"NS", std::string("test")},
                                             {"DB", std::string("test")},
                                             {"AC", std::string("account")},
                                             {"name", std::string("me")}});
    // On a client of its own: signing in changes who its session is.
    const Result<Value> token = connect()->call(std::move(sign_in));
    EXPECT_TRUE(token) << describe(token.error());
    return store::SurrealStore::open(server_.url(), {.token = std::string(token->text())}).value();
  }

  SurrealServer server_;
  std::unique_ptr<store::SurrealStore> store_;
  std::unique_ptr<surrealdb::Client> root_;
  store::BatchOutcome last_;
};

TEST_F(SurrealStoreTest, a_refused_transaction_is_unsettled_and_the_others_are_written) {
  define("DEFINE TABLE item; DEFINE FIELD n ON item TYPE int");
  const Lines lines = {R"({"id":1,"n":1})", R"({"id":2,"n":2})", R"({"id":3,"n":"bad"})", R"({"id":4,"n":4})",
                       R"({"id":5,"n":5})"};
  for (const StatementShape shape : {StatementShape::insert, StatementShape::create}) {
    EXPECT_EQ(write(*store_, lines, 2, OnDuplicate::fail, shape),
              "written written unsettled:refused unsettled:refused written");
    EXPECT_THAT(last_.records[2].error->message, HasSubstr("Expected `int` but found `'bad'`"));
    EXPECT_EQ(count(), 3u);
    define("DELETE item");
  }
}

TEST_F(SurrealStoreTest, knows_whom_a_refusal_names) {
  define("DEFINE TABLE item; DEFINE FIELD n ON item TYPE int ASSERT $value > 0; DEFINE FIELD code ON item TYPE option<string>");
  define("DEFINE INDEX ux ON item FIELDS code UNIQUE");
  ASSERT_EQ(write(*store_, {R"({"id":1,"n":1,"code":"a"})"}, 1), "all written");
  const auto named = [&](const Lines& lines, const StatementShape shape) {
    write(*store_, lines, 100, OnDuplicate::fail, shape);
    std::string positions;
    for (std::size_t i = 0; i < last_.records.size(); ++i) positions += last_.records[i].named ? std::to_string(i) : "";
    return positions;
  };
  const std::string good = R"({"id":7,"n":1})";
  for (const StatementShape shape : {StatementShape::insert, StatementShape::create}) {
    EXPECT_EQ(named({good, R"({"id":1,"n":1})"}, shape), "1");
    for (const std::string id : {"2", "\"two\"", "\"2\"", "\"with space\"", "\"öl\"", "\"0190c4d2-1111-7abc-8def-0123456789ab\""}) {
      EXPECT_EQ(named({good, good.substr(0, 6) + "8" + good.substr(7), fmt::format(R"({{"id":{},"n":"bad"}})", id)}, shape), "2") << id;
      EXPECT_EQ(named({fmt::format(R"({{"id":{},"n":-1}})", id), good}, shape), "0") << id;
    }
    EXPECT_EQ(named({good, R"({"id":9,"n":1,"code":"a"})"}, shape), "") << "the index names the record that is there";
  }
}

TEST_F(SurrealStoreTest, a_record_refused_alone_is_rejected_with_the_stores_own_words) {
  define(
      "DEFINE TABLE item; DEFINE FIELD n ON item TYPE int ASSERT $value > 0; DEFINE INDEX ux ON item FIELDS code UNIQUE");
  EXPECT_EQ(
      write(*store_,
            {R"({"id":1,"n":1,"code":"a"})", R"({"id":2,"n":-1})", R"({"id":3,"n":3,"code":"a"})", R"({"id":1,"n":1})"}, 1),
      "written rejected:refused rejected:duplicate rejected:duplicate");
  EXPECT_THAT(last_.records[1].error->message, HasSubstr("must conform to"));
  EXPECT_EQ(last_.records[2].error->message, "Database index `ux` already contains 'a', with record `item:1`");
  EXPECT_EQ(last_.records[3].error->message, "Database record `item:1` already exists");
}

TEST_F(SurrealStoreTest, a_batch_that_holds_an_id_twice_fails_whole) {
  ASSERT_TRUE(store_->prepare({"item"}));
  EXPECT_EQ(write(*store_, {R"({"id":1})", R"({"id":1})"}, 2), "unsettled:duplicate unsettled:duplicate");
  EXPECT_EQ(count(), 0u);
}

TEST_F(SurrealStoreTest, keeps_the_types_that_json_does_not_have) {
  ASSERT_TRUE(store_->prepare({"item"}));
  const RecordShape shape{.table = "item",
                          .types = {.rules = {{"at", FieldType::datetime},
                                              {"for", FieldType::duration},
                                              {"price", FieldType::decimal},
                                              {"key", FieldType::uuid},
                                              {"data", FieldType::bytes},
                                              {"to", FieldType::record}}}};
  Block records = block_of(
      {R"({"id":1,"at":"2024-05-01T10:00:00Z","for":"1h30m","price":"1.25","key":"0190a0a0-0000-7000-8000-000000000001",)"
       R"("data":"AAE=","to":"user:me"})"},
      Encoding::cbor, shape);
  EXPECT_EQ(summary(write_now(*store_, batch_of({&records}, "item")), 1), "all written");
  const auto types = root_->query(
      "SELECT VALUE [type::is_datetime(at), type::is_duration(`for`), type::is_decimal(price), type::is_uuid(key), "
      "type::is_bytes(data), type::is_record(to)] FROM item");
  ASSERT_TRUE(types) << describe(types.error());
  ASSERT_TRUE(types->front()) << types->front().error().message;
  EXPECT_EQ(to_json(*types->front()), "[[true,true,true,true,true,true]]");
  EXPECT_THAT(
      store_->get({"item"}, 1).value().value(),
      ::testing::AllOf(HasSubstr(R"("for":"1h30m")"), HasSubstr(R"("price":"1.25")"), HasSubstr(R"("to":"user:me")")));
}

TEST_F(SurrealStoreTest, reads_records_that_others_wrote) {
  define("CREATE item:1 SET n = NONE, m = NULL, point = (1.0, 2.0); CREATE item:['a', 1] SET n = 1");
  EXPECT_THAT(store_->get({"item"}, 1).value().value(), HasSubstr(R"({"id":1,"m":null)"));
  Lines seen;
  ASSERT_TRUE(store_->scan({"item"}, {.limit = 10}, [&](std::string_view json) { return seen.emplace_back(json), true; }));
  EXPECT_THAT(seen, ElementsAre(R"({"id":["a",1],"n":1})", HasSubstr(R"({"id":1,)")));
}

TEST_F(SurrealStoreTest, scans_over_many_pages) {
  ASSERT_TRUE(store_->prepare({"item"}));
  Lines lines;
  for (int id = 0; id < 350; ++id) lines.push_back(fmt::format(R"({{"id":{}}})", id));
  ASSERT_EQ(write(*store_, lines, 100), "all written");
  Lines seen;
  ASSERT_TRUE(store_->scan({"item"}, {.limit = 320}, [&](std::string_view json) {
    // Records that arrive in front move the others on by their number: none is given twice.
    if (seen.size() == 50) define("FOR $i IN 1000..1010 { CREATE type::record('item', $i) }");
    return seen.emplace_back(json), true;
  }));
  std::ranges::reverse(lines);
  lines.resize(320);
  EXPECT_EQ(seen, lines);
}

TEST_F(SurrealStoreTest, a_record_user_learns_which_records_were_denied) {
  define("DEFINE TABLE item PERMISSIONS FOR select FULL FOR create, update WHERE n > 0");
  const auto store = open_as_record_user();
  ASSERT_TRUE(store->prepare({"item"}));
  const Lines lines = {R"({"id":1,"n":1})", R"({"id":2,"n":0})", R"({"id":3,"n":3})"};
  for (const StatementShape shape : {StatementShape::insert, StatementShape::create}) {
    EXPECT_EQ(write(*store, lines, 10, OnDuplicate::fail, shape), "written rejected:forbidden written")
        << (last_.records.empty() ? "" : last_.records[0].error->message);
    EXPECT_EQ(count(), 2u);
    define("DELETE item");
  }
  EXPECT_EQ(write(*store, lines, 10, OnDuplicate::replace), "written rejected:forbidden written");
  EXPECT_EQ(count(), 2u);
}

TEST_F(SurrealStoreTest, a_record_user_removes_what_he_may_and_is_told_of_what_he_may_not) {
  const auto store = open_as_record_user();
  const auto remove = [&](std::vector<RecordId> ids) { return store->remove({"item"}, ids); };
  define("DEFINE TABLE item PERMISSIONS FOR select WHERE n != 3 FOR delete WHERE n > 1; FOR $i IN 0..5 { CREATE type::record('item', $i) SET n = $i }");
  EXPECT_EQ(remove({std::int64_t{2}, std::int64_t{7}}).value(), (std::vector{true, false}));
  const auto denied = remove({std::int64_t{1}, std::int64_t{4}});  // and the 4 stays with the 1
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, Code::forbidden) << describe(denied.error());
  EXPECT_EQ(denied.error().message, "this user may not delete all of these records");
  EXPECT_EQ(remove({std::int64_t{3}}).value(), std::vector{false});  // which he does not see
  EXPECT_EQ(count(), 4u);
  EXPECT_EQ(remove({std::int64_t{4}}).value(), std::vector{true});
  define("DEFINE TABLE OVERWRITE item PERMISSIONS NONE");
  EXPECT_EQ(remove({std::int64_t{0}}).value(), std::vector{false});
  EXPECT_EQ(count(), 3u);
}

TEST_F(SurrealStoreTest, a_page_may_end_at_a_record_of_another_kind_of_id) {
  define("FOR $i IN 0..250 { CREATE type::record('item', [$i]) }; CREATE item:a; CREATE item:1");
  Lines seen;
  const auto scan = [&](std::size_t limit) {
    return store_->scan({"item"}, {.limit = limit}, [&](std::string_view json) { return seen.emplace_back(json), true; }).value();
  };
  const store::ScanEnd within = scan(120);
  EXPECT_EQ(seen.size(), 120u);
  EXPECT_TRUE(within.more);
  EXPECT_EQ(within.last, std::nullopt);
  seen.clear();
  const store::ScanEnd all = scan(1000);
  EXPECT_FALSE(all.more);
  ASSERT_EQ(seen.size(), 252u);
  EXPECT_EQ(seen[0], R"({"id":[249]})");
  EXPECT_EQ(seen[120], R"({"id":[129]})");
  EXPECT_EQ(seen[251], R"({"id":1})");
}

TEST_F(SurrealStoreTest, pages_for_a_user_who_may_not_select_all) {
  define("DEFINE TABLE item PERMISSIONS FOR select WHERE n % 10 = 0; FOR $i IN 0..2000 { CREATE type::record('item', $i) SET n = $i }");
  const auto store = open_as_record_user();
  std::size_t seen = 0;
  for (std::optional<RecordId> before = std::int64_t{1000}; before;) {
    const store::ScanEnd end = store->scan({"item"}, {.limit = 7, .before = before}, [&](std::string_view) { return ++seen, true; }).value();
    before = end.more ? end.last : std::nullopt;
  }
  EXPECT_EQ(seen, 100u);
}

TEST_F(SurrealStoreTest, opening_tells_what_is_wrong) {
  const auto error_of = [](const std::string& url, const store::StoreOptions& options = {}) {
    const auto store = store::open_store(url, options);
    return store ? Error{} : store.error();
  };
  const std::string host = fmt::format("127.0.0.1:{}", server_.port());
  const Error wrong = error_of(fmt::format("ws://root@{}/test/test", host), {.password = "wr0ng"});
  EXPECT_EQ(wrong.code, Code::unauthorized);
  EXPECT_EQ(wrong.message, fmt::format("user 'root' was refused at {}: There was a problem with authentication", host));
  EXPECT_EQ(error_of(fmt::format("ws://{}/test/test", host), {.password = "x"}).code, Code::invalid_argument);
  const Error web = error_of("http://root:s3cret@localhost:8000/n/d");
  EXPECT_EQ(web.code, Code::invalid_argument);
  EXPECT_THAT(web.message, HasSubstr("ws://root:***@localhost:8000/n/d"));
  server_.kill();
  const Error away = error_of(server_.url());
  EXPECT_EQ(away.code, Code::unavailable);
  EXPECT_THAT(away.message, ::testing::AllOf(HasSubstr(host), HasSubstr("Connection refused"), HasSubstr("surreal start")));
}

TEST_F(SurrealStoreTest, the_password_given_beside_the_url_wins) {
  EXPECT_TRUE(
      store::open_store(fmt::format("ws://root:wr0ng@127.0.0.1:{}/test/test", server_.port()), {.password = "root"}));
}

TEST_F(SurrealStoreTest, a_store_that_went_away_is_unavailable_and_comes_back) {
  ASSERT_TRUE(store_->prepare({"item"}));
  server_.kill();
  std::string outcome = write(*store_, {R"({"id":1})"}, 1);
  EXPECT_TRUE(outcome == "unsettled:unavailable" || outcome == "unsettled:unknown_outcome") << outcome;
  EXPECT_EQ(write(*store_, {R"({"id":1})", R"({"id":2})"}, 2), "unsettled:unavailable unsettled:unavailable");
  EXPECT_EQ(store_->remove({"item"}, std::vector{RecordId(std::int64_t{1})}).error().code, Code::unavailable);
  server_.start();
  while (outcome.starts_with("unsettled")) outcome = write(*store_, {R"({"id":1})"}, 1);
  EXPECT_EQ(outcome, "all written");
}

TEST(SurrealStoreFault, a_lost_reply_is_unknown_and_the_records_are_there) {
  SurrealServer server({.engine = "mem://", .arguments = {"--drop-after", "3"}});  // after RETURN $auth and DEFINE TABLE
  const auto store = store::SurrealStore::open(server.url(), {}).value();
  ASSERT_TRUE(store->prepare({"item"}));
  Block records = block_of({R"({"id":1})", R"({"id":2})"}, Encoding::cbor, {.table = "item"});
  EXPECT_EQ(summary(write_now(*store, batch_of({&records}, "item")), 2),
            "unsettled:unknown_outcome unsettled:unknown_outcome");
  auto counted = store->count({"item"});
  while (!counted && is_retryable(counted.error().code)) counted = store->count({"item"});
  EXPECT_EQ(counted.value(), 2u);
}

// A record user is told OK where nothing was written.
TEST_F(SurrealStoreTest, a_user_who_may_not_write_checkpoints_is_told_so) {
  const auto user = open_as_record_user();
  const auto undefined = user->write_checkpoint({"load", "text"});
  ASSERT_FALSE(undefined);
  EXPECT_EQ(undefined.error().code, Code::forbidden) << describe(undefined.error());
  define("DEFINE TABLE OVERWRITE millrace_checkpoint");
  const auto denied = user->write_checkpoint({"load", "text"});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, Code::forbidden) << describe(denied.error());
  EXPECT_EQ(user->read_checkpoint("load").value_or(std::nullopt), std::nullopt);
  define("DEFINE TABLE OVERWRITE millrace_checkpoint PERMISSIONS FULL");
  EXPECT_TRUE(user->write_checkpoint({"load", "text"}));
  EXPECT_EQ(user->read_checkpoint("load"), "text");
  EXPECT_TRUE(user->remove_checkpoint("load"));
}

}  // namespace
}  // namespace millrace::testing
