// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/table_layout.h"

#include <algorithm>
#include <utility>

#include "millrace/pipeline/row_format.h"
#include "millrace/text/width.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;  // no column is cut to less
constexpr std::string_view ellipsis = "…";

// Rows are lines: shown text has no line breaks.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

bool TableLayout::take_cell(std::string_view& row, Cell& cell) {
  if (row.empty()) return false;
  cell.is_number = row.front() == table_text::number;
  row.remove_prefix(1);
  const std::size_t end = std::min(row.find_first_of("\x1e\x1f"), row.size());
  cell.text = row.substr(0, end);
  row.remove_prefix(end);
  return true;
}

std::string TableLayout::add(std::string_view rows) {
  std::string out;
  if (!is_laid_out_) {
    held_ += rows;
    rows_held_ += static_cast<std::size_t>(std::ranges::count(rows, '\n'));
    return rows_held_ > rows_looked_at || held_.size() > bytes_looked_at ? lay_out_held() : out;
  }
  while (!rows.empty()) append_row(out, take_line(rows));
  return out;
}

std::string TableLayout::end() { return is_laid_out_ ? std::string() : lay_out_held(); }

std::string TableLayout::lay_out_held() {
  is_laid_out_ = true;
  std::string out;
  std::string_view rows = held_;
  if (rows.empty()) return out;
  for (bool is_header = true; !rows.empty(); is_header = false) look_at(take_line(rows), is_header);
  for (Column& column : columns_) column.is_number = column.is_number && column.has_number;
  fit_terminal();
  rows = held_;
  append_row(out, take_line(rows));
  append_rule(out);
  while (!rows.empty()) append_row(out, take_line(rows));
  held_ = {};
  return out;
}

void TableLayout::look_at(std::string_view row, bool is_header) {
  Cell cell;
  for (std::size_t i = 0; take_cell(row, cell); ++i) {
    if (is_header) columns_.push_back({.width = 1, .is_number = true});
    Column& column = columns_[i];
    column.width = std::max(column.width, text::width(cell.text));
    if (is_header) continue;
    column.has_number = column.has_number || cell.is_number;
    column.is_number = column.is_number && (cell.is_number || cell.text.empty());
  }
}

// Takes from the widest until all fit.
void TableLayout::fit_terminal() {
  if (!terminal_columns_ || columns_.empty()) return;
  std::size_t total = (columns_.size() - 1) * gap;
  for (const Column& column : columns_) total += column.width;
  while (total > *terminal_columns_) {
    const auto widest = std::ranges::max_element(columns_, {}, &Column::width);
    if (widest->width <= narrowest) return;
    --widest->width;
    --total;
  }
}

void TableLayout::append_row(std::string& out, std::string_view row) const {
  Cell cell;
  std::size_t spaces = 0;  // that are due before the next text
  for (std::size_t i = 0; i < columns_.size() && take_cell(row, cell); ++i) {
    const Column& column = columns_[i];
    std::size_t width = text::width(cell.text);
    std::string_view end;
    if (terminal_columns_ && width > column.width) {
      cell.text = text::cut_to_width(cell.text, column.width - 1);
      width = text::width(cell.text) + 1;
      end = ellipsis;
    }
    const std::size_t padding = column.width - std::min(width, column.width);
    if (column.is_number) spaces += padding;
    if (!cell.text.empty() || !end.empty()) {
      out.append(std::exchange(spaces, 0), ' ');
      out += cell.text;
      out += end;
    }
    if (!column.is_number) spaces += padding;
    spaces += gap;
  }
  out += '\n';
}

void TableLayout::append_rule(std::string& out) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) out.append(gap, ' ');
    out.append(columns_[i].width, '-');
  }
  out += '\n';
}

}  // namespace millrace::pipeline
