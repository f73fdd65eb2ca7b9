// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/block.h"

#include "millrace/base/assert.h"
#include "millrace/record/cbor.h"

namespace millrace {

RecordId IdView::to_id() const {
  switch (kind) {
    case Kind::integer: return integer;
    case Kind::text: return std::string(text);
    case Kind::uuid: break;
  }
  const auto uuid = parse_uuid(text);
  MILLRACE_ASSERT(uuid.has_value());
  return *uuid;
}

std::string IdView::to_string() const { return kind == Kind::integer ? std::to_string(integer) : std::string(text); }

IdView Block::id(std::size_t index) const {
  const Entry& entry = entries[index];
  return {entry.id_kind, entry.id_integer, std::string_view(id_text).substr(entry.id_begin, entry.id_size)};
}

std::string_view Block::body(std::size_t index) const {
  const Entry& entry = entries[index];
  return std::string_view(bytes).substr(entry.body_begin, entry.body_size);
}

std::string_view Block::body_run(std::size_t first, std::size_t last) const {
  if (first == last) return {};
  const std::size_t begin = entries[first].body_begin;
  return std::string_view(bytes).substr(begin, entries[last - 1].body_begin + entries[last - 1].body_size - begin);
}

std::string_view Block::input_text(std::size_t index) const {
  const Entry& entry = entries[index];
  return input.text().substr(entry.input_begin, entry.input_size);
}

Place Block::place(std::size_t index) const {
  const Entry& entry = entries[index];
  const std::string& from = entry.other_source == 0 ? source : other_sources[entry.other_source - 1];
  return {from, entry.line, entry.byte, id(index).to_string()};
}

void Block::stamp(std::size_t first, std::size_t last, Timestamp time) {
  std::string slot;
  if (encoding == Encoding::cbor) {
    cbor::append_fixed_datetime(slot, time);
  } else {
    slot = format_rfc3339_milliseconds(time);
  }
  for (std::size_t i = first; i < last; ++i) {
    Entry& entry = entries[i];
    if (entry.stamp_at == no_stamp) continue;
    bytes.replace(entry.stamp_at, slot.size(), slot);
    entry.created_at = time;
    entry.stamped = true;
  }
}

std::size_t Block::bytes_in_memory() const {
  std::size_t total = bytes.capacity() + id_text.capacity() + entries.capacity() * sizeof(Entry) + input.capacity();
  for (const Malformed& item : malformed) total += sizeof item + item.record.capacity() + item.error.message.capacity();
  return total;
}

void Block::clear() {
  bytes.clear();
  id_text.clear();
  entries.clear();
  malformed.clear();
  input = Chunk();
  source.clear();
  other_sources.clear();
  source_number = 0;
  records_read = 0;
  bytes_read = 0;
  input_begin = 0;
  records_filtered = 0;
  records_gathered = 0;
  bytes_held = 0;
}

}  // namespace millrace
