// SPDX-License-Identifier: Apache-2.0
//
// The implementations of SurrealQL's functions, by family: what function_table.cc gives names to. Their parameters say what
// they take (argument.h). Private to this room.
#pragma once

#include <optional>
#include <string_view>

#include "millrace/surrealql/argument.h"

namespace millrace::surrealql {

using Text = std::string_view;
using OptionalText = std::optional<Text>;
using OptionalInt = std::optional<std::int64_t>;
using OptionalDatum = std::optional<Datum>;
using OptionalBool = std::optional<bool>;
using OptionalDatetime = std::optional<DatetimeArgument>;

// functions_string.cc
Datum string_capitalize(Evaluation& evaluation, Text text);
Datum string_concat(Evaluation& evaluation, Rest<Datum> values);
Datum string_contains(Evaluation& evaluation, Text text, Text part);
Datum string_ends_with(Evaluation& evaluation, Text text, Text part);
Datum string_join(Evaluation& evaluation, Rest<Datum> values);
Datum string_len(Evaluation& evaluation, Text text);
Datum string_lowercase(Evaluation& evaluation, Text text);
Datum string_matches(Evaluation& evaluation, Text text, Datum pattern);
Datum string_repeat(Evaluation& evaluation, Text text, std::int64_t count);
Datum string_replace(Evaluation& evaluation, Text text, Datum search, Text replacement);
Datum string_reverse(Evaluation& evaluation, Text text);
Datum string_slice(Evaluation& evaluation, Text text, OptionalDatum from, OptionalInt to);
Datum string_split(Evaluation& evaluation, Text text, Text separator);
Datum string_starts_with(Evaluation& evaluation, Text text, Text part);
Datum string_trim(Evaluation& evaluation, Text text);
Datum string_uppercase(Evaluation& evaluation, Text text);
Datum string_words(Evaluation& evaluation, Text text);
// functions_string_forms.cc
Datum string_slug(Evaluation& evaluation, Text text);
Datum string_html_encode(Evaluation& evaluation, Text text);
// functions_string_is.cc
Datum string_is_alphanum(Evaluation& evaluation, Text text);
Datum string_is_alpha(Evaluation& evaluation, Text text);
Datum string_is_ascii(Evaluation& evaluation, Text text);
Datum string_is_datetime(Evaluation& evaluation, Text text, OptionalText format);
Datum string_is_domain(Evaluation& evaluation, Text text);
Datum string_is_email(Evaluation& evaluation, Text text);
Datum string_is_hexadecimal(Evaluation& evaluation, Text text);
Datum string_is_ip(Evaluation& evaluation, Text text);
Datum string_is_ipv4(Evaluation& evaluation, Text text);
Datum string_is_ipv6(Evaluation& evaluation, Text text);
Datum string_is_latitude(Evaluation& evaluation, Text text);
Datum string_is_longitude(Evaluation& evaluation, Text text);
Datum string_is_numeric(Evaluation& evaluation, Text text);
Datum string_is_record(Evaluation& evaluation, Text text, OptionalDatum table);
Datum string_is_semver(Evaluation& evaluation, Text text);
Datum string_is_ulid(Evaluation& evaluation, Text text);
Datum string_is_url(Evaluation& evaluation, Text text);
Datum string_is_uuid(Evaluation& evaluation, Text text);
// functions_string_distance.cc
Datum distance_damerau_levenshtein(Evaluation& evaluation, Text a, Text b);
Datum distance_hamming(Evaluation& evaluation, Text a, Text b);
Datum distance_levenshtein(Evaluation& evaluation, Text a, Text b);
Datum distance_normalized_damerau_levenshtein(Evaluation& evaluation, Text a, Text b);
Datum distance_normalized_levenshtein(Evaluation& evaluation, Text a, Text b);
Datum distance_osa(Evaluation& evaluation, Text a, Text b);
Datum similarity_jaro(Evaluation& evaluation, Text a, Text b);
Datum similarity_jaro_winkler(Evaluation& evaluation, Text a, Text b);
Datum similarity_sorensen_dice(Evaluation& evaluation, Text a, Text b);
// functions_string_semver.cc
Datum semver_compare(Evaluation& evaluation, Text a, Text b);
Datum semver_major(Evaluation& evaluation, Text version);
Datum semver_minor(Evaluation& evaluation, Text version);
Datum semver_patch(Evaluation& evaluation, Text version);
Datum semver_inc_major(Evaluation& evaluation, Text version);
Datum semver_inc_minor(Evaluation& evaluation, Text version);
Datum semver_inc_patch(Evaluation& evaluation, Text version);
Datum semver_set_major(Evaluation& evaluation, Text version, std::int64_t value);
Datum semver_set_minor(Evaluation& evaluation, Text version, std::int64_t value);
Datum semver_set_patch(Evaluation& evaluation, Text version, std::int64_t value);

// functions_math.cc
Datum math_abs(Evaluation& evaluation, NumberArgument number);
Datum math_acos(Evaluation& evaluation, NumberArgument number);
Datum math_acot(Evaluation& evaluation, NumberArgument number);
Datum math_asin(Evaluation& evaluation, NumberArgument number);
Datum math_atan(Evaluation& evaluation, NumberArgument number);
Datum math_ceil(Evaluation& evaluation, NumberArgument number);
Datum math_clamp(Evaluation& evaluation, NumberArgument number, NumberArgument min, NumberArgument max);
Datum math_cos(Evaluation& evaluation, NumberArgument number);
Datum math_cot(Evaluation& evaluation, NumberArgument number);
Datum math_deg2rad(Evaluation& evaluation, NumberArgument number);
Datum math_fixed(Evaluation& evaluation, NumberArgument number, std::int64_t digits);
Datum math_floor(Evaluation& evaluation, NumberArgument number);
Datum math_lerp(Evaluation& evaluation, NumberArgument from, NumberArgument to, NumberArgument factor);
Datum math_lerpangle(Evaluation& evaluation, NumberArgument from, NumberArgument to, NumberArgument factor);
Datum math_ln(Evaluation& evaluation, NumberArgument number);
Datum math_log(Evaluation& evaluation, NumberArgument number, NumberArgument base);
Datum math_log10(Evaluation& evaluation, NumberArgument number);
Datum math_log2(Evaluation& evaluation, NumberArgument number);
Datum math_pow(Evaluation& evaluation, NumberArgument number, NumberArgument exponent);
Datum math_rad2deg(Evaluation& evaluation, NumberArgument number);
Datum math_round(Evaluation& evaluation, NumberArgument number);
Datum math_sign(Evaluation& evaluation, NumberArgument number);
Datum math_sin(Evaluation& evaluation, NumberArgument number);
Datum math_sqrt(Evaluation& evaluation, NumberArgument number);
Datum math_tan(Evaluation& evaluation, NumberArgument number);
// functions_math_array.cc
Datum math_bottom(Evaluation& evaluation, NumbersArgument numbers, std::int64_t count);
Datum math_interquartile(Evaluation& evaluation, NumbersArgument numbers);
Datum math_max(Evaluation& evaluation, NumbersArgument numbers);
Datum math_mean(Evaluation& evaluation, NumbersArgument numbers);
Datum math_median(Evaluation& evaluation, NumbersArgument numbers);
Datum math_midhinge(Evaluation& evaluation, NumbersArgument numbers);
Datum math_min(Evaluation& evaluation, NumbersArgument numbers);
Datum math_mode(Evaluation& evaluation, NumbersArgument numbers);
Datum math_nearestrank(Evaluation& evaluation, NumbersArgument numbers, NumberArgument percent);
Datum math_percentile(Evaluation& evaluation, NumbersArgument numbers, NumberArgument percent);
Datum math_product(Evaluation& evaluation, NumbersArgument numbers);
Datum math_spread(Evaluation& evaluation, NumbersArgument numbers);
Datum math_stddev(Evaluation& evaluation, NumbersArgument numbers);
Datum math_sum(Evaluation& evaluation, NumbersArgument numbers);
Datum math_top(Evaluation& evaluation, NumbersArgument numbers, std::int64_t count);
Datum math_trimean(Evaluation& evaluation, NumbersArgument numbers);
Datum math_variance(Evaluation& evaluation, NumbersArgument numbers);

// functions_array.cc
Datum array_add(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_all(Evaluation& evaluation, ArrayArgument array, OptionalDatum value);
Datum array_any(Evaluation& evaluation, ArrayArgument array, OptionalDatum value);
Datum array_append(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_at(Evaluation& evaluation, ArrayArgument array, std::int64_t index);
Datum array_clump(Evaluation& evaluation, ArrayArgument array, std::int64_t size);
Datum array_combine(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_concat(Evaluation& evaluation, Rest<ArrayArgument> arrays);
Datum array_fill(Evaluation& evaluation, ArrayArgument array, Datum value, OptionalDatum from, OptionalInt to);
Datum array_filter(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_filter_index(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_find(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_find_index(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_first(Evaluation& evaluation, ArrayArgument array);
Datum array_flatten(Evaluation& evaluation, ArrayArgument array);
Datum array_insert(Evaluation& evaluation, ArrayArgument array, Datum value, OptionalInt index);
Datum array_is_empty(Evaluation& evaluation, ArrayArgument array);
Datum array_join(Evaluation& evaluation, ArrayArgument array, Text separator);
Datum array_last(Evaluation& evaluation, ArrayArgument array);
Datum array_len(Evaluation& evaluation, ArrayArgument array);
Datum array_matches(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_pop(Evaluation& evaluation, ArrayArgument array);
Datum array_prepend(Evaluation& evaluation, ArrayArgument array, Datum value);
Datum array_range(Evaluation& evaluation, Datum from, OptionalInt to);
Datum array_remove(Evaluation& evaluation, ArrayArgument array, std::int64_t index);
Datum array_repeat(Evaluation& evaluation, Datum value, std::int64_t count);
Datum array_reverse(Evaluation& evaluation, ArrayArgument array);
Datum array_sequence(Evaluation& evaluation, std::int64_t first_or_count, OptionalInt count);
Datum array_slice(Evaluation& evaluation, ArrayArgument array, OptionalDatum from, OptionalInt to);
Datum array_swap(Evaluation& evaluation, ArrayArgument array, std::int64_t from, std::int64_t to);
Datum array_transpose(Evaluation& evaluation, ArrayArgument array);
Datum array_windows(Evaluation& evaluation, ArrayArgument array, std::int64_t size);
// functions_array_sets.cc
Datum array_boolean_and(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_boolean_not(Evaluation& evaluation, ArrayArgument array);
Datum array_boolean_or(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_boolean_xor(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_complement(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_difference(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_distinct(Evaluation& evaluation, ArrayArgument array);
Datum array_group(Evaluation& evaluation, ArrayArgument array);
Datum array_intersect(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_logical_and(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_logical_or(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_logical_xor(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
Datum array_union(Evaluation& evaluation, ArrayArgument a, ArrayArgument b);
// functions_array_order.cc
Datum array_max(Evaluation& evaluation, ArrayArgument array);
Datum array_min(Evaluation& evaluation, ArrayArgument array);
Datum array_sort(Evaluation& evaluation, ArrayArgument array, OptionalDatum order);
Datum array_sort_asc(Evaluation& evaluation, ArrayArgument array);
Datum array_sort_desc(Evaluation& evaluation, ArrayArgument array);
Datum array_sort_lexical(Evaluation& evaluation, ArrayArgument array, OptionalDatum order);
Datum array_sort_natural(Evaluation& evaluation, ArrayArgument array, OptionalDatum order);
Datum array_sort_natural_lexical(Evaluation& evaluation, ArrayArgument array, OptionalDatum order);

// functions_object.cc
Datum object_entries(Evaluation& evaluation, ObjectArgument object);
Datum object_extend(Evaluation& evaluation, ObjectArgument object, ObjectArgument other);
Datum object_from_entries(Evaluation& evaluation, ArrayArgument entries);
Datum object_is_empty(Evaluation& evaluation, ObjectArgument object);
Datum object_keys(Evaluation& evaluation, ObjectArgument object);
Datum object_len(Evaluation& evaluation, ObjectArgument object);
Datum object_remove(Evaluation& evaluation, ObjectArgument object, Datum keys);
Datum object_values(Evaluation& evaluation, ObjectArgument object);

// functions_time.cc
Datum time_day(Evaluation& evaluation, OptionalDatetime time);
Datum time_hour(Evaluation& evaluation, OptionalDatetime time);
Datum time_is_leap_year(Evaluation& evaluation, OptionalDatetime time);
Datum time_max(Evaluation& evaluation, DatetimesArgument times);
Datum time_micros(Evaluation& evaluation, OptionalDatetime time);
Datum time_millis(Evaluation& evaluation, OptionalDatetime time);
Datum time_min(Evaluation& evaluation, DatetimesArgument times);
Datum time_minute(Evaluation& evaluation, OptionalDatetime time);
Datum time_month(Evaluation& evaluation, OptionalDatetime time);
Datum time_nano(Evaluation& evaluation, OptionalDatetime time);
Datum time_now(Evaluation& evaluation);
Datum time_second(Evaluation& evaluation, OptionalDatetime time);
Datum time_unix(Evaluation& evaluation, OptionalDatetime time);
Datum time_wday(Evaluation& evaluation, OptionalDatetime time);
Datum time_week(Evaluation& evaluation, OptionalDatetime time);
Datum time_yday(Evaluation& evaluation, OptionalDatetime time);
Datum time_year(Evaluation& evaluation, OptionalDatetime time);
// functions_time_more.cc
Datum time_ceil(Evaluation& evaluation, DatetimeArgument time, DurationArgument step);
Datum time_floor(Evaluation& evaluation, DatetimeArgument time, DurationArgument step);
Datum time_format(Evaluation& evaluation, DatetimeArgument time, Text format);
Datum time_group(Evaluation& evaluation, DatetimeArgument time, Text unit);
Datum time_round(Evaluation& evaluation, DatetimeArgument time, DurationArgument step);
Datum time_from_micros(Evaluation& evaluation, std::int64_t count);
Datum time_from_millis(Evaluation& evaluation, std::int64_t count);
Datum time_from_nanos(Evaluation& evaluation, std::int64_t count);
Datum time_from_secs(Evaluation& evaluation, std::int64_t count);
Datum time_from_ulid(Evaluation& evaluation, Text text);
Datum time_from_unix(Evaluation& evaluation, std::int64_t count);
Datum time_from_uuid(Evaluation& evaluation, UuidArgument uuid);
Datum time_set_day(Evaluation& evaluation, DatetimeArgument time, NumberArgument value);
Datum time_set_hour(Evaluation& evaluation, DatetimeArgument time, NumberArgument value);
Datum time_set_minute(Evaluation& evaluation, DatetimeArgument time, NumberArgument value);
Datum time_set_month(Evaluation& evaluation, DatetimeArgument time, NumberArgument value);
Datum time_set_nanosecond(Evaluation& evaluation, DatetimeArgument time, NumberArgument value);
Datum time_set_second(Evaluation& evaluation, DatetimeArgument time, NumberArgument value);
Datum time_set_year(Evaluation& evaluation, DatetimeArgument time, NumberArgument value);

// functions_duration.cc
Datum duration_days(Evaluation& evaluation, DurationArgument duration);
Datum duration_hours(Evaluation& evaluation, DurationArgument duration);
Datum duration_micros(Evaluation& evaluation, DurationArgument duration);
Datum duration_millis(Evaluation& evaluation, DurationArgument duration);
Datum duration_mins(Evaluation& evaluation, DurationArgument duration);
Datum duration_nanos(Evaluation& evaluation, DurationArgument duration);
Datum duration_secs(Evaluation& evaluation, DurationArgument duration);
Datum duration_weeks(Evaluation& evaluation, DurationArgument duration);
Datum duration_years(Evaluation& evaluation, DurationArgument duration);
Datum duration_from_days(Evaluation& evaluation, std::int64_t count);
Datum duration_from_hours(Evaluation& evaluation, std::int64_t count);
Datum duration_from_micros(Evaluation& evaluation, std::int64_t count);
Datum duration_from_millis(Evaluation& evaluation, std::int64_t count);
Datum duration_from_mins(Evaluation& evaluation, std::int64_t count);
Datum duration_from_nanos(Evaluation& evaluation, std::int64_t count);
Datum duration_from_secs(Evaluation& evaluation, std::int64_t count);
Datum duration_from_weeks(Evaluation& evaluation, std::int64_t count);

// functions_type.cc. A cast by its kind, and a question for its type: as template arguments, since there are many of each.
template <CastKind kind>
Datum type_cast(Evaluation& evaluation, Datum value) {
  return cast(value, {.kind = kind}, evaluation);
}
template <Type... types>
Datum type_is(Evaluation&, UnopenedArgument argument) {
  return Datum::of_boolean((... || argument.value.is(types)));
}
Datum type_of(Evaluation& evaluation, UnopenedArgument value);
Datum type_record(Evaluation& evaluation, Datum table, OptionalDatum key);
Datum type_string_lossy(Evaluation& evaluation, Datum value);
Datum type_is_record(Evaluation& evaluation, UnopenedArgument value, OptionalText table);
Datum record_id(Evaluation& evaluation, RecordArgument record);
Datum record_table(Evaluation& evaluation, RecordArgument record);
Datum count_truthy(Evaluation& evaluation, OptionalDatum value);
Datum not_truthy(Evaluation& evaluation, Datum value);
Datum bytes_len(Evaluation& evaluation, BytesArgument bytes);

// functions_crypto.cc
Datum crypto_md5(Evaluation& evaluation, Text text);
Datum crypto_sha1(Evaluation& evaluation, Text text);
Datum crypto_sha256(Evaluation& evaluation, Text text);
Datum crypto_sha512(Evaluation& evaluation, Text text);
Datum encoding_base64_decode(Evaluation& evaluation, Text text);
Datum encoding_base64_encode(Evaluation& evaluation, BytesArgument bytes, OptionalBool is_padded);
Datum rand_uuid(Evaluation& evaluation, OptionalDatetime time);
Datum rand_uuid_v4(Evaluation& evaluation);

// functions_parse.cc
Datum parse_email_host(Evaluation& evaluation, Text text);
Datum parse_email_user(Evaluation& evaluation, Text text);
Datum parse_url_domain(Evaluation& evaluation, Text text);
Datum parse_url_fragment(Evaluation& evaluation, Text text);
Datum parse_url_host(Evaluation& evaluation, Text text);
Datum parse_url_path(Evaluation& evaluation, Text text);
Datum parse_url_port(Evaluation& evaluation, Text text);
Datum parse_url_query(Evaluation& evaluation, Text text);
Datum parse_url_scheme(Evaluation& evaluation, Text text);

// functions_vector.cc
Datum vector_add(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_angle(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_cross(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_divide(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_dot(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_magnitude(Evaluation& evaluation, NumbersArgument vector);
Datum vector_multiply(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_normalize(Evaluation& evaluation, NumbersArgument vector);
Datum vector_project(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_scale(Evaluation& evaluation, NumbersArgument vector, NumberArgument factor);
Datum vector_subtract(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_chebyshev(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_euclidean(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_hamming(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_manhattan(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_minkowski(Evaluation& evaluation, NumbersArgument a, NumbersArgument b, NumberArgument order);
Datum vector_cosine(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_jaccard(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);
Datum vector_pearson(Evaluation& evaluation, NumbersArgument a, NumbersArgument b);

}  // namespace millrace::surrealql
