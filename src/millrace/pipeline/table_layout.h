// SPDX-License-Identifier: Apache-2.0
//
// A table for people: columns side by side, numbers to the right, as wide as the first rows need them.
//
//   TableLayout table(terminal_width);
//   out += table.add(rows);     // as RowFormat gives them; its header is the first
//   out += table.end();
//
//   title     score
//   --------  -----
//   A day        12
//
// The widths are those of the first thousand rows, or the first MiB of them: they are held back until then. What is longer later
// stands out; on a terminal it is cut with '…', and so is what makes rows longer than the terminal is wide.
// Memory: the rows that are held back.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::pipeline {

class TableLayout {
 public:
  static constexpr std::size_t rows_looked_at = 1000;
  static constexpr std::size_t bytes_looked_at = 1u << 20;

  // Of a terminal: its width. Without one nothing is cut.
  explicit TableLayout(std::optional<std::size_t> terminal_columns) : terminal_columns_(terminal_columns) {}

  // What can be shown so far.
  std::string add(std::string_view rows);
  std::string end();

 private:
  struct Column {
    std::size_t width = 0;
    bool is_number = false;  // every cell is one, or empty
    bool has_number = false;
  };
  struct Cell {
    std::string_view text;
    bool is_number = false;
  };
  void look_at(std::string_view row, bool is_header);
  void fit_terminal();
  std::string lay_out_held();
  void append_row(std::string& out, std::string_view row) const;
  void append_rule(std::string& out) const;
  static bool take_cell(std::string_view& row, Cell& cell);

  const std::optional<std::size_t> terminal_columns_;
  std::vector<Column> columns_;
  std::string held_;
  std::size_t rows_held_ = 0;
  bool is_laid_out_ = false;
};

}  // namespace millrace::pipeline
