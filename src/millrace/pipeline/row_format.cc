// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/row_format.h"

#include <fmt/format.h>

namespace millrace::pipeline {
namespace {

using surrealql::Datum;
using surrealql::Type;

// RFC 4180: quotes around a cell that needs them, quotes in it doubled.
void append_cell(std::string& out, std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// Text as it is, NONE and NULL as nothing, everything else as JSON has it, without its quotes.
void append_cell(std::string& out, const Datum& value) {
  if (value.is_nothing()) return;
  if (value.is(Type::string)) return append_cell(out, value.string());
  std::string json;
  surrealql::append_json(json, value);
  const bool is_quoted = json.size() >= 2 && json.front() == '"';  // a datetime, say: nothing in it is escaped
  append_cell(out, is_quoted ? std::string_view(json).substr(1, json.size() - 2) : json == "null" ? std::string_view() : std::string_view(json));
}

}  // namespace

Result<OutputFormat> parse_output_format(std::string_view text) {
  if (text == "ndjson") return OutputFormat::ndjson;
  if (text == "json") return OutputFormat::json;
  if (text == "csv") return OutputFormat::csv;
  if (text == "table") return OutputFormat::table;
  return fail(Code::invalid_argument, fmt::format("--output-format: '{}' is none of ndjson, json, csv, table", text));
}

RowFormat::RowFormat(OutputFormat format, const surrealql::Query& query) : format_(format), names_(query.column_names()) {
  for (std::string& name : names_) {
    if (name.empty()) name = "value";
  }
}

std::string RowFormat::begin() const {
  std::string out;
  if (format_ == OutputFormat::json) return "[";
  if (format_ != OutputFormat::csv) return out;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (i > 0) out += ',';
    append_cell(out, names_[i]);
  }
  return out + "\n";
}

std::string RowFormat::end(bool is_empty) const {
  if (format_ == OutputFormat::json) return is_empty ? "]\n" : "\n]\n";
  return {};
}

void RowFormat::append(surrealql::Selector& selector, std::string& out) const {
  switch (format_) {
    case OutputFormat::ndjson:
      selector.append_json(out);
      out += '\n';
      break;
    case OutputFormat::json:
      out += ",\n";
      selector.append_json(out);
      break;
    case OutputFormat::csv:
    case OutputFormat::table: {
      const auto columns = selector.columns();
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) out += ',';
        append_cell(out, columns[i]);
      }
      out += '\n';
      break;
    }
  }
}

}  // namespace millrace::pipeline
