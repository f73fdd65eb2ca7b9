// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/boundary.h"
#include "millrace/decode/csv_syntax.h"

namespace millrace::decode {
namespace {

class CsvBoundaries final : public Boundaries {
 public:
  Last find_last(std::string_view text, std::size_t from, std::size_t records_max) override {
    std::size_t boundary = 0;
    std::size_t rows = 0;
    for (std::size_t at = from; const std::optional<std::size_t> end = row_.find_end(text, at);) {
      boundary = at = *end;
      if (++rows == records_max) return {boundary, at < text.size()};
    }
    return {boundary};
  }

  std::optional<RecordEnd> find_end(std::string_view text, bool last) override {
    const std::optional<std::size_t> end = row_.find_end(text, 0);
    const bool ends = end || (last && row_.ends_with_return());
    return ends ? std::optional(RecordEnd{end.value_or(text.size()), row_.line_end_bytes()}) : std::nullopt;
  }

 private:
  CsvRow row_;
};

}  // namespace

std::unique_ptr<Boundaries> csv_boundaries() { return std::make_unique<CsvBoundaries>(); }

}  // namespace millrace::decode
