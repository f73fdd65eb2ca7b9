// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/row_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "millrace/record/json_text.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/plan.h"

namespace millrace::pipeline {
namespace {

using surrealql::Datum;
using surrealql::Type;

// RFC 4180: quotes around a cell that needs them, quotes in it doubled.
void append_csv(std::string& out, std::string_view text) {
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

// On one line, and nothing that a terminal would obey: control characters as JSON escapes them, U+0080 to U+009F too.
void append_shown(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_second_set = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c >= 0x20 && c != 0x7f && !is_second_set) {
      out += text[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", is_second_set ? static_cast<unsigned char>(text[++i]) : c);
    }
  }
}

// What a cell says: text as it is, NONE as nothing, everything else as JSON has it, without its quotes. `scratch` may hold it.
std::string_view text_of(const Datum& value, std::string& scratch) {
  if (value.is(Type::string)) return value.string();
  if (value.is(Type::none)) return {};
  scratch.clear();
  surrealql::append_json(scratch, value);
  const bool is_quoted = scratch.size() >= 2 && scratch.front() == '"';  // a datetime, say: nothing in it is escaped
  return is_quoted ? std::string_view(scratch).substr(1, scratch.size() - 2) : std::string_view(scratch);
}

}  // namespace

Result<OutputFormat> parse_output_format(std::string_view text) {
  if (text == "ndjson") return OutputFormat::ndjson;
  if (text == "json") return OutputFormat::json;
  if (text == "csv") return OutputFormat::csv;
  if (text == "table") return OutputFormat::table;
  return fail(Code::invalid_argument, fmt::format("--output-format: '{}' is none of ndjson, json, csv, table", text));
}

RowFormat::RowFormat(OutputFormat format, const surrealql::Query& query, std::vector<std::string> columns)
    : format_(format), names_(std::move(columns)), has_plain_columns_(!query.plan().has_all && query.plan().omit.empty()) {
  by_name_.resize(names_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0u);
  std::ranges::sort(by_name_, {}, [&](std::uint32_t column) -> const std::string& { return names_[column]; });
}

std::string RowFormat::begin() const {
  std::string out;
  if (format_ == OutputFormat::json) return "[";
  if (!has_columns(format_) || names_.empty()) return out;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (format_ == OutputFormat::table) {
      out += table_text::text;
      append_shown(out, names_[i]);
    } else {
      if (i > 0) out += ',';
      append_csv(out, names_[i]);
    }
  }
  return out + "\n";
}

std::string RowFormat::end(bool is_empty) const {
  if (format_ == OutputFormat::json) return is_empty ? "]\n" : "\n]\n";
  return {};
}

bool RowFormat::append(surrealql::Selector& selector, std::string& out) const {
  switch (format_) {
    case OutputFormat::ndjson:
      selector.append_json(out);
      out += '\n';
      return true;
    case OutputFormat::json:
      out += ",\n";
      selector.append_json(out);
      return true;
    case OutputFormat::csv:
    case OutputFormat::table: break;
  }
  if (!has_plain_columns_) return append_members(selector, out);
  append_cells(out, selector.columns());
  return true;
}

// The members of a row that is an object; both they and by_name_ are in the order of names.
bool RowFormat::append_members(surrealql::Selector& selector, std::string& out) const {
  surrealql::Evaluation& evaluation = selector.machine().evaluation();
  const Datum row = surrealql::open(selector.row(), evaluation);
  Datum* const cells = evaluation.arena.allocate<Datum>(names_.size());
  std::fill_n(cells, names_.size(), Datum());
  auto column = by_name_.begin();
  for (const surrealql::DatumMember& member : row.members()) {
    while (column != by_name_.end() && names_[*column] < member.key) ++column;
    if (column != by_name_.end() && names_[*column] == member.key) {
      cells[*column] = member.value;
    } else if (!member.value.is(Type::none)) {
      evaluation.fail(fmt::format("the row has a field '{}', which is no column: the first rows had none. Name the columns in place of *, or OMIT it",
                                  show_json(member.key)));
      return false;
    }
  }
  append_cells(out, {cells, names_.size()});
  return true;
}

void RowFormat::append_cells(std::string& out, std::span<const Datum> cells) const {
  std::string scratch;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view text = text_of(cells[i], scratch);
    if (format_ == OutputFormat::table) {
      out += cells[i].is_number() ? table_text::number : table_text::text;
      append_shown(out, text);
    } else {
      if (i > 0) out += ',';
      const bool is_empty = cells[i].is_nothing() || (cells[i].is(Type::real) && text == "null");
      append_csv(out, is_empty ? std::string_view() : text);
    }
  }
  out += '\n';
}

}  // namespace millrace::pipeline
