// SPDX-License-Identifier: Apache-2.0
//
// Counting by itself and by many threads at once, which slots.h is for.
#include "millrace/telemetry/metrics.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <barrier>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "millrace/telemetry/exposition.h"
#include "millrace/telemetry/registry.h"
#include "support/random.h"

namespace millrace::telemetry {
namespace {

std::string write(const Registry& registry, Exposition exposition = Exposition::prometheus_text) {
  std::string text;
  write_metrics(registry, exposition, text);
  return text;
}

double read_from(const std::string& text, const std::string& sample) {
  const std::size_t line = text.find("\n" + sample + " ");
  return line == text.npos ? -1 : std::stod(text.substr(line + sample.size() + 2));
}
double read(const Registry& registry, const std::string& sample) { return read_from("\n" + write(registry), sample); }

TEST(Counter, adds) {
  Registry registry;
  const Counter counter = registry.counter({"a_total", "A."});
  EXPECT_EQ(read(registry, "a_total"), 0);
  counter.add();
  counter.add(41);
  counter.add(0);
  EXPECT_EQ(read(registry, "a_total"), 42);
}

TEST(Gauge, sets_and_adds) {
  Registry registry;
  const Gauge gauge = registry.gauge({"a", "A."});
  EXPECT_EQ(read(registry, "a"), 0);
  gauge.set(2.5);
  gauge.add(-4);
  EXPECT_EQ(read(registry, "a"), -1.5);
}

TEST(Histogram, a_bound_belongs_to_its_bucket) {
  Registry registry;
  const Histogram histogram = registry.histogram({"a", "A.", {0, 1, 2}});
  for (const double value : {0.0, 0.5, 1.0, 1.0000001, 2.0, 2.5}) histogram.observe(value);
  EXPECT_EQ(read(registry, "a_bucket{le=\"0.0\"}"), 1);
  EXPECT_EQ(read(registry, "a_bucket{le=\"1.0\"}"), 3);
  EXPECT_EQ(read(registry, "a_bucket{le=\"2.0\"}"), 5);
  EXPECT_EQ(read(registry, "a_bucket{le=\"+Inf\"}"), 6);
}

TEST(Histogram, what_is_negative_or_no_number_counts_as_zero) {
  Registry registry;
  const Histogram histogram = registry.histogram({"a", "A.", {0, 1}});
  histogram.observe(-5);
  histogram.observe(std::numeric_limits<double>::quiet_NaN(), TraceContext::random());
  histogram.observe(0.5);
  histogram.observe(-0.0);
  EXPECT_EQ(read(registry, "a_bucket{le=\"0.0\"}"), 3);
  EXPECT_EQ(read(registry, "a_sum"), 0.5);
  EXPECT_EQ(read(registry, "a_count"), 4);
  histogram.observe(std::numeric_limits<double>::infinity());
  EXPECT_EQ(read(registry, "a_bucket{le=\"1.0\"}"), 4);
  EXPECT_EQ(read(registry, "a_count"), 5);
  EXPECT_TRUE(std::isinf(read(registry, "a_sum")));
}

// The branch-free search against the library's, at every number of bounds, on and beside every bound.
TEST(Histogram, finds_the_bucket_that_a_binary_search_finds) {
  test::Random random;
  for (std::size_t size = 1; size <= bounds_max; ++size) {
    alignas(16) std::array<double, bounds_max> bounds;
    bounds.fill(std::numeric_limits<double>::infinity());
    double bound = 0;
    for (std::size_t i = 0; i < size; ++i) bounds[i] = bound += 1.0 / static_cast<double>(1 + random.below(1000));
    const auto expected = [&](double value) {
      return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.begin() + size, value) - bounds.begin());
    };
    for (std::size_t i = 0; i < size; ++i) {
      for (const double value : {bounds[i], std::nextafter(bounds[i], 0.0), std::nextafter(bounds[i], 1e9)}) {
        ASSERT_EQ(detail::bucket_of(bounds.data(), (size + 3) / 4 * 4, value), expected(value))
            << size << " bounds, " << value;
      }
    }
    ASSERT_EQ(detail::bucket_of(bounds.data(), (size + 3) / 4 * 4, std::numeric_limits<double>::infinity()), size);
  }
}

TEST(Histogram, the_largest_ones_fill_segments_without_touching_each_other) {
  Registry registry;
  const auto family = registry.histograms({"a",
                                           "A.",
                                           {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                                            17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32},
                                           {"l"},
                                           100});
  for (int i = 0; i < 100; ++i) family.with({std::to_string(i)}).observe(i);  // 100 times 34 cells: seven segments
  const std::string text = "\n" + write(registry);
  for (int i = 0; i < 100; ++i) {
    const std::string label = "{l=\"" + std::to_string(i) + "\"}";
    ASSERT_EQ(read_from(text, "a_sum" + label), i);
    ASSERT_EQ(read_from(text, "a_count" + label), 1);
  }
}

// As many threads as there are slots are alive and own one each, or share; in waves, so that slots change hands.
TEST(Slots, no_two_threads_own_the_same) {
  constexpr std::size_t threads = detail::slot_count + 10;
  Registry registry;
  const Counter counter = registry.counter({"a_total", "A."});
  for (int wave = 1; wave <= 3; ++wave) {
    std::barrier all_alive(threads);
    std::vector<std::size_t> offsets(threads);
    {
      std::vector<std::jthread> running;
      for (std::size_t thread = 0; thread < threads; ++thread) {
        running.emplace_back([&, thread] {
          counter.add();
          offsets[thread] = detail::slot_offset;
          all_alive.arrive_and_wait();  // so that no slot comes free before
        });
      }
    }
    std::ranges::sort(offsets);
    const auto owned = std::ranges::upper_bound(offsets, 0u);
    EXPECT_EQ(std::ranges::adjacent_find(owned, offsets.end()), offsets.end());
    EXPECT_GE(offsets.end() - owned, static_cast<std::ptrdiff_t>(detail::slot_count) - 2);  // this thread may have one
    EXPECT_LT(offsets.end() - owned, static_cast<std::ptrdiff_t>(detail::slot_count));
    EXPECT_EQ(read(registry, "a_total"), static_cast<double>(threads) * wave);
  }
  EXPECT_EQ(detail::slots_used(), detail::slot_count);
}

// Left to itself, the scheduler runs threads of some milliseconds one after the other on one CPU, where no count can get
// lost.
void stay_on_cpu(std::size_t which) {
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  which %= static_cast<std::size_t>(CPU_COUNT(&allowed));
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed) || which-- != 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    return;
  }
}

// All slots are taken by threads that wait, so that four more have to share for long: no count of theirs is lost.
TEST(Slots, threads_beyond_them_lose_nothing) {
  constexpr int waiting = static_cast<int>(detail::slot_count);
  constexpr int sharing = 4;
  constexpr int rounds = 300'000;
  Registry registry;
  const Counter counter = registry.counter({"a_total", "A."});
  const Histogram histogram = registry.histogram({"b", "B.", {1, 2, 3}});
  std::barrier all_taken(waiting + sharing);
  std::barrier all_done(waiting + sharing);
  std::vector<std::jthread> running;
  for (int thread = 0; thread < waiting + sharing; ++thread) {
    running.emplace_back([&, thread] {
      if (thread < waiting) counter.add();
      if (thread >= waiting) stay_on_cpu(static_cast<std::size_t>(thread));
      all_taken.arrive_and_wait();
      for (int i = 0; thread >= waiting && i < rounds; ++i) {
        counter.add(2);
        histogram.observe(thread % 4 + 0.5);
      }
      EXPECT_TRUE(thread < waiting || detail::slot_offset == 0);
      all_done.arrive_and_wait();
    });
  }
  running.clear();
  constexpr double observed = 1.0 * sharing * rounds;
  EXPECT_EQ(read(registry, "a_total"), waiting + 2 * observed);
  EXPECT_EQ(read(registry, "b_count"), observed);
  EXPECT_EQ(read(registry, "b_bucket{le=\"1.0\"}"), observed / 4);
  EXPECT_EQ(read(registry, "b_bucket{le=\"3.0\"}"), observed * 3 / 4);
  EXPECT_EQ(read(registry, "b_sum"), observed * 2);  // 0.5 to 3.5, 2 on average; exact, being halves
}

// One thread after the other: each gets a slot that another has given back, and goes on from what stands in it.
TEST(Slots, a_slot_that_was_given_back_is_owned_again_with_what_it_has_counted) {
  Registry registry;
  const Counter counter = registry.counter({"a_total", "A."});
  std::size_t first = 0;
  for (int i = 0; i < 300; ++i) {
    std::size_t offset = 0;
    std::thread([&] {
      counter.add();
      offset = detail::slot_offset;
    }).join();
    ASSERT_NE(offset, 0u);
    if (i == 0) first = offset;
    ASSERT_EQ(offset, first);
  }
  EXPECT_EQ(read(registry, "a_total"), 300);
}

struct CountsAtItsEnd {
  std::optional<Counter> counter;
  std::optional<Histogram> histogram;
  std::size_t* offset = nullptr;
  ~CountsAtItsEnd() {
    if (!counter) return;
    counter->add(5);
    histogram->observe(2);
    *offset = detail::slot_offset;
  }
};
thread_local CountsAtItsEnd counts_at_its_end;

// An object made before the first count is destroyed after the slot was given back.
TEST(Slots, a_thread_may_count_after_it_gave_its_slot_back) {
  Registry registry;
  const Counter counter = registry.counter({"a_total", "A."});
  const Histogram histogram = registry.histogram({"b", "B.", {1}});
  for (int i = 0; i < 10; ++i) {
    std::size_t offset = 1;
    std::thread([&] {
      counts_at_its_end.counter = counter;
      counts_at_its_end.histogram = histogram;
      counts_at_its_end.offset = &offset;
      counter.add(1);
      histogram.observe(0.5);
    }).join();
    EXPECT_EQ(offset, 0u);
  }
  EXPECT_EQ(read(registry, "a_total"), 60);
  EXPECT_EQ(read(registry, "b_sum"), 25);
  EXPECT_EQ(read(registry, "b_count"), 20);
}

// While threads come, count and go, every scrape is at least what the last one was and agrees with itself.
TEST(Slots, scrapes_never_fall_and_count_agrees_with_the_buckets) {
  constexpr int threads = 40;
  constexpr int generations = 5;
  constexpr int rounds = 400;
  Registry registry;
  const Counter counter = registry.counter({"a_total", "A."});
  const Histogram histogram = registry.histogram({"b", "B.", {1, 2, 3}});
  std::atomic<bool> done = false;
  std::jthread scraper([&] {
    double counted = 0, observed = 0, sum = 0;
    do {
      const std::string text = "\n" + write(registry, Exposition::openmetrics_text);
      const double counted_now = read_from(text, "a_total"), observed_now = read_from(text, "b_count"),
                   sum_now = read_from(text, "b_sum");
      EXPECT_GE(counted_now, counted);
      EXPECT_GE(observed_now, observed);
      EXPECT_GE(sum_now, sum);
      double below = 0;
      for (const std::string bound : {"1.0", "2.0", "3.0", "+Inf"}) {
        const double at_most = read_from(text, "b_bucket{le=\"" + bound + "\"}");
        EXPECT_GE(at_most, below);
        below = at_most;
      }
      EXPECT_EQ(observed_now, below);
      counted = counted_now, observed = observed_now, sum = sum_now;
    } while (!done);
  });
  for (int generation = 0; generation < generations; ++generation) {
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread) {
      running.emplace_back([&, thread] {
        const TraceContext trace = TraceContext::random();
        for (int i = 0; i < rounds; ++i) {
          counter.add();
          if (i % 10 == 0) {
            histogram.observe((i + thread) % 4 + 0.5, trace);
          } else {
            histogram.observe((i + thread) % 4 + 0.5);
          }
        }
      });
    }
  }
  done = true;
  scraper.join();
  EXPECT_EQ(read(registry, "a_total"), 1.0 * threads * generations * rounds);
  EXPECT_EQ(read(registry, "b_sum"), 2.0 * threads * generations * rounds);
}

// Metrics and children come into being while others count and scrape.
TEST(Slots, children_may_be_made_while_others_scrape) {
  Registry registry;
  const auto family = registry.counters({"a_total", "A.", {"l"}, 20});
  std::atomic<bool> done = false;
  std::jthread scraper([&] {
    do {
      write(registry);
    } while (!done);
  });
  std::vector<std::jthread> running;
  for (int thread = 0; thread < 4; ++thread) {
    running.emplace_back([&] {
      for (int i = 0; i < 200; ++i) family.with({std::to_string(i % 40)}).add();
    });
  }
  running.clear();
  done = true;
  scraper.join();
  double sum = read(registry, "a_total{l=\"other\"}");
  for (int i = 0; i < 40; ++i) sum += std::max(0.0, read(registry, "a_total{l=\"" + std::to_string(i) + "\"}"));
  EXPECT_EQ(sum, 800);
}

}  // namespace
}  // namespace millrace::telemetry
