// SPDX-License-Identifier: Apache-2.0
//
// Values to CBOR and back, with SurrealDB's tags (reference: SurrealDB's rpc/format/cbor/convert.rs; its wire format is
// common to 2.x and 3.x): NONE 6, table 7, record id 8, decimal 10, datetime 12, duration 14, uuid 37.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/record.h"
#include "millrace/record/value.h"

namespace millrace::cbor {

enum class Tag : std::uint8_t { none = 6, table = 7, record_id = 8, decimal = 10, datetime = 12, duration = 14, uuid = 37 };

// Each appends one data item, or the head of one.
void append_array_head(std::string& out, std::uint64_t count);
void append_map_head(std::string& out, std::uint64_t count);
void append_open_array(std::string& out);  // of unknown length, ended by append_break
void append_open_map(std::string& out);
void append_break(std::string& out);
void append_tag(std::string& out, Tag tag);
void append_none(std::string& out);
void append_null(std::string& out);
void append_bool(std::string& out, bool value);
void append_int(std::string& out, std::int64_t value);
void append_double(std::string& out, double value);
void append_text(std::string& out, std::string_view text);
void append_text_head(std::string& out, std::uint64_t size);  // the UTF-8 bytes follow
void append_bytes(std::string& out, std::string_view bytes);
void append_decimal(std::string& out, std::string_view digits);
void append_uuid(std::string& out, const Uuid& uuid);
void append_duration(std::string& out, const Duration& duration);
void append_record_id(std::string& out, std::string_view table, const RecordId& key);
void append_value(std::string& out, const Value& value);

// A datetime whose encoding always has the same size, so that it can be written over once the commit's time is known.
inline constexpr std::size_t fixed_datetime_size = 16;
void append_fixed_datetime(std::string& out, Timestamp time);

// How deep a field may nest. SurrealDB refuses the whole request, and does not say which, when one nests 255 levels; a
// field stands some six levels deep in a request.
inline constexpr std::size_t json_depth_max = 200;

// Appends JSON text that the scanner accepted, as CBOR: no tree between. Integers outside int64 become decimals.
// invalid_record for what SurrealDB cannot take: a number that no float holds (1e400), an integer of more digits than
// Decimal::digits_max, and text that nests deeper than json_depth_max.
Result<void> append_json_text(std::string& out, std::string_view validated_json);

// Reads one data item; invalid_json when the bytes are not well-formed CBOR, hold a text that is not UTF-8, or nest deeper
// than 256. Unknown tags, and known ones with another content than SurrealDB's, become Tagged. `consumed`, when given, is
// set to the item's size.
Result<Value> decode(std::string_view bytes, std::size_t* consumed = nullptr);

}  // namespace millrace::cbor
