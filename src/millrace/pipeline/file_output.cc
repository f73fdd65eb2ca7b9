// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/file_output.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "millrace/pipeline/process.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {

namespace fs = std::filesystem;

std::string part_path(const std::string& output) { return output + ".part"; }

Result<FileOutput> FileOutput::open(const std::string& path) {
  if (path == "-") return FileOutput(File::standard_output(), path, "");
  std::error_code none;
  const fs::file_type type = fs::status(path, none).type();
  const bool is_file = type == fs::file_type::regular || type == fs::file_type::not_found;
  // A link stays one.
  const fs::path real = fs::is_symlink(fs::symlink_status(path, none)) ? fs::weakly_canonical(path, none) : fs::path(path);
  std::string part = is_file ? part_path(real.string()) : "";
  Result<File> file = File::create(is_file ? part : path);
  if (!file && type == fs::file_type::regular) {  // the folder takes no new file: in place, then
    part.clear();
    file = File::create(path);
  }
  if (!file) return std::unexpected(std::move(file).error());
  if (!part.empty() && type == fs::file_type::regular) fs::permissions(part, fs::status(path, none).permissions(), none);
  return FileOutput(std::move(*file), real.string(), part);
}

Result<void> FileOutput::write(std::string_view text) {
  if (text.empty() || is_closed_) return {};
  MILLRACE_PROFILE_SCOPE("write rows", "bytes", text.size());
  Result<void> done = file_.write_all(text);
  if (done || errno != EPIPE) return done;
  is_closed_ = true;
  return {};
}

Result<void> FileOutput::finish() {
  if (part_.empty()) return {};
  std::error_code error;
  fs::rename(part_, path_, error);
  if (!error) return {};
  return fail(Code::io, fmt::format("cannot rename '{}' to '{}': {}", part_, path_, error.message()));
}

std::string FileOutput::what_is_there() const {
  if (part_.empty()) return "the output is not whole";
  return fmt::format("'{}' is as it was; what was written until then is in '{}'", path_, part_);
}

}  // namespace millrace::pipeline
