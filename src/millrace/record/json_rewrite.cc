// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json_rewrite.h"

#include <unordered_map>
#include <vector>

namespace millrace {
namespace {

std::size_t skip_to_token(std::string_view text, std::size_t at) {
  while (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r' || text[at] == ',' || text[at] == ':') {
    ++at;
  }
  return at;
}

struct MemberText {
  std::string_view key;  // with quotes
  std::string_view value;
};

// Recursion is as deep as the text nests: the scanner allows 1,000 levels, and a frame is small.
void append_object(std::string& out, std::string_view text) {
  std::vector<MemberText> members;
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t at = skip_to_token(text, 1); text[at] != '}'; at = skip_to_token(text, at)) {
    const std::string_view key = text.substr(at, skip_json_string(text.substr(at)));
    at = skip_to_token(text, at + key.size());
    const std::string_view value = text.substr(at, skip_json_value(text.substr(at)));
    at += value.size();
    const auto [place, is_new] = places.try_emplace(decode_json_string(key), members.size());
    if (is_new) {
      members.push_back({key, value});
    } else {
      members[place->second].value = value;
    }
  }
  out += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i != 0) out += ',';
    out.append(members[i].key).append(":");
    append_without_repeats(out, members[i].value);
  }
  out += '}';
}

void append_array(std::string& out, std::string_view text) {
  out += '[';
  bool first = true;
  for (std::size_t at = skip_to_token(text, 1); text[at] != ']'; at = skip_to_token(text, at)) {
    const std::string_view value = text.substr(at, skip_json_value(text.substr(at)));
    at += value.size();
    if (!first) out += ',';
    first = false;
    append_without_repeats(out, value);
  }
  out += ']';
}

}  // namespace

std::size_t skip_json_string(std::string_view text) {
  std::size_t at = 1;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

std::size_t skip_json_value(std::string_view text) {
  if (text.front() == '"') return skip_json_string(text);
  std::size_t at = 0;
  if (text.front() != '{' && text.front() != '[') {
    while (at < text.size() && !std::string_view(" \t\r\n,]}").contains(text[at])) ++at;
    return at;
  }
  std::size_t depth = 0;
  do {
    if (text[at] == '"') {
      at += skip_json_string(text.substr(at));
      continue;
    }
    if (text[at] == '{' || text[at] == '[') ++depth;
    if (text[at] == '}' || text[at] == ']') --depth;
    ++at;
  } while (depth != 0);
  return at;
}

void append_without_repeats(std::string& out, std::string_view text) {
  if (text.front() == '{') return append_object(out, text);
  if (text.front() == '[') return append_array(out, text);
  out.append(text);
}

}  // namespace millrace
