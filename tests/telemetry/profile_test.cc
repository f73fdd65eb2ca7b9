// SPDX-License-Identifier: Apache-2.0
//
// The scopes are those of this file only, whatever the build: the recorder is in every library.
#undef MILLRACE_PROFILE
#define MILLRACE_PROFILE
#include "millrace/telemetry/profile.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "millrace/base/file.h"
#include "millrace/telemetry/trace_file.h"

namespace millrace::telemetry {
namespace {

const TraceInfo info{"1.2.3", *parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")};

// An event of a trace, read as written by trace_file.cc: one a line. That the file is JSON is tests/command/trace_test.py's matter.
struct Event {
  std::string phase, name, thread;
  double begin = 0, duration = 0;
  std::string args;
};

std::string member(std::string_view line, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const std::size_t at = line.find(key);
  if (at == line.npos) return "";
  std::string_view rest = line.substr(at + key.size());
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find_first_of('"', 1) - 1));
  if (rest.starts_with('{')) return std::string(rest.substr(0, rest.find('}') + 1));
  return std::string(rest.substr(0, rest.find_first_of(",}")));
}

struct Trace {
  std::string text;
  std::vector<Event> events;
  std::uint64_t dropped = 0;

  std::vector<Event> named(std::string_view name) const {
    std::vector<Event> found;
    for (const Event& event : events) {
      if (event.name == name) found.push_back(event);
    }
    return found;
  }
};

Trace trace_now() {
  const TempFolder folder;
  const std::string path = folder.file("trace.json");
  const Result<void> written = write_trace(path, info);
  EXPECT_TRUE(written) << written.error().message;
  std::ifstream file(path);
  Trace trace{.text = std::string(std::istreambuf_iterator<char>(file), {}), .events = {}};
  for (std::string_view rest = trace.text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.starts_with("{\"ph\"")) {
      Event& event = trace.events.emplace_back(member(line, "ph"), member(line, "name"), member(line, "tid"));
      event.args = member(line, "args");
      if (event.phase != "M") event.begin = std::stod(member(line, "ts"));
      if (event.phase == "X") event.duration = std::stod(member(line, "dur"));
    }
    if (line.starts_with("],\"otherData\"")) trace.dropped = std::stoull(member(line, "dropped_scopes"));
  }
  return trace;
}

// On a thread of its own, so that its ring is new.
template <typename Work>
void on_new_thread(Work work) {
  std::thread(work).join();
}

std::vector<std::uint64_t> numbers_in(const ScopeRing& ring, std::uint64_t* gone = nullptr) {
  std::vector<std::uint64_t> numbers;
  const std::uint64_t lost = ring.read([&](const ScopeRecord& record) { numbers.push_back(record.number); });
  if (gone != nullptr) *gone = lost;
  return numbers;
}

TEST(ScopeRing, gives_records_in_the_order_in_which_they_ended) {
  ScopeRing ring(true);
  for (std::uint64_t i = 0; i < 10; ++i) ring.write({"a", "number", i, 100 + i, 7, ScopeKind::scope});
  std::uint64_t gone = 1;
  EXPECT_EQ(numbers_in(ring, &gone), (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(gone, 0);
}

TEST(ScopeRing, loses_nothing_up_to_its_capacity_and_counts_what_it_overwrites) {
  ScopeRing ring(true);
  for (std::uint64_t i = 0; i < ScopeRing::capacity; ++i) ring.write({"a", "number", i, 0, 0, ScopeKind::scope});
  std::uint64_t gone = 1;
  EXPECT_EQ(numbers_in(ring, &gone).size(), ScopeRing::capacity);
  EXPECT_EQ(gone, 0);
  for (std::uint64_t i = 0; i < 5; ++i) ring.write({"a", "number", ScopeRing::capacity + i, 0, 0, ScopeKind::scope});
  const std::vector<std::uint64_t> left = numbers_in(ring, &gone);
  ASSERT_EQ(left.size(), ScopeRing::capacity);
  EXPECT_EQ(left.front(), 5);
  EXPECT_EQ(left.back(), ScopeRing::capacity + 4);
  EXPECT_EQ(gone, 5);
}

TEST(ScopeRing, gives_whole_records_only_while_it_is_written) {
  ScopeRing ring(true);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (std::uint64_t i = 0; !stop; ++i) ring.write({"a", "number", i, 2 * i, 3 * i, ScopeKind::scope});
  });
  std::uint64_t seen = 0;
  while (seen < 20 * ScopeRing::capacity) {
    std::uint64_t last = 0;
    ring.read([&](const ScopeRecord& record) {
      ASSERT_EQ(record.begin, 2 * record.number);
      ASSERT_EQ(record.duration, 3 * record.number);
      ASSERT_TRUE(record.number > last || record.number == 0);
      last = record.number;
      ++seen;
    });
  }
  stop = true;
  writer.join();
}

TEST(Profile, scopes_stand_on_their_thread_nested_and_in_order) {
  on_new_thread([] {
    name_thread("nest");
    MILLRACE_PROFILE_SCOPE("outer", "rows", 1000);
    for (int i = 0; i < 3; ++i) {
      MILLRACE_PROFILE_SCOPE("inner");
    }
  });
  const Trace trace = trace_now();
  const std::vector<Event> outer = trace.named("outer");
  const std::vector<Event> inner = trace.named("inner");
  ASSERT_EQ(outer.size(), 1);
  ASSERT_EQ(inner.size(), 3);
  EXPECT_EQ(outer[0].args, R"({"rows":1000})");
  EXPECT_EQ(inner[0].args, "");
  double last_end = outer[0].begin;
  for (const Event& event : inner) {
    EXPECT_EQ(event.phase, "X");
    EXPECT_EQ(event.thread, outer[0].thread);
    EXPECT_GE(event.begin, last_end);
    last_end = event.begin + event.duration;
  }
  EXPECT_LE(last_end, outer[0].begin + outer[0].duration + 0.0005);  // a sum of two decimals
  EXPECT_NE(trace.text.find(R"("name":"thread_name","pid":)"), trace.text.npos);
  EXPECT_NE(trace.text.find(R"("args":{"name":"nest"})"), trace.text.npos);
}

TEST(Profile, a_scopes_length_is_that_of_the_clock) {
  using std::chrono::steady_clock;
  double microseconds = 0;
  on_new_thread([&] {
    const auto begin = steady_clock::now();
    {
      MILLRACE_PROFILE_SCOPE("timed");
      const auto begun = steady_clock::now();
      while (steady_clock::now() - begun < std::chrono::milliseconds(20)) {
      }
    }
    microseconds = std::chrono::duration<double, std::micro>(steady_clock::now() - begin).count();
  });
  const std::vector<Event> timed = trace_now().named("timed");
  ASSERT_EQ(timed.size(), 1);
  EXPECT_LE(timed[0].duration, microseconds * 1.001);
  EXPECT_GE(timed[0].duration, 19'990);
}

TEST(Profile, a_span_lies_between_the_times_it_was_given) {
  using std::chrono::steady_clock;
  on_new_thread([] {
    MILLRACE_PROFILE_SCOPE("around");
    const auto sent = steady_clock::now();
    while (steady_clock::now() - sent < std::chrono::microseconds(1500)) {
    }
    MILLRACE_PROFILE_SPAN("flight", "rows", 7, sent, sent + std::chrono::microseconds(1500));
  });
  const Trace trace = trace_now();
  const std::vector<Event> flight = trace.named("flight");
  const std::vector<Event> around = trace.named("around");
  ASSERT_EQ(flight.size(), 2);
  ASSERT_EQ(around.size(), 1);
  EXPECT_EQ(flight[0].phase + flight[1].phase, "be");
  EXPECT_EQ(flight[0].args, R"({"rows":7})");
  EXPECT_NEAR(flight[1].begin - flight[0].begin, 1500, 0.002);
  constexpr double clocks_differ = 20;  // microseconds
  EXPECT_GE(flight[0].begin, around[0].begin - clocks_differ);
  EXPECT_LE(flight[1].begin, around[0].begin + around[0].duration + clocks_differ);
}

TEST(Profile, a_full_ring_counts_what_it_drops) {
  const std::uint64_t before = trace_now().dropped;
  on_new_thread([] {
    for (std::size_t i = 0; i < ScopeRing::capacity + 123; ++i) {
      MILLRACE_PROFILE_SCOPE("overflow");
    }
  });
  const Trace trace = trace_now();
  EXPECT_EQ(trace.dropped - before, 123);
  EXPECT_EQ(trace.named("overflow").size(), ScopeRing::capacity);
}

TEST(Profile, quotes_are_escaped_and_what_is_not_ascii_replaced) {
  on_new_thread([] {
    name_thread("a\"b\\c\n\xc3\xa4");
    MILLRACE_PROFILE_SCOPE("say \"hello\" \\", "\"rows\"", 1);
  });
  const std::string text = trace_now().text;
  EXPECT_NE(text.find(R"("name":"say \"hello\" \\")"), text.npos);
  EXPECT_NE(text.find(R"("args":{"\"rows\"":1})"), text.npos);
  EXPECT_NE(text.find(R"("args":{"name":"a\"b\\c???"})"), text.npos);
}

TEST(Profile, a_trace_names_its_version_and_trace_id) {
  EXPECT_NE(trace_now().text.find(R"("version":"1.2.3","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","clock":")"), std::string::npos);
}

TEST(Profile, many_threads_each_keep_their_own) {
  constexpr int threads = 16;
  constexpr int scopes = 500;
  std::barrier all_are_there(threads);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      all_are_there.arrive_and_wait();
      for (int n = 0; n < scopes; ++n) {
        MILLRACE_PROFILE_SCOPE("many", "thread", static_cast<std::uint64_t>(i));
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  std::set<std::pair<std::string, std::string>> owners;
  const std::vector<Event> events = trace_now().named("many");
  for (const Event& event : events) owners.emplace(event.thread, event.args);
  EXPECT_EQ(events.size(), threads * scopes);
  EXPECT_EQ(owners.size(), threads);
}

TEST(Profile, is_written_while_threads_record_begin_and_end) {
  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::vector<std::thread> running;
  for (int i = 0; i < 2; ++i) {
    running.emplace_back([&] {
      while (!stop) {
        MILLRACE_PROFILE_SCOPE("busy outer");
        MILLRACE_PROFILE_SCOPE("busy inner", "rows", 42);
        std::this_thread::yield();  // not so many that reading them takes long
      }
    });
  }
  running.emplace_back([&] {
    while (!stop) {
      on_new_thread([] {
        name_thread("short");
        MILLRACE_PROFILE_SCOPE("short lived");
      });
      ++rounds;
    }
  });
  while (rounds < 3) std::this_thread::yield();
  for (int i = 0; i < 2; ++i) {
    const Trace trace = trace_now();
    EXPECT_TRUE(trace.text.ends_with("}}\n"));
    for (const Event& event : trace.named("busy inner")) {
      ASSERT_EQ(event.args, R"({"rows":42})");
      ASSERT_GE(event.duration, 0);
    }
  }
  stop = true;
  for (std::thread& thread : running) thread.join();
}

TEST(Profile, rings_of_ended_threads_are_kept_up_to_a_bound_and_the_rest_counted) {
  const std::uint64_t before = trace_now().dropped;
  for (int i = 0; i < 200; ++i) {
    on_new_thread([] { MILLRACE_PROFILE_SCOPE("gone soon"); });
  }
  const Trace trace = trace_now();
  EXPECT_EQ(trace.named("gone soon").size(), 64);
  EXPECT_GE(trace.dropped - before, 136);
}

TEST(TraceFile, says_what_is_wrong_and_leaves_nothing_behind) {
  const TempFolder folder;
  const Result<void> written = write_trace(folder.path() + "/nowhere/trace.json", info);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::not_found) << written.error().message;
  const Result<void> full = write_trace("/dev/full", info);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::io);
}

}  // namespace
}  // namespace millrace::telemetry
