// SPDX-License-Identifier: Apache-2.0
//
// What a load's options mean, and what is wrong with them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "millrace/base/bytes.h"
#include "millrace/base/file.h"
#include "millrace/pipeline/load.h"
#include "millrace/pipeline/load_inputs.h"

namespace millrace::pipeline {
namespace {

constexpr std::uint64_t percent_records_min = 1000;
constexpr std::size_t memory_bytes_min = 48u << 20;
constexpr std::size_t record_bytes_most = 1u << 30;  // a block counts its bytes in 32 bits

}  // namespace

std::string default_rejects_path(const std::string& first_file) {
  return first_file == "-" ? "stdin.rejects" : std::filesystem::path(first_file).filename().string() + ".rejects";
}

std::string rejects_path(const LoadOptions& options) {
  return options.rejects_path.empty() ? default_rejects_path(options.files.front()) : options.rejects_path;
}

std::vector<InputFile> input_files(const LoadOptions& options) {
  std::vector<InputFile> files;
  std::vector<std::string> wholes;
  for (const std::string& path : options.files) {
    // However a path is written, and from whichever folder a load is resumed, its records get the same ids.
    const std::string whole = path == "-" ? path : std::filesystem::absolute(path).lexically_normal().string();
    const auto before = std::ranges::count(wholes, whole);
    wholes.push_back(whole);
    files.push_back({path, options.format.value_or(decode::format_of_name(path)), before == 0 ? whole : fmt::format("{}{}{}", whole, '\0', before)});
  }
  return files;
}

Result<void> check(const LoadOptions& options) {
  if (Result<void> named = check_table_name(options.shape.table); !named) return named;
  if (options.files.empty()) return fail(Code::invalid_argument, "no file is named; '-' is standard input");
  if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
    return fail(Code::invalid_argument, "standard input ('-') is named twice");
  }
  if (options.memory_bytes < memory_bytes_min) {
    return fail(Code::invalid_argument, fmt::format("--memory {} is under the least, 48MiB", format_bytes(options.memory_bytes)));
  }
  if (options.record_bytes_max == 0 || options.record_bytes_max > record_bytes_most) {
    return fail(Code::invalid_argument, "--max-record is between 1 and 1GiB");
  }
  for (const std::string& path : options.files) {
    if (path == "-") continue;
    if (Result<void> readable = check_readable(path); !readable) return readable;
    std::error_code ignored;
    if (std::filesystem::equivalent(path, rejects_path(options), ignored)) {
      return fail(Code::invalid_argument, fmt::format("'{}' is an input: rejects would overwrite it; name another --rejects", path));
    }
  }
  return options.rejects_path.empty() ? Result<void>() : check_writable(options.rejects_path);
}

bool RejectLimit::passed_by(std::uint64_t rejected, std::uint64_t read) const {
  if (records && rejected > *records) return true;
  return percent && read >= percent_records_min && static_cast<double>(rejected) * 100 > *percent * static_cast<double>(read);
}

Result<RejectLimit> parse_reject_limit(std::string_view text) {
  const bool is_percent = text.ends_with('%');
  const std::string_view digits = is_percent ? text.substr(0, text.size() - 1) : text;
  const char* const end = digits.data() + digits.size();
  std::uint64_t count = 0;
  double percent = 0;
  if (!is_percent) {
    const auto [stop, error] = std::from_chars(digits.data(), end, count);
    if (error == std::errc{} && stop == end && !digits.empty()) return RejectLimit{.records = count};
  } else {
    const auto [stop, error] = std::from_chars(digits.data(), end, percent);
    if (error == std::errc{} && stop == end && percent >= 0 && percent <= 100) {
      return RejectLimit{.records = std::nullopt, .percent = percent};
    }
  }
  return fail(Code::invalid_argument, fmt::format("--max-rejects: '{}' is neither N nor N%", text));
}

}  // namespace millrace::pipeline
