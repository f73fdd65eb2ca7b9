// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/csv_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "millrace/base/assert.h"
#include "millrace/decode/fault.h"
#include "millrace/decode/line_count.h"
#include "millrace/record/json.h"

namespace millrace::decode {
namespace {

std::string_view without_line_end(std::string_view row) {
  if (row.ends_with('\n')) row.remove_suffix(1);
  if (row.ends_with('\r')) row.remove_suffix(1);
  return row;
}

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The kind of a number that is printed as `text`, if there is one: "007", "1e3" and "+1" are none, and stay text.
std::optional<JsonKind> number_kind(std::string_view text, std::string& printed) {
  const bool may_be_number = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
  if (!may_be_number) return std::nullopt;
  printed.clear();
  if (const auto integer = parse_whole<std::int64_t>(text)) {
    append_json(printed, Value(*integer));
    return printed == text ? std::optional(JsonKind::integer) : std::nullopt;
  }
  if (const auto real = parse_whole<double>(text)) append_json(printed, Value(*real));
  return printed == text ? std::optional(JsonKind::real) : std::nullopt;
}

}  // namespace

void CsvObject::set_header(const std::shared_ptr<const std::string>& header) {
  if (header == header_) return;
  header_ = header;
  columns_.clear();
  if (!header) return;
  Result<std::vector<std::string>> names = read_csv_header(*header);
  MILLRACE_ASSERT(names.has_value());  // the splitter has read it
  for (std::string& name : *names) {
    Column& column = columns_.emplace_back();
    append_json_string(column.json, name);
    column.json += ':';
    column.name = std::move(name);
  }
}

JsonKind CsvObject::append_cell(std::string_view text) {
  if (automatic_types_) {
    if (const std::optional<JsonKind> kind = number_kind(text, printed_)) {
      text_ += text;
      return *kind;
    }
  }
  append_json_string(text_, text);
  return JsonKind::string;
}

void CsvObject::write(const std::vector<CsvCell>& cells, RecordView& record) {
  text_.clear();
  extents_.clear();
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    const std::string_view cell = cell_text(cells[column], undoubled_);
    if (cell.empty() && automatic_types_) continue;  // NONE
    text_ += text_.empty() ? '{' : ',';
    text_ += columns_[column].json;
    const std::size_t begin = text_.size();
    const JsonKind kind = append_cell(cell);
    const bool escaped = kind == JsonKind::string && text_.size() - begin != cell.size() + 2;
    extents_.push_back({column, begin, text_.size(), kind, escaped});
  }
  if (text_.empty()) text_ = '{';
  text_ += '}';

  const std::string_view text = text_;
  record.text = text;
  record.fields.clear();
  for (const Extent& extent : extents_) {
    const std::string_view value = text.substr(extent.begin, extent.end - extent.begin);
    record.fields.push_back({columns_[extent.column].name, value, extent.kind, extent.escaped});
  }
}

void CsvReader::open(const Slice& slice) {
  walk_.open(slice);
  object_.set_header(slice.header);
}

bool CsvReader::skip_blank_line() {
  const std::string_view rest = walk_.text.substr(walk_.at);
  if (!rest.starts_with('\n') && !rest.starts_with('\r')) return false;
  walk_.at += rest.starts_with("\r\n") ? 2 : 1;
  ++walk_.line;
  return true;
}

bool CsvReader::next(Found& found) {
  while (skip_blank_line()) {
  }
  if (walk_.at_end()) return false;
  const std::size_t begin = walk_.at;
  const std::optional<CsvFault> fault = read_csv_row(walk_.text, walk_.at, cells_);
  std::size_t size = without_line_end(walk_.text.substr(begin, walk_.at - begin)).size();
  if (fault) {
    CsvRow row;
    walk_.at = row.find_end(walk_.text, begin).value_or(walk_.text.size());
    size = walk_.at - begin - row.line_end_bytes();
  }
  const std::uint64_t line = walk_.line;
  walk_.line += count_any_newlines(walk_.text.substr(begin, walk_.at - begin));
  if (!walk_.begin_record(walk_.text.substr(begin, size), line, found)) return true;
  if (fault) {
    found.error = malformed(fault->what, walk_.byte_of(walk_.text.data() + fault->at));
  } else if (cells_.size() != object_.columns()) {
    found.error = Error{Code::invalid_record,
                        fmt::format("the row has {} cells, the header has {}", cells_.size(), object_.columns()),
                        {}};
  } else {
    object_.write(cells_, found.record);
  }
  return true;
}

}  // namespace millrace::decode
