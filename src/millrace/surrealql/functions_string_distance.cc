// SPDX-License-Identifier: Apache-2.0
//
// How far apart or alike two texts are, by code points. The formulas, and the order of their floating-point steps, are
// those of the engine's library (strsim).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <vector>

#include "millrace/surrealql/characters.h"
#include "millrace/surrealql/functions.h"

namespace millrace::surrealql {
namespace {

using Points = std::vector<char32_t>;

constexpr std::size_t input_bytes_max = 16384;  // these take time by the product of both sizes

bool are_short(Evaluation& evaluation, Text function, Text a, Text b) {
  if (a.size() <= input_bytes_max && b.size() <= input_bytes_max) return true;
  wrong_arguments(
      evaluation, function,
      fmt::format("Input strings must not exceed {} bytes (got {} and {}).", input_bytes_max, a.size(), b.size()));
  return false;
}

Points points_of(Text text) {
  Points points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) points.push_back(next_character(text, at));
  return points;
}

std::size_t levenshtein(const Points& a, const Points& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// Optimal string alignment: neighbours may change places, once.
std::size_t osa(const Points& a, const Points& b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before(width), last(width), row(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      row[j] = std::min({last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// Damerau and Levenshtein without that limit, in memory for three rows (Zhao and Sahni, "Linear space string correction
// algorithm using the Damerau-Levenshtein distance", 2020).
std::size_t damerau_levenshtein(const Points& a, const Points& b) {
  using Count = std::int64_t;
  const Count a_size = static_cast<Count>(a.size());
  const Count b_size = static_cast<Count>(b.size());
  const Count far = std::max(a_size, b_size) + 1;
  // Rows have a cell before their first.
  std::vector<Count> row_memory(b.size() + 2), above_memory(b.size() + 2, far), found_memory(b.size() + 2, far);
  Count* row = row_memory.data() + 1;
  Count* above = above_memory.data() + 1;
  Count* const found = found_memory.data() + 1;
  row[-1] = far;
  for (Count j = 0; j <= b_size; ++j) row[j] = j;
  std::unordered_map<char32_t, Count> last_row_of;
  for (Count i = 1; i <= a_size; ++i) {
    std::swap(row, above);
    Count last_column = -1;
    Count two_above = row[0];
    row[0] = i;
    Count kept = far;
    for (Count j = 1; j <= b_size; ++j) {
      const bool is_same = a[static_cast<std::size_t>(i - 1)] == b[static_cast<std::size_t>(j - 1)];
      Count best = std::min({above[j - 1] + (is_same ? 0 : 1), row[j - 1] + 1, above[j] + 1});
      if (is_same) {
        last_column = j;
        found[j] = above[j - 2];
        kept = two_above;
      } else {
        const auto last_row = last_row_of.find(b[static_cast<std::size_t>(j - 1)]);
        const Count k = last_row == last_row_of.end() ? -1 : last_row->second;
        if (j - last_column == 1) {
          best = std::min(best, found[j] + (i - k));
        } else if (i - k == 1) {
          best = std::min(best, kept + (j - last_column));
        }
      }
      two_above = row[j];
      row[j] = best;
    }
    last_row_of[a[static_cast<std::size_t>(i - 1)]] = i;
  }
  return static_cast<std::size_t>(row[b_size]);
}

double normalized(std::size_t distance, const Points& a, const Points& b) {
  if (a.empty() && b.empty()) return 1.0;
  return 1.0 - static_cast<double>(distance) / static_cast<double>(std::max(a.size(), b.size()));
}

double jaro(const Points& a, const Points& b) {
  if (a.empty() && b.empty()) return 1.0;
  if (a.empty() || b.empty()) return 0.0;
  const std::size_t half = std::max(a.size(), b.size()) / 2;
  const std::size_t range = half == 0 ? 0 : half - 1;
  std::vector<bool> a_matched(a.size());
  std::vector<bool> b_matched(b.size());
  std::size_t matches = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = i > range ? i - range : 0; j < std::min(b.size(), i + range + 1); ++j) {
      if (a[i] != b[j] || b_matched[j]) continue;
      a_matched[i] = b_matched[j] = true;
      ++matches;
      break;
    }
  }
  if (matches == 0) return 0.0;
  std::size_t transpositions = 0;
  for (std::size_t i = 0, j = 0; i < a.size(); ++i) {
    if (!a_matched[i]) continue;
    while (!b_matched[j]) ++j;
    if (a[i] != b[j++]) ++transpositions;
  }
  transpositions /= 2;
  const double count = static_cast<double>(matches);
  return (count / static_cast<double>(a.size()) + count / static_cast<double>(b.size()) +
          static_cast<double>(matches - transpositions) / count) /
         3.0;
}

}  // namespace

Datum distance_levenshtein(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::distance::levenshtein", a, b)) return {};
  return datum_of_size(levenshtein(points_of(a), points_of(b)));
}

Datum distance_osa(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::distance::osa_distance", a, b)) return {};
  return datum_of_size(osa(points_of(a), points_of(b)));
}

Datum distance_damerau_levenshtein(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::distance::damerau_levenshtein", a, b)) return {};
  return datum_of_size(damerau_levenshtein(points_of(a), points_of(b)));
}

Datum distance_normalized_levenshtein(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::distance::normalized_levenshtein", a, b)) return {};
  const Points left = points_of(a);
  const Points right = points_of(b);
  return Datum::of_real(normalized(levenshtein(left, right), left, right));
}

Datum distance_normalized_damerau_levenshtein(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::distance::normalized_damerau_levenshtein", a, b)) return {};
  const Points left = points_of(a);
  const Points right = points_of(b);
  return Datum::of_real(normalized(damerau_levenshtein(left, right), left, right));
}

Datum distance_hamming(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::distance::hamming", a, b)) return {};
  const Points left = points_of(a);
  const Points right = points_of(b);
  if (left.size() != right.size())
    return wrong_arguments(evaluation, "string::distance::hamming", "Strings must be of equal length.");
  std::size_t count = 0;
  for (std::size_t i = 0; i < left.size(); ++i) count += left[i] != right[i];
  return datum_of_size(count);
}

Datum similarity_jaro(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::similarity::jaro", a, b)) return {};
  return Datum::of_real(jaro(points_of(a), points_of(b)));
}

Datum similarity_jaro_winkler(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::similarity::jaro_winkler", a, b)) return {};
  const Points left = points_of(a);
  const Points right = points_of(b);
  const double similarity = jaro(left, right);
  if (similarity <= 0.7) return Datum::of_real(similarity);
  std::size_t prefix = 0;
  while (prefix < std::min({left.size(), right.size(), std::size_t{4}}) && left[prefix] == right[prefix]) ++prefix;
  return Datum::of_real(similarity + 0.1 * static_cast<double>(prefix) * (1.0 - similarity));
}

Datum similarity_sorensen_dice(Evaluation& evaluation, Text a, Text b) {
  if (!are_short(evaluation, "string::similarity::sorensen_dice", a, b)) return {};
  Points left = points_of(a);
  Points right = points_of(b);
  std::erase_if(left, is_white_space);
  std::erase_if(right, is_white_space);
  if (left == right) return Datum::of_real(1.0);
  // The engine counts bytes here, of what is left.
  const auto bytes_of = [](const Points& points) {
    std::size_t bytes = 0;
    for (const char32_t point : points) bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    return bytes;
  };
  if (bytes_of(left) < 2 || bytes_of(right) < 2) return Datum::of_real(0.0);
  std::map<std::pair<char32_t, char32_t>, std::size_t> pairs;
  for (std::size_t i = 1; i < left.size(); ++i) ++pairs[{left[i - 1], left[i]}];
  std::size_t common = 0;
  for (std::size_t i = 1; i < right.size(); ++i) {
    const auto found = pairs.find({right[i - 1], right[i]});
    if (found == pairs.end() || found->second == 0) continue;
    --found->second;
    ++common;
  }
  return Datum::of_real(static_cast<double>(2 * common) / static_cast<double>(bytes_of(left) + bytes_of(right) - 2));
}

}  // namespace millrace::surrealql
