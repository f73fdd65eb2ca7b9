// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace millrace::net {
namespace {

using namespace std::string_view_literals;
using Found = HttpParser::Found;

// The status of a refusal, or 0: what all at once and byte by byte agree on. A line that ends otherwise is known as such when the
// head ends, and what stands behind a request is none of it.
int fault_of(std::string_view request, std::size_t head_bytes_max = 8192, std::size_t body_bytes_max = 1 << 20) {
  const std::string input = std::string(request) + "\r\n\r\n";
  std::vector<int> faults;
  for (const std::size_t piece : {input.size(), std::size_t{1}}) {
    HttpParser parser(head_bytes_max, body_bytes_max);
    std::string bytes;
    int fault = 0;
    for (std::size_t at = 0; at < input.size() && fault == 0; at += piece) {
      bytes += input.substr(at, piece);
      std::string_view rest = bytes;
      Found found = parser.put(rest);
      if (found == Found::head) found = parser.put(rest);
      if (found == Found::fault) fault = parser.fault_status();
      bytes.erase(0, bytes.size() - rest.size());
    }
    faults.push_back(fault);
  }
  EXPECT_EQ(faults[0], faults[1]) << input;
  return faults[0];
}

TEST(HttpParser, gives_the_head_before_the_body_and_keeps_it) {
  HttpParser parser(8192, 100);
  for (int i = 0; i < 3; ++i) {
    const std::string input = fmt::format("POST /a{} HTTP/1.1\r\nHost: test\r\nX-Name:  v{}\t\r\nEmpty:\r\nContent-Length: 5\r\n\r\nhello", i, i);
    std::string_view rest = input;
    ASSERT_EQ(parser.put(rest), Found::head);
    EXPECT_EQ(rest, "hello");
    EXPECT_EQ(parser.request().method, "POST");
    EXPECT_EQ(parser.request().target, fmt::format("/a{}", i));
    ASSERT_EQ(parser.request().headers.size(), 4);
    EXPECT_EQ(parser.request().headers[1].name, "X-Name");
    EXPECT_EQ(parser.request().headers[1].value, fmt::format("v{}", i));
    EXPECT_EQ(parser.request().headers[2].value, "");
    EXPECT_EQ(parser.request().body, "");
    ASSERT_EQ(parser.put(rest), Found::request);
    EXPECT_EQ(parser.request().body, "hello");
    EXPECT_EQ(parser.request().target, fmt::format("/a{}", i));
    parser.restart();
  }
}

TEST(HttpParser, uses_the_same_memory_from_request_to_request) {
  HttpParser parser(8192, 1000);
  const std::string input = "POST /a HTTP/1.1\r\nHost: test\r\nContent-Length: 500\r\n\r\n" + std::string(500, 'x');
  std::vector<const void*> places;
  for (int i = 0; i < 2; ++i) {
    std::string_view rest = input;
    ASSERT_EQ(parser.put(rest), Found::head);
    ASSERT_EQ(parser.put(rest), Found::request);
    const HttpRequest& request = parser.request();
    for (const void* place : {static_cast<const void*>(request.method.data()), static_cast<const void*>(request.headers.data()), static_cast<const void*>(request.body.data())}) places.push_back(place);
    parser.restart();
  }
  EXPECT_TRUE(std::equal(places.begin(), places.begin() + 3, places.begin() + 3));
}

TEST(HttpParser, refuses_two_readings_of_a_length) {
  for (const std::string_view fields :
       {"Content-Length: 1\r\nContent-Length: 1", "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 1, 1", "Content-Length: +1",
        "Content-Length: -1", "Content-Length: 0x1", "Content-Length:", "Content-Length: 1 1", "Content-Length: 99999999999999999999",
        "Content-Length: 1\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 1",
        "Transfer-Encoding: gzip\r\nContent-Length: 1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: xchunked"}) {
    EXPECT_EQ(fault_of(fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n0\r\n\r\n", fields)), 400) << fields;
  }
}

TEST(HttpParser, refuses_fields_that_another_may_read_otherwise) {
  for (const std::string_view field :
       {"X: a\r\n b"sv, "X:\r\n b"sv, "X: \r\n \r\n\tb"sv, "X: a\r\n "sv, "X : a"sv, " X: a"sv, "X\t: a"sv, ": a"sv, "X"sv, "X: a\nY: b"sv, "X: a\rY: b"sv,
        "X: a\0b"sv, "X\0: a"sv, "X: a\x01"sv, "X: a\x7f"sv, "X: \x0b"sv, "X(: a"sv, "X\xc3\xa4: a"sv, "X: a\r\r\nY: b"sv}) {
    EXPECT_EQ(fault_of(fmt::format("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n", field)), 400) << field;
  }
  EXPECT_EQ(fault_of("GET / HTTP/1.1\r\nHost: a\r\nX: a\tb \xc3\xa4\r\nEmpty:\r\nSpaces:  \t \r\n\r\n"), 0);
}

TEST(HttpParser, refuses_lines_that_end_otherwise_and_targets_with_spaces) {
  for (const std::string_view request :
       {"GET / HTTP/1.1\nHost: a\n\n"sv, "GET / HTTP/1.1\r\nHost: a\n\r\n"sv, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"sv, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"sv,
        "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"sv, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"sv, "GET / http/1.1\r\nHost: a\r\n\r\n"sv, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"sv,
        "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"sv}) {
    EXPECT_EQ(fault_of(request), 400) << request;
  }
}

TEST(HttpParser, refuses_chunks_that_another_may_read_otherwise) {
  for (const std::string_view body :
       {"x\r\nabc"sv, "1\nab\r\n"sv, "1 \r\na\r\n0\r\n\r\n"sv, "0x1\r\na\r\n0\r\n\r\n"sv, "-1\r\na\r\n"sv, "1\r\nab\r\n0\r\n\r\n"sv, "1;a=\"\n\"\r\na\r\n0\r\n\r\n"sv,
        "1;a=\"\x01\"\r\na\r\n0\r\n\r\n"sv, "0;a=\"\n\"\r\n\r\n"sv, "0\r\nX : a\r\n\r\n"sv, "0\r\nX: a\r\n b\r\n\r\n"sv, "0\r\nContent-Length: 3\r\n\r\n"sv,
        "10000000000000000\r\n\r\n"sv}) {
    EXPECT_EQ(fault_of(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{}", body)), 400) << body;
  }
}

TEST(HttpParser, counts_what_a_head_holds_however_it_comes) {
  const auto head = [](int fields, std::size_t size) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < fields; ++i) text += "X: " + std::string(size, 'x') + "\r\n";
    return text + "\r\n";
  };
  EXPECT_EQ(fault_of(head(99, 1)), 0);
  EXPECT_EQ(fault_of(head(100, 1)), 431);
  EXPECT_EQ(fault_of(head(50, 100)), 0);
  EXPECT_EQ(fault_of(head(50, 200)), 431);
  EXPECT_EQ(fault_of(head(1, 8200)), 431);
  std::string trailers = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 200; ++i) trailers += "X: y\r\n";
  EXPECT_EQ(fault_of(trailers + "\r\n"), 431);
}

TEST(HttpParser, drops_trailers_and_does_not_heed_them) {
  HttpParser parser(8192, 100);
  std::string_view rest = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nHost: b\r\nConnection: close\r\nX: y\r\n\r\n";
  ASSERT_EQ(parser.put(rest), Found::head);
  ASSERT_EQ(parser.put(rest), Found::request);
  EXPECT_EQ(rest, "");
  EXPECT_EQ(parser.request().headers.size(), 2);
  EXPECT_EQ(parser.request().header("x"), "");
  EXPECT_EQ(parser.request().body, "x");
  EXPECT_TRUE(parser.keeps_alive());
}

TEST(HttpParser, meets_no_expectation_but_one) {
  EXPECT_EQ(fault_of("POST / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 1\r\n\r\nx"), 417);
  EXPECT_EQ(fault_of("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx"), 417);
  EXPECT_EQ(fault_of("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx"), 0);
  EXPECT_EQ(fault_of("POST / HTTP/1.0\r\nExpect: a-miracle\r\nContent-Length: 1\r\n\r\nx"), 0);
}

TEST(HttpParser, limits_a_body_unless_it_is_streamed) {
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nghijkl\r\n0\r\n\r\n";
  const std::string plain = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nabcdefghijkl";
  for (const std::string& input : {chunked, plain}) {
    EXPECT_EQ(fault_of(input, 8192, 11), 413);
    EXPECT_EQ(fault_of(input, 8192, 12), 0);
    HttpParser parser(8192, 11);
    std::string_view rest = input;
    ASSERT_EQ(parser.put(rest), Found::head);
    parser.be_streamed();
    ASSERT_EQ(parser.put(rest), Found::request);
    EXPECT_EQ(parser.request().body, "abcdefghijkl");
  }
}

TEST(HttpParser, streams_a_body_in_pieces_of_a_limited_size) {
  const std::string body(300'000, 'x');
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string input = head + fmt::format("{:x}\r\n{}\r\n3\r\nabc\r\n0\r\n\r\nGET", body.size(), body);
  HttpParser parser(8192, 1);
  std::string_view rest = input;
  ASSERT_EQ(parser.put(rest), Found::head);
  parser.be_streamed();
  std::string got;
  std::vector<std::size_t> sizes;
  Found found{};
  while ((found = parser.put(rest)) == Found::piece) {
    got += parser.request().body;
    sizes.push_back(parser.request().body.size());
    parser.drop_piece();
  }
  ASSERT_EQ(found, Found::request);
  got += parser.request().body;
  EXPECT_EQ(got, body + "abc");
  EXPECT_EQ(sizes, std::vector<std::size_t>(4, 64 << 10));
  EXPECT_EQ(rest, "GET");
}

TEST(HttpParser, gives_what_came_before_a_fault_in_a_streamed_body) {
  HttpParser parser(8192, 1);
  std::string_view rest = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n";
  ASSERT_EQ(parser.put(rest), Found::head);
  parser.be_streamed();
  ASSERT_EQ(parser.put(rest), Found::piece);
  EXPECT_EQ(parser.request().body, "abc");
  parser.drop_piece();
  for (int i = 0; i < 2; ++i) ASSERT_EQ(parser.put(rest), Found::fault);
  EXPECT_EQ(parser.fault_status(), 400);
}

}  // namespace
}  // namespace millrace::net
