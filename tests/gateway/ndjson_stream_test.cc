// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/ndjson_stream.h"

#include <gtest/gtest.h>

#include <optional>
#include <semaphore>
#include <thread>
#include <string>
#include <vector>

#include "gateway/served.h"
#include "millrace/record/json.h"
#include "millrace/store/faulty_store.h"
#include "millrace/store/memory_store.h"

namespace millrace::gateway {
namespace {

using store::FaultyStore;
using store::MemoryStore;
using testing::HttpClient;
using testing::Served;
using testing::status_of;

constexpr std::string_view head =
    "POST /v1/t HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

// The lines of a chunked answer.
std::vector<std::string> lines_of(std::string_view answer) {
  std::string text;
  for (std::string_view rest = answer.substr(answer.find("\r\n\r\n") + 4); !rest.empty();) {
    const std::size_t size = std::stoul(std::string(rest.substr(0, rest.find("\r\n"))), nullptr, 16);
    if (size == 0) break;
    rest.remove_prefix(rest.find("\r\n") + 2);
    text += rest.substr(0, size);
    rest.remove_prefix(size + 2);
  }
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(NdjsonStream, a_line_for_each_record_in_order_and_a_last_one) {
  MemoryStore store;
  const Served served(store);
  HttpClient client(served.port());
  client.send(std::string(head) + chunk("{\"id\":1}\n{\"id\":2}\n\n{\"id\":") + chunk("null}\n[]\n{\"id\":3") + chunk("}") + "0\r\n\r\n");
  const std::string answer = client.read_until("0\r\n\r\n");
  EXPECT_EQ(status_of(answer), "200");
  const std::vector<std::string> lines = lines_of(answer);
  ASSERT_EQ(lines.size(), 6u) << answer;
  EXPECT_EQ(lines[0], R"({"id":1})");
  EXPECT_EQ(lines[1], R"({"id":2})");
  EXPECT_TRUE(lines[2].starts_with(R"({"error":{"code":"invalid_id")") && lines[2].ends_with(R"("line":4})")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with(R"({"error":{"code":"invalid_record")") && lines[3].ends_with(R"("line":5})")) << lines[3];
  EXPECT_EQ(lines[4], R"({"id":3})");
  EXPECT_EQ(lines[5], R"({"written":3,"rejected":2,"complete":true})");
  EXPECT_EQ(*store.count({"t"}), 3u);
}

TEST(NdjsonStream, results_come_while_the_body_is_still_sent) {
  MemoryStore store;
  const Served served(store);
  HttpClient client(served.port());
  client.send(std::string(head) + chunk("{\"id\":1}\n"));
  EXPECT_NE(client.read_until("{\"id\":1}").find("200 OK"), std::string::npos);
  client.send(chunk("{\"id\":2}\n"));
  EXPECT_NE(client.read_until("{\"id\":2}").find("{\"id\":2}"), std::string::npos);
  client.send("0\r\n\r\n");
  EXPECT_NE(client.read_until("0\r\n\r\n").find(R"("complete":true)"), std::string::npos);
}

TEST(NdjsonStream, many_records_through_small_limits) {
  MemoryStore memory;
  FaultyStore store(memory, {.delay = std::chrono::microseconds(100), .in_flight_max = 2});
  const Served served(store, {.queue_bytes_max = 4000});
  HttpClient client(served.port());
  constexpr int records = 20'000;
  client.send(head);
  std::jthread sender([&] {
    for (int i = 0; i < records; i += 100) {
      std::string piece;
      for (int k = i; k < i + 100; ++k) piece += fmt::format("{{\"id\":{},\"text\":\"some text of a record\"}}\n", k);
      client.send(chunk(piece));
    }
    client.send("0\r\n\r\n");
  });
  const std::vector<std::string> lines = lines_of(client.read_until("\r\n0\r\n\r\n"));
  ASSERT_EQ(lines.size(), records + 1u);
  for (int i = 0; i < records; ++i) ASSERT_EQ(lines[static_cast<std::size_t>(i)], fmt::format("{{\"id\":{}}}", i));
  EXPECT_EQ(lines.back(), R"({"written":20000,"rejected":0,"complete":true})");
}

// Streams that share a queue much smaller than what they send: it is full, and has room again, at any moment.
TEST(NdjsonStream, many_streams_through_a_queue_that_is_always_full) {
  MemoryStore memory;
  FaultyStore store(memory, {.delay = std::chrono::microseconds(50), .in_flight_max = 2});
  const Served served(store, {.queue_bytes_max = 64 << 10});
  constexpr int streams = 12;
  constexpr int records = 12'000;
  std::vector<std::string> ends(streams);
  {
    std::vector<std::jthread> clients;
    for (int stream = 0; stream < streams; ++stream) {
      clients.emplace_back([&, stream] {
        HttpClient client(served.port());
        client.send(head);
        std::jthread sender([&] {
          for (int i = 0; i < records; i += 3000) {
            std::string piece;
            for (int k = i; k < i + 3000; ++k) piece += fmt::format("{{\"id\":\"{}-{}\",\"text\":\"some text of a record\"}}\n", stream, k);
            client.send(chunk(piece));
          }
          client.send("0\r\n\r\n");
        });
        ends[static_cast<std::size_t>(stream)] = lines_of(client.read_until("\r\n0\r\n\r\n")).back();
      });
    }
  }
  for (const std::string& end : ends) EXPECT_EQ(end, R"({"written":12000,"rejected":0,"complete":true})");
  EXPECT_EQ(*memory.count({"t"}), static_cast<std::uint64_t>(streams * records));
}

TEST(NdjsonStream, a_store_that_is_lost_ends_it_incomplete) {
  MemoryStore memory;
  FaultyStore store(memory, {.fail_every = 2, .code = Code::unavailable});
  const Served served(store, {.store_wait = std::chrono::milliseconds(0)});
  HttpClient client(served.port());
  client.send(std::string(head) + chunk("{\"id\":1}\n"));
  client.read_until("{\"id\":1}");
  client.send(chunk("{\"id\":2}\n"));
  const std::string rest = client.read_until("0\r\n\r\n");
  EXPECT_NE(rest.find(R"("code":"unavailable")"), std::string::npos) << rest;
  EXPECT_NE(rest.find(R"({"written":1,"rejected":1,"complete":false)"), std::string::npos) << rest;
  EXPECT_EQ(*memory.count({"t"}), 1u);
}

TEST(NdjsonStream, a_body_that_breaks_off_is_incomplete) {
  MemoryStore store;
  const Served served(store);
  HttpClient client(served.port());
  client.send(std::string(head) + chunk("{\"id\":1}\n") + "zz\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_NE(answer.find("{\"id\":1}"), std::string::npos) << answer;
  EXPECT_NE(answer.find(R"("complete":false)"), std::string::npos) << answer;
}

TEST(NdjsonStream, a_record_larger_than_the_limit_is_refused_alone) {
  MemoryStore store;
  const Served served(store, {.record_bytes_max = 100});
  HttpClient client(served.port());
  client.send(std::string(head) + chunk(fmt::format("{{\"id\":1}}\n{{\"id\":2,\"t\":\"{}\"}}\n{{\"id\":3}}\n", std::string(200'000, 'x'))) + "0\r\n\r\n");
  const std::vector<std::string> lines = lines_of(client.read_until("\r\n0\r\n\r\n"));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_TRUE(lines[1].find("too_large") != std::string::npos && lines[1].ends_with(R"("line":2})")) << lines[1];
  EXPECT_EQ(lines[2], R"({"id":3})");
}

TEST(NdjsonStream, a_stream_waits_for_its_tokens_rate_and_ends_with_its_token) {
  MemoryStore store;
  // of "create-secret"
  constexpr std::string_view line = "writer sha256:dfaf56dd29f36849b9e42f77cb0bce9d7f4e3922a12034eb508225b041c47df6 create * ";
  Served served(store, {.tokens = *Tokens::parse(fmt::format("{}3/m\n", line), "test")});
  HttpClient client(served.port());
  client.send("POST /v1/t HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer create-secret\r\nContent-Type: application/x-ndjson\r\n"
              "Transfer-Encoding: chunked\r\n\r\n" + chunk("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n"));
  client.read_until("{\"id\":2}");
  EXPECT_EQ(status_of(served.ask("POST", "/v1/t", R"({"id":9})", "Authorization: Bearer create-secret\r\n")), "429");
  served.gateway().set_tokens(*Tokens::parse(fmt::format("{}1000/s\n", line), "test"));  // a rate that has room again
  served.gateway().set_tokens(*Tokens::parse("other sha256:dfaf56dd29f36849b9e42f77cb0bce9d7f4e3922a12034eb508225b041c47df6 create *\n", "test"));
  client.send(chunk("{\"id\":5}\n"));
  const std::string rest = client.read_until("0\r\n\r\n");
  EXPECT_NE(rest.find(R"("complete":false,"error":{"code":"unauthorized")"), std::string::npos) << rest;
}

TEST(NdjsonStream, a_gateway_that_ends_lets_go_of_streams_that_were_cut) {
  MemoryStore memory;
  std::binary_semaphore entered(0);
  std::binary_semaphore open(0);
  FaultyStore store(memory, {.refuses = [&](const IdView& id) {
                      if (id.integer == 1) {
                        entered.release();
                        open.acquire();
                      }
                      return false;
                    }});
  std::optional<Served> served(std::in_place, store, GatewayOptions{.close_within = std::chrono::milliseconds(10)});
  HttpClient client(served->port());
  client.send(std::string(head) + chunk("{\"id\":1}\n{\"id\":2}\n"));
  entered.acquire();
  served->close_server();  // cuts it
  open.release();
  served.reset();
  EXPECT_EQ(*memory.count({"t"}), 2u);  // what was given is written all the same
}

}  // namespace
}  // namespace millrace::gateway
