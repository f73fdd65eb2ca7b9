// SPDX-License-Identifier: Apache-2.0
//
// What holds for any bytes whatever: the parser ends, keeps to its limits, and finds the same requests however the bytes are cut.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/net/http_parser.h"

namespace {

using millrace::net::HttpHeader;
using millrace::net::HttpParser;

struct Parsed {
  std::vector<std::string> requests;
  int fault = 0;
};

Parsed parse(std::string_view input, std::size_t piece_bytes, std::size_t head_bytes_max, std::size_t body_bytes_max) {
  Parsed found;
  HttpParser parser(head_bytes_max, body_bytes_max);
  std::string bytes;
  while (!input.empty()) {
    bytes += input.substr(0, piece_bytes);
    input.remove_prefix(std::min(input.size(), piece_bytes));
    std::string_view rest = bytes;
    for (;;) {
      const HttpParser::Found what = parser.put(rest);
      if (what == HttpParser::Found::head) continue;
      if (what == HttpParser::Found::fault) {
        found.fault = parser.fault_status();
        return found;
      }
      if (what == HttpParser::Found::nothing_yet) break;
      std::string said = std::string(parser.request().method) + " " + std::string(parser.request().target);
      for (const HttpHeader& header : parser.request().headers) said.append("\n").append(header.name).append(": ").append(header.value);
      MILLRACE_ASSERT(parser.request().body.size() <= body_bytes_max);
      found.requests.push_back(said.append("\n\n").append(parser.request().body).append(parser.keeps_alive() ? "+" : "-"));
      parser.restart();
    }
    MILLRACE_ASSERT(rest.size() <= head_bytes_max + piece_bytes);
    bytes.erase(0, bytes.size() - rest.size());
  }
  return found;
}

// A body comes in pieces as it comes at once. `said` is as parse() has it.
void check_streams(std::string_view input, std::size_t piece_bytes, const std::vector<std::string>& requests) {
  constexpr std::size_t large = 1u << 20;
  HttpParser parser(large, 0);
  std::string bytes;
  std::string body;
  std::size_t found = 0;
  while (!input.empty()) {
    bytes += input.substr(0, piece_bytes);
    input.remove_prefix(std::min(input.size(), piece_bytes));
    std::string_view rest = bytes;
    for (;;) {
      const HttpParser::Found what = parser.put(rest);
      if (what == HttpParser::Found::fault) return;
      if (what == HttpParser::Found::nothing_yet) break;
      if (what == HttpParser::Found::head) {
        parser.be_streamed();
        body.clear();
        continue;
      }
      MILLRACE_ASSERT(parser.request().body.size() <= HttpParser::piece_bytes_max);
      body += parser.request().body;
      parser.drop_piece();
      if (what == HttpParser::Found::piece) continue;
      MILLRACE_ASSERT(found < requests.size());
      MILLRACE_ASSERT(requests[found++].ends_with("\n\n" + body + (parser.keeps_alive() ? "+" : "-")));
      parser.restart();
    }
    bytes.erase(0, bytes.size() - rest.size());
  }
  MILLRACE_ASSERT(found == requests.size());
}

// Of the same bytes in pieces: a fault may be seen later then, or wait for more, but no request is found or lost.
void check_agrees(const Parsed& pieces, const Parsed& whole) {
  MILLRACE_ASSERT(pieces.requests == whole.requests);
  MILLRACE_ASSERT(pieces.fault == whole.fault || pieces.fault == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::size_t large = 1u << 20;
  const Parsed whole = parse(input, large, large, large);
  check_agrees(parse(input, 1, large, large), whole);
  check_agrees(parse(input, 1 + data[0], large, large), whole);
  parse(input, 1 + data[0], 64, 16);
  for (const std::size_t piece_bytes : {large, std::size_t{1} + data[0]}) check_streams(input, piece_bytes, whole.requests);
  return 0;
}
