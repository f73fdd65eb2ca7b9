// SPDX-License-Identifier: Apache-2.0
//
// How a load begins: anew, or where an earlier one stopped. Private to `pipeline`.
#pragma once

#include <string>
#include <vector>

#include "millrace/pipeline/load.h"
#include "millrace/pipeline/load_state.h"

namespace millrace::pipeline {

struct LoadBegin {
  LoadState state;
  std::string name;      // of its checkpoint; empty for an input that cannot be read again: then none is kept
  std::string rejects_path;
  bool resumed = false;  // the state is that of an earlier load
  std::vector<std::string> warnings;
};

// Looks for a checkpoint, and writes nothing unless one is to be forgotten. invalid_argument when there is one and
// options.resume does not say what to do, or when what it tells of has changed since; else errors of reading and the store's.
Result<LoadBegin> begin_load(const LoadOptions& options, const std::vector<InputFile>& files, const std::string& rejects_path,
                             store::Store& store);

}  // namespace millrace::pipeline
