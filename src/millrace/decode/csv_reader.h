// SPDX-License-Identifier: Apache-2.0
//
// CSV with a header: each row becomes a JSON object of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "millrace/decode/csv_syntax.h"
#include "millrace/decode/slice_walk.h"

namespace millrace::decode {

// Writes rows as JSON objects, the header's names as keys.
class CsvObject {
 public:
  explicit CsvObject(bool automatic_types) : automatic_types_(automatic_types) {}

  void set_header(const std::shared_ptr<const std::string>& header);
  std::size_t columns() const { return columns_.size(); }
  // As many cells as there are columns. The record is valid until the next call.
  void write(const std::vector<CsvCell>& cells, RecordView& record);

 private:
  struct Column {
    std::string name;
    std::string json;  // "name": with quotes, escapes and colon
  };
  struct Extent {
    std::size_t column = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    JsonKind kind = JsonKind::string;
    bool escaped = false;
  };

  JsonKind append_cell(std::string_view text);

  const bool automatic_types_;
  std::shared_ptr<const std::string> header_;
  std::vector<Column> columns_;
  std::string text_;
  std::vector<Extent> extents_;  // of the values in text_, which may move while it grows
  std::string undoubled_;
  std::string printed_;
};

class CsvReader {
 public:
  explicit CsvReader(ReaderOptions options) : object_(options.automatic_types) {}

  void open(const Slice& slice);
  bool next(Found& found);

 private:
  bool skip_blank_line();

  SliceWalk walk_;
  std::vector<CsvCell> cells_;
  CsvObject object_;
};

}  // namespace millrace::decode
