// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/gateway.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

#include "gateway/served.h"
#include "millrace/record/json.h"
#include "millrace/store/faulty_store.h"
#include "millrace/store/memory_store.h"
#include "support/json_match.h"

namespace millrace::gateway {
namespace {

using store::FaultPlan;
using store::FaultyStore;
using store::MemoryStore;
using testing::body_of;
using testing::header_of;
using testing::HttpClient;
using testing::same_json;
using testing::Served;
using testing::status_of;

std::string text_at(std::string_view json, std::string_view key) {
  const Result<Value> value = parse_json(json);
  const Value* const member = value ? value->find(key) : nullptr;
  return member != nullptr && member->is<std::string>() ? std::string(member->text()) : "";
}

TEST(Gateway, creates_a_post_and_gives_it_back) {
  MemoryStore store;
  const Served served(store);
  const std::string created = served.post(R"({"title":"One","content":"c","n":1.50})");
  EXPECT_EQ(status_of(created), "201");
  const std::string id = text_at(body_of(created), "id");
  const std::string created_at = text_at(body_of(created), "created_at");
  EXPECT_EQ(header_of(created, "Location"), "/v1/post/" + id);
  EXPECT_TRUE(same_json(body_of(created), fmt::format(R"({{"id":"{}","created_at":"{}"}})", id, created_at)));

  const std::string found = served.ask("GET", "/v1/post/" + id);
  EXPECT_EQ(status_of(found), "200");
  EXPECT_TRUE(same_json(body_of(found), fmt::format(R"({{"id":"{}","title":"One","content":"c","n":1.50,"created_at":"{}"}})", id, created_at)));
}

TEST(Gateway, another_table_takes_any_object_and_adds_nothing) {
  MemoryStore store;
  const Served served(store);
  const std::string created = served.ask("POST", "/v1/reading", R"({"id":7,"celsius":21.5})");
  EXPECT_EQ(body_of(created), R"({"id":7})");
  EXPECT_EQ(header_of(created, "Location"), "/v1/reading/7");
  EXPECT_EQ(body_of(served.ask("GET", "/v1/reading/7")), R"({"id":7,"celsius":21.5})");
}

TEST(Gateway, a_path_takes_back_the_location_of_any_id) {
  MemoryStore store;
  const Served served(store);
  for (const std::string_view id : {R"("a/b")", R"("%41")", R"("ü 100%")", R"("..")", R"("?x=1#y")", R"("7")", "-7"}) {
    const std::string created = served.ask("POST", "/v1/t", fmt::format(R"({{"id":{}}})", id));
    ASSERT_EQ(status_of(created), "201") << id;
    EXPECT_TRUE(same_json(body_of(served.ask("GET", header_of(created, "Location"))), fmt::format(R"({{"id":{}}})", id)));
  }
}

TEST(Gateway, refuses_with_the_documented_status) {
  struct Case {
    std::string_view method, target, body, headers, status, code;
  };
  const std::string long_id = fmt::format(R"({{"id":"{}"}})", std::string(513, 'x'));
  const std::vector<Case> cases{
      {"POST", "/v1/post", R"({"title":"x")", "", "400", "invalid_json"},
      {"POST", "/v1/post", R"({"title":"x"} {})", "", "400", "invalid_json"},
      {"POST", "/v1/post", "\"\xff\"", "", "400", "invalid_json"},
      {"POST", "/v1/post", "", "", "400", "invalid_json"},
      {"POST", "/v1/post", "7", "", "422", "invalid_record"},
      {"POST", "/v1/post", R"({"title":7})", "", "422", "invalid_record"},
      {"POST", "/v1/post", R"({"id":null,"title":"x"})", "", "422", "invalid_id"},
      {"POST", "/v1/t", long_id, "", "422", "invalid_id"},
      {"POST", "/v1/post", R"({"title":"x"})", "Content-Type: text/plain\r\n", "415", "refused"},
      {"POST", "/v1/post", R"({"title":"x"})", "Content-Encoding: br\r\n", "415", "refused"},
      {"POST", "/v1/post", R"({"title":"x"})", "Content-Encoding: gzip\r\n", "400", "refused"},
      {"POST", "/v1/post", R"({"title":"x"})", "Idempotency-Key: \"\r\n", "400", "refused"},
      {"POST", "/v1/post", R"([{"title":"x"}])", "Idempotency-Key: k\r\n", "422", "refused"},
      {"PUT", "/v1/post", "{}", "", "405", "refused"},
      {"POST", "/v1/post/7", "{}", "", "405", "refused"},
      {"DELETE", "/v1/post", "", "", "405", "refused"},
      {"GET", "/v1/post/7", "", "", "404", "not_found"},
      {"DELETE", "/v1/post/7", "", "", "404", "not_found"},
      {"GET", "/v1/sqlite_master", "", "", "404", "not_found"},
      {"GET", "/v1/post/%zz", "", "", "404", "not_found"},
      {"GET", "/v1/post/%ff", "", "", "404", "not_found"},
      {"GET", "/v1/post/", "", "", "404", "not_found"},
      {"GET", "/v1/../healthz", "", "", "404", "not_found"},
      {"GET", "/v1/post?limit=0", "", "", "400", "refused"},
      {"GET", "/v1/post?limit=x", "", "", "400", "refused"},
      {"GET", "/v1/post?after=x", "", "", "400", "refused"},
  };
  MemoryStore store;
  const Served served(store);
  for (const Case& each : cases) {
    const std::string answer = served.ask(each.method, each.target, each.body, each.headers);
    EXPECT_EQ(status_of(answer), each.status) << each.method << " " << each.target << " " << each.body;
    EXPECT_EQ(text_at(body_of(answer), "code"), each.code) << answer;
    EXPECT_EQ(header_of(answer, "Content-Type"), "application/problem+json");
    EXPECT_EQ(text_at(body_of(answer), "request_id"), header_of(answer, "X-Request-Id"));
  }
  EXPECT_EQ(*store.count({"post"}), 0u);
}

TEST(Gateway, an_array_has_a_result_for_each_in_order) {
  MemoryStore store;
  const Served served(store);
  const std::string answer = served.post(R"([{"title":"a","id":"1"},{"title":1},[],{"title":"b","id":"2"},{"title":"c","id":"1"},{"title":"a","id":"1"}])");
  ASSERT_EQ(status_of(answer), "200");
  const Value result = *parse_json(body_of(answer));
  EXPECT_EQ(*result.find("written")->get_if<std::int64_t>(), 3);  // the last is the first one, created again
  EXPECT_EQ(*result.find("rejected")->get_if<std::int64_t>(), 3);
  const Array& results = *result.find("results")->get_if<Array>();
  ASSERT_EQ(results.size(), 6u);
  const auto code = [&](std::size_t i) { return std::string(results[i].find("error")->find("code")->text()); };
  EXPECT_EQ(results[0].find("id")->text(), "1");
  EXPECT_EQ(code(1), "invalid_record");
  EXPECT_EQ(code(2), "invalid_record");
  EXPECT_EQ(results[3].find("id")->text(), "2");
  EXPECT_EQ(code(4), "duplicate");
  EXPECT_EQ(results[5].find("id")->text(), "1");
  EXPECT_EQ(body_of(served.post("[]")), R"({"written":0,"rejected":0,"results":[]})");
}

TEST(Gateway, a_repeated_key_finds_the_record_and_answers_as_at_first) {
  MemoryStore store;
  constexpr std::string_view key = "Idempotency-Key: order-17\r\n";
  std::string first;
  {
    const Served served(store);
    first = served.post(R"({"title":"One"})", key);
    EXPECT_EQ(status_of(first), "201");
    EXPECT_EQ(header_of(first, "Idempotency-Replayed"), "");
  }
  const Served another(store);
  const std::string again = another.post(R"({ "title" : "One" })", "Idempotency-Key: \"order-17\"\r\n");
  EXPECT_EQ(status_of(again), "201");
  EXPECT_EQ(header_of(again, "Idempotency-Replayed"), "true");
  EXPECT_EQ(body_of(again), body_of(first));
  const std::string other = another.post(R"({"title":"Two"})", key);
  EXPECT_EQ(status_of(other), "422");
  EXPECT_EQ(*store.count({"post"}), 1u);
  EXPECT_EQ(status_of(another.ask("POST", "/v1/other", R"({"title":"One"})", key)), "201");  // another table's
}

TEST(Gateway, a_clients_own_id_behaves_likewise) {
  MemoryStore store;
  const Served served(store);
  const std::string first = served.post(R"({"id":"x","title":"One"})");
  const std::string again = served.post(R"({"title":"One","id":"x"})");
  EXPECT_EQ(body_of(again), body_of(first));
  EXPECT_EQ(header_of(again, "Idempotency-Replayed"), "true");
  EXPECT_EQ(status_of(served.post(R"({"id":"x","title":"Two"})")), "409");
  const std::string with_key = served.post(R"({"id":"x","title":"Two"})", "Idempotency-Key: k\r\n");
  EXPECT_EQ(status_of(with_key), "409");  // its own id counts
}

// What stands before it in the store's write.
struct Gate {
  std::binary_semaphore entered{0};
  std::binary_semaphore open{0};
  std::atomic<bool> is_first{true};
  bool pass() {
    if (is_first.exchange(false)) {
      entered.release();
      open.acquire();
    }
    return false;
  }
};

TEST(Gateway, what_gathers_during_a_commit_shares_the_next_one) {
  MemoryStore memory;
  Gate gate;
  FaultyStore store(memory, {.refuses = [&](const IdView&) { return gate.pass(); }});
  const Served served(store);
  std::vector<HttpClient> crowd;
  crowd.emplace_back(served.port());
  crowd.back().send(Served::request("POST", "/v1/post", R"({"title":"first"})"));
  gate.entered.acquire();
  for (int i = 0; i < 40; ++i) {
    crowd.emplace_back(served.port());
    crowd.back().send(Served::request("POST", "/v1/post", R"({"title":"crowd"})"));
  }
  // Requests of the loop are answered in the order in which they came: when this is, the loop has read the others.
  while (served.ask("GET", "/metrics").find("active_requests 42") == std::string::npos) {
  }
  gate.open.release();
  for (HttpClient& client : crowd) EXPECT_EQ(status_of(client.read_answer()), "201");
  EXPECT_EQ(store.writes(), 2u);
}

TEST(Gateway, a_refused_record_leaves_its_neighbours_alone) {
  MemoryStore memory;
  Gate gate;
  FaultyStore store(memory, {.refuses = [&](const IdView& id) { return gate.pass() || id.integer == 13; }});
  const Served served(store);
  std::vector<HttpClient> crowd;
  crowd.emplace_back(served.port());
  crowd.back().send(Served::request("POST", "/v1/t", R"({"id":1})"));
  gate.entered.acquire();
  for (int i = 2; i <= 30; ++i) {
    crowd.emplace_back(served.port());
    crowd.back().send(Served::request("POST", "/v1/t", fmt::format(R"({{"id":{}}})", i)));
  }
  while (served.ask("GET", "/metrics").find("active_requests 31") == std::string::npos) {
  }
  gate.open.release();
  for (int i = 1; i <= 30; ++i) EXPECT_EQ(status_of(crowd[static_cast<std::size_t>(i - 1)].read_answer()), i == 13 ? "422" : "201") << i;
  EXPECT_EQ(*memory.count({"t"}), 29u);
}

TEST(Gateway, tells_clients_when_the_store_is_gone_and_writes_again_when_it_is_back) {
  MemoryStore memory;
  FaultyStore store(memory, {.fail_every = 1, .failures_max = 3, .code = Code::unavailable});
  const Served served(store, {.store_wait = std::chrono::milliseconds(0)});
  const std::string refused = served.post(R"({"title":"One"})");
  EXPECT_EQ(status_of(refused), "503");
  EXPECT_EQ(text_at(body_of(refused), "code"), "unavailable");
  EXPECT_FALSE(header_of(refused, "Retry-After").empty());
  std::string answer = refused;
  for (int i = 0; i < 100 && status_of(answer) == "503"; ++i) answer = served.post(R"({"title":"One"})");
  EXPECT_EQ(status_of(answer), "201");
  EXPECT_EQ(status_of(served.ask("GET", "/readyz")), "200");
  EXPECT_EQ(*memory.count({"post"}), 1u);
}

TEST(Gateway, a_lost_reply_is_looked_up_and_nothing_is_written_twice) {
  MemoryStore memory;
  FaultyStore store(memory, {.fail_every = 2, .code = Code::unknown_outcome, .applied = true});
  const Served served(store);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status_of(served.post(R"({"title":"One"})")), "201");
  EXPECT_EQ(*memory.count({"post"}), 20u);
}

TEST(Gateway, a_full_queue_turns_away_and_says_when_to_come_again) {
  MemoryStore memory;
  Gate gate;
  FaultyStore store(memory, {.refuses = [&](const IdView&) { return gate.pass(); }});
  const Served served(store, {.queue_bytes_max = 1000});
  std::vector<HttpClient> crowd;
  crowd.emplace_back(served.port());
  crowd.back().send(Served::request("POST", "/v1/post", R"({"title":"first"})"));
  gate.entered.acquire();
  const std::string large = fmt::format(R"({{"title":"x","content":"{}"}})", std::string(1000, 'x'));
  crowd.emplace_back(served.port());
  crowd.back().send(Served::request("POST", "/v1/post", large));
  while (served.ask("GET", "/metrics").find("active_requests 3") == std::string::npos) {
  }
  const std::string refused = served.post(R"({"title":"one too many"})");
  EXPECT_EQ(status_of(refused), "503");
  EXPECT_EQ(text_at(body_of(refused), "code"), "overloaded");
  EXPECT_GE(std::stoi(header_of(refused, "Retry-After")), 1);
  EXPECT_EQ(status_of(served.ask("GET", "/readyz")), "503");
  gate.open.release();
  for (HttpClient& client : crowd) EXPECT_EQ(status_of(client.read_answer()), "201");
  EXPECT_EQ(status_of(served.ask("GET", "/readyz")), "200");
}

TEST(Gateway, pages_follow_a_cursor_while_records_arrive_and_go) {
  MemoryStore store;
  const Served served(store);
  for (int i = 0; i < 10; ++i) served.ask("POST", "/v1/t", fmt::format(R"({{"id":{}}})", i));
  const std::string first(body_of(served.ask("GET", "/v1/t?limit=4")));
  const Value page = *parse_json(first);
  EXPECT_TRUE(same_json(to_json(*page.find("records")), R"([{"id":9},{"id":8},{"id":7},{"id":6}])"));
  served.ask("POST", "/v1/t", R"({"id":99})");
  EXPECT_EQ(status_of(served.ask("DELETE", "/v1/t/6")), "204");
  EXPECT_EQ(status_of(served.ask("DELETE", "/v1/t/5")), "204");
  const std::string second(body_of(served.ask("GET", fmt::format("/v1/t?limit=4&after={}", page.find("next")->text()))));
  EXPECT_TRUE(same_json(to_json(*parse_json(second)->find("records")), R"([{"id":4},{"id":3},{"id":2},{"id":1}])"));
  const std::string last(body_of(served.ask("GET", fmt::format("/v1/t?limit=4&after={}", parse_json(second)->find("next")->text()))));
  EXPECT_EQ(last, R"({"records":[{"id":0}],"next":null})");
  EXPECT_EQ(body_of(served.ask("GET", "/v1/none")), R"({"records":[],"next":null})");
}

TEST(Gateway, a_token_may_do_what_its_line_says) {
  MemoryStore store;
  const Result<Tokens> tokens = Tokens::parse(  // of "create-secret"
      "writer sha256:dfaf56dd29f36849b9e42f77cb0bce9d7f4e3922a12034eb508225b041c47df6 create post\n", "test");
  ASSERT_TRUE(tokens);
  const Served served(store, {.tokens = *tokens});
  EXPECT_EQ(status_of(served.post(R"({"title":"One"})")), "401");
  EXPECT_EQ(header_of(served.post(R"({"title":"One"})"), "WWW-Authenticate"), R"(Bearer realm="millrace")");
  EXPECT_EQ(status_of(served.post(R"({"title":"One"})", "Authorization: Bearer wrong\r\n")), "401");
  constexpr std::string_view right = "Authorization: Bearer create-secret\r\n";
  EXPECT_EQ(status_of(served.post(R"({"title":"One"})", right)), "201");
  EXPECT_EQ(status_of(served.ask("POST", "/v1/other", "{}", right)), "403");
  EXPECT_EQ(status_of(served.ask("GET", "/v1/post", {}, right)), "403");
  EXPECT_EQ(status_of(served.ask("GET", "/metrics")), "401");
  EXPECT_EQ(status_of(served.ask("GET", "/healthz")), "200");
  EXPECT_EQ(status_of(served.ask("GET", "/readyz")), "200");
  HttpClient client(served.port());  // nobody reads a large body to say no
  client.send("POST /v1/post HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), "401");
}

TEST(Gateway, browsers_of_named_origins_are_let_in) {
  MemoryStore store;
  const Served served(store, {.cors_origins = {"https://app.example"}});
  const std::string asked = served.ask("OPTIONS", "/v1/post", {}, "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n");
  EXPECT_EQ(status_of(asked), "204");
  EXPECT_EQ(header_of(asked, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_NE(header_of(asked, "Access-Control-Allow-Methods").find("POST"), std::string::npos);
  EXPECT_EQ(header_of(served.post(R"({"title":"x"})", "Origin: https://evil.example\r\nContent-Type: application/json\r\n"), "Access-Control-Allow-Origin"), "");
}

TEST(Gateway, without_a_content_type_a_page_of_another_origin_cannot_create) {
  MemoryStore store;
  const Served served(store);
  HttpClient client(served.port());
  client.send("POST /v1/post HTTP/1.1\r\nHost: test\r\nOrigin: https://evil.example\r\nContent-Length: 13\r\n\r\n{\"title\":\"x\"}");
  EXPECT_EQ(status_of(client.read_answer()), "415");
  client.send("POST /v1/post HTTP/1.1\r\nHost: test\r\nContent-Length: 13\r\n\r\n{\"title\":\"x\"}");
  EXPECT_EQ(status_of(client.read_answer()), "201");
}

TEST(Gateway, what_was_accepted_is_answered_before_the_server_ends) {
  MemoryStore memory;
  Gate gate;
  FaultyStore store(memory, {.refuses = [&](const IdView&) { return gate.pass(); }});
  Served served(store);
  HttpClient client(served.port());
  client.send(Served::request("POST", "/v1/post", R"({"title":"first"})"));
  gate.entered.acquire();
  served.gateway().begin_closing();
  EXPECT_EQ(status_of(served.ask("GET", "/readyz")), "503");
  std::jthread closing([&] { served.close_server(); });
  gate.open.release();
  EXPECT_EQ(status_of(client.read_answer()), "201");
  closing.join();
}

// Its request may be on its way when the server begins to end.
TEST(Gateway, an_idle_client_is_answered_once_more_when_the_server_ends) {
  MemoryStore store;
  Served served(store);
  HttpClient client(served.port());
  client.send(Served::request("GET", "/healthz"));
  EXPECT_EQ(status_of(client.read_answer()), "200");
  std::jthread closing([&] { served.close_server(); });
  std::string answer;
  do {  // until the server has begun to
    EXPECT_TRUE(client.send(Served::request("POST", "/v1/post", R"({"title":"x"})")));
    answer = client.read_answer();
    ASSERT_EQ(status_of(answer), "201");
  } while (header_of(answer, "Connection") != "close");
  closing.join();
}

}  // namespace
}  // namespace millrace::gateway
