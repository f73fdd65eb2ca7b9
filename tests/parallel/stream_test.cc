// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <latch>
#include <memory>
#include <numeric>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "millrace/parallel/batches_of.h"
#include "support/random.h"

namespace millrace::parallel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int> numbers(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// Keeps what it is given.
template <class T>
struct Kept {
  std::vector<T> all;
  void operator()(std::span<T> some) { all.insert(all.end(), some.begin(), some.end()); }
};

bool is_even(int x) { return x % 2 == 0; }

// Longer for some than for others, so that batches overtake one another.
int unevenly(int x) {
  volatile int spin = x % 100 == 0 ? 20'000 : 1;
  while (spin > 0) spin = spin - 1;
  return 3 * x;
}

TEST(StreamTest, results_reach_the_sink_in_the_order_of_the_input) {
  const std::vector<int> input = numbers(5000);
  std::vector<int> expected;
  for (const int x : input) {
    if (is_even(x)) expected.push_back(3 * x);
  }
  for (const std::size_t batch : {1, 7, 1000, 30'000}) {
    for (const std::size_t workers : {1, 2, 5}) {
      Kept<int> kept;
      const StreamDone done = stream(batches_of(input, batch), {.workers = workers}) | keep(is_even) | map(unevenly) | to(std::ref(kept));
      EXPECT_FALSE(done.error);
      EXPECT_EQ(done.elements, input.size());
      EXPECT_EQ(done.batches, (input.size() + batch - 1) / batch);
      ASSERT_EQ(kept.all, expected) << batch << " a batch, " << workers << " workers";
    }
  }
}

TEST(StreamTest, ends_are_those_of_the_plain_loop_whatever_the_batches) {
  test::Random random;
  std::vector<double> input(5000);
  for (double& x : input) x = std::ldexp(static_cast<double>(random.bits() % 1000) - 500, static_cast<int>(random.below(60)) - 30);
  double sum_of_all = 0;
  std::string text;
  for (const double x : input) {
    if (x == 0) continue;
    sum_of_all += 2 * x;
    text += std::to_string(x > 0);
  }
  const auto chain = keep([](double x) { return x != 0; }) | map([](double x) { return 2 * x; });
  for (const std::size_t batch : {1, 64, 777, 5000}) {
    const auto job = [&] { return stream(batches_of(input, batch)) | chain; };
    EXPECT_EQ((job() | sum()).value, sum_of_all);  // to the last bit
    EXPECT_EQ((job() | reduce(0.0, std::plus())).value, sum_of_all);
    EXPECT_EQ((job() | reduce(std::string(), [](std::string all, double x) { return std::move(all) += std::to_string(x > 0); })).value, text);
    EXPECT_EQ((job() | count()).value, text.size());
    EXPECT_EQ((job() | max()).value, from(input) | chain | max());
    EXPECT_EQ((job() | min()).value, from(input) | chain | min());
  }
}

TEST(StreamTest, whole_numbers_sum_as_stages_do) {
  const std::vector<std::int32_t> input(100'000, 2'000'000'000);
  const auto total = stream(batches_of(input, 999)) | sum();
  static_assert(std::is_same_v<decltype(total.value), std::int64_t>);
  EXPECT_EQ(total.value, 200'000'000'000'000);
  const auto fast = stream(batches_of(input, 999)) | keep(pure([](int x) { return x > 0; })) | sum();
  EXPECT_EQ(fast.value, 200'000'000'000'000);
  const std::vector<std::int64_t> large(3, std::int64_t{1} << 62);  // wraps, and does not trap
  EXPECT_EQ((stream(batches_of(large, 1)) | sum()).value, std::int64_t(3 * (std::uint64_t{1} << 62)));
}

TEST(StreamTest, the_first_of_equals_is_the_least_and_the_greatest) {
  struct Reading {
    int celsius;
    int number;
  };
  std::vector<Reading> input;
  for (int i = 0; i < 1000; ++i) input.push_back({i % 10, i});
  EXPECT_EQ((stream(batches_of(input, 37)) | max({}, &Reading::celsius)).value->number, 9);
  EXPECT_EQ((stream(batches_of(input, 37)) | min({}, &Reading::celsius)).value->number, 0);
  EXPECT_FALSE((stream(batches_of(input, 37)) | keep([](const Reading&) { return false; }) | max({}, &Reading::celsius)).value);
}

TEST(StreamTest, an_input_without_batches_gives_nothing) {
  Kept<int> kept;
  const std::vector<int> none;
  const StreamDone done = stream(batches_of(none)) | to(std::ref(kept));
  EXPECT_TRUE(done);
  EXPECT_EQ(done.batches, 0u);
  EXPECT_THAT(kept.all, IsEmpty());
  EXPECT_EQ((stream(batches_of(none)) | sum()).value, 0);
}

TEST(StreamTest, a_sink_is_not_called_for_a_batch_of_which_nothing_came) {
  int calls = 0;
  const StreamDone done = stream(batches_of(numbers(100), 10)) | keep([](int x) { return x == 55; }) | to([&](std::span<int> some) {
                            ++calls;
                            EXPECT_THAT(some, ElementsAre(55));
                          });
  EXPECT_EQ(done.batches, 10u);
  EXPECT_EQ(calls, 1);
}

TEST(StreamTest, takes_whatever_gives_batches) {
  Kept<int> kept;
  // A function that gives optional batches; one that gives results; a range that is no array; an array that is moved in.
  EXPECT_TRUE(stream([n = 0]() mutable { return n < 3 ? std::optional(std::vector<int>(2, n++)) : std::nullopt; }) | to(std::ref(kept)));
  EXPECT_TRUE(stream([n = 3]() mutable -> Result<std::optional<std::array<int, 1>>> {
                if (n == 5) return std::nullopt;
                return std::array{n++};
              }) | to(std::ref(kept)));
  EXPECT_TRUE(stream(batches_of(std::views::iota(5, 8), 2)) | to(std::ref(kept)));
  EXPECT_TRUE(stream(batches_of(std::vector{8, 9}, 1)) | to(std::ref(kept)));
  EXPECT_THAT(kept.all, ElementsAre(0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9));
  std::istringstream words("one two three");
  EXPECT_EQ((stream(batches_of(std::views::istream<std::string>(words), 2)) | map(&std::string::size) | sum()).value, 11u);
}

TEST(StreamTest, a_source_that_is_named_is_borrowed) {
  auto source = batches_of(std::views::iota(0), 10);  // without an end
  const StreamDone done = stream(source) | to([](std::span<int> some) -> Result<void> {
                            if (some.front() == 50) return fail(Code::refused, "enough");
                            return {};
                          });
  EXPECT_EQ(done.error->message, "enough");
  EXPECT_GE(source.next()->front(), 60);  // goes on where the job has left it
}

TEST(StreamTest, the_sink_may_move_out_of_what_it_gets) {
  std::vector<std::unique_ptr<int>> kept;
  EXPECT_TRUE(stream(batches_of(numbers(10), 3)) | map([](int x) { return std::make_unique<int>(x); }) |
              to([&](std::span<std::unique_ptr<int>> some) { std::ranges::move(some, std::back_inserter(kept)); }));
  ASSERT_EQ(kept.size(), 10u);
  EXPECT_EQ(*kept[9], 9);
}

TEST(StreamTest, results_may_be_views_of_the_batch) {
  // Batches of texts too short for the heap, which would move if their strings did.
  auto source = [n = 0]() mutable {
    std::vector<std::string> batch;
    for (int i = 0; i < 10 && n < 1000; ++i) batch.push_back("t" + std::to_string(n++));
    return batch.empty() ? std::nullopt : std::optional(std::move(batch));
  };
  int next = 0;
  const StreamDone done = stream(source) | map([](const std::string& text) { return std::string_view(text); }) |
                          to([&](std::span<std::string_view> some) {
                            for (const std::string_view text : some) ASSERT_EQ(text, "t" + std::to_string(next++));
                          });
  EXPECT_EQ(done.elements, 1000u);
  EXPECT_EQ(next, 1000);
}

// A batch that counts how many of its kind there are.
class Live {
 public:
  explicit Live(std::atomic<int>& count, std::atomic<int>& most) : count_(&count) {
    const int now = ++count;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
  }
  Live(Live&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Live& operator=(Live&& other) noexcept {
    std::swap(count_, other.count_);
    return *this;
  }
  ~Live() {
    if (count_ != nullptr) --*count_;
  }
  const int* data() const { return &one_; }
  std::size_t size() const { return 1; }
  const int* begin() const { return data(); }
  const int* end() const { return data() + 1; }

 private:
  std::atomic<int>* count_;
  int one_ = 1;
};

TEST(StreamTest, no_more_batches_than_the_window_are_alive) {
  for (const std::size_t window : {2, 3, 8}) {
    std::atomic<int> live = 0, most = 0, made = 0;
    const auto source = [&]() -> std::optional<Live> {
      if (made++ == 2000) return std::nullopt;
      return Live(live, most);
    };
    // The sink waits until the window is full, so that the bound is reached and not only kept.
    const StreamDone done = stream(source, {.workers = 3, .window = window}) | to([&](std::span<int>) {
                              while (made < 1900 && live < static_cast<int>(window)) std::this_thread::yield();
                            });
    EXPECT_EQ(done.batches, 2000u);
    EXPECT_EQ(most, window);
    EXPECT_EQ(live, 0);
  }
}

TEST(StreamTest, an_error_of_the_source_comes_behind_what_it_gave) {
  auto source = [n = 0]() mutable -> Result<std::optional<std::vector<int>>> {
    if (n == 5) return fail(Code::io, "broken", {.source = "here", .line = 0, .byte = 5, .record_id = {}});
    return std::vector{n++};
  };
  const auto total = stream(source) | sum();
  ASSERT_FALSE(total);
  EXPECT_EQ(total.error->message, "broken");
  EXPECT_EQ(total.error->place.byte, 5u);
  EXPECT_EQ(total.value, 10);
  EXPECT_EQ(total.batches, 5u);
}

TEST(StreamTest, an_error_of_the_sink_ends_the_job_and_says_what_was_done) {
  std::atomic<int> given = 0;
  const auto source = [&] { return std::optional(std::vector{given++}); };
  const StreamDone done = stream(source, {.workers = 2, .window = 4}) | to([](std::span<int> some) -> Result<void> {
                            if (some.front() == 100) return fail(Code::io, "the disk is full");
                            return {};
                          });
  EXPECT_EQ(done.error->code, Code::io);
  EXPECT_EQ(done.batches, 100u);
  EXPECT_EQ(done.elements, 100u);
  EXPECT_LE(given, 106);  // the window, and what was being given
}

TEST(StreamTest, what_a_stage_throws_passes_to_the_caller_the_first_in_order) {
  // The second batch throws late, when later ones have thrown already.
  std::latch others(2);
  Kept<int> kept;
  const auto throws = [&](int x) {
    if (x == 1) others.wait();
    if (x == 2 || x == 3) others.count_down();
    if (x >= 1) throw std::runtime_error(std::to_string(x));
    return x;
  };
  try {
    static_cast<void>(stream(batches_of(numbers(4), 1), {.workers = 4, .window = 5}) | map(throws) | to(std::ref(kept)));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "1");
  }
  EXPECT_THAT(kept.all, ElementsAre(0));
}

TEST(StreamTest, what_the_source_or_the_sink_throws_passes_to_the_caller) {
  Kept<int> kept;
  auto source = [n = 0]() mutable -> std::optional<std::vector<int>> {
    if (n == 3) throw std::logic_error("source");
    return std::vector{n++};
  };
  EXPECT_THROW(static_cast<void>(stream(source) | to(std::ref(kept))), std::logic_error);
  EXPECT_THAT(kept.all, ElementsAre(0, 1, 2));
  EXPECT_THROW(static_cast<void>(stream(batches_of(std::views::iota(0))) | to([](std::span<int>) { throw std::domain_error("sink"); })),
               std::domain_error);
}

TEST(StreamTest, what_was_built_is_destroyed_when_a_stage_throws) {
  const auto shared = std::make_shared<int>(1);
  const auto copies = [&](int x) {
    if (x == 777) throw std::runtime_error("777");
    return shared;
  };
  EXPECT_THROW(static_cast<void>(stream(batches_of(numbers(2000), 50)) | map(copies) | to([](std::span<std::shared_ptr<int>>) {})),
               std::runtime_error);
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(StreamTest, a_stop_ends_the_job_behind_whole_batches) {
  std::stop_source stop;
  int next = 0;
  const StreamDone done = stream(batches_of(std::views::iota(0), 10), {.stop = stop.get_token()}) | to([&](std::span<int> some) {
                            for (const int x : some) ASSERT_EQ(x, next++);
                            if (next == 500) stop.request_stop();
                          });
  EXPECT_EQ(done.error->code, Code::interrupted);
  EXPECT_GE(next, 500);
  EXPECT_EQ(done.elements, static_cast<std::uint64_t>(next));
  const auto before = stream(batches_of(std::views::iota(0), 10), {.stop = stop.get_token()}) | sum();
  EXPECT_EQ(before.batches, 0u);
  EXPECT_EQ(before.error->code, Code::interrupted);
}

}  // namespace
}  // namespace millrace::parallel
