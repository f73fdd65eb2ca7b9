// SPDX-License-Identifier: Apache-2.0
//
// A Value is anything that a store can hold, as a tree: SurrealDB's types, which JSON's are a part of. It is the slow,
// general form: replies of a store, converted fields and the typed API use it. Records of a load never become trees; they
// go from text into a Block (block_writer.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/base/uuid.h"

namespace millrace {

struct None {  // no value at all; JSON has no word for it, so a field that is None is left out
  friend bool operator==(const None&, const None&) = default;
};
struct Decimal {
  static constexpr std::size_t digits_max = 28;  // what SurrealDB's decimal holds, whatever the digits are
  std::string digits;                            // "-1.10"
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};
struct Duration {
  std::uint64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  friend bool operator==(const Duration&, const Duration&) = default;
};

class Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>;  // in the order written; keys are unique

// A record id inside a value: `post:1`. The key is exactly one Value: int, text, uuid, array or object.
struct RecordLink {
  std::string table;
  std::vector<Value> key;
  friend bool operator==(const RecordLink&, const RecordLink&) = default;
};
// A CBOR tag that has no type of its own here (geometry, range, set, file), with exactly one content.
struct Tagged {
  std::uint64_t tag = 0;
  std::vector<Value> content;
  friend bool operator==(const Tagged&, const Tagged&) = default;
};

class Value {
 public:
  using Variant = std::variant<None, std::nullptr_t, bool, std::int64_t, double, Decimal, std::string, Bytes, Timestamp,
                               Duration, Uuid, RecordLink, Array, Object, Tagged>;

  Value() = default;
  template <typename T>
    requires std::is_constructible_v<Variant, T> && (!std::is_same_v<std::remove_cvref_t<T>, Value>)
  Value(T&& value) : variant_(std::forward<T>(value)) {}  // NOLINT: a Value is made from what it holds

  const Variant& variant() const { return variant_; }
  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&variant_);
  }
  template <typename T>
  T* get_if() {
    return std::get_if<T>(&variant_);
  }
  template <typename T>
  bool is() const {
    return std::holds_alternative<T>(variant_);
  }
  // The member of that name when this is an object that has it, else nullptr.
  const Value* find(std::string_view key) const;
  // The text, when this is one, else "".
  std::string_view text() const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Variant variant_;
};

struct Member {
  std::string key;
  Value value;
  friend bool operator==(const Member&, const Member&) = default;
};

}  // namespace millrace
