// SPDX-License-Identifier: Apache-2.0
//
// 4 KiB of ASCII in upper case, into a new string.
//   upper_peer sse2|icu
// sse2 stands for millrace's text room, which does not exist yet: it is the loop by itself, for ASCII only.
#include <emmintrin.h>

#include <string>
#include <string_view>

#include "timing.h"
#ifdef MILLRACE_PEERS_ICU
#include <unicode/ucasemap.h>
#endif

namespace {

std::string make_text() {
  std::string text(4096, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(32 + (i * 7 + i / 8) % 95);
  return text;
}

char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

std::string upper_sse2(std::string_view text) {
  std::string out;
  out.resize_and_overwrite(text.size(), [&](char* target, std::size_t size) {
    const __m128i before_a = _mm_set1_epi8('a' - 1);
    const __m128i after_z = _mm_set1_epi8('z' + 1);
    const __m128i difference = _mm_set1_epi8(32);
    std::size_t at = 0;
    for (; at + 16 <= size; at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      const __m128i lower = _mm_and_si128(_mm_cmpgt_epi8(bytes, before_a), _mm_cmplt_epi8(bytes, after_z));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(target + at), _mm_sub_epi8(bytes, _mm_and_si128(lower, difference)));
    }
    for (; at < size; ++at) target[at] = to_upper(text[at]);
    return size;
  });
  return out;
}

template <class Upper>
int measure(Upper upper, int calls) {
  const std::string text = make_text();
  const std::string first = upper(text);
  const double taken = peers::nanoseconds(41, calls, [&] {
    std::string out = upper(text);
    peers::keep(out);
  });
  peers::report(taken, peers::hash_text(first));
  return 0;
}

#ifdef MILLRACE_PEERS_ICU
int measure_icu() {
  UErrorCode code = U_ZERO_ERROR;
  UCaseMap* map = ucasemap_open("", U_FOLD_CASE_DEFAULT, &code);
  const auto upper = [&](std::string_view text) {
    std::string out;
    out.resize_and_overwrite(text.size() * 3, [&](char* target, std::size_t size) {
      const std::int32_t written = ucasemap_utf8ToUpper(map, target, static_cast<std::int32_t>(size), text.data(),
                                                        static_cast<std::int32_t>(text.size()), &code);
      return static_cast<std::size_t>(written);
    });
    return out;
  };
  const int status = measure(upper, 20);
  ucasemap_close(map);
  if (U_SUCCESS(code)) return status;
  std::fprintf(stderr, "upper_peer: %s\n", u_errorName(code));
  return 1;
}
#endif

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc == 2 ? argv[1] : "";
  if (way == "sse2") return measure(upper_sse2, 2000);
#ifdef MILLRACE_PEERS_ICU
  if (way == "icu") return measure_icu();
#endif
  std::fputs("usage: upper_peer sse2|icu (icu where libicu-dev was there at the build)\n", stderr);
  return 2;
}
