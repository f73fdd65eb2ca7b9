// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/serve_metrics.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <thread>
#include <vector>

#include "millrace/telemetry/exposition.h"
#include "support/http_client.h"

namespace millrace::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::body_of;
using testing::http_get;
using testing::HttpClient;
using testing::status_of;

constexpr telemetry::CounterInfo apples{"apples_total", "Apples that were seen."};

class ServeMetrics : public ::testing::Test {
 protected:
  ServeMetrics() {
    auto server = serve_metrics(loop_, {"127.0.0.1", 0}, registry_);
    EXPECT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    port_ = server_->address().port;
  }
  std::string ask(std::string_view method, std::string_view target, std::string_view headers = {}) {
    HttpClient client(port_);
    client.send(fmt::format("{} {} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{}\r\n", method, target, headers));
    return client.read_to_end();
  }

  telemetry::Registry registry_;
  telemetry::Counter apples_ = registry_.counter(apples);
  Loop loop_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST_F(ServeMetrics, gives_the_format_that_is_asked_for) {
  apples_.add(3);
  const std::string plain = ask("GET", "/metrics");
  EXPECT_THAT(plain, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(plain, HasSubstr("\r\nVary: Accept, Accept-Encoding\r\n"));
  EXPECT_THAT(plain, HasSubstr("\napples_total 3\n"));
  EXPECT_THAT(plain, Not(HasSubstr("# EOF")));
  const std::string open = ask("GET", "/metrics?name=x", "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n");
  EXPECT_THAT(open, HasSubstr("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
  EXPECT_TRUE(open.ends_with("# EOF\n"));
  EXPECT_TRUE(ask("GET", "/metrics", "Accept: text/plain;q=0.5\r\nAccept: application/openmetrics-text\r\n").ends_with("# EOF\n"));
}

TEST_F(ServeMetrics, compresses_for_who_takes_gzip) {
  apples_.add(3);
  const std::string answer = ask("GET", "/metrics", "Accept-Encoding: gzip\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_THAT(gunzip(body_of(answer)), HasSubstr("\napples_total 3\n"));
  EXPECT_THAT(ask("GET", "/metrics", "Accept-Encoding: gzip;q=0\r\n"), HasSubstr("\napples_total 3\n"));
}

TEST_F(ServeMetrics, has_a_page_and_says_that_it_lives) {
  EXPECT_EQ(body_of(ask("GET", "/healthz")), "ok\n");
  EXPECT_THAT(ask("GET", "/"), HasSubstr("/metrics"));
  const std::string head = ask("HEAD", "/metrics");
  EXPECT_EQ(status_of(head), "200");
  EXPECT_EQ(body_of(head), "");
  EXPECT_THAT(head, Not(HasSubstr("Content-Length: 0\r\n")));
}

TEST_F(ServeMetrics, refuses_other_paths_and_methods) {
  EXPECT_EQ(status_of(ask("GET", "/metricsx")), "404");
  EXPECT_EQ(status_of(ask("DELETE", "/nowhere")), "404");
  const std::string answer = ask("POST", "/metrics");
  EXPECT_EQ(status_of(answer), "405");
  EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
}

TEST_F(ServeMetrics, counts_its_own_requests_with_labels_that_clients_cannot_make_up) {
  ask("GET", "/healthz", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n");
  ask("GET", "/healthz");
  ask("BREW", "/pot?of=tea");
  ask("GET", "/" + std::string(10'000, 'x'));
  const std::string text = ask("GET", "/metrics", "Accept: application/openmetrics-text\r\n");
  EXPECT_THAT(text, HasSubstr("\nrequests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("\nrequests_total{method=\"other\",route=\"other\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nrequests_total{method=\"other\",route=\"other\",status=\"431\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nrequest_duration_seconds_count{method=\"GET\",route=\"/healthz\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("# {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"}"));
  EXPECT_THAT(text, HasSubstr("\nactive_requests 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("BREW")));
  EXPECT_THAT(text, Not(HasSubstr("xxx")));
}

TEST_F(ServeMetrics, serves_many_scrapers_at_once_while_others_count) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        apples_.add();
        EXPECT_EQ(status_of(http_get(port_, "/metrics")), "200");
      }
    });
  }
  threads.clear();
  EXPECT_THAT(http_get(port_, "/metrics"), HasSubstr("\napples_total 200\n"));
}

}  // namespace
}  // namespace millrace::net
