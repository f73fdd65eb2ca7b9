// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/exposition.h"

#include <gtest/gtest.h>

#include <cctype>
#include <limits>
#include <string>

namespace millrace::telemetry {
namespace {

// With TIME at the end of a line in place of a time in append_seconds's form: ten digits, a dot, three digits.
std::string write(const Registry& registry, Exposition exposition) {
  std::string text;
  write_metrics(registry, exposition, text);
  constexpr std::size_t time_size = 14;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1)) {
    if (end <= time_size) continue;
    const std::size_t start = end - time_size;
    bool is_time = text[start - 1] == ' ';
    for (std::size_t i = 0; i < time_size; ++i)
      is_time = is_time && (i == 10 ? text[start + i] == '.' : std::isdigit(text[start + i]));
    if (!is_time) continue;
    text.replace(start, time_size, "TIME");
    end = start + 4;
  }
  return text;
}

TEST(Exposition, of_nothing) {
  const Registry registry;
  EXPECT_EQ(write(registry, Exposition::prometheus_text), "");
  EXPECT_EQ(write(registry, Exposition::openmetrics_text), "# EOF\n");
}

TEST(Exposition, of_a_counter) {
  Registry registry;
  registry.counter({"sent_bytes_total", "Bytes that were sent."}).add(18'000'000'000'000'000'000u);
  EXPECT_EQ(write(registry, Exposition::prometheus_text),
            "# HELP sent_bytes_total Bytes that were sent.\n"
            "# TYPE sent_bytes_total counter\n"
            "sent_bytes_total 18000000000000000000\n");
  EXPECT_EQ(write(registry, Exposition::openmetrics_text),
            "# TYPE sent_bytes counter\n"
            "# UNIT sent_bytes bytes\n"
            "# HELP sent_bytes Bytes that were sent.\n"
            "sent_bytes_total 18000000000000000000\n"
            "sent_bytes_created TIME\n"
            "# EOF\n");
}

TEST(Exposition, of_a_total_that_is_read_elsewhere) {
  Registry registry;
  registry.total({"cpu_seconds_total", "CPU."}).set(1.25);
  EXPECT_EQ(write(registry, Exposition::prometheus_text),
            "# HELP cpu_seconds_total CPU.\n# TYPE cpu_seconds_total counter\ncpu_seconds_total 1.25\n");
  EXPECT_EQ(
      write(registry, Exposition::openmetrics_text),
      "# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\n# HELP cpu_seconds CPU.\ncpu_seconds_total 1.25\n# EOF\n");
}

TEST(Exposition, of_gauges) {
  Registry registry;
  const auto levels = registry.gauges({"level", "A level.", {"kind"}});
  levels.with({"nan"}).set(std::numeric_limits<double>::quiet_NaN());
  levels.with({"inf"}).set(std::numeric_limits<double>::infinity());
  levels.with({"-inf"}).set(-std::numeric_limits<double>::infinity());
  levels.with({"half"}).set(0.5);
  levels.with({""}).set(-3);  // an empty label is none
  const std::string samples =
      "level -3\n"
      "level{kind=\"-inf\"} -Inf\n"
      "level{kind=\"half\"} 0.5\n"
      "level{kind=\"inf\"} +Inf\n"
      "level{kind=\"nan\"} NaN\n";
  EXPECT_EQ(write(registry, Exposition::prometheus_text), "# HELP level A level.\n# TYPE level gauge\n" + samples);
  EXPECT_EQ(write(registry, Exposition::openmetrics_text),
            "# TYPE level gauge\n# HELP level A level.\n" + samples + "# EOF\n");
}

TEST(Exposition, of_a_histogram) {
  Registry registry;
  const Histogram times = registry.histogram({"commit_seconds", "Time of one commit.", {0.00001, 0.5, 1, 2.5e6}});
  for (const double value : {0.25, 0.5, 0.75, 100.0, 3e6}) times.observe(value);
  const std::string samples =
      "commit_seconds_bucket{le=\"1e-05\"} 0\n"
      "commit_seconds_bucket{le=\"0.5\"} 2\n"
      "commit_seconds_bucket{le=\"1.0\"} 3\n"
      "commit_seconds_bucket{le=\"2.5e+06\"} 4\n"
      "commit_seconds_bucket{le=\"+Inf\"} 5\n"
      "commit_seconds_sum 3000101.5\n"
      "commit_seconds_count 5\n";
  EXPECT_EQ(write(registry, Exposition::prometheus_text),
            "# HELP commit_seconds Time of one commit.\n# TYPE commit_seconds histogram\n" + samples);
  EXPECT_EQ(write(registry, Exposition::openmetrics_text),
            "# TYPE commit_seconds histogram\n# UNIT commit_seconds seconds\n# HELP commit_seconds Time of one commit.\n" +
                samples + "commit_seconds_created TIME\n# EOF\n");
}

TEST(Exposition, exemplars_are_openmetrics_only) {
  Registry registry;
  const Histogram times = registry.histograms({"a_seconds", "A.", {1, 2}, {"b"}}).with({"c"});
  const TraceContext trace = *parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  times.observe(1.5, TraceContext::random());
  times.observe(1.25, trace);  // the last one counts
  times.observe(9, trace);
  times.observe(0.5, TraceContext{});  // belongs to no trace
  EXPECT_EQ(write(registry, Exposition::prometheus_text),
            "# HELP a_seconds A.\n"
            "# TYPE a_seconds histogram\n"
            "a_seconds_bucket{b=\"c\",le=\"1.0\"} 1\n"
            "a_seconds_bucket{b=\"c\",le=\"2.0\"} 3\n"
            "a_seconds_bucket{b=\"c\",le=\"+Inf\"} 4\n"
            "a_seconds_sum{b=\"c\"} 12.25\n"
            "a_seconds_count{b=\"c\"} 4\n");
  EXPECT_EQ(write(registry, Exposition::openmetrics_text),
            "# TYPE a_seconds histogram\n"
            "# UNIT a_seconds seconds\n"
            "# HELP a_seconds A.\n"
            "a_seconds_bucket{b=\"c\",le=\"1.0\"} 1\n"
            "a_seconds_bucket{b=\"c\",le=\"2.0\"} 3 # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} 1.25 TIME\n"
            "a_seconds_bucket{b=\"c\",le=\"+Inf\"} 4 # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} 9 TIME\n"
            "a_seconds_sum{b=\"c\"} 12.25\n"
            "a_seconds_count{b=\"c\"} 4\n"
            "a_seconds_created{b=\"c\"} TIME\n"
            "# EOF\n");
}

TEST(Exposition, escapes_labels_and_help) {
  Registry registry;
  registry.gauges({"a", "h\\e\"l\np", {"b", "c"}}).with({"\\ \" \n", "\\n"}).set(1);
  EXPECT_EQ(write(registry, Exposition::prometheus_text),
            "# HELP a h\\\\e\"l\\np\n# TYPE a gauge\na{b=\"\\\\ \\\" \\n\",c=\"\\\\n\"} 1\n");
  EXPECT_EQ(write(registry, Exposition::openmetrics_text),
            "# TYPE a gauge\n# HELP a h\\\\e\\\"l\\np\na{b=\"\\\\ \\\" \\n\",c=\"\\\\n\"} 1\n# EOF\n");
}

TEST(Exposition, families_and_children_are_sorted_whatever_the_order_of_registration) {
  std::string texts[2];
  for (const bool forwards : {true, false}) {
    Registry registry;
    const auto first = [&] { return registry.gauges({"a", "A.", {"l", "m"}}); };
    const auto second = [&] { return registry.gauges({"b", "B.", {"l"}}); };
    if (forwards) {
      first().with({"x", "1"}).set(1);
      second().with({"y"}).set(2);
      first().with({"x", "2"}).set(3);
      second().with({"x"}).set(4);
    } else {
      second().with({"x"}).set(4);
      first().with({"x", "2"}).set(3);
      second().with({"y"}).set(2);
      first().with({"x", "1"}).set(1);
    }
    write_metrics(registry, Exposition::prometheus_text, texts[forwards]);
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(texts[0],
            "# HELP a A.\n# TYPE a gauge\na{l=\"x\",m=\"1\"} 1\na{l=\"x\",m=\"2\"} 3\n"
            "# HELP b B.\n# TYPE b gauge\nb{l=\"x\"} 4\nb{l=\"y\"} 2\n");
}

TEST(Exposition, appends_to_what_is_there) {
  Registry registry;
  std::string text = "before\n";
  write_metrics(registry, Exposition::openmetrics_text, text);
  EXPECT_EQ(text, "before\n# EOF\n");
}

TEST(Exposition, catalogue_lists_all_that_is_registered) {
  Registry registry;
  registry.histograms({"b_seconds", "Has no child.", seconds_bounds, {"method", "route"}});
  registry.counter({"a_bytes_total", "One | two\nthree."});
  EXPECT_EQ(catalogue(registry),
            "| `a_bytes_total` | counter | bytes | | One \\| two three. |\n"
            "| `b_seconds` | histogram | seconds | `method`, `route` | Has no child. |\n"
            "| `millrace_metrics_label_sets_dropped_total` | counter | | `metric` | Look-ups of a new set of label values "
            "that a full "
            "family answered with its child 'other'. |\n");
}

TEST(Exposition, units_are_base_units_in_the_name) {
  EXPECT_EQ(unit_of("a_seconds"), "seconds");
  EXPECT_EQ(unit_of("a_seconds_total"), "seconds");
  EXPECT_EQ(unit_of("a_bytes"), "bytes");
  EXPECT_EQ(unit_of("a_ratio"), "ratio");
  for (const std::string_view name : {"seconds", "aseconds", "a_seconds_b", "a_milliseconds", "_total", "a"}) {
    EXPECT_EQ(unit_of(name), "") << name;
  }
}

}  // namespace
}  // namespace millrace::telemetry
