// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/boundary.h"
#include "millrace/decode/json_element.h"

namespace millrace::decode {
namespace {

using enum JsonBefore;

class JsonBoundaries final : public Boundaries {
 public:
  Last find_last(std::string_view text, std::size_t from, std::size_t records_max) override {
    std::size_t boundary = 0;
    std::size_t elements = 0;
    std::size_t at = from;
    while (at < text.size() && !closed_) {
      if (!element_) {
        boundary = at = skip_between(text, at);
        before_boundary_ = before_;
        if (!element_) continue;
      }
      const std::optional<std::size_t> end = follow_element(text, at);
      if (!end) break;
      boundary = at = *end;
      before_boundary_ = before_;
      if (++elements == records_max) return {boundary, at < text.size()};
    }
    return {boundary};
  }

  std::optional<RecordEnd> find_end(std::string_view text, bool) override {
    const std::optional<std::size_t> end = follow_element(text, 0);
    if (!end) return std::nullopt;
    before_boundary_ = before_;
    return RecordEnd{*end, 0};
  }

  JsonBefore json_before() const override { return before_boundary_; }
  bool closed() const override { return closed_; }

  Rest judge_rest() override {
    if (closed_) return {};
    const bool cut = element_ && !element_->may_end();
    if (!in_array()) return cut ? Rest{false, "the input ends inside this record"} : Rest{};
    if (cut) return {false, "the input ends inside this record, and the array is never closed"};
    return {true, "the array is never closed"};
  }

 private:
  bool in_array() const { return before_ >= array_bracket; }

  // Over white space, commas and brackets up to the next element, which it begins, or to the end.
  std::size_t skip_between(std::string_view text, std::size_t at);
  // Nothing when the element does not end in `text`.
  std::optional<std::size_t> follow_element(std::string_view text, std::size_t from);

  JsonBefore before_ = nothing;
  JsonBefore before_boundary_ = nothing;
  bool closed_ = false;
  std::optional<JsonElement> element_;  // while inside one
};

std::size_t JsonBoundaries::skip_between(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    const char byte = text[at];
    if (is_json_space(byte)) {
      if (before_ == sequence_element) before_ = sequence_space;
    } else if (before_ == nothing && byte == '[') {
      before_ = array_bracket;
    } else if (in_array() && byte == ',') {
      before_ = array_comma;
    } else if (in_array() && byte == ']') {
      closed_ = true;
      return at + 1;
    } else {
      if (before_ == nothing) before_ = sequence_space;
      element_.emplace(in_array() ? JsonElement::In::array : JsonElement::In::sequence);
      return at;
    }
  }
  return at;
}

std::optional<std::size_t> JsonBoundaries::follow_element(std::string_view text, std::size_t from) {
  const std::optional<std::size_t> end = element_->find_end(text, from);
  if (end) {
    element_.reset();
    before_ = in_array() ? array_element : sequence_element;
  }
  return end;
}

}  // namespace

std::unique_ptr<Boundaries> json_boundaries() { return std::make_unique<JsonBoundaries>(); }

}  // namespace millrace::decode
