// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/block_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"

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

std::string_view unquoted(const FieldView& field) { return field.value.substr(1, field.value.size() - 2); }

std::string text_of(const FieldView& field) {
  return field.escaped ? decode_json_string(field.value) : std::string(unquoted(field));
}

void append_key(std::string& out, std::string_view key) {
  append_json_string(out, key);
  out += ':';
}

JsonKind kind_of(const Value& value) {
  if (value.is<std::nullptr_t>()) return JsonKind::null_value;
  if (value.is<bool>()) return JsonKind::true_value;
  if (value.is<std::int64_t>()) return JsonKind::integer;
  if (value.is<double>()) return JsonKind::real;
  if (value.is<Array>()) return JsonKind::array;
  if (value.is<Object>()) return JsonKind::object;
  return JsonKind::string;
}

bool is_valid_text(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) return is_utf8(*text);
  if (const auto* items = value.get_if<Array>()) return std::all_of(items->begin(), items->end(), is_valid_text);
  if (const auto* members = value.get_if<Object>()) {
    return std::all_of(members->begin(), members->end(),
                       [](const Member& member) { return is_utf8(member.key) && is_valid_text(member.value); });
  }
  return true;
}

}  // namespace

BlockWriter::BlockWriter(const RecordShape& shape, Encoding encoding, IdSource ids)
    : shape_(shape), encoding_(encoding), ids_(ids), is_post_(shape.table == post_table) {}

Result<void> BlockWriter::add(const RecordView& record, const InputSpan& input, Block& block) {
  as_it_is_ = encoding_ == Encoding::json;
  project(record);
  if (Result<void> done = apply_types(); !done) return done;
  return write(record.text, input, block);
}

Result<void> BlockWriter::add(const Object& record, const InputSpan& input, Block& block) {
  as_it_is_ = false;
  fields_.clear();
  for (const Member& member : record) {
    if (member.value.is<None>()) continue;
    if (!is_valid_text(member.value) || !is_utf8(member.key)) {
      return fail(Code::invalid_record, fmt::format("field {} is not valid UTF-8", fields_.size() + 1));
    }
    fields_.push_back({.view = {.key = member.key, .kind = kind_of(member.value)}, .converted = member.value});
  }
  return write({}, input, block);
}

Result<void> BlockWriter::write(std::string_view text, const InputSpan& input, Block& block) {
  Block::Entry entry{.line = input.line, .byte = input.byte, .input_begin = input.input_begin, .input_size = input.input_size};
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

void BlockWriter::project(const RecordView& record) {
  fields_.clear();
  if (shape_.projection.all) {
    for (const FieldView& field : record.fields) fields_.push_back({.view = field});
    return;
  }
  as_it_is_ = false;
  for (const Projection::Column& column : shape_.projection.columns) {
    if (const FieldView* field = record.find(column.field)) {
      fields_.push_back({.view = *field});
      fields_.back().view.key = column.name;
    }
  }
}

Result<void> BlockWriter::apply_types() {
  for (const TypeRule& rule : shape_.types.rules) {
    OutField* field = find(rule.field);
    if (field == nullptr) continue;
    Result<Value> value = convert(field->view, rule.type);
    if (!value) return std::unexpected(std::move(value).error());
    field->converted = std::move(*value);
    as_it_is_ = false;
  }
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

void BlockWriter::put_id(const RecordId& id, Block::Entry& entry, Block& block) {
  if (const auto* integer = std::get_if<std::int64_t>(&id)) {
    entry.id_kind = IdView::Kind::integer;
    entry.id_integer = *integer;
    return;
  }
  entry.id_kind = std::holds_alternative<Uuid>(id) ? IdView::Kind::uuid : IdView::Kind::text;
  const std::string text = to_string(id);
  entry.id_begin = static_cast<std::uint32_t>(block.id_text.size());
  entry.id_size = static_cast<std::uint32_t>(text.size());
  block.id_text += text;
}

// The id goes first in a body that is written anew; the field that it came from stays only under another name.
Result<void> BlockWriter::find_id(const InputSpan& input, Block::Entry& entry, Block& block) {
  OutField* const own = find("id");
  OutField* const source = shape_.id_field == "id" ? own : find(shape_.id_field);
  if (source == nullptr && shape_.id_field != "id") {
    return fail(Code::invalid_id, fmt::format("the id's field '{}' is missing", shape_.id_field));
  }
  if (source == nullptr) {
    entry.id_generated = true;
    as_it_is_ = false;
    put_id(to_string(ids_.id_at(input.byte)), entry, block);
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

Result<void> BlockWriter::check_title() const {
  const auto refuse = [](std::string words) { return fail(Code::invalid_record, std::move(words)); };
  const OutField* const title = const_cast<BlockWriter*>(this)->find("title");
  if (title == nullptr) return refuse("title is missing");
  const bool is_text = title->converted ? title->converted->is<std::string>() : title->view.kind == JsonKind::string;
  if (!is_text) return refuse(fmt::format("title is {}, not a text", kind_word(title->view.kind)));
  std::size_t size = title->converted ? title->converted->text().size() : unquoted(title->view).size();
  if (size == 0) return refuse("title is empty");
  if (size > post_title_bytes_max && !title->converted) size = text_of(title->view).size();
  if (size > post_title_bytes_max) {
    return refuse(fmt::format("title has {} bytes, more than {}", size, post_title_bytes_max));
  }
  return {};
}

Result<void> BlockWriter::check_content() {
  OutField* const content = find("content");
  const bool is_null = content != nullptr && (content->converted ? content->converted->is<std::nullptr_t>()
                                                                 : content->view.kind == JsonKind::null_value);
  if (content == nullptr || is_null) {
    if (content != nullptr) content->dropped = true;
    adds_content_ = true;
    as_it_is_ = false;
    return {};
  }
  const bool is_text = content->converted ? content->converted->is<std::string>() : content->view.kind == JsonKind::string;
  if (is_text) return {};
  return fail(Code::invalid_record, fmt::format("content is {}, not a text", kind_word(content->view.kind)));
}

// Notes the record's own time. In a post it has to be one, and is written in UTC and as the store's datetime.
Result<void> BlockWriter::check_created_at(Block::Entry& entry) {
  OutField* const field = find("created_at");
  if (field == nullptr) return {};
  if (field->converted) {
    if (const auto* time = field->converted->get_if<Timestamp>()) entry.created_at = *time;
  } else if (field->view.kind == JsonKind::string) {
    entry.created_at = field->view.escaped ? parse_rfc3339(text_of(field->view)) : parse_rfc3339(unquoted(field->view));
  }
  if (!is_post_) return {};
  if (!entry.created_at) {
    const bool is_null = field->converted ? field->converted->is<std::nullptr_t>() : field->view.kind == JsonKind::null_value;
    if (is_null) return {};
    return fail(Code::invalid_record, fmt::format("created_at {} is no RFC 3339 datetime",
                                                 field->converted ? to_json(*field->converted) : std::string(field->view.value.substr(0, 60))));
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
    out.append(text);
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
      out.append(field.view.value);
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
