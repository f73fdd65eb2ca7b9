// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/access_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "millrace/base/file.h"
#include "millrace/gateway/event_log.h"
#include "millrace/gateway/line_log.h"
#include "millrace/record/json.h"
#include "millrace/telemetry/exposition.h"

namespace millrace::gateway {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct SetClock : Clock {
  Timestamp now() const override { return time; }
  Timestamp time = *parse_rfc3339("2026-11-25T22:00:00.125Z");
};

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  const std::string text = read_small_file(path, 64u << 20).value_or("");
  EXPECT_TRUE(text.empty() || text.ends_with('\n'));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    EXPECT_TRUE(parse_json(lines.back())) << lines.back();
    at = end + 1;
  }
  return lines;
}

class AccessLogTest : public ::testing::Test {
 protected:
  std::string line_of(const AccessEntry& entry) {
    std::filesystem::remove(path_);
    {
      const auto log = AccessLog::open(path_, registry_, clock_);
      EXPECT_TRUE(log);
      (*log)->write(entry);
    }
    const std::vector<std::string> lines = lines_of(path_);
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? "" : lines[0];
  }

  const TempFolder folder_;
  const std::string path_ = folder_.file("access.log");
  telemetry::Registry registry_;
  SetClock clock_;
};

TEST_F(AccessLogTest, writes_a_json_object_for_a_request) {
  EXPECT_EQ(line_of({"r-1", "POST", "/v1/{table}", "/v1/post", 201, 57, 80, std::chrono::microseconds(412), "127.0.0.1", "writer",
                     "4bf92f3577b34da6a3ce929d0e0e4736", 1}),
            R"({"time":"2026-11-25T22:00:00.125Z","request_id":"r-1","method":"POST","route":"/v1/{table}","path":"/v1/post","status":201,)"
            R"("bytes_in":57,"bytes_out":80,"seconds":0.000412,"client":"127.0.0.1","token":"writer","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","records":1})");
}

TEST_F(AccessLogTest, leaves_out_what_has_no_value_and_every_query) {
  EXPECT_EQ(line_of({.request_id = "r", .method = "GET", .route = "other", .path = "/v1/post?access_token=s3cret", .status = 404}),
            R"({"time":"2026-11-25T22:00:00.125Z","request_id":"r","method":"GET","route":"other","path":"/v1/post","status":404,)"
            R"("bytes_in":0,"bytes_out":0,"seconds":0.000000})");
}

TEST_F(AccessLogTest, stays_json_whatever_a_client_sends) {
  EXPECT_THAT(line_of({.path = "/a\"b\\c\x01\x1b[31m"}), HasSubstr(R"("path":"/a\"b\\c\u0001\u001b[31m")"));
  EXPECT_THAT(line_of({.path = "/\xc3\xbc"}), HasSubstr("\"path\":\"/\xc3\xbc\""));
  EXPECT_THAT(line_of({.path = "/\xff\xc3"}), HasSubstr(R"("path":"/%FF%C3")"));
  const std::string long_line = line_of({.path = "/" + std::string(1022, 'x') + "\xc3\xbc\xc3\xbc"});
  EXPECT_THAT(long_line, HasSubstr("x...\""));
  EXPECT_LT(long_line.size(), 1300u);
}

TEST_F(AccessLogTest, appends_and_follows_a_file_that_was_moved_away) {
  std::filesystem::remove(path_);
  const auto log = *AccessLog::open(path_, registry_, clock_);
  log->write({.request_id = "1"});
  while (std::filesystem::file_size(path_) == 0) std::this_thread::yield();
  std::filesystem::rename(path_, path_ + ".1");
  log->reopen();
  log->write({.request_id = "2"});
  while (!std::filesystem::exists(path_) || std::filesystem::file_size(path_) == 0) std::this_thread::yield();
  EXPECT_THAT(lines_of(path_ + ".1").at(0), HasSubstr(R"("request_id":"1")"));
  EXPECT_THAT(lines_of(path_).at(0), HasSubstr(R"("request_id":"2")"));
  struct stat status {};
  EXPECT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07, 0u) << "nothing for others";
}

TEST_F(AccessLogTest, says_when_the_file_cannot_be_written_to) {
  const auto log = AccessLog::open(folder_.file("no/folder"), registry_, clock_);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::io);
  EXPECT_THAT(log.error().message, HasSubstr("no/folder"));
}

TEST_F(AccessLogTest, counts_lines_that_a_full_disk_did_not_take) {
  const auto log = *AccessLog::open("/dev/full", registry_, clock_);
  for (int i = 0; i < 3; ++i) log->write({.request_id = "r"});
  while (log->dropped() != 3) std::this_thread::yield();
  std::string text;
  telemetry::write_metrics(registry_, telemetry::Exposition::prometheus_text, text);
  EXPECT_THAT(text, HasSubstr("\nmillrace_access_log_dropped_total 3\n"));
}

TEST_F(AccessLogTest, never_waits_for_a_reader) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const int reader = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK);
  const int writer = ::open(path_.c_str(), O_WRONLY | O_NONBLOCK);
  ASSERT_TRUE(reader >= 0 && writer >= 0);
  const std::string line(1000, 'x');
  while (::write(writer, line.data(), line.size()) > 0) {}
  {
    const auto log = *LineLog::open(path_, 4);
    for (int i = 0; i < 1000; ++i) log->write(line);
    EXPECT_GT(log->dropped(), 900u);  // 64 KiB are gathered, and four lines wait
    EXPECT_LT(log->dropped(), 1000u);
  }  // and neither does its end
  std::signal(SIGPIPE, SIG_IGN);
  ::close(writer);
  ::close(reader);
}

TEST(EventLog, shows_no_secret) {
  const TempFolder folder;
  const std::string path = folder.file("events");
  {
    const SetClock clock;
    EventLog log(*LineLog::open(path), clock);
    log.hide("pa\"ss\nword");
    log.hide("");
    log.say(Level::info, "started", {{"store", "wss://root:p@ss:w@rd@db.example:8000/a/b?auth=root"}, {"listen", "127.0.0.1:8080"}, {"other", "ws://host/a"}});
    log.say(Level::warning, "odd", {{"header", "Authorization: Bearer s3cret.token, bearer more-s3cret"}, {"words", "the pa\"ss\nword pa\"ss\nword"}});
    log.request_failed("r-1", 503, {Code::unavailable, "ws://root:s3cret@db.example:8000: gone", {}});
  }
  const std::vector<std::string> lines = lines_of(path);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], R"({"time":"2026-11-25T22:00:00.125Z","level":"info","event":"started","store":"wss://root:***@db.example:8000/a/b?auth=root","listen":"127.0.0.1:8080","other":"ws://host/a"})");
  EXPECT_EQ(lines[1], R"({"time":"2026-11-25T22:00:00.125Z","level":"warning","event":"odd","header":"Authorization: Bearer ***, bearer ***","words":"the *** ***"})");
  EXPECT_EQ(lines[2], R"({"time":"2026-11-25T22:00:00.125Z","level":"error","event":"request_failed","request_id":"r-1","status":503,"code":"unavailable","message":"ws://root:***@db.example:8000: gone"})");
}

TEST(EventLog, does_not_drown_in_requests_that_fail_alike) {
  const TempFolder folder;
  const std::string path = folder.file("events");
  {
    SetClock clock;
    EventLog log(*LineLog::open(path), clock);
    for (int i = 0; i < 1000; ++i) log.request_failed("r", 503, {Code::unavailable, "gone", {}});
    clock.time += std::chrono::seconds(1);
    log.request_failed("last", 503, {Code::unavailable, "gone", {}});
  }
  const std::vector<std::string> lines = lines_of(path);
  ASSERT_EQ(lines.size(), EventLog::failures_a_second + 1);
  EXPECT_THAT(lines.back(), AllOf(HasSubstr("\"request_id\":\"last\""), HasSubstr("\"left_out\":990")));
  EXPECT_THAT(lines[0], Not(HasSubstr("left_out")));
}

}  // namespace
}  // namespace millrace::gateway
