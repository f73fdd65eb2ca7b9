// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/row_reader.h"

#include <utility>

#include "millrace/decode/field_tree.h"
#include "millrace/decode/line_rows.h"
#include "millrace/decode/record_reader.h"
#include "millrace/decode/record_slots.h"

namespace millrace::decode {

// No line that LineRows walks over has so many fields that the strict reader would refuse them: each takes five bytes.
static_assert(RowReader::line_bytes_max < 5 * JsonScanner::fields_max);

class RowReader::Implementation {
 public:
  Implementation(Format format, const std::vector<FieldPath>& paths, RowReaderOptions options)
      : tree_(paths), records_(format, {.automatic_types = options.automatic_types}), slots_(tree_) {
    const bool counts_levels = tree_.depth_max() + RowWalk::depth_max < JsonScanner::depth_max;
    if (format == Format::ndjson && !options.strict && !options.needs_text && counts_levels) lines_.emplace(tree_);
  }

  void open(const Slice& slice) {
    if (lines_) return lines_->open(slice);
    records_.open(slice);
  }

  bool next(FoundRow& found) {
    if (lines_) return lines_->next(found);
    if (!records_.next(found_)) return false;
    slots_.show(found_, found);
    found.record = &found_.record;
    return true;
  }

  std::string as_json(std::string_view input, const Slice& slice) { return records_.as_json(input, slice); }

 private:
  FieldTree tree_;
  RecordReader records_;
  Found found_;
  RecordSlots slots_;
  std::optional<LineRows> lines_;
};

RowReader::RowReader(Format format, std::vector<FieldPath> paths, RowReaderOptions options)
    : implementation_(std::make_unique<Implementation>(format, paths, options)) {}
RowReader::~RowReader() = default;

void RowReader::open(const Slice& slice) { implementation_->open(slice); }
bool RowReader::next(FoundRow& found) { return implementation_->next(found); }
std::string RowReader::as_json(std::string_view input, const Slice& slice) {
  return implementation_->as_json(input, slice);
}

}  // namespace millrace::decode
