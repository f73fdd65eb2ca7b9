// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "millrace/surrealql/characters.h"

namespace millrace::surrealql {
namespace {

constexpr std::size_t shown_max = 100;  // bytes of a line, around the place

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
std::size_t characters(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

constexpr std::size_t message_bytes_max = 500;

// It may quote a name of a megabyte.
std::string cut(std::string message) {
  if (message.size() <= message_bytes_max) return message;
  std::size_t size = message_bytes_max;
  while (is_continuation(message[size])) --size;
  return message.substr(0, size) + "…";
}

}  // namespace

Error to_error(const Problem& problem, std::string_view query) {
  const std::size_t at = std::min(problem.span.at, query.size());
  const std::size_t begin = at == 0 ? 0 : query.rfind('\n', at - 1) + 1;  // npos + 1 is 0
  const std::size_t end = std::min(query.find('\n', at), query.size());
  const auto line = 1 + std::count(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  const std::size_t column = 1 + characters(query.substr(begin, at - begin));

  std::size_t from = at - begin > shown_max / 2 ? at - shown_max / 2 : begin;
  while (from > begin && is_continuation(query[from])) --from;
  std::size_t to = std::min(end, from + shown_max);
  while (to < end && is_continuation(query[to])) ++to;
  std::string shown(query.substr(from, to - from));
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  std::replace(shown.begin(), shown.end(), '\r', ' ');
  const int before = display_width(query.substr(from, at - from));
  const int marked = std::max(1, display_width(query.substr(at, std::min(problem.span.end(), to) - std::min(at, to))));
  const bool cut_before = from > begin;
  const std::string dots = cut_before ? "…" : "";
  return Error{Code::invalid_argument,
               fmt::format("line {}, column {}: {}\n  {}{}{}\n  {}{}", line, column, cut(problem.message), dots, shown, to < end ? "…" : "",
                           std::string(static_cast<std::size_t>(before) + (cut_before ? 1 : 0), ' '), std::string(static_cast<std::size_t>(marked), '^')),
               {}};
}

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names) {
  std::string_view nearest;
  if (name.size() > 64) return nearest;
  std::size_t least = std::max<std::size_t>(2, name.size() / 4) + 1;
  for (const std::string_view candidate : names) {
    const std::size_t edits = distance(name, candidate);
    if (edits < least) {
      least = edits;
      nearest = candidate;
    }
  }
  return least < name.size() ? nearest : std::string_view{};
}

}  // namespace millrace::surrealql
