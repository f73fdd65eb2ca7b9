// SPDX-License-Identifier: Apache-2.0
//
// Accept and Accept-Encoding as RFC 9110 has them (sections 5.6, 12.4.2, 12.5.1, 12.5.3): elements between commas,
// parameters behind semicolons, weights of three decimals. An element that is malformed is as if it were not there.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/telemetry/exposition.h"

namespace millrace::telemetry {
namespace {

struct Parameter {
  std::string name;   // in lower case
  std::string value;  // without quotes, in lower case
};

struct Element {
  std::string name;  // "text/plain", "gzip": in lower case
  std::vector<Parameter> parameters;
  int weight = 1000;  // q in thousandths
};

constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

class ListReader {
 public:
  explicit ListReader(std::string_view text) : text_(text) {}

  // The next well-formed element; nothing at the end.
  std::optional<Element> next() {
    while (at_ < text_.size()) {
      std::optional<Element> element = read_element();
      skip_spaces();
      const bool is_good = element && (at_ == text_.size() || text_[at_] == ',');
      skip_to_comma();
      if (is_good) return element;
    }
    return std::nullopt;
  }

 private:
  std::optional<Element> read_element() {
    Element element;
    skip_spaces();
    element.name = read_token();
    if (element.name.empty()) return std::nullopt;
    if (take('/')) {
      const std::string subtype = read_token();
      if (subtype.empty()) return std::nullopt;
      element.name.append("/").append(subtype);
    }
    for (skip_spaces(); take(';'); skip_spaces()) {
      skip_spaces();
      Parameter parameter{read_token(), {}};
      if (parameter.name.empty()) continue;  // ";;" is allowed
      if (!take('=')) return std::nullopt;
      const bool is_quoted = at_ < text_.size() && text_[at_] == '"';
      std::optional<std::string> value = is_quoted ? read_quoted() : read_token();
      if (!value || (!is_quoted && value->empty())) return std::nullopt;
      parameter.value = *std::move(value);
      if (parameter.name == "q") {
        const std::optional<int> weight = weight_of(parameter.value);
        if (!weight) return std::nullopt;
        element.weight = *weight;
      } else {
        element.parameters.push_back(std::move(parameter));
      }
    }
    return element;
  }

  std::string read_token() {
    std::string token;
    while (at_ < text_.size() && is_token_character(text_[at_])) token += to_lower(text_[at_++]);
    return token;
  }

  std::optional<std::string> read_quoted() {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return value;
      }
      if (text_[at_] == '\\' && ++at_ == text_.size()) break;
      value += to_lower(text_[at_]);
    }
    return std::nullopt;
  }

  // 0, 0.5, 1.000: at most three decimals, at most 1.
  static std::optional<int> weight_of(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.'))
      return std::nullopt;
    int weight = text[0] == '1' ? 1000 : 0;
    int unit = 100;
    for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
      if (c < '0' || c > '9') return std::nullopt;
      weight += (c - '0') * unit;
      unit /= 10;
    }
    if (weight > 1000) return std::nullopt;
    return weight;
  }

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Past the next comma that stands in no quotes.
  void skip_to_comma() {
    for (; at_ < text_.size() && text_[at_] != ','; ++at_) {
      if (text_[at_] != '"') continue;
      if (!read_quoted()) return;
      --at_;
    }
    if (at_ < text_.size()) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// How a type of ours stands in the header: by its most exact range.
struct Standing {
  int exactness = 0;  // 0 not there, 1 */*, 2 type/*, 3 type/subtype, 4 with our version
  int weight = 0;
};

void consider(const Element& element, std::string_view type, std::string_view version, Standing& standing) {
  int exactness = 0;
  if (element.name == "*/*") exactness = 1;
  if (element.name.ends_with("/*") && type.starts_with(std::string_view(element.name).substr(0, element.name.size() - 1)))
    exactness = 2;
  if (element.name == type) exactness = 3;
  if (exactness == 0) return;
  for (const Parameter& parameter : element.parameters) {
    if (parameter.name != "version") continue;
    if (parameter.value != version) return;
    ++exactness;
  }
  if (exactness > standing.exactness || (exactness == standing.exactness && element.weight > standing.weight)) {
    standing = {exactness, element.weight};
  }
}

}  // namespace

Exposition negotiate(std::string_view accept) {
  Standing text;
  Standing openmetrics;
  ListReader reader(accept);
  while (const std::optional<Element> element = reader.next()) {
    consider(*element, "text/plain", "0.0.4", text);
    consider(*element, "application/openmetrics-text", "1.0.0", openmetrics);
  }
  const bool is_named = openmetrics.exactness >= 3;
  const bool is_better = openmetrics.weight > text.weight;
  const bool is_as_good = openmetrics.weight == text.weight && openmetrics.weight > 0 && is_named;
  return is_better || is_as_good ? Exposition::openmetrics_text : Exposition::prometheus_text;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<int> named;
  std::optional<int> others;
  ListReader reader(accept_encoding);
  while (const std::optional<Element> element = reader.next()) {
    if (element->name == "gzip" || element->name == "x-gzip") named = std::max(named.value_or(0), element->weight);
    if (element->name == "*") others = element->weight;
  }
  return named.value_or(others.value_or(0)) > 0;
}

}  // namespace millrace::telemetry
