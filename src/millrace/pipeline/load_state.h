// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint of a load says (its text is JSON, docs/decisions/0004-checkpoints.md): which input it is of, under which
// settings, how ids are generated, and how far it is. Private to `pipeline`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/keyed_hash.h"
#include "millrace/pipeline/finished.h"
#include "millrace/pipeline/input.h"
#include "millrace/pipeline/load.h"
#include "millrace/pipeline/report.h"
#include "millrace/record/block_writer.h"

namespace millrace::pipeline {

// By which an input is known again.
struct FileMark {
  std::string path;  // absolute
  std::string format;
  std::uint64_t size = 0;  // as stored
  std::string hash;        // of its head, its tail and some samples between
};

struct LoadState {
  // What was loaded, and how: it has to be the same when the load is resumed.
  std::vector<FileMark> files;
  std::string table;
  std::string id_field;
  std::string types;
  std::string query;  // empty without one
  bool strict = true;
  // Of generated ids.
  Timestamp start;
  HashKey key{};
  // How far it is. All rejects that are finished stand in the first bytes of the file of rejects.
  Finished finished;
  Counts counts;
  std::string rejects_path;  // absolute
  std::uint64_t rejects_bytes = 0;
};

// Of regular files: nothing for any other input, which cannot be read again. Errors are those of reading.
Result<std::vector<FileMark>> mark_files(const std::vector<InputFile>& files);
// The state of a load that has not begun. The start and the key are new.
LoadState new_state(std::vector<FileMark> files, const RecordShape& shape, const LoadQuery* query, std::string rejects_path);

// Names the checkpoint of a load of these files into this table.
std::string checkpoint_name(const LoadState& state);
std::string to_json(const LoadState& state);
std::unexpected<Error> damaged_state();
// refused when it is no checkpoint of a load, or a later version's.
Result<LoadState> parse_load_state(std::string_view text);
// invalid_argument, in words for the user, when what the load was begun with is not what it is to be resumed with.
Result<void> check_is_same(const LoadState& begun, const LoadState& now);

}  // namespace millrace::pipeline
