// SPDX-License-Identifier: Apache-2.0
//
// Writes records into a Block: converts fields, finds the id or makes one, checks the table's shape, encodes.
//
//   BlockWriter writer({.table = "post"}, Encoding::json, IdSource::for_source(start, key, "posts.ndjson"));
//   Result<void> added = writer.add(record, {.line = 12, .byte = 4711, .input_begin = …, .input_size = …}, block);
//
// A record that is already what the store wants is copied once, as a whole. What does not fit its table is
// invalid_record or invalid_id, with words for the user and without a place: the caller knows it.
// Threads: one writer per thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/uuid.h"
#include "millrace/record/block.h"
#include "millrace/record/field_type.h"
#include "millrace/record/record_view.h"

namespace millrace {

// What a job makes of its records.
struct RecordShape {
  std::string table;
  std::string id_field = "id";  // --id, a field of what goes out
  TypeRules types;              // of the input's fields
};

struct InputSpan {
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::uint32_t input_begin = 0;
  std::uint32_t input_size = 0;
  std::optional<std::uint64_t> offset = std::nullopt;  // in the input, where `byte` tells of another
  std::uint32_t row = 0;  // of several that the record was made into: their generated ids differ
  const Uuid* id = nullptr;  // of a record without one, in place of what the IdSource gives
  bool id_may_repeat = false;  // that one may be another record's too
};

class BlockWriter {
 public:
  // `shape` outlives the writer.
  BlockWriter(const RecordShape& shape, Encoding encoding, IdSource ids);

  Result<void> add(const RecordView& record, const InputSpan& input, Block& block);
  // A record as a tree, with typed values; its id is the member `id_field` names. Types do not apply.
  Result<void> add(const Object& record, const InputSpan& input, Block& block);

  // A record field by field, which may be of both kinds; what a JSON field shows lives until end(). Types do not apply.
  void begin();
  void put(const FieldView& json) { fields_.emplace_back().view = json; }
  void put(std::string_view key, Value value);
  Result<void> end(const InputSpan& input, Block& block);

 private:
  // A field on its way out: its JSON text, or the value that --types made of it.
  struct OutField {
    FieldView view;
    std::optional<Value> converted;
    bool dropped = false;  // written by other means, or not at all

    bool is_text() const { return converted ? converted->is<std::string>() : view.kind == JsonKind::string; }
    bool is_null() const { return converted ? converted->is<std::nullptr_t>() : view.kind == JsonKind::null_value; }
  };

  OutField* find(std::string_view key);
  Result<void> take_fields(const RecordView& record);
  Result<void> apply_type(std::string_view name);
  Result<void> find_id(const InputSpan& input, Block::Entry& entry, Block& block);
  Result<RecordId> read_id(const OutField& field, bool& as_written) const;
  Result<void> check_post(Block::Entry& entry);
  Result<void> check_title();
  static std::string_view word_for(const OutField& field);
  Result<void> check_content();
  Result<void> check_created_at(Block::Entry& entry);
  Result<void> write(std::string_view text, const InputSpan& input, Block& block);
  void write_json(std::string_view text, Block::Entry& entry, Block& block) const;
  Result<void> write_cbor(Block::Entry& entry, Block& block) const;

  const RecordShape& shape_;
  const Encoding encoding_;
  const IdSource ids_;
  const bool is_post_;

  // Of the record at hand.
  std::vector<OutField> fields_;
  bool as_it_is_ = true;       // the record's text may be copied whole
  bool adds_content_ = false;  // a post without one
  bool adds_created_at_ = false;
};

}  // namespace millrace
