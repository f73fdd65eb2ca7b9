// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "millrace/surrealql/characters.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/integer_range.h"
#include "millrace/surrealql/regex.h"
#include "millrace/text/text.h"

namespace millrace::surrealql {
namespace {

// What did not change is borrowed from the argument; only what did is copied, into the arena.
Datum cow(Evaluation& evaluation, const CowString& text) {
  return Datum::of_string(text.is_borrowed() ? text.view() : evaluation.arena.copy(text.view()));
}

constexpr std::size_t short_text_bytes = 128;

// Short texts go into the arena at once; a longer one is looked through first, as it may stay as it is.
Datum change_case(Evaluation& evaluation, Text text, std::size_t (*into)(char*, Text), CowString (*change)(Text)) {
  if (text.size() > short_text_bytes) return cow(evaluation, change(text));
  const std::size_t room = text::case_bytes_max(text.size());
  char* const out = evaluation.arena.allocate<char>(room);
  const std::size_t size = into(out, text);
  if (Text(out, size) == text) {
    evaluation.arena.give_back(room);
    return Datum::of_string(text);
  }
  evaluation.arena.give_back(room - size);
  return Datum::of_string({out, size});
}

// memmem looks at more than one byte at a time, string_view::find does not.
std::size_t find_text(Text text, Text part, std::size_t from) {
  if (part.empty()) return from;
  const void* const found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found == nullptr ? Text::npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// Texts one behind the other, with `separator` between them.
std::string_view join_texts(Evaluation& evaluation, std::span<const Text> texts, Text separator, std::size_t size) {
  char* const begin = evaluation.arena.allocate<char>(size);
  char* at = begin;
  const auto put = [&](Text text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at += text.size();
  };
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) put(separator);
    put(texts[i]);
  }
  return {begin, size};
}

Datum joined(Evaluation& evaluation, Text function, DatumSpan values, Text separator) {
  Text* const texts = evaluation.arena.allocate<Text>(values.size());
  std::size_t size = values.empty() ? 0 : separator.size() * (values.size() - 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    texts[i] = value_text(values[i], evaluation);
    size += texts[i].size();
  }
  if (size > generated_bytes_max && values.size() > 1) return too_much(evaluation, function);
  if (values.size() == 1) return Datum::of_string(texts[0]);
  return Datum::of_string(join_texts(evaluation, {texts, values.size()}, separator, size));
}

}  // namespace

Datum string_capitalize(Evaluation& evaluation, Text text) {
  std::string changed;
  std::size_t copied = 0;  // of `text`, into `changed`
  bool is_behind_space = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t point = next_character(text, at);
    if (is_behind_space && is_lower_case(point)) {
      changed += text.substr(copied, begin - copied);
      changed += text::uppercase(text.substr(begin, at - begin)).view();
      copied = at;
    }
    is_behind_space = is_white_space(point);
  }
  if (copied == 0) return Datum::of_string(text);
  changed += text.substr(copied);
  return datum_of_text(evaluation, changed);
}

Datum string_concat(Evaluation& evaluation, Rest<Datum> values) {
  return values.values.empty() ? Datum::of_string({}) : joined(evaluation, "string::concat", values.values, {});
}

Datum string_contains(Evaluation&, Text text, Text part) {
  return Datum::of_boolean(find_text(text, part, 0) != Text::npos);
}
Datum string_ends_with(Evaluation&, Text text, Text part) { return Datum::of_boolean(text.ends_with(part)); }
Datum string_starts_with(Evaluation&, Text text, Text part) { return Datum::of_boolean(text.starts_with(part)); }

Datum string_join(Evaluation& evaluation, Rest<Datum> values) {
  if (values.values.empty()) return wrong_arguments(evaluation, "string::join", "Expected at least one argument");
  if (values.values.size() == 1) return Datum::of_string({});
  return joined(evaluation, "string::join", values.values.subspan(1), value_text(values.values[0], evaluation));
}

Datum string_len(Evaluation&, Text text) { return datum_of_size(count_characters(text)); }
Datum string_lowercase(Evaluation& evaluation, Text text) {
  return change_case(evaluation, text, text::lowercase_into, [](Text whole) { return text::lowercase(whole); });
}
Datum string_uppercase(Evaluation& evaluation, Text text) {
  return change_case(evaluation, text, text::uppercase_into, [](Text whole) { return text::uppercase(whole); });
}
Datum string_trim(Evaluation&, Text text) { return Datum::of_string(text::trim(text).view()); }

Datum string_matches(Evaluation& evaluation, Text text, Datum pattern) {
  const Regex* regex = nullptr;
  if (pattern.is(Type::regex)) regex = &pattern.regex();
  if (pattern.is(Type::string)) regex = Regex::cached(pattern.string());
  if (regex == nullptr) {
    std::string why = "Argument 2 was the wrong type. Could not cast into `regex` using input `";
    append_sql(why, pattern);
    return wrong_arguments(evaluation, "string::matches", why + "`");
  }
  return Datum::of_boolean(regex->matches(text));
}

Datum string_repeat(Evaluation& evaluation, Text text, std::int64_t count) {
  if (text.empty() || count == 0) return Datum::of_string({});
  const auto times = static_cast<std::uint64_t>(count);  // a negative one is very many
  if (times > generated_bytes_max / text.size()) return too_much(evaluation, "string::repeat");
  char* const out = evaluation.arena.allocate<char>(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) std::memcpy(out + i * text.size(), text.data(), text.size());
  return Datum::of_string({out, text.size() * times});
}

namespace {

// An empty text stands before each character and at the end.
Datum replace_empty(Evaluation& evaluation, Text text, Text replacement) {
  const std::size_t size = text.size() + (count_characters(text) + 1) * replacement.size();
  if (size > generated_bytes_max) return too_much(evaluation, "string::replace");
  std::string out(replacement);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t character = character_size(text.substr(at));
    out.append(text, at, character).append(replacement);
    at += character;
  }
  return datum_of_text(evaluation, out);
}

Datum replace_text(Evaluation& evaluation, Text text, Text search, Text replacement) {
  if (search.empty()) return replace_empty(evaluation, text, replacement);
  std::size_t count = 0;
  for (std::size_t at = find_text(text, search, 0); at != Text::npos; at = find_text(text, search, at + search.size()))
    ++count;
  if (count == 0) return Datum::of_string(text);
  const std::size_t size = text.size() - count * search.size() + count * replacement.size();
  if (replacement.size() > search.size() && size > generated_bytes_max) return too_much(evaluation, "string::replace");
  char* const begin = evaluation.arena.allocate<char>(size);
  char* out = begin;
  const auto put = [&](Text part) {
    if (!part.empty()) std::memcpy(out, part.data(), part.size());
    out += part.size();
  };
  std::size_t behind = 0;
  for (std::size_t at = find_text(text, search, 0); at != Text::npos; at = find_text(text, search, behind)) {
    put(text.substr(behind, at - behind));
    put(replacement);
    behind = at + search.size();
  }
  put(text.substr(behind));
  return Datum::of_string({begin, size});
}

Datum replace_regex(Evaluation& evaluation, Text text, const Regex& search, Text replacement) {
  std::string out;
  std::size_t behind = 0;
  bool is_found = false;
  search.find_each(text, [&](std::size_t begin, std::size_t end) {
    out.append(text, behind, begin - behind).append(replacement);
    behind = end;
    is_found = true;
    return out.size() <= generated_bytes_max;
  });
  if (!is_found) return Datum::of_string(text);
  out.append(text, behind);
  if (out.size() > generated_bytes_max) return too_much(evaluation, "string::replace");
  return datum_of_text(evaluation, out);
}

}  // namespace

Datum string_replace(Evaluation& evaluation, Text text, Datum search, Text replacement) {
  if (search.is(Type::string)) return replace_text(evaluation, text, search.string(), replacement);
  if (search.is(Type::regex)) return replace_regex(evaluation, text, search.regex(), replacement);
  std::string why = "Argument 2 was the wrong type. Expected a string but found ";
  append_sql(why, search);
  return wrong_arguments(evaluation, "string::replace", why);
}

Datum string_reverse(Evaluation& evaluation, Text text) {
  char* const begin = evaluation.arena.allocate<char>(text.size());
  char* out = begin + text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_size(text.substr(at));
    out -= size;
    std::memcpy(out, text.data() + at, size);
    at += size;
  }
  return Datum::of_string({begin, text.size()});
}

Datum string_slice(Evaluation& evaluation, Text text, OptionalDatum from, OptionalInt to) {
  if (!from) return Datum::of_string(text);
  // The engine names array::slice, and the first argument, for what is wrong with the second.
  const auto range = read_integer_range(evaluation, "array::slice", *from, to);
  if (!range) return {};
  const bool is_counted = (range->from && *range->from < 0) || (range->to && *range->to < 0);
  const SliceBounds bounds = slice_bounds(*range, is_counted ? static_cast<std::int64_t>(count_characters(text)) : 0);
  if (bounds.is_empty) return Datum::of_string({});
  const Text rest = text.substr(character_offset(text, bounds.begin));
  const std::size_t count = bounds.last == SIZE_MAX ? SIZE_MAX : bounds.last + 1 - bounds.begin;
  return Datum::of_string(rest.substr(0, count >= rest.size() ? rest.size() : character_offset(rest, count)));
}

Datum string_split(Evaluation& evaluation, Text text, Text separator) {
  if (separator.empty()) {
    ArrayBuilder out(evaluation, count_characters(text) + 2);
    out.push(Datum::of_string({}));
    for (std::size_t at = 0; at < text.size(); at += character_size(text.substr(at))) {
      out.push(Datum::of_string(text.substr(at, character_size(text.substr(at)))));
    }
    out.push(Datum::of_string({}));
    return out.datum();
  }
  std::size_t count = 1;
  for (std::size_t at = find_text(text, separator, 0); at != Text::npos;
       at = find_text(text, separator, at + separator.size()))
    ++count;
  ArrayBuilder out(evaluation, count);
  std::size_t behind = 0;
  for (std::size_t at = find_text(text, separator, 0); at != Text::npos; at = find_text(text, separator, behind)) {
    out.push(Datum::of_string(text.substr(behind, at - behind)));
    behind = at + separator.size();
  }
  out.push(Datum::of_string(text.substr(behind)));
  return out.datum();
}

Datum string_words(Evaluation& evaluation, Text text) {
  ArrayBuilder out(evaluation, text.size() / 2 + 1);
  std::size_t word = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (!is_white_space(next_character(text, at))) continue;
    if (begin > word) out.push(Datum::of_string(text.substr(word, begin - word)));
    word = at;
  }
  if (word < text.size()) out.push(Datum::of_string(text.substr(word)));
  return out.datum();
}

}  // namespace millrace::surrealql
