// SPDX-License-Identifier: Apache-2.0
//
// What becomes of calls when the transport fails: a TCP listener that does what the test says stands in for the server.
#include "millrace/surrealdb/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "millrace/record/cbor.h"
#include "millrace/surrealdb/client.h"
#include "support/socket_server.h"

namespace millrace::surrealdb {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::Peer;
using testing::SocketServer;

std::string to_cbor(const Value& value) {
  std::string out;
  cbor::append_value(out, value);
  return out;
}

std::string answer_to(const std::string& request, Value result) {
  const Result<Value> asked = cbor::decode(request);
  if (!asked) return {};  // the client has gone
  return to_cbor(Value(Object{{"id", *asked->find("id")}, {"result", std::move(result)}}));
}

Value statement(Value result) {
  return Value(
      Array{Value(Object{{"status", std::string("OK")}, {"time", std::string("1ms")}, {"result", std::move(result)}})});
}

// Upgrades and answers `use`: the connection is ready after it.
void greet(Peer& peer) {
  peer.upgrade();
  peer.write_frame(answer_to(peer.read_frame(), None{}));
}

Result<std::unique_ptr<Client>> open(const SocketServer& server, ConnectionOptions options = {},
                                     std::string_view user = "") {
  const auto address = parse_address("ws://" + std::string(user) + "127.0.0.1:" + std::to_string(server.port()) + "/n/d");
  return Client::open(address.value(), {.connections = 1, .connection = options, .backoff_first = milliseconds(10)});
}

TEST(Connection, matches_replies_by_id_in_any_order) {
  SocketServer server([](Peer& peer) {
    greet(peer);
    const std::string first = peer.read_frame();
    const std::string second = peer.read_frame();
    peer.write_frame(answer_to(second, statement(Value(std::string("second")))));
    peer.write_frame(answer_to(first, statement(Value(std::string("first")))));
    peer.wait_for_end();
  });
  const auto client = open(server);
  ASSERT_TRUE(client) << client.error().message;
  std::vector<std::string> order;
  std::promise<void> all;
  const auto take = [&](QueryResult result) {
    order.emplace_back(result->front()->text());
    if (order.size() == 2) all.set_value();
  };
  (*client)->query(make_query("RETURN 1", 0), [&](QueryResult result) {
    EXPECT_EQ(result->front()->text(), "first");
    take(std::move(result));
  });
  (*client)->query(make_query("RETURN 2", 0), [&](QueryResult result) {
    EXPECT_EQ(result->front()->text(), "second");
    take(std::move(result));
  });
  all.get_future().get();
  EXPECT_EQ(order, (std::vector<std::string>{"second", "first"}));
}

TEST(Connection, ignores_notifications_and_replies_to_calls_that_it_does_not_know) {
  SocketServer server([](Peer& peer) {
    greet(peer);
    const std::string request = peer.read_frame();
    peer.write_frame(to_cbor(Value(Object{{"result", Object{{"action", std::string("CREATE")}}}})));
    peer.write_frame(to_cbor(Value(Object{{"id", std::int64_t{999}}, {"result", None{}}})));
    peer.write_frame(answer_to(request, statement(Value(std::int64_t{7}))));
    peer.wait_for_end();
  });
  const auto client = open(server);
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult result = (*client)->query("RETURN 7");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->front(), Value(std::int64_t{7}));
}

TEST(Connection, a_call_without_an_answer_in_time_has_an_unknown_outcome) {
  SocketServer server([](Peer& peer) {
    greet(peer);
    const std::string late = peer.read_frame();
    const std::string next = peer.read_frame();
    peer.write_frame(answer_to(late, statement(Value(std::string("late")))));
    peer.write_frame(answer_to(next, statement(Value(std::string("next")))));
    peer.wait_for_end();
  });
  const auto client = open(server, {.request_timeout = milliseconds(300)});
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult late = (*client)->query("RETURN 1");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::unknown_outcome);
  EXPECT_THAT(late.error().message, HasSubstr("did not answer within 0.3 s"));
  const QueryResult next = (*client)->query("RETURN 2");  // the connection lives, and the late reply is nobody's
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->front()->text(), "next");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Connection, a_frame_that_cannot_leave_is_unavailable_and_never_arrives) {
  std::promise<void> judged;
  std::shared_future<void> until = judged.get_future().share();
  std::promise<std::size_t> arrived;
  SocketServer server([&, until](Peer& peer) {
    greet(peer);
    if (server.connections() > 1) return peer.wait_for_end();
    until.wait();  // reads nothing meanwhile: the first frame fills the socket's buffers, the second waits behind it
    const bool first = !peer.read_frame().empty();
    const bool second = !peer.read_frame().empty();
    arrived.set_value(first + second);
  });
  const auto client = open(server, {.request_timeout = milliseconds(400)});
  ASSERT_TRUE(client) << client.error().message;
  std::promise<Code> large_code;
  std::promise<Code> small_code;
  Request large = make_query("RETURN 1", 1);
  cbor::append_text(large.frame, "a");
  cbor::append_text(large.frame, std::string(32u << 20, 'x'));
  (*client)->query(std::move(large), [&](QueryResult result) { large_code.set_value(result.error().code); });
  (*client)->query(make_query("RETURN 2", 0), [&](QueryResult result) { small_code.set_value(result.error().code); });
  EXPECT_EQ(large_code.get_future().get(), Code::unknown_outcome);
  EXPECT_EQ(small_code.get_future().get(), Code::unavailable);
  judged.set_value();
  EXPECT_EQ(arrived.get_future().get(), 0u);
}

TEST(Connection, a_cut_leaves_what_was_sent_unknown) {
  SocketServer server([&](Peer& peer) {
    greet(peer);
    peer.read_frame();
  });
  const auto client = open(server);
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult lost = (*client)->query("RETURN 1");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unknown_outcome);
  EXPECT_THAT(lost.error().message, HasSubstr("closed the connection"));
}

TEST(Connection, leaves_a_server_that_sends_garbage) {
  SocketServer server([&](Peer& peer) {
    greet(peer);
    peer.read_frame();
    peer.write_frame("\xff\x00 this is no CBOR");
    peer.wait_for_end();
  });
  const auto client = open(server);
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult lost = (*client)->query("RETURN 1");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unknown_outcome);
  EXPECT_THAT(lost.error().message, HasSubstr("sent what is no reply"));
}

TEST(Connection, an_error_without_an_id_belongs_to_the_only_call_in_flight) {
  SocketServer server([&](Peer& peer) {
    greet(peer);
    peer.read_frame();
    peer.write_frame(
        to_cbor(Value(Object{{"error", Object{{"code", std::int64_t{-32700}}, {"message", std::string("Parse error")}}}})));
    peer.wait_for_end();
  });
  const auto client = open(server);
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult refused = (*client)->query("RETURN 1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::refused);
  EXPECT_EQ(refused.error().message, "Parse error");
}

TEST(Connection, calls_are_unavailable_while_the_server_is_away) {
  std::atomic<bool> away = false;
  SocketServer server([&](Peer& peer) {
    if (away) return;
    greet(peer);
    peer.read_frame();
  });
  const auto client = open(server);
  ASSERT_TRUE(client) << client.error().message;
  away = true;
  EXPECT_FALSE((*client)->query("RETURN 1"));  // cuts the connection
  const QueryResult away_now = (*client)->query("RETURN 1");
  ASSERT_FALSE(away_now);
  EXPECT_EQ(away_now.error().code, Code::unavailable);
}

TEST(Connection, a_server_that_dies_during_sign_in_is_unavailable) {
  SocketServer server([&](Peer& peer) {
    peer.upgrade();
    peer.read_frame();
  });
  const auto client = open(server, {}, "root:s3cret@");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::unavailable) << client.error().message;
}

TEST(Connection, a_server_that_never_answers_sign_in_is_unavailable) {
  SocketServer server([&](Peer& peer) {
    peer.upgrade();
    peer.wait_for_end();
  });
  const auto client = open(server, {.request_timeout = milliseconds(100)}, "root:s3cret@");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::unavailable) << client.error().message;
}

TEST(Connection, understands_the_sign_in_errors_of_version_2) {
  SocketServer server([&](Peer& peer) {
    peer.upgrade();
    const std::string request = peer.read_frame();
    peer.write_frame(to_cbor(Value(Object{
        {"id", *cbor::decode(request)->find("id")},
        {"error",
         Object{{"code", std::int64_t{-32000}},
                {"message",
                 std::string("There was a problem with the database: There was a problem with authentication")}}}})));
    peer.wait_for_end();
  });
  const auto client = open(server, {}, "root:s3cret@");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::unauthorized);
  EXPECT_THAT(client.error().message, HasSubstr("user 'root' was refused"));
}

TEST(Connection, completes_what_is_in_flight_when_the_client_goes) {
  SocketServer server([&](Peer& peer) {
    greet(peer);
    peer.wait_for_end();
  });
  std::promise<Code> code;
  {
    const auto client = open(server);
    ASSERT_TRUE(client) << client.error().message;
    (*client)->query(make_query("RETURN 1", 0), [&](QueryResult result) { code.set_value(result.error().code); });
  }
  EXPECT_EQ(code.get_future().get(), Code::unknown_outcome);
}

}  // namespace
}  // namespace millrace::surrealdb
