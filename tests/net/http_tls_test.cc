// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/tls.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "millrace/net/http_server.h"
#include "support/http_client.h"

namespace millrace::net {
namespace {

using std::chrono::milliseconds;
using testing::HttpClient;

struct Ran {
  int status = -1;
  std::string said;  // on either stream
};

Ran run(const std::string& command) {
  Ran ran;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) ran.said.append(buffer.data(), got);
  const int ended = ::pclose(pipe);
  ran.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  return ran;
}

class HttpTlsTest : public ::testing::Test {
 protected:
  HttpTlsTest() {
    std::string folder = ::testing::TempDir() + "tls_XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    make("server", "localhost");
  }
  ~HttpTlsTest() override { std::filesystem::remove_all(folder_); }

  std::string file(std::string_view name) const { return fmt::format("{}/{}", folder_, name); }
  // A certificate that signs itself, and its key: NAME.pem and NAME.key.
  void make(std::string_view name, std::string_view subject) {
    const Ran made = run(fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {} -out {} -days 2 "
                                     "-subj /CN={} -addext subjectAltName=DNS:localhost,IP:127.0.0.1",
                                     file(fmt::format("{}.key", name)), file(fmt::format("{}.pem", name)), subject));
    ASSERT_EQ(made.status, 0) << made.said;
  }
  Result<std::unique_ptr<HttpServer>> listen(std::string_view certificate, std::string_view key, HttpOptions options = {}) {
    options.tls = TlsFiles{file(certificate), file(key)};
    options.takes_stream = [](const HttpRequest& request) noexcept { return request.path() == "/stream"; };
    return HttpServer::listen(loop_, {"127.0.0.1", 0}, [](const HttpRequest& request, HttpReply reply) noexcept {
      if (request.path() != "/stream") {
        const std::size_t size = request.path() == "/large" ? 5u << 20 : 1;
        return std::move(reply).send(text_response(200, fmt::format("{} {} {}", request.path(), request.body, std::string(size, 'x'))));
      }
      const std::shared_ptr<HttpExchange> exchange = std::move(reply).exchange();
      exchange->begin({.status = 200, .headers = {}, .body = {}});
      echo(exchange);
    }, std::move(options));
  }
  void serve(HttpOptions options = {}) {
    auto server = listen("server.pem", "server.key", std::move(options));
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    port_ = server_->address().port;
  }
  static void echo(const std::shared_ptr<HttpExchange>& exchange) {
    exchange->read([exchange](HttpPiece piece) noexcept {
      if (piece.kind != HttpPiece::Kind::data) return exchange->end();
      exchange->write(std::string(piece.bytes), [exchange](bool is_open) noexcept {
        if (is_open) echo(exchange);
      });
    });
  }
  // As OpenSSL's own client sees it.
  Ran ask(std::string_view options, std::string_view request = "GET /a HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n") {
    return run(fmt::format("printf '{}' | timeout 20 openssl s_client -connect 127.0.0.1:{} -verify_return_error -ign_eof {}", request, port_, options));
  }
  std::string trusted() const { return "-CAfile " + file("server.pem"); }

  std::string folder_;
  Loop loop_;
  std::uint16_t port_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpTlsTest, answers_over_both_versions_and_names_the_protocol) {
  serve();
  for (const std::string_view version : {"-tls1_3", "-tls1_2"}) {
    const Ran ran = ask(fmt::format("{} {} -alpn h2,http/1.1", trusted(), version));
    EXPECT_EQ(ran.status, 0) << ran.said;
    EXPECT_NE(ran.said.find("HTTP/1.1 200 OK\r\n"), std::string::npos) << ran.said;
    EXPECT_NE(ran.said.find("/a  x\n"), std::string::npos) << ran.said;
    EXPECT_NE(ran.said.find("ALPN protocol: http/1.1"), std::string::npos) << ran.said;
    EXPECT_NE(ran.said.find("Verify return code: 0 (ok)"), std::string::npos) << ran.said;
  }
}

TEST_F(HttpTlsTest, refuses_old_versions_other_protocols_and_weak_ciphers) {
  serve();
  for (const std::string_view options : {"-tls1_1 -cipher DEFAULT@SECLEVEL=0", "-alpn h2", "-tls1_2 -cipher AES128-SHA"}) {
    const Ran ran = ask(fmt::format("{} {}", trusted(), options));
    EXPECT_NE(ran.status, 0) << options;
    EXPECT_NE(ran.said.find("alert"), std::string::npos) << ran.said;
    EXPECT_EQ(ran.said.find("HTTP/1.1 200"), std::string::npos) << ran.said;
  }
  EXPECT_EQ(ask(trusted()).status, 0);
}

TEST_F(HttpTlsTest, is_not_trusted_by_who_knows_another_authority) {
  serve();
  make("other", "localhost");
  const Ran ran = ask("-CAfile " + file("other.pem"));
  EXPECT_NE(ran.status, 0);
  EXPECT_NE(ran.said.find("self-signed certificate"), std::string::npos) << ran.said;
  EXPECT_EQ(ask(trusted()).status, 0) << "the server goes on";
}

TEST_F(HttpTlsTest, closes_who_speaks_plain_http_or_nothing) {
  serve({.read_timeout = milliseconds(200)});
  HttpClient plain(port_);
  plain.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(plain.read_to_end().find("HTTP"), std::string::npos);
  HttpClient silent(port_);
  EXPECT_TRUE(silent.is_closed());
  HttpClient half(port_);
  half.send({"\x16\x03\x01", 3});
  EXPECT_EQ(half.read_to_end().find("HTTP"), std::string::npos);
}

TEST_F(HttpTlsTest, answers_pipelined_requests_that_come_in_one_record) {
  serve();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += fmt::format("GET /{} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n", i);
  requests += "GET /last HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n";
  const Ran ran = ask(trusted() + " -quiet", requests);
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = ran.said.find(fmt::format("\r\n\r\n/{}  x\n", i), at);
    ASSERT_NE(at, std::string::npos) << i << ran.said;
  }
  EXPECT_NE(ran.said.find("/last  x\n", at), std::string::npos);
}

// Node checks the certificate's name as well; each chunk has to come back before the next is sent, large ones in between.
TEST_F(HttpTlsTest, streams_both_ways_to_a_client_of_another_make) {
  serve();
  const Ran ran = run(fmt::format(R"(timeout 60 node -e '
    const https = require("https"), ca = require("fs").readFileSync("{}");
    const at = {{host: "127.0.0.1", port: {}, servername: "localhost", ca, agent: new https.Agent({{keepAlive: true, maxSockets: 1}})}};
    const sizes = [1, 10, 100000, 3, 1000000, 16384, 16385, 1];
    let due = 0, round = 0, total = 0;
    const request = https.request({{...at, method: "POST", path: "/stream"}}, (answer) => {{
      answer.on("data", (bytes) => {{
        total += bytes.length;
        due -= bytes.length;
        if (due === 0) next();
      }});
      answer.on("end", () => setImmediate(() => https.get({{...at, path: "/large"}}, (large) => {{
        let size = 0;
        large.on("data", (bytes) => size += bytes.length);
        large.on("end", () => {{ console.log("total", total, "large", size, large.req.reusedSocket); process.exit(0); }});
      }})));
    }});
    const next = () => {{
      if (round === sizes.length) return request.end();
      due = sizes[round++];
      request.write(Buffer.alloc(due, "x"));
    }};
    next();')", file("server.pem"), port_));
  EXPECT_EQ(ran.said, fmt::format("total {} large {} true\n", 1 + 10 + 100000 + 3 + 1000000 + 16384 + 16385 + 1, (5 << 20) + 9));
}

TEST_F(HttpTlsTest, names_the_file_that_cannot_be_used_and_why) {
  make("other", "localhost");
  std::ofstream(file("empty.pem")) << "";
  std::ofstream(file("prose.pem")) << "no certificate\n";
  ASSERT_EQ(run(fmt::format("openssl ec -in {} -out {} -aes128 -passout pass:secret", file("server.key"), file("locked.key"))).status, 0);
  struct Case {
    std::string certificate;
    std::string key;
    std::string message;
  };
  for (const Case& wrong : {Case{"none.pem", "server.key", fmt::format("cannot use the certificate in '{}': No such file or directory", file("none.pem"))},
                            Case{"server.pem", "none.key", fmt::format("cannot use the key in '{}': No such file or directory", file("none.key"))},
                            Case{"empty.pem", "server.key", fmt::format("cannot use the certificate in '{}': there is none in PEM form", file("empty.pem"))},
                            Case{"prose.pem", "server.key", fmt::format("cannot use the certificate in '{}': there is none in PEM form", file("prose.pem"))},
                            Case{"server.pem", "server.pem", fmt::format("cannot use the key in '{}': there is none in PEM form", file("server.pem"))},
                            Case{"server.pem", "locked.key", fmt::format("cannot use the key in '{}': it is encrypted; give one without a password", file("locked.key"))},
                            Case{"server.pem", "other.key", fmt::format("cannot use the key in '{}': it does not fit the certificate in '{}'", file("other.key"), file("server.pem"))}}) {
    const auto server = listen(wrong.certificate, wrong.key);
    ASSERT_FALSE(server) << wrong.message;
    EXPECT_EQ(server.error().code, Code::invalid_argument);
    EXPECT_EQ(server.error().message, wrong.message);
  }
}

TEST_F(HttpTlsTest, takes_new_files_for_new_connections_and_keeps_the_old_when_they_are_wrong) {
  serve();
  EXPECT_NE(ask(trusted()).said.find("subject=CN = localhost"), std::string::npos);
  make("server", "renewed");
  ASSERT_TRUE(server_->reload_tls());
  EXPECT_NE(ask(trusted()).said.find("subject=CN = renewed"), std::string::npos);
  std::filesystem::copy_file(file("server.pem"), file("trusted.pem"));
  std::ofstream(file("server.pem")) << "damaged";
  const Result<void> reloaded = server_->reload_tls();
  ASSERT_FALSE(reloaded);
  EXPECT_NE(reloaded.error().message.find(file("server.pem")), std::string::npos);
  EXPECT_NE(ask("-CAfile " + file("trusted.pem")).said.find("subject=CN = renewed"), std::string::npos);
}

TEST_F(HttpTlsTest, a_server_without_it_has_nothing_to_read_again) {
  auto server = HttpServer::listen(loop_, {"127.0.0.1", 0}, [](const HttpRequest&, HttpReply) noexcept {});
  ASSERT_TRUE(server);
  const Result<void> reloaded = (*server)->reload_tls();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace millrace::net
