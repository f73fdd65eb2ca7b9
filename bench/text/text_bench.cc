// SPDX-License-Identifier: Apache-2.0
//
// Upper case, case folding, trim and NFC of natural text; bytes a second are those of the input. bench/peers/rows_text.py has the rivals.
//   text_bench --benchmark_filter=uppercase/greek
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "millrace/text/text.h"

namespace millrace::text {
namespace {

constexpr std::string_view unchanged = "THE WHEEL OF THE MILL TURNS WHILE THE WATER FALLS; TWO SACKS OF GRAIN, 50 KG EACH, WAIT.\n";
constexpr std::string_view ascii = "The wheel of the mill turns while the water falls; two sacks of grain, 50 kg each, wait.\n";
constexpr std::string_view german = "Über dem Mühlrad fällt das Wasser schräg herab; früher trug der Müller jeden Sack die Straße hinauf.\n";
constexpr std::string_view cyrillic = "Мельница стоит у реки, и колесо медленно вращается, пока вода падает вниз; два мешка зерна ждут.\n";
constexpr std::string_view greek = "Ο μύλος στέκεται δίπλα στο ποτάμι και η ρόδα γυρίζει αργά, καθώς πέφτει το νερό.\n";
constexpr std::string_view capitals = "Ο ΜΥΛΟΣ ΣΤΕΚΕΤΑΙ ΔΙΠΛΑ ΣΤΟ ΠΟΤΑΜΙ· Ο ΜΥΛΩΝΑΣ ΛΕΙΠΕΙ, ΚΙ ΟΙ ΣΑΚΟΙ ΤΟΥ ΣΙΤΑΡΙΟΥ ΣΤΗΝ ΠΟΡΤΑ ΤΟΥ.\n";
constexpr std::string_view mixed = "The mill turns. Мельница стоит у реки. Ο μύλος γυρίζει αργά. 水車は川のそばで回っている。 Cối xay quay chậm.\n";
constexpr std::string_view emoji = "The mill is running 🌾🌾 and everybody is happy 😀🎉 see you at five 👋🏽❤️\n";
constexpr std::string_view decomposed = "U\u0308ber dem Mu\u0308hlrad fa\u0308llt das Wasser schra\u0308g herab.\n";

template <class Function>
void run(benchmark::State& state, Function function, std::string_view sentence) {
  std::string text;
  auto bytes = static_cast<std::size_t>(state.range(0));
  while (text.size() <= bytes) text += sentence;
  while ((text[bytes] & 0xc0) == 0x80) --bytes;  // between code points
  text.resize(bytes);
  for (auto _ : state) {
    __attribute__((uninitialized)) CowString made = function(text);
    benchmark::DoNotOptimize(made);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void sizes(benchmark::internal::Benchmark* benchmark) { benchmark->Arg(64)->Arg(4096)->Arg(1 << 20); }
void one_size(benchmark::internal::Benchmark* benchmark) { benchmark->Arg(4096); }

BENCHMARK_CAPTURE(run, uppercase/unchanged, uppercase, unchanged)->Apply(sizes);
BENCHMARK_CAPTURE(run, uppercase/ascii, uppercase, ascii)->Apply(sizes);
BENCHMARK_CAPTURE(run, uppercase/german, uppercase, german)->Apply(sizes);
BENCHMARK_CAPTURE(run, uppercase/cyrillic, uppercase, cyrillic)->Apply(one_size);
BENCHMARK_CAPTURE(run, uppercase/greek, uppercase, greek)->Apply(one_size);
BENCHMARK_CAPTURE(run, uppercase/mixed, uppercase, mixed)->Apply(one_size);
BENCHMARK_CAPTURE(run, uppercase/emoji, uppercase, emoji)->Apply(one_size);
BENCHMARK_CAPTURE(run, lowercase/greek, lowercase, greek)->Apply(one_size);
BENCHMARK_CAPTURE(run, lowercase/greek_capitals, lowercase, capitals)->Apply(one_size);
BENCHMARK_CAPTURE(run, case_fold/mixed, case_fold, mixed)->Apply(one_size);
BENCHMARK_CAPTURE(run, normalize_nfc/composed, normalize_nfc, mixed)->Apply(one_size);
BENCHMARK_CAPTURE(run, normalize_nfc/decomposed, normalize_nfc, decomposed)->Apply(one_size);
BENCHMARK_CAPTURE(run, trim/ascii, trim, ascii)->Apply(one_size);

}  // namespace
}  // namespace millrace::text

BENCHMARK_MAIN();
