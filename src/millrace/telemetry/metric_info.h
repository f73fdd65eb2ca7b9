// SPDX-License-Identifier: Apache-2.0
//
// What a metric is: its name, its help, the names of its labels and, of a histogram, its bounds. All of it is checked while
// compiling: a name that Prometheus would refuse or misread, an unordered bound, a label given twice do not compile, and the
// compiler's message names the rule that was broken (detail::a_counters_name_ends_in_total …).
//
//   constexpr CounterInfo rejected{"millrace_records_rejected_total", "Records that were rejected.", {"reason"}};
//   constexpr HistogramInfo commit{"millrace_store_commit_seconds", "Time of one commit.", seconds_bounds};
//
// Names have base units (_seconds, _bytes, _ratio), which OpenMetrics shows as UNIT. A counter ends in _total; nothing else
// ends in _total, _count, _sum, _bucket or _created, which the formats add themselves.
// Memory: names and help are borrowed: string literals.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace millrace::telemetry {

inline constexpr std::size_t labels_max = 8;
inline constexpr std::size_t bounds_max = 32;
// Children of one family; what comes beyond shares one child whose label values are all "other" (Family).
inline constexpr std::size_t children_max_default = 100;

namespace detail {
// Not constexpr and never defined: a call ends the compilation with the function's name.
void a_name_has_letters_digits_underscores_and_colons_and_begins_with_no_digit();
void a_counters_name_ends_in_total();
void only_a_counters_name_ends_in_total();
void a_name_ends_not_in_count_sum_bucket_or_created();
void a_metric_has_a_help();
void a_label_name_has_letters_digits_and_underscores_and_begins_with_no_digit();
void a_label_name_begins_not_with_two_underscores();
void le_and_quantile_are_no_label_names();
void a_label_name_is_given_once();
void there_are_too_many_labels();
void a_family_has_room_for_a_child();
void a_histogram_has_a_bound();
void there_are_too_many_bounds();
void bounds_are_finite_and_not_negative();
void bounds_ascend();

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

consteval void check_name(std::string_view name) {
  bool good = !name.empty() && !is_digit(name.front());
  for (const char c : name) good = good && (is_letter(c) || is_digit(c) || c == ':');
  if (!good) a_name_has_letters_digits_underscores_and_colons_and_begins_with_no_digit();
}

consteval void check_suffix(std::string_view family_name) {
  for (const std::string_view suffix : {"_count", "_sum", "_bucket", "_created"}) {
    if (family_name.ends_with(suffix)) a_name_ends_not_in_count_sum_bucket_or_created();
  }
}

consteval void check_label_name(std::string_view name) {
  bool good = !name.empty() && !is_digit(name.front());
  for (const char c : name) good = good && (is_letter(c) || is_digit(c));
  if (!good) a_label_name_has_letters_digits_and_underscores_and_begins_with_no_digit();
  if (name.starts_with("__")) a_label_name_begins_not_with_two_underscores();
  if (name == "le" || name == "quantile") le_and_quantile_are_no_label_names();
}
}  // namespace detail

// {"method", "route"}; at most labels_max.
struct LabelNames {
  std::array<std::string_view, labels_max> names{};
  std::size_t size = 0;

  consteval LabelNames() = default;
  consteval LabelNames(std::initializer_list<std::string_view> given) {
    if (given.size() > labels_max) detail::there_are_too_many_labels();
    for (const std::string_view name : given) {
      detail::check_label_name(name);
      for (std::size_t i = 0; i < size; ++i) {
        if (names[i] == name) detail::a_label_name_is_given_once();
      }
      names[size++] = name;
    }
  }
  constexpr const std::string_view* begin() const { return names.data(); }
  constexpr const std::string_view* end() const { return names.data() + size; }
  friend constexpr bool operator==(const LabelNames&, const LabelNames&) = default;
};

// The upper bounds of a histogram's buckets, inclusive; +Inf follows by itself.
struct Bounds {
  std::array<double, bounds_max> values{};
  std::size_t size = 0;

  consteval Bounds(std::initializer_list<double> given) {
    if (given.size() == 0) detail::a_histogram_has_a_bound();
    if (given.size() > bounds_max) detail::there_are_too_many_bounds();
    for (const double bound : given) {
      if (!(bound >= 0 && bound <= std::numeric_limits<double>::max())) detail::bounds_are_finite_and_not_negative();
      if (size > 0 && bound <= values[size - 1]) detail::bounds_ascend();
      values[size++] = bound;
    }
  }
  constexpr const double* begin() const { return values.data(); }
  constexpr const double* end() const { return values.data() + size; }
  friend constexpr bool operator==(const Bounds&, const Bounds&) = default;
};

// 0.1 ms to 10 s.
inline constexpr Bounds seconds_bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                       0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
// Records, rows, bytes in a buffer: whatever is counted.
inline constexpr Bounds count_bounds{1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000};

struct MetricInfo {
  std::string_view name;
  std::string_view help;  // one sentence
  LabelNames labels;
  std::size_t children_max = children_max_default;
  friend constexpr bool operator==(const MetricInfo&, const MetricInfo&) = default;

 protected:
  consteval MetricInfo(std::string_view name_, std::string_view help_, const LabelNames& labels_, std::size_t children_max_)
      : name(name_), help(help_), labels(labels_), children_max(children_max_) {
    detail::check_name(name);
    if (help.empty()) detail::a_metric_has_a_help();
    if (children_max == 0) detail::a_family_has_room_for_a_child();
  }
};

struct CounterInfo : MetricInfo {
  consteval CounterInfo(std::string_view name_, std::string_view help_, const LabelNames& labels_ = {},
                        std::size_t children_max_ = children_max_default)
      : MetricInfo(name_, help_, labels_, children_max_) {
    if (!name.ends_with("_total") || name.size() == 6) detail::a_counters_name_ends_in_total();
    const std::string_view family_name = name.substr(0, name.size() - 6);
    if (family_name.ends_with("_total")) detail::only_a_counters_name_ends_in_total();
    detail::check_suffix(family_name);
  }
};

struct GaugeInfo : MetricInfo {
  consteval GaugeInfo(std::string_view name_, std::string_view help_, const LabelNames& labels_ = {},
                      std::size_t children_max_ = children_max_default)
      : MetricInfo(name_, help_, labels_, children_max_) {
    if (name.ends_with("_total")) detail::only_a_counters_name_ends_in_total();
    detail::check_suffix(name);
  }
};

struct HistogramInfo : MetricInfo {
  Bounds bounds;
  consteval HistogramInfo(std::string_view name_, std::string_view help_, const Bounds& bounds_, const LabelNames& labels_ = {},
                          std::size_t children_max_ = children_max_default)
      : MetricInfo(name_, help_, labels_, children_max_), bounds(bounds_) {
    if (name.ends_with("_total")) detail::only_a_counters_name_ends_in_total();
    detail::check_suffix(name);
  }
};

// "seconds" of "millrace_store_commit_seconds" and of "process_cpu_seconds_total"; empty where the name ends in no unit that is
// a base unit of ours.
constexpr std::string_view unit_of(std::string_view name) {
  if (name.ends_with("_total")) name.remove_suffix(6);
  for (const std::string_view unit : {"seconds", "bytes", "ratio"}) {
    if (name.size() > unit.size() && name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_') return unit;
  }
  return {};
}

}  // namespace millrace::telemetry
