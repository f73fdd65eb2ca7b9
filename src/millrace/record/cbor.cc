// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/cbor.h"

#include <cbor.h>

#include "millrace/base/assert.h"

namespace millrace::cbor {
namespace {

constexpr std::size_t item_head_bytes_max = 9;

// Appends what one of libcbor's encoders writes.
template <typename Encoder, typename... Arguments>
void append_with(std::string& out, Encoder encoder, Arguments... arguments) {
  unsigned char buffer[item_head_bytes_max];
  const std::size_t size = encoder(arguments..., buffer, sizeof buffer);
  MILLRACE_ASSERT(size != 0);
  out.append(reinterpret_cast<const char*>(buffer), size);
}

void append_datetime(std::string& out, Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  append_tag(out, Tag::datetime);
  append_array_head(out, 2);
  append_int(out, seconds.time_since_epoch().count());
  append_int(out, (time - seconds).count());
}

struct Writer {
  std::string& out;

  void operator()(const None&) const { append_none(out); }
  void operator()(std::nullptr_t) const { append_null(out); }
  void operator()(bool value) const { append_bool(out, value); }
  void operator()(std::int64_t value) const { append_int(out, value); }
  void operator()(double value) const { append_double(out, value); }
  void operator()(const Decimal& value) const { append_decimal(out, value.digits); }
  void operator()(const std::string& value) const { append_text(out, value); }
  void operator()(const Bytes& value) const { append_bytes(out, value.data); }
  void operator()(Timestamp value) const { append_datetime(out, value); }
  void operator()(const Duration& value) const { append_duration(out, value); }
  void operator()(const Uuid& value) const { append_uuid(out, value); }
  void operator()(const RecordLink& value) const {
    append_tag(out, Tag::record_id);
    append_array_head(out, 2);
    append_text(out, value.table);
    append_value(out, value.key.front());
  }
  void operator()(const Array& values) const {
    append_array_head(out, values.size());
    for (const Value& value : values) append_value(out, value);
  }
  void operator()(const Object& members) const {
    append_map_head(out, members.size());
    for (const Member& member : members) {
      append_text(out, member.key);
      append_value(out, member.value);
    }
  }
  void operator()(const Tagged& value) const {
    append_with(out, cbor_encode_tag, value.tag);
    append_value(out, value.content.front());
  }
};

}  // namespace

void append_array_head(std::string& out, std::uint64_t count) { append_with(out, cbor_encode_array_start, count); }
void append_map_head(std::string& out, std::uint64_t count) { append_with(out, cbor_encode_map_start, count); }
void append_open_array(std::string& out) { append_with(out, cbor_encode_indef_array_start); }
void append_open_map(std::string& out) { append_with(out, cbor_encode_indef_map_start); }
void append_break(std::string& out) { append_with(out, cbor_encode_break); }
void append_tag(std::string& out, Tag tag) { append_with(out, cbor_encode_tag, static_cast<std::uint64_t>(tag)); }
void append_null(std::string& out) { append_with(out, cbor_encode_null); }
void append_bool(std::string& out, bool value) { append_with(out, cbor_encode_bool, value); }
void append_double(std::string& out, double value) { append_with(out, cbor_encode_double, value); }
void append_text_head(std::string& out, std::uint64_t size) { append_with(out, cbor_encode_string_start, size); }

void append_none(std::string& out) {
  append_tag(out, Tag::none);
  append_null(out);
}

void append_int(std::string& out, std::int64_t value) {
  if (value >= 0) {
    append_with(out, cbor_encode_uint, static_cast<std::uint64_t>(value));
  } else {
    append_with(out, cbor_encode_negint, static_cast<std::uint64_t>(-(value + 1)));
  }
}

void append_text(std::string& out, std::string_view text) {
  append_text_head(out, text.size());
  out.append(text);
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_with(out, cbor_encode_bytestring_start, bytes.size());
  out.append(bytes);
}

void append_decimal(std::string& out, std::string_view digits) {
  append_tag(out, Tag::decimal);
  append_text(out, digits);
}

void append_uuid(std::string& out, const Uuid& uuid) {
  append_tag(out, Tag::uuid);
  append_bytes(out, {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()});
}

void append_duration(std::string& out, const Duration& duration) {
  append_tag(out, Tag::duration);
  append_array_head(out, 2);
  append_with(out, cbor_encode_uint, duration.seconds);
  append_with(out, cbor_encode_uint, static_cast<std::uint64_t>(duration.nanoseconds));
}

void append_record_id(std::string& out, std::string_view table, const RecordId& key) {
  append_tag(out, Tag::record_id);
  append_array_head(out, 2);
  append_text(out, table);
  std::visit(Writer{out}, key);
}

void append_value(std::string& out, const Value& value) { std::visit(Writer{out}, value.variant()); }

// The heads are written in their widest form, so that any time after 1970 and before takes 16 bytes: tag, array of two,
// nine for the seconds, five for the nanoseconds.
void append_fixed_datetime(std::string& out, Timestamp time) {
  const std::size_t before = out.size();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::int64_t count = seconds.time_since_epoch().count();
  append_tag(out, Tag::datetime);
  append_array_head(out, 2);
  if (count >= 0) {
    append_with(out, cbor_encode_uint64, static_cast<std::uint64_t>(count));
  } else {
    append_with(out, cbor_encode_negint64, static_cast<std::uint64_t>(-(count + 1)));
  }
  append_with(out, cbor_encode_uint32, static_cast<std::uint32_t>((time - seconds).count()));
  MILLRACE_ASSERT(out.size() - before == fixed_datetime_size);
}

}  // namespace millrace::cbor
