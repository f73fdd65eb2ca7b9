// SPDX-License-Identifier: Apache-2.0
//
// A query's row as fields of a record for a store: JSON text where JSON has the type, so that nothing is built of it, and a Value
// where it has not. Private to `pipeline`.
//
//   RowFields fields(query, Encoding::cbor);
//   writer.begin();
//   if (Result<void> put = fields.put(selector, writer); put) writer.end(span, block);
//
// Threads: one for each worker. Memory: the text of the largest row.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/block_writer.h"
#include "millrace/surrealql/query.h"
#include "millrace/surrealql/selector.h"

namespace millrace::pipeline {

class RowFields {
 public:
  RowFields(const surrealql::Query& query, Encoding encoding);

  // Puts the fields of the row that the selector shows; they live until the next call. invalid_record when it is no object.
  Result<void> put(surrealql::Selector& selector, BlockWriter& writer);

  // The same for a row that is kept meanwhile: into a text of our own, and out of it; `json` becomes the row as a reject shows it.
  // Both within_limits().
  static bool append_stored(surrealql::Selector& selector, std::string& out);  // a RowForm
  Result<void> put_stored(std::string_view stored, BlockWriter& writer, std::string& json);
  surrealql::Evaluation& evaluation() { return scratch_; }  // put_stored()'s

 private:
  struct Field {
    std::string_view key;
    JsonKind kind = JsonKind::null_value;
    bool escaped = false;
    std::string_view borrowed;  // the JSON text, or
    std::size_t begin = 0;      // where it stands in text_, or
    std::size_t end = 0;
    std::optional<Value> value;
  };
  Result<void> put_row(const surrealql::Datum& row, BlockWriter& writer);
  void put_columns(std::span<const surrealql::Datum> columns, BlockWriter& writer);
  void add(std::string_view key, const surrealql::Datum& value);
  void put_fields(BlockWriter& writer);

  const Encoding encoding_;
  bool is_flat_ = false;
  std::vector<std::string> names_;  // of a flat query's columns
  std::string text_;
  std::vector<Field> fields_;
  std::vector<surrealql::Datum> columns_;
  surrealql::Evaluation scratch_;
};

}  // namespace millrace::pipeline
