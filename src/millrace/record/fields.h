// SPDX-License-Identifier: Apache-2.0
//
// Describes a type once, so that its objects can be created in batches:
//
//   struct Reading { std::string sensor; double celsius; std::optional<std::int64_t> id; };
//   template <> struct millrace::Fields<Reading> {
//     static constexpr std::string_view table = "reading";
//     static constexpr auto members = std::tuple{millrace::field("sensor", &Reading::sensor),
//                                                millrace::field("celsius", &Reading::celsius),
//                                                millrace::field("id", &Reading::id)};
//   };
//
// A member may be a bool, a number, a text, a Timestamp, Uuid, Duration, Decimal, Bytes, RecordId or Value, an optional or
// a vector of these, or a type with Fields of its own. An empty optional is left out. A field named "id" gives the id;
// without one, ids are generated.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "millrace/record/record.h"
#include "millrace/record/value.h"

namespace millrace {

template <typename T>
struct Fields;  // specialise it

template <typename T>
concept Described = requires { Fields<T>::members; };

template <typename Owner, typename Member>
struct Field {
  std::string_view name;
  Member Owner::* member;
};

template <typename Owner, typename Member>
constexpr Field<Owner, Member> field(std::string_view name, Member Owner::* member) {
  return {name, member};
}

template <Described T>
Object to_object(const T& object);

template <typename T>
Value to_value(const T& value) {
  if constexpr (Described<T>) {
    return to_object(value);
  } else if constexpr (std::is_same_v<T, RecordId>) {
    return std::visit([](const auto& key) { return Value(key); }, value);
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Value>) {
    return value;
  } else if constexpr (std::integral<T>) {
    static_assert(sizeof(T) < 8 || std::signed_integral<T>, "a 64-bit unsigned number does not fit the stores' int");
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::floating_point<T>) {
    return static_cast<double>(value);
  } else {
    return value;
  }
}
template <typename T>
Value to_value(const std::optional<T>& value) {
  return value ? to_value(*value) : Value(None{});
}
template <typename T>
Value to_value(const std::vector<T>& values) {
  Array out;
  out.reserve(values.size());
  for (const T& value : values) out.push_back(to_value(value));
  return out;
}

template <Described T>
Object to_object(const T& object) {
  Object out;
  std::apply(
      [&](const auto&... fields) { (out.push_back({std::string(fields.name), to_value(object.*fields.member)}), ...); },
      Fields<T>::members);
  return out;
}

}  // namespace millrace
