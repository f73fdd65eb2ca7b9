// SPDX-License-Identifier: Apache-2.0
//
// JSON texts of every kind of malformation, and of what looks like one and is none. Each is tried at top level, as the
// value of an object, in an array and nested.
#pragma once

#include <string>
#include <vector>

namespace millrace::decode {

// The table of json_samples.cc, with the samples that are made (depths, every control character, every byte) behind it.
std::vector<std::string> json_samples();

}  // namespace millrace::decode
