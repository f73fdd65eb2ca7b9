// SPDX-License-Identifier: Apache-2.0
#include <cbor.h>
#include <fmt/format.h>

#include <cstring>
#include <iterator>
#include <limits>
#include <optional>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/record/repeats.h"

namespace millrace::cbor {
namespace {

constexpr std::size_t depth_max = 256;
constexpr std::uint64_t unknown_length = std::numeric_limits<std::uint64_t>::max();

// A container, tag or chunked string whose end has not been seen.
struct Open {
  enum class Kind { array, map, tag, text, bytes };
  Kind kind;
  std::uint64_t left;  // items still to come; a map's keys and values count each
  std::uint64_t tag = 0;
  Array items = {};
  Object members = {};
  std::string key = {};
  bool has_key = false;
  std::string pieces = {};
};

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

// [], [seconds] or [seconds, nanoseconds], as datetimes and durations have them.
struct Seconds {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
};

std::optional<Seconds> read_seconds(const Array& parts) {
  Seconds out;
  std::int64_t* const places[] = {&out.seconds, &out.nanoseconds};
  if (parts.size() > std::size(places)) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto* const integer = parts[i].get_if<std::int64_t>();
    if (integer == nullptr) return std::nullopt;
    *places[i] = *integer;
  }
  if (out.nanoseconds < 0 || out.nanoseconds >= nanoseconds_per_second) return std::nullopt;
  return out;
}

// What a tag of SurrealDB makes of its content; unknown ones stay Tagged.
Value untag(std::uint64_t tag, Value content) {
  const auto tagged = [&] { return Value(Tagged{tag, {std::move(content)}}); };
  const auto* const parts = content.get_if<Array>();
  switch (tag) {
    case 0:
      if (const auto time = parse_rfc3339(content.text())) return *time;
      return tagged();
    case static_cast<std::uint64_t>(Tag::none): return None{};
    case static_cast<std::uint64_t>(Tag::table): return content.is<std::string>() ? std::move(content) : tagged();
    case 9:
      if (const auto uuid = parse_uuid(content.text())) return *uuid;
      return tagged();
    case static_cast<std::uint64_t>(Tag::record_id): {
      if (parts == nullptr || parts->size() != 2 || !(*parts)[0].is<std::string>()) return tagged();
      RecordLink link{std::string((*parts)[0].text()), {}};
      link.key.push_back((*parts)[1]);
      return link;
    }
    case static_cast<std::uint64_t>(Tag::decimal):
      return content.is<std::string>() ? Value(Decimal{std::string(content.text())}) : tagged();
    case static_cast<std::uint64_t>(Tag::datetime): {
      const auto time = parts != nullptr && parts->size() == 2 ? read_seconds(*parts) : std::nullopt;
      constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / nanoseconds_per_second - 1;
      if (!time || time->seconds > limit || time->seconds < -limit) return tagged();
      return Timestamp(std::chrono::seconds(time->seconds)) + std::chrono::nanoseconds(time->nanoseconds);
    }
    case static_cast<std::uint64_t>(Tag::duration): {
      const auto time = parts != nullptr ? read_seconds(*parts) : std::nullopt;
      if (!time || time->seconds < 0) return tagged();
      return Duration{static_cast<std::uint64_t>(time->seconds), static_cast<std::uint32_t>(time->nanoseconds)};
    }
    case static_cast<std::uint64_t>(Tag::uuid): {
      const auto* const bytes = content.get_if<Bytes>();
      Uuid uuid;
      if (bytes == nullptr || bytes->data.size() != uuid.bytes.size()) return tagged();
      std::memcpy(uuid.bytes.data(), bytes->data.data(), uuid.bytes.size());
      return uuid;
    }
    default: return tagged();
  }
}

// Builds one value out of libcbor's callbacks.
class Builder {
 public:
  explicit Builder(std::size_t bytes) : bytes_(bytes) {}
  bool done() const { return done_; }
  bool failed() const { return failed_; }
  Value take() { return std::move(result_); }

  void put(Value value) {
    for (;;) {
      if (open_.empty()) {
        result_ = std::move(value);
        done_ = true;
        return;
      }
      Open& top = open_.back();
      if (!accept(top, value)) return fail();
      if (top.left == unknown_length || top.left != 0) return;
      value = close();
    }
  }

  void fail() { failed_ = true; }

  // A container of `count` entries of so many items each. More of them than there are bytes is a lie, and is not believed.
  void begin_counted(Open::Kind kind, std::uint64_t count, std::uint64_t items_each) {
    if (count > bytes_ / items_each) return fail();
    begin(kind, count * items_each);
  }

  void begin(Open::Kind kind, std::uint64_t left, std::uint64_t tag = 0) {
    const bool in_string =
        !open_.empty() && (open_.back().kind == Open::Kind::text || open_.back().kind == Open::Kind::bytes);
    if (open_.size() >= depth_max || in_string) return fail();
    open_.push_back({.kind = kind, .left = left, .tag = tag});
    if (left == 0) put(close());
  }

  void end_of_unknown_length() {
    if (open_.empty() || open_.back().left != unknown_length || open_.back().has_key) return fail();
    put(close());
  }

 private:
  bool accept(Open& top, Value& value) {
    if (top.left != unknown_length) --top.left;
    switch (top.kind) {
      case Open::Kind::text:
        if (!value.is<std::string>()) return false;
        top.pieces += value.text();
        return true;
      case Open::Kind::bytes:
        if (!value.is<Bytes>()) return false;
        top.pieces += value.get_if<Bytes>()->data;
        return true;
      case Open::Kind::map:
        if (!top.has_key) {
          if (!value.is<std::string>()) return false;
          top.key = value.text();
        } else {
          top.members.push_back({std::move(top.key), std::move(value)});
        }
        top.has_key = !top.has_key;
        return true;
      case Open::Kind::array:
      case Open::Kind::tag: top.items.push_back(std::move(value)); return true;
    }
    std::unreachable();
  }

  Value close() {
    Open top = std::move(open_.back());
    open_.pop_back();
    switch (top.kind) {
      case Open::Kind::array: return std::move(top.items);
      case Open::Kind::map: keep_last_of_repeats(top.members); return std::move(top.members);
      case Open::Kind::text: return std::move(top.pieces);
      case Open::Kind::bytes: return Bytes{std::move(top.pieces)};
      case Open::Kind::tag: return untag(top.tag, std::move(top.items.front()));
    }
    std::unreachable();
  }

  const std::size_t bytes_;  // of the whole input
  std::vector<Open> open_;
  Value result_;
  bool done_ = false;
  bool failed_ = false;
};

Builder& builder(void* context) { return *static_cast<Builder*>(context); }

void put_unsigned(void* context, std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    builder(context).put(Decimal{fmt::format("{}", value)});
  } else {
    builder(context).put(static_cast<std::int64_t>(value));
  }
}

void put_negative(void* context, std::uint64_t value) {  // says -1 - value
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    // 2^64 itself does not fit the sum.
    const bool is_largest = value == std::numeric_limits<std::uint64_t>::max();
    builder(context).put(Decimal{is_largest ? "-18446744073709551616" : fmt::format("-{}", value + 1)});
  } else {
    builder(context).put(-1 - static_cast<std::int64_t>(value));
  }
}

cbor_callbacks make_callbacks() {
  cbor_callbacks calls = cbor_empty_callbacks;
  calls.uint8 = [](void* c, std::uint8_t v) { put_unsigned(c, v); };
  calls.uint16 = [](void* c, std::uint16_t v) { put_unsigned(c, v); };
  calls.uint32 = [](void* c, std::uint32_t v) { put_unsigned(c, v); };
  calls.uint64 = [](void* c, std::uint64_t v) { put_unsigned(c, v); };
  calls.negint8 = [](void* c, std::uint8_t v) { put_negative(c, v); };
  calls.negint16 = [](void* c, std::uint16_t v) { put_negative(c, v); };
  calls.negint32 = [](void* c, std::uint32_t v) { put_negative(c, v); };
  calls.negint64 = [](void* c, std::uint64_t v) { put_negative(c, v); };
  calls.byte_string_start = [](void* c) { builder(c).begin(Open::Kind::bytes, unknown_length); };
  calls.byte_string = [](void* c, cbor_data data, std::size_t size) {
    builder(c).put(Bytes{std::string(reinterpret_cast<const char*>(data), size)});
  };
  calls.string_start = [](void* c) { builder(c).begin(Open::Kind::text, unknown_length); };
  calls.string = [](void* c, cbor_data data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    is_utf8(text) ? builder(c).put(std::string(text)) : builder(c).fail();
  };
  calls.array_start = [](void* c, std::size_t size) { builder(c).begin_counted(Open::Kind::array, size, 1); };
  calls.indef_array_start = [](void* c) { builder(c).begin(Open::Kind::array, unknown_length); };
  calls.map_start = [](void* c, std::size_t size) { builder(c).begin_counted(Open::Kind::map, size, 2); };
  calls.indef_map_start = [](void* c) { builder(c).begin(Open::Kind::map, unknown_length); };
  calls.tag = [](void* c, std::uint64_t tag) { builder(c).begin(Open::Kind::tag, 1, tag); };
  calls.float2 = [](void* c, float v) { builder(c).put(static_cast<double>(v)); };
  calls.float4 = [](void* c, float v) { builder(c).put(static_cast<double>(v)); };
  calls.float8 = [](void* c, double v) { builder(c).put(v); };
  calls.undefined = [](void* c) { builder(c).put(nullptr); };
  calls.null = [](void* c) { builder(c).put(nullptr); };
  calls.boolean = [](void* c, bool v) { builder(c).put(v); };
  calls.indef_break = [](void* c) { builder(c).end_of_unknown_length(); };
  return calls;
}

}  // namespace

Result<Value> decode(std::string_view bytes, std::size_t* consumed) {
  static const cbor_callbacks calls = make_callbacks();
  Builder built(bytes.size());
  std::size_t at = 0;
  while (!built.done()) {
    const auto* const data = reinterpret_cast<cbor_data>(bytes.data()) + at;
    // libcbor 0.8, Debian 12's, refuses the one-byte tags 6 to 20: those of SurrealDB.
    if (at < bytes.size() && data[0] >= 0xc6 && data[0] <= 0xd4 && !built.failed()) {
      built.begin(Open::Kind::tag, 1, data[0] & 0x1f);
      ++at;
      continue;
    }
    const cbor_decoder_result step = cbor_stream_decode(data, bytes.size() - at, &calls, &built);
    if (step.status != CBOR_DECODER_FINISHED || built.failed()) {
      return fail(Code::invalid_json, fmt::format("the bytes are no CBOR from byte {} on", at), {.byte = at});
    }
    at += step.read;
  }
  if (consumed != nullptr) *consumed = at;
  return built.take();
}

}  // namespace millrace::cbor
