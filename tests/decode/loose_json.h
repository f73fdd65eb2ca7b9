// SPDX-License-Identifier: Apache-2.0
//
// Whether a line has the structure of a JSON object, its values left unread: written a byte at a time, to compare RowReader
// with.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::decode {

// Tokens as simdjson's stage 1 has them: 's' for a text, '1' for a number, a word, and whatever clings to it; '!' for what
// is none.
inline std::string loose_tokens(std::string_view text) {
  const auto one_of = [&](std::string_view set, std::size_t at) { return at < text.size() && set.contains(text[at]); };
  std::size_t at = 0;
  const auto pass_string = [&] {
    for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
    ++at;
  };
  std::string tokens;
  while (at < text.size()) {
    if (one_of(" \t\r\n", at)) {
      ++at;
    } else if (one_of("{}[]:,", at)) {
      tokens += text[at++];
    } else if (text[at] == '"') {
      pass_string();
      tokens += 's';
    } else {
      tokens += one_of("-0123456789tfn", at) ? '1' : '!';
      while (at < text.size() && !one_of(" \t\r\n{}[]:,\"", at)) at += text[at] == '\\' && one_of("\"\\", at + 1) ? 2 : 1;
      if (one_of("\"", at)) pass_string();
    }
  }
  return tokens;
}

inline bool is_loose_object(std::string_view text) {
  const std::string tokens = loose_tokens(text);
  std::vector<char> closing;
  std::size_t at = 0;
  const auto key = [&] {
    at += 2;
    return at <= tokens.size() && tokens.compare(at - 2, 2, "s:") == 0;
  };
  if (!tokens.starts_with('{')) return false;
  for (;;) {
    const char token = at < tokens.size() ? tokens[at++] : '!';
    bool closed = false;
    if (token == '{' || token == '[') {
      closing.push_back(token == '{' ? '}' : ']');
      closed = at < tokens.size() && tokens[at] == closing.back();
      at += closed ? 1 : 0;
      if (!closed && token == '{' && !key()) return false;
      if (!closed) continue;
    } else if (token != 's' && token != '1') {
      return false;
    }
    for (;;) {
      if (closed) closing.pop_back();
      if (closing.empty()) return at == tokens.size();
      const char behind = at < tokens.size() ? tokens[at++] : '!';
      closed = behind == closing.back();
      if (closed) continue;
      if (behind != ',' || (closing.back() == '}' && !key())) return false;
      break;
    }
  }
}

}  // namespace millrace::decode
