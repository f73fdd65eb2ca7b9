// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/row_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "millrace/record/json.h"
#include "millrace/record/json_text.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/plan.h"

namespace millrace::pipeline {
namespace {

using surrealql::Datum;
using surrealql::Type;

// How an integer outside int64 is read: load writes its digits, and so do we.
bool is_whole_beyond_int64(const Datum& value) {
  const surrealql::Decimal96& decimal = value.decimal();
  if (decimal.scale != 0) return false;
  return decimal.high != 0 || decimal.low > (decimal.negative ? std::uint64_t{1} << 63 : (std::uint64_t{1} << 63) - 1);
}

// The type has no word in JSON: it goes on as a Value.
bool needs_value(const Datum& value, Encoding encoding) {
  switch (value.type()) {
    case Type::real: return !std::isfinite(value.real());
    case Type::decimal: return !is_whole_beyond_int64(value);
    case Type::duration:
    case Type::datetime:
    case Type::uuid:
    case Type::bytes:
    case Type::record:
    case Type::range: return true;
    // What was read as JSON is JSON; what was built may hold anything, which JSON output knows how to write.
    case Type::array:
    case Type::object: return encoding == Encoding::cbor && !value.is_text();
    default: return false;
  }
}

JsonKind kind_of(const Datum& value) {
  switch (value.type()) {
    case Type::boolean: return value.boolean() ? JsonKind::true_value : JsonKind::false_value;
    case Type::integer:
    case Type::decimal: return JsonKind::integer;
    case Type::real: return JsonKind::real;
    case Type::array: return JsonKind::array;
    case Type::object: return JsonKind::object;
    case Type::none:
    case Type::null: return JsonKind::null_value;
    default: return JsonKind::string;
  }
}

}  // namespace

RowFields::RowFields(const surrealql::Query& query, Encoding encoding) : encoding_(encoding), is_flat_(surrealql::Selector(query).is_flat()) {
  if (!is_flat_) return;
  for (const surrealql::Column& column : query.plan().columns) names_.push_back(column.path.front());
  columns_.resize(names_.size());
}

Result<void> RowFields::put(surrealql::Selector& selector, BlockWriter& writer) {
  if (!is_flat_) return put_row(surrealql::open(selector.row(), selector.machine().evaluation()), writer);
  put_columns(selector.columns(), writer);
  return {};
}

void RowFields::put_columns(std::span<const Datum> columns, BlockWriter& writer) {
  text_.clear();
  fields_.clear();
  for (std::size_t i = 0; i < columns.size(); ++i) add(names_[i], columns[i]);
  put_fields(writer);
}

Result<void> RowFields::put_row(const Datum& row, BlockWriter& writer) {
  if (!row.is(Type::object)) {
    std::string shown;
    surrealql::append_sql(shown, row);
    return fail(Code::invalid_record, fmt::format("the query gives {}, not an object: a store's records are objects", show_json(shown)));
  }
  text_.clear();
  fields_.clear();
  for (const surrealql::DatumMember& member : row.members()) add(member.key, member.value);
  put_fields(writer);
  return {};
}

void RowFields::add(std::string_view key, const Datum& value) {
  if (value.is(Type::none)) return;
  Field& field = fields_.emplace_back(Field{.key = key, .kind = kind_of(value)});
  if (needs_value(value, encoding_)) {
    field.value = surrealql::to_value(value);
    // A range, or a datetime beyond the years that a Timestamp holds: JSON has it as text.
    if (!field.value->is<Tagged>() || encoding_ == Encoding::cbor) return;
    field.value.reset();
  } else if (value.is_text()) {
    field.borrowed = value.string();
    return;
  }
  field.begin = text_.size();
  if (value.is(Type::decimal)) {
    text_ += surrealql::to_value(value).get_if<Decimal>()->digits;
  } else {
    surrealql::append_json(text_, value);
  }
  field.end = text_.size();
  field.escaped = value.is(Type::string) && field.end - field.begin != value.string().size() + 2;
}

// Once text_ does not grow any more.
void RowFields::put_fields(BlockWriter& writer) {
  for (Field& field : fields_) {
    if (field.value) {
      writer.put(field.key, *std::move(field.value));
      continue;
    }
    const std::string_view text = field.borrowed.empty() ? std::string_view(text_).substr(field.begin, field.end - field.begin) : field.borrowed;
    writer.put({field.key, text, field.kind, field.escaped});
  }
}

// What would be too large is told before it is written, as the record's failure.
bool RowFields::append_stored(surrealql::Selector& selector, std::string& out) {
  surrealql::Evaluation& evaluation = selector.machine().evaluation();
  const std::size_t begin = out.size();
  const auto append = [&](const Datum& value) {
    surrealql::check_weight(value, evaluation);
    if (evaluation.failed()) return false;
    surrealql::append_stored(out, value);
    surrealql::check_written(out, begin);
    return true;
  };
  if (!selector.is_flat()) return append(surrealql::open(selector.row(), evaluation)) && !evaluation.failed();
  return std::ranges::all_of(selector.columns(), append) && !evaluation.failed();
}

Result<void> RowFields::put_stored(std::string_view stored, BlockWriter& writer, std::string& json) {
  scratch_.arena.reset();
  json.clear();
  if (!is_flat_) {
    const Datum row = surrealql::read_stored(stored, scratch_.arena);
    surrealql::append_json(json, row);
    return put_row(surrealql::open(row, scratch_), writer);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i] = surrealql::read_stored(stored, scratch_.arena);
    if (columns_[i].is(Type::none)) continue;
    json += json.empty() ? '{' : ',';
    append_json_string(json, names_[i]);
    json += ':';
    surrealql::append_json(json, columns_[i]);
  }
  json += json.empty() ? "{}" : "}";
  put_columns(columns_, writer);
  return {};
}

}  // namespace millrace::pipeline
