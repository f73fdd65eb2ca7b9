// SPDX-License-Identifier: Apache-2.0
//
// The client against a real engine (tools/surreal-dev). Faults of the transport are in connection_test.cc.
#include "millrace/surrealdb/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <thread>

#include "millrace/base/file.h"
#include "millrace/record/cbor.h"
#include "support/socket_server.h"
#include "support/surreal_server.h"

namespace millrace::surrealdb {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::SurrealServer;

Result<std::unique_ptr<Client>> open(const std::string& url, const ClientOptions& options = {}) {
  Result<Address> address = parse_address(url);
  if (!address) return std::unexpected(address.error());
  return Client::open(*address, options);
}

std::string url_with(const SurrealServer& server, std::string_view user, std::string_view rest = "test/test") {
  return "ws://" + std::string(user) + "@127.0.0.1:" + std::to_string(server.port()) + "/" + std::string(rest);
}

// The value of a query's only statement, or the words of what went wrong.
Value value_of(Client& client, std::string_view text, const Object& variables = {}) {
  QueryResult result = client.query(text, variables);
  if (!result) return Value("call: " + result.error().message);
  if (result->size() != 1) return Value(std::string("not one statement"));
  if (!result->front()) return Value("statement: " + result->front().error().message);
  return *result->front();
}

TEST(Client, binds_values_of_every_type_and_gets_them_back) {
  SurrealServer server;
  const auto client = open(server.url());
  ASSERT_TRUE(client) << client.error().message;
  const Value all(Object{{"array", Array{Value(nullptr), Value(true), Value(std::int64_t{-7}), Value(1.5)}},
                         {"bytes", Bytes{std::string("\0\xff", 2)}},
                         {"datetime", Timestamp(std::chrono::nanoseconds(1'700'000'000'123'456'789))},
                         {"decimal", Decimal{"1.25"}},
                         {"duration", Duration{90, 5}},
                         {"link", RecordLink{"post", {Value(std::string("'; REMOVE TABLE post; --"))}}},
                         {"text", std::string("a\0\"'` emoji 🦀", 16)},
                         {"uuid", *parse_uuid("0190a0a0-0000-7000-8000-000000000001")}});
  EXPECT_EQ(value_of(**client, "RETURN $all", {{"all", all}}), all);
}

TEST(Client, tells_a_failed_statement_from_its_neighbours) {
  SurrealServer server;
  const auto client = open(server.url());
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult results = (*client)->query("CREATE t:1; CREATE t:1; THROW 'nope'; RETURN 7");
  ASSERT_TRUE(results) << results.error().message;
  ASSERT_EQ(results->size(), 4u);
  EXPECT_TRUE((*results)[0]);
  EXPECT_EQ(classify((*results)[1].error()), Code::duplicate);
  EXPECT_EQ((*results)[1].error().message, "Database record `t:1` already exists");
  EXPECT_EQ(classify((*results)[2].error()), Code::refused);
  EXPECT_THAT((*results)[2].error().message, HasSubstr("nope"));
  EXPECT_EQ((*results)[3], Value(std::int64_t{7}));
}

TEST(Client, a_query_that_does_not_parse_fails_as_a_whole) {
  SurrealServer server;
  const auto client = open(server.url());
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult results = (*client)->query("CREATE t:1; this is no query");
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, Code::invalid_argument);
  EXPECT_THAT(results.error().message, HasSubstr("Parse error"));
}

TEST(Client, answers_each_call_with_its_own_reply_whatever_their_order) {
  SurrealServer server;
  const auto client = open(server.url(), {.connections = 1, .connection = {}});
  ASSERT_TRUE(client) << client.error().message;
  std::promise<void> slow;
  std::future<void> slow_done = slow.get_future();
  (*client)->query(make_query("SLEEP 1s", 0), [&](QueryResult) { slow.set_value(); });
  EXPECT_EQ(value_of(**client, "RETURN 'fast'"), Value(std::string("fast")));
  EXPECT_EQ(slow_done.wait_for(milliseconds(0)), std::future_status::timeout);

  std::vector<std::promise<Value>> replies(200);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    Request request = make_query("RETURN $i", 1);
    cbor::append_text(request.frame, "i");
    cbor::append_int(request.frame, static_cast<std::int64_t>(i));
    (*client)->query(std::move(request), [&replies, i](QueryResult result) {
      replies[i].set_value(result && result->front() ? *result->front() : Value());
    });
  }
  for (std::size_t i = 0; i < replies.size(); ++i) {
    EXPECT_EQ(replies[i].get_future().get(), Value(static_cast<std::int64_t>(i)));
  }
  slow_done.get();
}

TEST(Client, is_used_from_many_threads) {
  SurrealServer server;
  const auto client = open(server.url());
  ASSERT_TRUE(client) << client.error().message;
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::int64_t i = 0; i < 50; ++i) {
        if (value_of(**client, "RETURN $i", {{"i", i * 4 + t}}) == Value(i * 4 + t)) ++right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 200);
}

TEST(Client, carries_16_MiB_there_and_back) {
  SurrealServer server;
  const auto client = open(server.url());
  ASSERT_TRUE(client) << client.error().message;
  const Value huge(std::string(16u << 20, 'x'));
  EXPECT_TRUE(value_of(**client, "RETURN $huge", {{"huge", huge}}) == huge);
}

TEST(Client, refuses_a_request_that_the_server_would_hang_up_on) {
  SurrealServer server;
  const auto client = open(server.url(), {.connection = {}, .request_bytes_max = 1000});
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult results = (*client)->query("RETURN $a", {{"a", std::string(1000, 'x')}});
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, Code::too_large);
}

TEST(Client, tells_a_wrong_password_and_never_shows_it) {
  SurrealServer server;
  const auto client = open(url_with(server, "root:wr0ng"));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::unauthorized);
  EXPECT_EQ(client.error().message, "user 'root' was refused at 127.0.0.1:" + std::to_string(server.port()) +
                                        ": There was a problem with authentication");
}

TEST(Client, signs_in_users_of_a_namespace_and_of_a_database_and_tokens) {
  SurrealServer server;
  const auto root = open(server.url());
  ASSERT_TRUE(root) << root.error().message;
  ASSERT_TRUE((*root)->query(
      "DEFINE USER ned ON NAMESPACE PASSWORD 'n' ROLES OWNER; DEFINE USER dan ON DATABASE PASSWORD 'd' ROLES OWNER"));
  for (const auto& [user, level] : {std::pair("ned:n", "namespace"), std::pair("dan:d", "database")}) {
    const auto client = open(url_with(server, user, std::string("test/test?auth=") + level));
    ASSERT_TRUE(client) << client.error().message;
    EXPECT_EQ(value_of(**client, "RETURN 1"), Value(std::int64_t{1}));
    EXPECT_FALSE(open(url_with(server, user))) << "no root user";
  }

  Request sign_in("signin", 1);
  cbor::append_value(sign_in.frame, Object{{"user", std::string("root")}, {"pass", std::string("root")}});
  const Result<Value> token = (*root)->call(std::move(sign_in));
  ASSERT_TRUE(token) << token.error().message;
  Address address = *parse_address(server.url());
  address.password = "not used";
  address.token = token->text();
  EXPECT_TRUE(Client::open(address, {}));
  address.token += "x";
  const auto refused = Client::open(address, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unauthorized);
  EXPECT_THAT(refused.error().message, HasSubstr("the token was refused at 127.0.0.1:"));
}

TEST(Client, tells_a_port_where_nobody_listens) {
  const std::uint16_t port = testing::unused_port();
  const auto client = open("ws://root:root@127.0.0.1:" + std::to_string(port) + "/n/d");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::unavailable);
  EXPECT_THAT(client.error().message, HasSubstr("127.0.0.1:" + std::to_string(port)));
}

TEST(Client, goes_on_to_the_next_host) {
  SurrealServer server;
  const std::string dead = "127.0.0.1:" + std::to_string(testing::unused_port());
  const auto client = open("ws://root:root@" + dead + ",127.0.0.1:" + std::to_string(server.port()) + "/test/test");
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_EQ(value_of(**client, "RETURN 1"), Value(std::int64_t{1}));
}

TEST(Client, comes_back_when_the_server_was_killed_and_started_again) {
  SurrealServer server;
  ClientOptions options{.connection = {}, .backoff_first = milliseconds(10), .backoff_max = milliseconds(50)};
  const auto client = open(server.url(), options);
  ASSERT_TRUE(client) << client.error().message;
  ASSERT_EQ(value_of(**client, "RETURN 1"), Value(std::int64_t{1}));
  server.kill();
  const QueryResult lost = (*client)->query("RETURN 1");
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().code == Code::unavailable || lost.error().code == Code::unknown_outcome) << lost.error().message;

  server.start();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while ((*client)->ready_connections() < options.connections && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(5));  // asks again: coming back tells nobody
  }
  // Signed in and in its database again: a new table of the new engine can be written.
  EXPECT_TRUE((*client)->query("CREATE t:1"));
  EXPECT_EQ((*client)->ready_connections(), options.connections);
}

TEST(Client, a_lost_reply_has_an_unknown_outcome_and_took_effect) {
  SurrealServer server({.engine = "mem://", .arguments = {"--drop-after", "1"}});
  const auto client = open(server.url(), {.connections = 1, .connection = {}, .backoff_first = milliseconds(10)});
  ASSERT_TRUE(client) << client.error().message;
  const QueryResult lost = (*client)->query("CREATE t:1 SET n = 1");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unknown_outcome) << lost.error().message;
  while ((*client)->ready_connections() == 0) {
    std::this_thread::sleep_for(milliseconds(5));  // asks again: coming back tells nobody
  }
  EXPECT_EQ(value_of(**client, "SELECT VALUE n FROM t"), Value(Array{Value(std::int64_t{1})}));
}

class TlsClient : public ::testing::Test {
 protected:
  // A certificate that signs itself, for 127.0.0.1.
  TlsClient() {
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=millrace-test -addext subjectAltName=IP:127.0.0.1 "
        "-keyout " +
        key() + " -out " + certificate() + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl req failed");
    server_.emplace(
        testing::SurrealServerOptions{.engine = "mem://", .arguments = {"--tls-cert", certificate(), "--tls-key", key()}});
  }
  std::string key() const { return folder_.file("key.pem"); }
  std::string certificate() const { return folder_.file("certificate.pem"); }
  std::string url(std::string_view host, std::string_view options = "") const {
    return "wss://root:root@" + std::string(host) + ":" + std::to_string(server_->port()) + "/test/test" +
           std::string(options);
  }

  TempFolder folder_;
  std::optional<SurrealServer> server_;
};

TEST_F(TlsClient, trusts_the_certificate_that_it_is_given) {
  const auto client = open(url("127.0.0.1", "?ca=" + certificate()));
  ASSERT_TRUE(client) << client.error().message;
  const Value huge(std::string(4u << 20, 'x'));
  EXPECT_TRUE(value_of(**client, "RETURN $huge", {{"huge", huge}}) == huge);
}

TEST_F(TlsClient, refuses_a_certificate_that_nobody_vouches_for) {
  const auto client = open(url("127.0.0.1"));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::invalid_argument);
  EXPECT_THAT(client.error().message, HasSubstr("is not trusted: self-signed certificate"));
}

TEST_F(TlsClient, refuses_a_certificate_of_another_host) {
  const auto client = open(url("localhost", "?ca=" + certificate()));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::invalid_argument);
  EXPECT_THAT(client.error().message, HasSubstr("is not trusted"));
}

TEST_F(TlsClient, tells_a_file_that_holds_no_certificate) {
  const auto client = open(url("127.0.0.1", "?ca=" + folder_.file("missing.pem")));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::invalid_argument);
  EXPECT_THAT(client.error().message, HasSubstr("missing.pem"));
}

TEST_F(TlsClient, a_plain_socket_and_a_tls_one_do_not_meet) {
  EXPECT_FALSE(open("ws://root:root@127.0.0.1:" + std::to_string(server_->port()) + "/test/test"));
  SurrealServer plain;
  const auto client = open("wss://root:root@127.0.0.1:" + std::to_string(plain.port()) + "/test/test");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::unavailable);
}

}  // namespace
}  // namespace millrace::surrealdb
