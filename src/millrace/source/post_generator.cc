// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/post_generator.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "millrace/base/clock.h"
#include "millrace/base/uuid.h"

namespace millrace::source {
namespace {

struct Language {
  std::string_view code;
  std::array<std::string_view, 12> words;  // as they stand in JSON
};
constexpr std::array languages{
    Language{"en", {"river", "mill", "stone", "wheel", "grain", "the", "water", "turns", "again", "today", "harvest", "it's"}},
    Language{"de", {"Mühle", "Fluss", "größer", "Straße", "und", "Wasser", "heute", "läuft", "über", "Öl", "fünf", "das"}},
    Language{"fr", {"moulin", "rivière", "été", "où", "l'eau", "déjà", "grain", "français", "et", "cœur", "naïf", "pierre"}},
    Language{"ru", {"мельница", "река", "вода", "камень", "сегодня", "и", "зерно", "снова", "колесо", "урожай", "ёлка", "это"}},
    Language{"el", {"μύλος", "ποτάμι", "νερό", "πέτρα", "σήμερα", "και", "τροχός", "πάλι", "σιτάρι", "ήλιος", "φως", "το"}},
    Language{"ja", {"水車", "川", "石", "今日", "また", "回る", "穀物", "収穫", "の", "は", "流れ", "力"}},
    Language{"ar", {"طاحونة", "نهر", "ماء", "حجر", "اليوم", "عجلة", "حبوب", "مرة", "في", "من", "حصاد", "قوة"}},
    Language{"tr", {"değirmen", "ırmak", "İstanbul", "taş", "bugün", "su", "çark", "yine", "buğday", "ğ", "ve", "güç"}},
};
// What trips careless code, escaped as JSON has it.
constexpr std::array<std::string_view, 10> oddities{"😀",      "👩‍🚀",        "\\\"quoted\\\"", "back\\\\slash", "line\\nbreak",
                                                    "tab\\t",  "\\u00e9\\u0301", "'; --",         "🇪🇺",           "naïve\\/path"};
constexpr std::array<std::string_view, 8> authors{"ada", "bjarne", "chandra", "dilek", "érica", "фёдор", "gō", "hassan"};
constexpr std::array<std::string_view, 10> tags{"news", "c++", "sqlite", "surreal", "été", "水", "fast", "batch", "go", "misc"};

constexpr std::int64_t first_second = 1'704'067'200;  // 2024-01-01

}  // namespace

PostGenerator::PostGenerator(std::uint64_t seed) : state_(seed) {}

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
std::uint64_t PostGenerator::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

void PostGenerator::append_words(std::string& out, std::size_t lang, std::size_t count) {
  const auto& words = languages[lang].words;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t draw = next();
    if (i != 0) out += ' ';
    out += draw % 32 == 0 ? oddities[draw / 32 % oddities.size()] : words[draw / 32 % words.size()];
  }
}

void PostGenerator::append_next(std::string& out) {
  const std::uint64_t random = next();
  const Timestamp time{std::chrono::seconds(first_second + static_cast<std::int64_t>(number_++))};
  const std::size_t lang = below(languages.size());
  out += "{\"id\":\"";
  out += to_string(make_uuid_v7(time, {random, next()}));
  out += "\",\"title\":\"";
  append_words(out, lang, 3 + below(5));
  out += "\",\"content\":\"";
  append_words(out, lang, 12 + below(18));
  fmt::format_to(std::back_inserter(out), "\",\"author\":\"{}\",\"score\":{},\"lang\":\"{}\",\"tags\":[",
                 authors[below(authors.size())], static_cast<std::int64_t>(below(100'000)) - 1'000, languages[lang].code);
  const std::size_t tag_count = below(4);
  for (std::size_t i = 0; i < tag_count; ++i) {
    fmt::format_to(std::back_inserter(out), "{}\"{}\"", i == 0 ? "" : ",", tags[below(tags.size())]);
  }
  out += "],\"created_at\":\"";
  out += format_rfc3339_milliseconds(time + std::chrono::milliseconds(random % 1000));
  out += "\"}\n";
}

}  // namespace millrace::source
