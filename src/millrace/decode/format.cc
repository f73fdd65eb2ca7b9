// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/format.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace millrace::decode {
namespace {

// The first word of each format is its name; every word may end a file's name.
constexpr std::array words{
    std::pair{std::string_view{"ndjson"}, Format::ndjson},   std::pair{std::string_view{"jsonl"}, Format::ndjson},
    std::pair{std::string_view{"json"}, Format::json},       std::pair{std::string_view{"csv"}, Format::csv},
    std::pair{std::string_view{"rejects"}, Format::rejects},
};

std::optional<Format> find_word(std::string_view word) {
  for (const auto& [known, format] : words) {
    if (known == word) return format;
  }
  return std::nullopt;
}

// Cuts the ending off `name` and returns it: "posts.csv" becomes "posts" and "csv".
std::string_view take_ending(std::string_view& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view ending = name.substr(dot + 1);
  name.remove_suffix(ending.size() + 1);
  return ending;
}

}  // namespace

Result<Format> parse_format(std::string_view name) {
  const std::optional<Format> format = find_word(name);
  if (format && name != "jsonl") return *format;
  return fail(Code::invalid_argument,
              fmt::format("'{}' is no format; formats are ndjson, json, csv and rejects", name));
}

Format format_of_name(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  std::string_view ending = take_ending(name);
  if (ending == "gz" || ending == "zst" || ending == "xz" || ending == "bz2") ending = take_ending(name);
  return find_word(ending).value_or(Format::ndjson);
}

}  // namespace millrace::decode
