// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/csv_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "millrace/base/chunk.h"
#include "millrace/decode/byte_search.h"
#include "millrace/decode/utf8.h"

namespace millrace::decode {
namespace {

const char* find_quote(const char* begin, const char* end) {
  const void* const quote = begin == end ? nullptr : std::memchr(begin, '"', static_cast<std::size_t>(end - begin));
  return quote == nullptr ? end : static_cast<const char*>(quote);
}

bool ends_row(char byte) { return byte == '\n' || byte == '\r'; }

}  // namespace

std::optional<std::size_t> CsvRow::find_end(std::string_view text, std::size_t from) {
  const char* p = text.data() + from;
  const char* const end = text.data() + text.size();
  line_end_bytes_ = 0;
  const auto row_ends = [&](std::size_t line_end_bytes) {
    in_ = In::cell_begin;
    line_end_bytes_ = line_end_bytes;
    return static_cast<std::size_t>(p - text.data());
  };
  while (p < end) {
    switch (in_) {
      case In::line_end:
        if (*p != '\n') return row_ends(1);
        ++p;
        return row_ends(2);
      case In::quoted:
        p = find_quote(p, end);
        if (p == end) return std::nullopt;
        ++p;
        in_ = In::quote;
        break;
      case In::quote:
      case In::cell_begin:
        if (*p == '"') {
          in_ = In::quoted;
          ++p;
          break;
        }
        in_ = In::plain;
        previous_ = '\0';
        [[fallthrough]];
      case In::plain: {
        const char* const stop = find_first_of<'"', '\n', '\r'>(p, end);
        const char before = stop == p ? previous_ : stop[-1];
        p = stop;
        if (p == end) {
          previous_ = before;
          return std::nullopt;
        }
        previous_ = *p++;
        if (previous_ == '\n') return row_ends(1);
        if (previous_ == '\r') in_ = In::line_end;
        if (previous_ == '"' && before == ',') in_ = In::quoted;
        break;
      }
    }
  }
  return std::nullopt;
}

std::optional<CsvFault> read_csv_row(std::string_view text, std::size_t& at, std::vector<CsvCell>& cells) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* p = begin + at;
  const auto fault = [&](const char* where, std::string_view what) {
    return CsvFault{static_cast<std::size_t>(where - begin), what};
  };
  cells.clear();
  for (;;) {
    CsvCell& cell = cells.emplace_back();
    const char* const cell_begin = p;
    if (p < end && *p == '"') {
      for (p = find_quote(p + 1, end); end - p > 1 && p[1] == '"'; p = find_quote(p + 2, end))
        cell.doubled_quotes = true;
      if (p == end) return fault(cell_begin, "a quoted cell is never closed");
      cell.text = {cell_begin + 1, p};
      ++p;
      if (p < end && *p != ',' && !ends_row(*p)) return fault(p, "text follows a closing quote");
    } else {
      p = find_first_of<',', '\n', '\r'>(p, end);
      cell.text = {cell_begin, p};
    }
    if (p == end || *p != ',') break;
    ++p;
  }
  if (p < end) p += end - p > 1 && p[0] == '\r' && p[1] == '\n' ? 2 : 1;
  at = static_cast<std::size_t>(p - begin);
  return std::nullopt;
}

std::string_view cell_text(const CsvCell& cell, std::string& scratch) {
  if (!cell.doubled_quotes) return cell.text;
  scratch.clear();
  for (std::size_t at = 0; at < cell.text.size(); ++at) {
    scratch += cell.text[at];
    if (cell.text[at] == '"') ++at;
  }
  return scratch;
}

Result<std::vector<std::string>> read_csv_header(std::string_view row) {
  if (const std::size_t at = find_invalid_utf8(row); at != row.size()) {
    return fail(Code::invalid_json, "the CSV header is not valid UTF-8");
  }
  std::string padded(row);
  padded.append(Chunk::padding, '\0');
  std::vector<CsvCell> cells;
  std::size_t at = 0;
  if (const std::optional<CsvFault> fault = read_csv_row(std::string_view(padded).substr(0, row.size()), at, cells)) {
    return fail(Code::invalid_json, fmt::format("the CSV header is malformed: {}", fault->what));
  }
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  std::string scratch;
  names.reserve(cells.size());  // `seen` looks into them
  for (const CsvCell& cell : cells) {
    const std::string& name = names.emplace_back(cell_text(cell, scratch));
    if (name.empty()) {
      return fail(Code::invalid_record, fmt::format("the CSV header has no name for column {}", names.size()));
    }
    if (!seen.insert(name).second) {
      return fail(Code::invalid_record, fmt::format("the CSV header names '{}' twice", name));
    }
  }
  return names;
}

}  // namespace millrace::decode
