// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/block_writer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/record/json_text.h"
#include "millrace/record/member_check.h"

namespace millrace {
namespace {

constexpr std::string_view kind_word(JsonKind kind) {
  switch (kind) {
    case JsonKind::null_value: return "null";
    case JsonKind::false_value:
    case JsonKind::true_value: return "a bool";
    case JsonKind::integer: return "an int";
    case JsonKind::real: return "a float";
    case JsonKind::string: return "a text";
    case JsonKind::array: return "an array";
    case JsonKind::object: return "an object";
  }
  std::unreachable();
}

// In the order of Value's variant.
constexpr std::array<std::string_view, std::variant_size_v<Value::Variant>> type_words{
    "nothing",    "null",       "a bool", "an int",      "a float",  "a decimal", "a text",        "bytes",
    "a datetime", "a duration", "a uuid", "a record id", "an array", "an object", "a tagged value"};

std::string text_of(const FieldView& field) {
  return field.escaped ? decode_json_string(field.value) : std::string(unquoted(field.value));
}

void append_key(std::string& out, std::string_view key) {
  append_json_string(out, key);
  out += ':';
}

void put_text_id(std::string_view text, IdView::Kind kind, Block::Entry& entry, Block& block) {
  entry.id_kind = kind;
  entry.id_begin = static_cast<std::uint32_t>(block.id_text.size());
  entry.id_size = static_cast<std::uint32_t>(text.size());
  block.id_text += text;
}

void put_id(const RecordId& id, Block::Entry& entry, Block& block) {
  if (const auto* integer = std::get_if<std::int64_t>(&id)) {
    entry.id_kind = IdView::Kind::integer;
    entry.id_integer = *integer;
  } else if (const auto* text = std::get_if<std::string>(&id)) {
    put_text_id(*text, IdView::Kind::text, entry, block);
  } else {
    put_text_id(to_string(id), IdView::Kind::uuid, entry, block);
  }
}

}  // namespace

BlockWriter::BlockWriter(const RecordShape& shape, Encoding encoding, IdSource ids)
    : shape_(shape), encoding_(encoding), ids_(ids), is_post_(shape.table == post_table) {}

Result<void> BlockWriter::add(const RecordView& record, const InputSpan& input, Block& block) {
  as_it_is_ = encoding_ == Encoding::json;
  if (Result<void> done = take_fields(record); !done) return done;
  return write(record.text, input, block);
}

Result<void> BlockWriter::add(const Object& record, const InputSpan& input, Block& block) {
  begin();
  for (const Member& member : record) put(member.key, member.value);
  return end(input, block);
}

void BlockWriter::begin() {
  as_it_is_ = false;
  fields_.clear();
}

void BlockWriter::put(std::string_view key, Value value) {
  if (!value.is<None>()) fields_.push_back({.view = {.key = key}, .converted = std::move(value)});
}

Result<void> BlockWriter::end(const InputSpan& input, Block& block) {
  for (const OutField& field : fields_) {
    if (!field.converted) continue;
    if (Result<void> checked = check_member(field.view.key, *field.converted); !checked) return checked;
  }
  return write({}, input, block);
}

Result<void> BlockWriter::write(std::string_view text, const InputSpan& input, Block& block) {
  Block::Entry entry{
      .line = input.line, .byte = input.byte, .input_begin = input.input_begin, .input_size = input.input_size};
  const std::size_t bytes_before = block.bytes.size();
  const std::size_t ids_before = block.id_text.size();
  entry.body_begin = static_cast<std::uint32_t>(bytes_before);
  adds_content_ = false;
  adds_created_at_ = false;
  Result<void> done = find_id(input, entry, block);
  if (done) done = is_post_ ? check_post(entry) : check_created_at(entry);
  if (done) {
    if (encoding_ == Encoding::json) {
      write_json(text, entry, block);
    } else {
      done = write_cbor(entry, block);
    }
  }
  if (!done) {  // nothing of it stays
    block.bytes.resize(bytes_before);
    block.id_text.resize(ids_before);
    return done;
  }
  entry.body_size = static_cast<std::uint32_t>(block.bytes.size() - bytes_before);
  block.entries.push_back(entry);
  return {};
}

BlockWriter::OutField* BlockWriter::find(std::string_view key) {
  for (OutField& field : fields_) {
    if (field.view.key == key) return &field;
  }
  return nullptr;
}

Result<void> BlockWriter::take_fields(const RecordView& record) {
  fields_.clear();
  for (const FieldView& field : record.fields) {
    fields_.emplace_back().view = field;
    if (shape_.types.empty()) continue;
    if (Result<void> done = apply_type(field.key); !done) return done;
  }
  return {};
}

// Converts the field that was taken last.
Result<void> BlockWriter::apply_type(std::string_view name) {
  const TypeRule* const rule = shape_.types.find(name);
  if (rule == nullptr) return {};
  Result<Value> value = convert(fields_.back().view, rule->type);
  if (!value) return std::unexpected(std::move(value).error());
  fields_.back().converted = std::move(*value);
  as_it_is_ = false;
  return {};
}

Result<RecordId> BlockWriter::read_id(const OutField& field, bool& as_written) const {
  as_written = false;
  if (field.converted) return read_record_id(*field.converted, shape_.table);
  const FieldView& view = field.view;
  if (view.kind == JsonKind::integer) {
    std::int64_t integer = 0;
    if (std::from_chars(view.value.data(), view.value.data() + view.value.size(), integer).ec != std::errc{}) {
      return fail(Code::invalid_id, fmt::format("id {} is no 64-bit int; write it as a text", view.value));
    }
    as_written = view.value != "-0";
    return RecordId(integer);
  }
  if (view.kind != JsonKind::string) {
    return fail(Code::invalid_id, fmt::format("id is {}: an id is a text or an int", kind_word(view.kind)));
  }
  const std::string text = text_of(view);
  Result<RecordId> id = parse_record_id(text, shape_.table);
  as_written = id && std::holds_alternative<std::string>(*id) && std::get<std::string>(*id).size() == text.size();
  return id;
}

// The id goes first in a body that is written anew; the field that it came from stays only under another name.
Result<void> BlockWriter::find_id(const InputSpan& input, Block::Entry& entry, Block& block) {
  OutField* const own = find("id");
  OutField* const source = shape_.id_field == "id" ? own : find(shape_.id_field);
  if (source == nullptr && shape_.id_field != "id") {
    return fail(Code::invalid_id, fmt::format("the id's field '{}' is missing", shape_.id_field));
  }
  if (source == nullptr) {
    entry.id_generated = !input.id_may_repeat;
    as_it_is_ = false;
    std::array<char, uuid_text_size> text;
    write_uuid(input.id != nullptr ? *input.id : ids_.id_at(input.offset.value_or(input.byte), input.row), text);
    put_text_id({text.data(), text.size()}, IdView::Kind::text, entry, block);
    return {};
  }
  bool as_written = false;
  const Result<RecordId> id = read_id(*source, as_written);
  if (!id) return std::unexpected(id.error());
  put_id(*id, entry, block);
  as_it_is_ = as_it_is_ && as_written && source == own;
  if (own != nullptr) own->dropped = true;
  return {};
}

Result<void> BlockWriter::check_post(Block::Entry& entry) {
  Result<void> done = check_title();
  if (done) done = check_content();
  if (done) done = check_created_at(entry);
  if (done && entry.created_at == std::nullopt) {
    adds_created_at_ = true;
    as_it_is_ = false;
    if (OutField* field = find("created_at")) field->dropped = true;
  }
  return done;
}

// What a post's field is instead of a text.
std::string_view BlockWriter::word_for(const OutField& field) {
  return field.converted ? type_words[field.converted->variant().index()] : kind_word(field.view.kind);
}

Result<void> BlockWriter::check_title() {
  const auto refuse = [](std::string words) { return fail(Code::invalid_record, std::move(words)); };
  const OutField* const title = find("title");
  if (title == nullptr) return refuse("title is missing");
  if (!title->is_text()) return refuse(fmt::format("title is {}, not a text", word_for(*title)));
  std::size_t size = title->converted ? title->converted->text().size() : unquoted(title->view.value).size();
  if (size == 0) return refuse("title is empty");
  if (size > post_title_bytes_max && !title->converted) size = text_of(title->view).size();
  if (size > post_title_bytes_max) {
    return refuse(fmt::format("title has {} bytes, more than {}", size, post_title_bytes_max));
  }
  return {};
}

Result<void> BlockWriter::check_content() {
  OutField* const content = find("content");
  if (content == nullptr || content->is_null()) {
    if (content != nullptr) content->dropped = true;
    adds_content_ = true;
    as_it_is_ = false;
    return {};
  }
  if (content->is_text()) return {};
  return fail(Code::invalid_record, fmt::format("content is {}, not a text", word_for(*content)));
}

// Notes the record's own time. In a post it has to be one, and is written in UTC and as the store's datetime.
Result<void> BlockWriter::check_created_at(Block::Entry& entry) {
  OutField* const field = find("created_at");
  if (field == nullptr) return {};
  if (field->converted) {
    if (const auto* time = field->converted->get_if<Timestamp>()) entry.created_at = *time;
  } else if (field->view.kind == JsonKind::string) {
    entry.created_at =
        field->view.escaped ? parse_rfc3339(text_of(field->view)) : parse_rfc3339(unquoted(field->view.value));
  }
  if (!is_post_) return {};
  if (!entry.created_at) {
    if (field->is_null()) return {};
    const std::string shown = show_json(field->converted ? to_json(*field->converted) : field->view.value);
    return fail(Code::invalid_record, fmt::format("created_at {} is no RFC 3339 datetime", shown));
  }
  const bool in_utc = !field->view.escaped && field->view.value.ends_with("Z\"") && field->view.value[11] == 'T';
  if (encoding_ == Encoding::cbor || (!field->converted && !in_utc)) {
    field->converted = *entry.created_at;
    as_it_is_ = false;
  }
  return {};
}

void BlockWriter::write_json(std::string_view text, Block::Entry& entry, Block& block) const {
  std::string& out = block.bytes;
  if (as_it_is_) {
    append_one_line(out, text);
    return;
  }
  out += "{\"id\":";
  if (entry.id_kind == IdView::Kind::integer) {
    fmt::format_to(std::back_inserter(out), "{}", entry.id_integer);
  } else {
    append_json_string(out, std::string_view(block.id_text).substr(entry.id_begin, entry.id_size));
  }
  for (const OutField& field : fields_) {
    if (field.dropped) continue;
    out += ',';
    append_key(out, field.view.key);
    if (field.converted) {
      append_json(out, *field.converted);
    } else {
      append_one_line(out, field.view.value);
    }
  }
  if (adds_content_) out += ",\"content\":\"\"";
  if (adds_created_at_) {
    out += ",\"created_at\":\"";
    entry.stamp_at = static_cast<std::uint32_t>(out.size());
    out.append(rfc3339_milliseconds_size, '0').append("\"");
  }
  out += '}';
}

Result<void> BlockWriter::write_cbor(Block::Entry& entry, Block& block) const {
  std::string& out = block.bytes;
  cbor::append_open_map(out);
  cbor::append_text(out, "id");
  const IdView id{entry.id_kind, entry.id_integer, std::string_view(block.id_text).substr(entry.id_begin, entry.id_size)};
  cbor::append_record_id(out, shape_.table, id.to_id());
  for (const OutField& field : fields_) {
    if (field.dropped) continue;
    cbor::append_text(out, field.view.key);
    if (field.converted) {
      cbor::append_value(out, *field.converted);
    } else if (field.view.kind == JsonKind::string && !field.view.escaped) {
      cbor::append_text(out, unquoted(field.view.value));
    } else if (Result<void> done = cbor::append_json_text(out, field.view.value); !done) {
      done.error().message = fmt::format("field '{}': {}", field.view.key, done.error().message);
      return done;
    }
  }
  if (adds_content_) {
    cbor::append_text(out, "content");
    cbor::append_text(out, "");
  }
  if (adds_created_at_) {
    cbor::append_text(out, "created_at");
    entry.stamp_at = static_cast<std::uint32_t>(out.size());
    cbor::append_fixed_datetime(out, Timestamp());
  }
  cbor::append_break(out);
  return {};
}

}  // namespace millrace
