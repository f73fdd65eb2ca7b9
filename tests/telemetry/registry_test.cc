// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/registry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <type_traits>

#include "millrace/telemetry/exposition.h"

namespace millrace::telemetry {
namespace {

std::string write(const Registry& registry) {
  std::string text;
  write_metrics(registry, Exposition::prometheus_text, text);
  return text;
}

// Of the sample in a new scrape; -1 when it is not there.
double read(const Registry& registry, const std::string& sample) {
  const std::string text = "\n" + write(registry);
  const std::size_t line = text.find("\n" + sample + " ");
  return line == text.npos ? -1 : std::stod(text.substr(line + sample.size() + 2));
}

static_assert(std::is_trivially_copyable_v<Counter> && std::is_trivially_copyable_v<Gauge> &&
              std::is_trivially_copyable_v<Histogram> && std::is_trivially_copyable_v<Family<Counter>>);

TEST(Registry, the_same_info_gives_the_same_metric) {
  Registry registry;
  constexpr CounterInfo info{"a_total", "A."};
  registry.counter(info).add(1);
  registry.counter(info).add(2);
  registry.counter({"a_total", "A."}).add(4);
  EXPECT_EQ(read(registry, "a_total"), 7);

  const auto family = registry.histograms({"b", "B.", {1}, {"l"}});
  family.with({"x"}).observe(1);
  registry.histograms({"b", "B.", {1}, {"l"}}).with({"x"}).observe(2);
  EXPECT_EQ(read(registry, "b_sum{l=\"x\"}"), 3);
}

TEST(Registry, metrics_of_two_registries_are_two) {
  Registry one;
  Registry two;
  one.counter({"a_total", "A."}).add(1);
  two.counter({"a_total", "A."}).add(2);
  EXPECT_EQ(read(one, "a_total"), 1);
  EXPECT_EQ(read(two, "a_total"), 2);
  EXPECT_EQ(&Registry::global(), &Registry::global());
}

TEST(RegistryDeathTest, another_metric_of_a_name_that_is_taken) {
  Registry registry;
  registry.counter({"a_total", "A."});
  registry.histogram({"h", "H.", {1, 2}});
  registry.gauges({"g", "G.", {"l"}});
  EXPECT_DEATH(registry.counter({"a_total", "Other."}), "the metric a_total is not what is registered as a_total");
  EXPECT_DEATH(registry.total({"a_total", "A."}), "a_total");
  EXPECT_DEATH(registry.counters({"a_total", "A.", {"l"}}), "a_total");
  EXPECT_DEATH(registry.gauge({"a", "A."}),
               "the metric a is not what is registered as a_total");  // one family to OpenMetrics
  EXPECT_DEATH(registry.histogram({"h", "H.", {1, 3}}), "the metric h is not");
  EXPECT_DEATH(registry.gauges({"g", "G.", {"m"}}), "the metric g is not");
  EXPECT_DEATH(registry.gauge({"l", "L.", {"l"}}), "labels");
  EXPECT_DEATH(registry.gauges({"m", "M."}), "labels");
  EXPECT_DEATH(registry.gauges({"g", "G.", {"l"}}).with({"x", "y"}), "labels");
}

TEST(Family, values_that_differ_only_in_where_they_end_are_two_children) {
  Registry registry;
  const auto family = registry.counters({"a_total", "A.", {"l", "m"}});
  family.with({"xy", "z"}).add(1);
  family.with({"x", "yz"}).add(2);
  EXPECT_EQ(read(registry, "a_total{l=\"xy\",m=\"z\"}"), 1);
  EXPECT_EQ(read(registry, "a_total{l=\"x\",m=\"yz\"}"), 2);
}

TEST(Family, values_that_are_not_utf_8_are_replaced_and_found_again) {
  Registry registry;
  const auto family = registry.counters({"a_total", "A.", {"l", "m"}});
  family.with({"\xff", "x"}).add(1);
  family.with({"\xff", "x"}).add(2);
  family.with({"\xfe", "x"}).add(4);  // looks the same, so it is the same
  family.with({"", "\xffx"}).add(8);
  EXPECT_EQ(read(registry, "a_total{l=\"\ufffd\",m=\"x\"}"), 7);
  EXPECT_EQ(read(registry, "a_total{m=\"\ufffdx\"}"), 8);
  // A NUL ends no value, so that these are not (a, b).
  family.with({"a", "b"}).add(16);
  family.with({std::string_view("a\0b", 3), ""}).add(32);
  EXPECT_EQ(read(registry, "a_total{l=\"a\",m=\"b\"}"), 16);
  EXPECT_EQ(read(registry, "a_total{l=\"a\ufffdb\"}"), 32);
}

TEST(Family, a_full_one_answers_with_other_and_counts_that) {
  Registry registry;
  const auto family = registry.counters({"a_total", "A.", {"l", "m"}, 3});
  for (const std::string_view value : {"1", "2", "3"}) family.with({value, "x"}).add();
  EXPECT_EQ(read(registry, "millrace_metrics_label_sets_dropped_total{metric=\"a_total\"}"), -1);
  family.with({"4", "x"}).add(10);
  family.with({"5", "x"}).add(20);
  family.with({"2", "x"}).add();  // there already
  EXPECT_EQ(read(registry, "a_total{l=\"other\",m=\"other\"}"), 30);
  EXPECT_EQ(read(registry, "a_total{l=\"2\",m=\"x\"}"), 2);
  EXPECT_EQ(read(registry, "a_total{l=\"4\",m=\"x\"}"), -1);
  EXPECT_EQ(read(registry, "millrace_metrics_label_sets_dropped_total{metric=\"a_total\"}"), 2);
}

TEST(Family, has_room_for_a_hundred_where_nothing_is_said) {
  Registry registry;
  const auto family = registry.gauges({"a", "A.", {"l"}});
  for (int i = 0; i < 105; ++i) family.with({std::to_string(i)}).add(1);
  EXPECT_EQ(read(registry, "a{l=\"99\"}"), 1);
  EXPECT_EQ(read(registry, "a{l=\"100\"}"), -1);
  EXPECT_EQ(read(registry, "a{l=\"other\"}"), 5);
}

TEST(ScrapeHook, is_called_before_each_scrape_until_it_is_gone) {
  Registry registry;
  const Gauge gauge = registry.gauge({"a", "A."});
  int calls = 0;
  {
    const ScrapeHook hook = registry.before_scrape([&] { gauge.set(++calls); });
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(read(registry, "a"), 1);
    EXPECT_EQ(read(registry, "a"), 2);
  }
  EXPECT_EQ(read(registry, "a"), 2);

  ScrapeHook moved = registry.before_scrape([&] { gauge.set(10); });
  ScrapeHook target = registry.before_scrape([&] { ++calls; });
  target = std::move(moved);  // the second is removed, the first goes on
  EXPECT_EQ(read(registry, "a"), 10);
  EXPECT_EQ(calls, 2);
  target.remove();
  gauge.set(5);
  EXPECT_EQ(read(registry, "a"), 5);
  registry.before_scrape([&] { gauge.set(7); }).keep();
  EXPECT_EQ(read(registry, "a"), 7);
}

TEST(ScrapeHook, may_register_metrics) {
  Registry registry;
  const ScrapeHook hook = registry.before_scrape([&] { registry.gauges({"a", "A.", {"l"}}).with({"x"}).set(3); });
  EXPECT_EQ(read(registry, "a{l=\"x\"}"), 3);
}

TEST(ScrapeHook, is_not_running_any_more_once_it_is_removed) {
  Registry registry;
  std::latch running(1);
  std::atomic<bool> ended = false;
  ScrapeHook hook = registry.before_scrape([&] {
    running.count_down();
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    ended = true;
  });
  std::thread scraper([&] { write(registry); });
  running.wait();
  hook.remove();
  EXPECT_TRUE(ended);
  scraper.join();
}

}  // namespace
}  // namespace millrace::telemetry
