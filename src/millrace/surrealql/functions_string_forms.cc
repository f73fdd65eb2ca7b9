// SPDX-License-Identifier: Apache-2.0
//
// Texts made fit for an address and for HTML.
#include "millrace/surrealql/characters.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/text_compare.h"

namespace millrace::surrealql {
namespace {

// What HTML gives a meaning, and white space, so that the result is one word of plain text anywhere; as ammonia's
// clean_text has it.
constexpr Text html_escape(char c) {
  switch (c) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    case '`': return "&grave;";
    case '/': return "&#47;";
    case '&': return "&amp;";
    case '=': return "&#61;";
    case ' ': return "&#32;";
    case '\t': return "&#9;";
    case '\n': return "&#10;";
    case '\f': return "&#12;";
    case '\r': return "&#13;";
    case '\0': return "&#65533;";
    default: return {};
  }
}

}  // namespace

// In ASCII and lower case; what is no letter, digit, '-' or '_' becomes one '-', and none at the ends.
Datum string_slug(Evaluation& evaluation, Text text) {
  std::string ascii;
  for (std::size_t at = 0; at < text.size();) {
    if (!append_ascii(ascii, next_character(text, at))) ascii.push_back('-');
  }
  std::string out;
  for (char c : ascii) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (is_kept) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != '-') {
      out.push_back('-');
    }
  }
  if (out.ends_with('-')) out.pop_back();
  return out == text ? Datum::of_string(text) : datum_of_text(evaluation, out);
}

Datum string_html_encode(Evaluation& evaluation, Text text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const Text escape = html_escape(text[at]);
    if (escape.empty()) continue;
    out.append(text, copied, at - copied).append(escape);
    copied = at + 1;
  }
  if (copied == 0) return Datum::of_string(text);
  out.append(text, copied);
  return datum_of_text(evaluation, out);
}

}  // namespace millrace::surrealql
