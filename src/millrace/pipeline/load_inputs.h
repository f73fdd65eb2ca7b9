// SPDX-License-Identifier: Apache-2.0
//
// The files that a load's options name. Private to `pipeline`.
#pragma once

#include <string>
#include <vector>

#include "millrace/pipeline/input.h"
#include "millrace/pipeline/load.h"

namespace millrace::pipeline {

std::vector<InputFile> input_files(const LoadOptions& options);
// --rejects, or the default.
std::string rejects_path(const LoadOptions& options);

}  // namespace millrace::pipeline
