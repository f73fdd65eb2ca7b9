// SPDX-License-Identifier: Apache-2.0
//
// A text in upper or lower case, or in NFC, into a new string: by millrace's text room or by ICU.
//   text_peer millrace|icu upper|lower|nfc FILE CALLS      CALLS: how many make one sample
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/ucasemap.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "millrace/text/text.h"
#include "timing.h"

namespace {

// Not inlined into main, which GCC takes to run once; and `out` is not zeroed first, as this preset's hardening would.
template <class Map>
[[gnu::noinline]] int measure(Map map, std::string_view text, int calls) {
  const std::uint64_t result = peers::hash_text(map(text));
  const double taken = peers::nanoseconds(41, calls, [&] {
    peers::keep(text);
    __attribute__((uninitialized)) auto out = map(text);
    peers::keep(out);
  });
  peers::report(taken, result);
  return 0;
}

int measure_millrace(std::string_view operation, std::string_view text, int calls) {
  if (operation == "upper") return measure([](std::string_view given) { return millrace::text::uppercase(given); }, text, calls);
  if (operation == "lower") return measure([](std::string_view given) { return millrace::text::lowercase(given); }, text, calls);
  return measure([](std::string_view given) { return millrace::text::normalize_nfc(given); }, text, calls);
}

void check(UErrorCode code) {
  if (U_SUCCESS(code)) return;
  std::fprintf(stderr, "text_peer: %s\n", u_errorName(code));
  std::exit(1);
}

// None of the texts grows by more than an eighth.
template <class Map>
std::string by_icu(Map map, const UCaseMap* options, std::string_view text) {
  std::string out;
  out.resize_and_overwrite(text.size() + text.size() / 8 + 16, [&](char* target, std::size_t size) {
    UErrorCode code = U_ZERO_ERROR;
    const std::int32_t written =
        map(options, target, static_cast<std::int32_t>(size), text.data(), static_cast<std::int32_t>(text.size()), &code);
    check(code);
    return static_cast<std::size_t>(written);
  });
  return out;
}

int measure_icu(std::string_view operation, std::string_view text, int calls) {
  UErrorCode code = U_ZERO_ERROR;
  UCaseMap* const options = ucasemap_open("", U_FOLD_CASE_DEFAULT, &code);
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(code);
  check(code);
  int status = 0;
  if (operation == "upper") {
    status = measure([&](std::string_view given) { return by_icu(ucasemap_utf8ToUpper, options, given); }, text, calls);
  } else if (operation == "lower") {
    status = measure([&](std::string_view given) { return by_icu(ucasemap_utf8ToLower, options, given); }, text, calls);
  } else {
    const auto normalize = [&](std::string_view given) {
      UErrorCode failed = U_ZERO_ERROR;
      std::string out;
      out.reserve(given.size());
      icu::StringByteSink<std::string> sink(&out);
      nfc->normalizeUTF8(0, icu::StringPiece(given.data(), static_cast<std::int32_t>(given.size())), sink, nullptr, failed);
      check(failed);
      return out;
    };
    status = measure(normalize, text, calls);
  }
  ucasemap_close(options);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc == 5 ? argv[1] : "", operation = argc == 5 ? argv[2] : "";
  if ((way != "millrace" && way != "icu") || (operation != "upper" && operation != "lower" && operation != "nfc")) {
    std::fputs("usage: text_peer millrace|icu upper|lower|nfc FILE CALLS\n", stderr);
    return 2;
  }
  std::ifstream file(argv[3], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const int calls = std::atoi(argv[4]);
  return way == "millrace" ? measure_millrace(operation, text, calls) : measure_icu(operation, text, calls);
}
