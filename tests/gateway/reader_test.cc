// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <set>
#include <vector>

#include "millrace/store/memory_store.h"
#include "millrace/store/sqlite_store.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

using gateway::Reader;

class ReaderTest : public ::testing::Test {
 protected:
  void write(store::Store& store, int first, int last) {
    Lines lines;
    for (int id = first; id < last; ++id) lines.push_back(fmt::format(R"({{"id":{}}})", id));
    ASSERT_TRUE(store.prepare({"notes"}));
    Block block = block_of(lines, Encoding::json, {.table = "notes"});
    ASSERT_EQ(summary(write_now(store, batch_of({&block}, "notes")), lines.size()), "all written");
  }

  store::MemoryStore memory_;
};

TEST_F(ReaderTest, runs_jobs_in_their_order_on_a_thread_of_its_own) {
  write(memory_, 0, 3);
  std::vector<std::string> seen;
  std::set<std::thread::id> threads;
  {
    Reader reader(memory_);
    for (std::int64_t id = 0; id < 5; ++id) {
      ASSERT_TRUE(reader.run([&, id](store::Store& store) noexcept {
        seen.push_back(store.get({"notes"}, id).value().value_or("none"));
        threads.insert(std::this_thread::get_id());
      }));
    }
  }
  EXPECT_EQ(seen, (std::vector<std::string>{R"({"id":0})", R"({"id":1})", R"({"id":2})", "none", "none"}));
  EXPECT_EQ(threads.size(), 1u);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST_F(ReaderTest, refuses_a_job_when_its_queue_is_full_and_takes_others_later) {
  std::atomic<int> ran = 0;
  std::latch begun(1);
  std::latch may_go_on(1);
  Reader reader(memory_, {.queue_jobs_max = 2});
  ASSERT_TRUE(reader.run([&](store::Store&) noexcept {
    begun.count_down();
    may_go_on.wait();
    ++ran;
  }));
  begun.wait();
  const auto held = std::make_shared<int>(7);
  EXPECT_TRUE(reader.run([&](store::Store&) noexcept { ++ran; }));
  EXPECT_TRUE(reader.run([&](store::Store&) noexcept { ++ran; }));
  EXPECT_EQ(reader.waiting(), 2u);
  const Result<void> refused = reader.run([&ran, held](store::Store&) noexcept { ran += 100; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::overloaded);
  EXPECT_EQ(held.use_count(), 1);  // the refused job is gone
  EXPECT_EQ(reader.waiting(), 2u);
  may_go_on.count_down();
  std::promise<void> last;
  while (!reader.run([&](store::Store&) noexcept { last.set_value(); })) std::this_thread::yield();
  last.get_future().wait();
  EXPECT_EQ(ran, 3);
}

TEST_F(ReaderTest, finishes_what_is_queued_when_it_ends) {
  std::atomic<int> ran = 0;
  std::latch begun(1);
  {
    Reader reader(memory_);
    ASSERT_TRUE(reader.run([&](store::Store&) noexcept { begun.wait(); }));
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(reader.run([&](store::Store&) noexcept { ++ran; }));
    // And what a job adds while it ends.
    ASSERT_TRUE(reader.run([&](store::Store&) noexcept { std::ignore = reader.run([&](store::Store&) noexcept { ran += 1000; }); }));
    begun.count_down();
  }
  EXPECT_EQ(ran, 1500);
}

TEST_F(ReaderTest, a_job_is_let_go_when_it_has_run) {
  const auto held = std::make_shared<int>(7);
  Reader reader(memory_);
  std::promise<void> done;
  ASSERT_TRUE(reader.run([held](store::Store&) noexcept {}));
  ASSERT_TRUE(reader.run([&](store::Store&) noexcept { done.set_value(); }));
  done.get_future().wait();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(ReaderTest, many_threads_ask_at_once) {
  constexpr int threads = 4;
  constexpr int jobs = 2000;
  write(memory_, 0, jobs);
  std::atomic<int> found = 0;
  std::atomic<int> refused = 0;
  {
    Reader reader(memory_, {.queue_jobs_max = 64});
    std::vector<std::jthread> askers;
    for (int thread = 0; thread < threads; ++thread) {
      askers.emplace_back([&] {
        for (std::int64_t id = 0; id < jobs; ++id) {
          const Result<void> added = reader.run([&found, id](store::Store& store) noexcept { found += store.get({"notes"}, id).value().has_value(); });
          if (!added) ++refused;
        }
      });
    }
  }
  EXPECT_EQ(found + refused, threads * jobs);
  EXPECT_GT(found, 0);
}

// As in the gateway: another connection writes meanwhile, and a read sees what was committed before it was asked for.
TEST_F(ReaderTest, sees_what_another_connection_has_committed) {
  const TempFolder folder;
  auto writer = store::SqliteStore::open(folder.file("posts.db")).value();
  write(*writer, 0, 1);
  auto own = store::SqliteStore::open(folder.file("posts.db")).value();
  Reader reader(*own);
  for (int id = 1; id < 50; ++id) {
    write(*writer, id, id + 1);
    std::promise<std::uint64_t> count;
    ASSERT_TRUE(reader.run([&](store::Store& store) noexcept { count.set_value(store.count({"notes"}).value()); }));
    EXPECT_EQ(count.get_future().get(), id + 1u);
  }
}

}  // namespace
}  // namespace millrace::testing
