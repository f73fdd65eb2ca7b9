// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/record_reader.h"

#include <utility>
#include <variant>

#include "millrace/decode/csv_reader.h"
#include "millrace/decode/json_reader.h"
#include "millrace/decode/line_reader.h"
#include "millrace/decode/rejects_reader.h"
#include "millrace/record/json.h"
#include "millrace/telemetry/profile.h"

namespace millrace::decode {
namespace {

std::string on_one_line(std::string_view json) {
  std::string line;
  append_one_line(line, json);
  return line;
}

std::string row_as_json(std::string_view row, const Slice& slice, ReaderOptions options) {
  CsvObject object(options.automatic_types);
  object.set_header(slice.header);
  std::vector<CsvCell> cells;
  RecordView record;
  std::size_t at = 0;
  std::string json;
  if (read_csv_row(row, at, cells) || cells.size() != object.columns()) {
    append_json_string(json, row);
  } else {
    object.write(cells, record);
    json = record.text;
  }
  return json;
}

}  // namespace

class RecordReader::Implementation {
 public:
  Implementation(Format format, ReaderOptions options) : options_(options) {
    switch (format) {
      case Format::ndjson: reader_.emplace<LineReader>(); return;
      case Format::json: reader_.emplace<JsonReader>(); return;
      case Format::csv: reader_.emplace<CsvReader>(options); return;
      case Format::rejects: reader_.emplace<RejectsReader>(); return;
    }
    std::unreachable();
  }

  void open(const Slice& slice) {
    MILLRACE_PROFILE_SCOPE("check utf-8", "bytes", slice.chunk.size());
    std::visit([&](auto& reader) { reader.open(slice); }, reader_);
  }
  bool next(Found& found) {
    const bool more = std::visit([&](auto& reader) { return reader.next(found); }, reader_);
    if (more && found.error) {
      found.record.text = {};
      found.record.fields.clear();
    }
    return more;
  }
  std::string as_json(std::string_view input, const Slice& slice) {
    if (std::holds_alternative<CsvReader>(reader_)) return row_as_json(input, slice, options_);
    if (auto* const rejects = std::get_if<RejectsReader>(&reader_)) return on_one_line(rejects->inner_record(input));
    return on_one_line(input);
  }

 private:
  const ReaderOptions options_;
  std::variant<LineReader, JsonReader, CsvReader, RejectsReader> reader_;
};

RecordReader::RecordReader(Format format, ReaderOptions options)
    : implementation_(std::make_unique<Implementation>(format, options)) {}
RecordReader::~RecordReader() = default;

void RecordReader::open(const Slice& slice) { implementation_->open(slice); }
bool RecordReader::next(Found& found) { return implementation_->next(found); }
std::string RecordReader::as_json(std::string_view input, const Slice& slice) {
  return implementation_->as_json(input, slice);
}

}  // namespace millrace::decode
