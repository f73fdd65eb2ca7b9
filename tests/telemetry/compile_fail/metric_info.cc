// SPDX-License-Identifier: Apache-2.0
// What metric_info.h refuses: each line with "// error:" is refused by that rule, every other compiles (tests/support/expect_errors.py).
#include "millrace/telemetry/metric_info.h"

namespace millrace::telemetry {

constexpr CounterInfo good_counter{"millrace:records_2_total", "Records.", {"reason", "_table9"}};
constexpr GaugeInfo good_gauge{"_level", "A level."};
constexpr HistogramInfo good_histogram{"a_seconds", "Times.", {0, 0.5, 1e300}, {"a", "b", "c", "d", "e", "f", "g", "h"}, 1};

constexpr CounterInfo no_name{"", "Help."};           // error: a_name_has_letters_digits_underscores_and_colons
constexpr GaugeInfo digit_first{"9_lives", "Help."};  // error: a_name_has_letters_digits_underscores_and_colons
constexpr GaugeInfo hyphen{"a-level", "Help."};       // error: a_name_has_letters_digits_underscores_and_colons
constexpr GaugeInfo umlaut{"größe", "Help."};         // error: a_name_has_letters_digits_underscores_and_colons
constexpr GaugeInfo no_help{"level", ""};             // error: a_metric_has_a_help

constexpr CounterInfo no_total{"records", "Help."};               // error: a_counters_name_ends_in_total
constexpr CounterInfo only_total{"_total", "Help."};              // error: a_counters_name_ends_in_total
constexpr CounterInfo total_twice{"records_total_total", "H."};   // error: only_a_counters_name_ends_in_total
constexpr CounterInfo count_total{"records_count_total", "H."};   // error: a_name_ends_not_in_count_sum_bucket_or_created
constexpr GaugeInfo gauge_total{"records_total", "Help."};        // error: only_a_counters_name_ends_in_total
constexpr GaugeInfo gauge_count{"records_count", "Help."};        // error: a_name_ends_not_in_count_sum_bucket_or_created
constexpr GaugeInfo gauge_sum{"records_sum", "Help."};            // error: a_name_ends_not_in_count_sum_bucket_or_created
constexpr GaugeInfo gauge_bucket{"records_bucket", "Help."};      // error: a_name_ends_not_in_count_sum_bucket_or_created
constexpr GaugeInfo gauge_created{"records_created", "Help."};    // error: a_name_ends_not_in_count_sum_bucket_or_created
constexpr HistogramInfo times_total{"a_total", "Help.", {1}};     // error: only_a_counters_name_ends_in_total
constexpr HistogramInfo times_bucket{"a_bucket", "Help.", {1}};   // error: a_name_ends_not_in_count_sum_bucket_or_created

constexpr CounterInfo colon_label{"a_total", "Help.", {"a:b"}};      // error: a_label_name_has_letters_digits_and_underscores
constexpr CounterInfo empty_label{"a_total", "Help.", {""}};         // error: a_label_name_has_letters_digits_and_underscores
constexpr CounterInfo digit_label{"a_total", "Help.", {"1"}};        // error: a_label_name_has_letters_digits_and_underscores
constexpr CounterInfo own_label{"a_total", "Help.", {"__name__"}};   // error: a_label_name_begins_not_with_two_underscores
constexpr HistogramInfo le_label{"a", "Help.", {1}, {"le"}};         // error: le_and_quantile_are_no_label_names
constexpr GaugeInfo quantile_label{"a", "Help.", {"quantile"}};      // error: le_and_quantile_are_no_label_names
constexpr CounterInfo label_twice{"a_total", "H.", {"b", "c", "b"}}; // error: a_label_name_is_given_once
constexpr GaugeInfo many_labels{"a", "H.", {"a", "b", "c", "d", "e", "f", "g", "h", "i"}};  // error: there_are_too_many_labels
constexpr GaugeInfo no_room{"a", "Help.", {"b"}, 0};                 // error: a_family_has_room_for_a_child

constexpr HistogramInfo level_bounds{"a", "Help.", {1, 1}};          // error: bounds_ascend
constexpr HistogramInfo falling_bounds{"a", "Help.", {2, 1}};        // error: bounds_ascend
constexpr HistogramInfo no_number{"a", "Help.", {__builtin_nan("")}};      // error: bounds_are_finite_and_not_negative
constexpr HistogramInfo infinite_bound{"a", "Help.", {__builtin_inf()}};   // error: bounds_are_finite_and_not_negative
constexpr HistogramInfo negative_bound{"a", "Help.", {-1}};                // error: bounds_are_finite_and_not_negative
constexpr Bounds no_bound(std::initializer_list<double>{});                // error: a_histogram_has_a_bound
constexpr Bounds many_bounds{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,   // continued
                             18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33};  // error: there_are_too_many_bounds

// A name that is only known at run time is no metric.
GaugeInfo named_later(const char* name) { return GaugeInfo(name, "Help."); }  // error: is not a constant expression

}  // namespace millrace::telemetry
