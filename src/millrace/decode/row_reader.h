// SPDX-License-Identifier: Apache-2.0
//
// A RowReader walks over the records of a slice and shows of each what stands at the paths that a query names.
//
//   RowReader reader(Format::ndjson, {{"title"}, {"author", "name"}});
//   reader.open(slice);
//   while (reader.next(found)) { if (found.error) … else use(found.row.slots[0], found.row.slots[1]); }
//
// NDJSON is read at the speed of its structure: simdjson finds the quotes and brackets of many lines at once, and one pass
// over their positions checks that brackets, keys, colons and commas are where they belong. What is in a slot is validated
// whole. Elsewhere a record is refused for its structure, UTF-8, control characters in strings and nesting, but not for a
// number such as 01, a word such as nul, an escape such as \x or a lone surrogate; `strict` refuses those, too. A line of
// more than RowReader::line_bytes_max or with more than 64 levels in a value that nobody asked for is always validated
// whole, and so is every other format. What is said of a line depends on nothing but the line.
//
// Threads: one reader per thread; it keeps its scratch from slice to slice.
// Memory: eight bytes for each of line_bytes_max bytes of input at most (1 MiB), of which a fifth is touched, and what a
// slot's repeated keys or an input's last line without a line's end need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/decode/format.h"
#include "millrace/decode/splitter.h"
#include "millrace/record/record_view.h"
#include "millrace/record/row_view.h"

namespace millrace::decode {

struct RowReaderOptions {
  bool strict = false;           // validate every record whole
  bool automatic_types = false;  // as ReaderOptions has it
  bool needs_text = false;       // RowView::text is used, so the whole record is validated: SELECT *
};

struct FoundRow {
  RowView row;  // valid until the next call, and as long as the slice's chunk; empty when there is an error
  const RecordView* record = nullptr;  // the same, whole: with needs_text, or strict, or formats that are always validated whole
  // The rest as Found of record_reader.h has it.
  std::string_view input;
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::uint64_t offset = 0;
  std::string source;
  std::optional<Error> error;
  bool is_json = false;
};

class RowReader {
 public:
  static constexpr std::size_t line_bytes_max = 128 << 10;

  RowReader(Format format, std::vector<FieldPath> paths, RowReaderOptions options = {});
  ~RowReader();

  // `slice` outlives the walk.
  void open(const Slice& slice);
  bool next(FoundRow& found);

  // As RecordReader::as_json.
  std::string as_json(std::string_view input, const Slice& slice);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace::decode
