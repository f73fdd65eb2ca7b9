// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "millrace/surrealql/function.h"

namespace millrace::surrealql {
namespace {

// The methods that a type has of its own, as SurrealDB 3.0.2 has them: not every function of the family is one.
struct OwnMethods {
  std::string_view family;
  std::string_view names;  // with a space before and behind each
};

constexpr OwnMethods number_methods{
    "math", " abs acos acot asin atan ceil cos cot deg2rad floor ln log log10 log2 rad2deg round sign sin tan "};
constexpr OwnMethods string_methods{
    "string",
    " capitalize concat contains ends_with join len lowercase matches repeat replace reverse slice slug split starts_with "
    "trim uppercase words"
    " distance_damerau_levenshtein distance_hamming distance_levenshtein distance_normalized_damerau_levenshtein"
    " distance_normalized_levenshtein html_encode is_alpha is_alphanum is_ascii is_datetime is_domain is_email "
    "is_hexadecimal is_ip is_ipv4"
    " is_ipv6 is_latitude is_longitude is_numeric is_record is_semver is_ulid is_url is_uuid semver_compare "
    "semver_inc_major semver_inc_minor"
    " semver_inc_patch semver_major semver_minor semver_patch semver_set_major semver_set_minor semver_set_patch "
    "similarity_jaro"
    " similarity_jaro_winkler similarity_sorensen_dice "};
constexpr OwnMethods array_methods{
    "array",
    " add all any append at boolean_and boolean_not boolean_or boolean_xor clump combine complement concat difference "
    "distinct every fill"
    " filter filter_index find find_index first flatten group includes index_of insert intersect is_empty join last len "
    "logical_and"
    " logical_or logical_xor matches max min pop prepend push remove reverse slice some sort sort_asc sort_desc "
    "sort_lexical sort_natural"
    " sort_natural_lexical swap transpose union windows vector_add vector_angle vector_cross vector_distance_chebyshev"
    " vector_distance_euclidean vector_distance_hamming vector_distance_manhattan vector_distance_minkowski vector_divide "
    "vector_dot"
    " vector_magnitude vector_multiply vector_normalize vector_project vector_scale vector_similarity_cosine "
    "vector_similarity_jaccard"
    " vector_similarity_pearson vector_subtract "};
constexpr OwnMethods object_methods{"object", " entries extend is_empty keys len remove values "};
constexpr OwnMethods duration_methods{"duration", " days hours micros millis mins nanos secs weeks years "};
constexpr OwnMethods datetime_methods{"time",
                                      " ceil day floor format group hour is_leap_year micros millis minute month nano "
                                      "round second set_day set_hour set_minute set_month"
                                      " set_nanosecond set_second set_year unix wday week yday year "};
constexpr OwnMethods bytes_methods{"bytes", " len "};
constexpr OwnMethods record_methods{"record", " id table tb "};

constexpr const OwnMethods* own_methods(Type type) {
  switch (type) {
    case Type::integer:
    case Type::real:
    case Type::decimal: return &number_methods;
    case Type::string: return &string_methods;
    case Type::array: return &array_methods;
    case Type::object: return &object_methods;
    case Type::duration: return &duration_methods;
    case Type::datetime: return &datetime_methods;
    case Type::bytes: return &bytes_methods;
    case Type::record: return &record_methods;
    default: return nullptr;
  }
}

// What a method's name begins with when its function is in a family below.
struct Below {
  std::string_view method;
  std::string_view family;
};
constexpr Below below[] = {
    {"distance_", "string::distance::"},
    {"html_", "string::html::"},
    {"similarity_", "string::similarity::"},
    {"semver_inc_", "string::semver::inc::"},
    {"semver_set_", "string::semver::set::"},
    {"semver_", "string::semver::"},
    {"vector_distance_", "vector::distance::"},
    {"vector_similarity_", "vector::similarity::"},
    {"vector_", "vector::"},
};

const Function* own_method(const OwnMethods& methods, std::string_view name) {
  for (const Below& each : below) {
    if (name.starts_with(each.method))
      return find_function(std::string(each.family).append(name.substr(each.method.size())));
  }
  if (name == "sort_asc" || name == "sort_desc") return find_function(std::string("array::sort::").append(name.substr(5)));
  return find_function(fmt::format("{}::{}", methods.family, name));
}

}  // namespace

std::vector<std::string_view> method_names(Type type) {
  const OwnMethods* const methods = own_methods(type);
  std::vector<std::string_view> names;
  for (std::string_view rest = methods == nullptr ? std::string_view() : methods->names; rest.size() > 1;) {
    rest.remove_prefix(rest.find_first_not_of(' '));
    names.push_back(rest.substr(0, rest.find(' ')));
    rest.remove_prefix(names.back().size());
  }
  return names;
}

const Function* find_method(Type type, std::string_view name) {
  // Unlike functions, methods are found in lower case only.
  const bool is_plain =
      std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (!is_plain || name.empty()) return nullptr;
  const OwnMethods* const methods = own_methods(type);
  if (methods != nullptr && methods->names.contains(fmt::format(" {} ", name))) return own_method(*methods, name);
  // And what every value has.
  if (name == "repeat") return find_function("array::repeat");
  if (name == "type_of") return find_function("type::of");
  if (name.starts_with("is_")) return find_function(fmt::format("type::{}", name));
  const bool is_cast = name.starts_with("to_") && !name.starts_with("to_is_") && name != "to_of";
  return is_cast ? find_function(fmt::format("type::{}", name.substr(3))) : nullptr;
}

}  // namespace millrace::surrealql
