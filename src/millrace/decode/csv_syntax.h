// SPDX-License-Identifier: Apache-2.0
//
// CSV as RFC 4180 has it, and what is met in the wild: "\n", "\r\n" or '\r' ends a row; a quote counts only at the
// beginning of a cell, elsewhere it is a character like any other. Behind the texts given to CsvRow and read_csv_row()
// stand Chunk::padding readable bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::decode {

// Follows one row to its end by nothing but quotes and line ends: what the splitter has to do in order, and how a
// reader finds its way behind a row that is malformed.
class CsvRow {
 public:
  // Behind the line end of the row, of which text[from] is the next byte; nothing when the text ends before.
  std::optional<std::size_t> find_end(std::string_view text, std::size_t from);
  // The text ended with a '\r' that ends the row, unless a '\n' follows.
  bool ends_with_return() const { return in_ == In::line_end; }
  // Of the row that was followed; 0 when the input ends instead.
  std::size_t line_end_bytes() const { return ends_with_return() ? 1 : line_end_bytes_; }

 private:
  enum class In : unsigned char { cell_begin, plain, quoted, quote, line_end };
  In in_ = In::cell_begin;  // quote: behind one that closes the cell, unless another follows; line_end: behind a '\r'
  char previous_ = ',';
  std::size_t line_end_bytes_ = 0;
};

struct CsvCell {
  std::string_view text;        // between its quotes when it has them
  bool doubled_quotes = false;  // `text` holds "" for each "
};

struct CsvFault {
  std::size_t at = 0;  // byte in the text
  std::string_view what;
};

// Reads the row that begins at text[at] and moves `at` behind its line end. After a fault `at` is where it was.
std::optional<CsvFault> read_csv_row(std::string_view text, std::size_t& at, std::vector<CsvCell>& cells);

// The cell's characters: `text` itself, or `scratch` when quotes have to be undoubled.
std::string_view cell_text(const CsvCell& cell, std::string& scratch);

// The names in a header row. invalid_json when it is no CSV or no UTF-8, invalid_record when a name is empty or stands
// twice.
Result<std::vector<std::string>> read_csv_header(std::string_view row);

}  // namespace millrace::decode
