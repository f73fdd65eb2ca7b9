// SPDX-License-Identifier: Apache-2.0
//
// A TCP client that says exactly what a test says, whole or in pieces, and reads answers of HTTP one by one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::testing {

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);
  ~HttpClient();
  HttpClient(HttpClient&& other) noexcept;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // False when the server has closed.
  bool send(std::string_view bytes);
  // The next answer, head and body; of HEAD there is no body. Empty at the end of the connection. A server that says nothing
  // for 30 s fails the test.
  std::string read_answer(bool has_body = true);
  // All until the server closes.
  std::string read_to_end();
  // What is said up to and with that text, or all until the server closes.
  std::string read_until(std::string_view text);
  void end_sending();
  void reset();  // goes away without a goodbye; nothing more can be done with it
  // That the server closes, and says nothing before.
  bool is_closed() { return read_answer().empty() && input_.empty(); }
  // It closed with bytes of ours unread, which may cost the answer before.
  bool was_reset() const { return was_reset_; }

 private:
  bool read_more();
  int socket_ = -1;
  bool was_reset_ = false;
  std::string input_;
};

// One request, one answer.
std::string http_get(std::uint16_t port, std::string_view target, std::string_view headers = {});
std::string_view body_of(std::string_view answer);
// "200"
std::string_view status_of(std::string_view answer);

}  // namespace millrace::testing
