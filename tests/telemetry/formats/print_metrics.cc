// SPDX-License-Identifier: Apache-2.0
//
// Prints a registry full of what formats trip over. Usage: print_metrics prometheus|openmetrics
#include <iostream>
#include <limits>
#include <string>
#include <string_view>

#include "millrace/telemetry/exposition.h"

namespace millrace::telemetry {
namespace {

void fill(Registry& registry) {
  add_process_metrics(registry);
  const auto nasty = registry.counters(
      {"nasty_things_total", "A \"help\" with a \\ and a\nsecond line, \\n, ü and 日本語.", {"text", "more"}});
  for (const std::string_view text :
       {"plain", "quote \" quote", "back\\slash", "back\\nslash n", "line\nfeed", "\\", "\"", "", "ü 日本語",
        "not utf-8: \xff\xc3(", "comma,brace}equals=", "tab\tand \x01", "# EOF", "trailing \\"}) {
    nasty.with({text, "x"}).add();
    nasty.with({text, text}).add(std::numeric_limits<std::uint64_t>::max() >> 12);
  }
  const auto levels = registry.gauges({"levels_ratio", "Every kind of number.", {"kind"}});
  levels.with({"zero"}).set(0);
  levels.with({"negative"}).set(-1.5);
  levels.with({"large"}).set(1.7976931348623157e308);
  levels.with({"small"}).set(5e-324);
  levels.with({"not a number"}).set(std::numeric_limits<double>::quiet_NaN());
  levels.with({"infinite"}).set(std::numeric_limits<double>::infinity());
  levels.with({"minus infinite"}).set(-std::numeric_limits<double>::infinity());

  const auto times = registry.histograms({"work_seconds", "Times.", seconds_bounds, {"stage"}});
  const Histogram sizes =
      registry.histogram({"work_bytes", "Sizes.", {0, 0.00001, 0.5, 1, 1000, 999'999, 1e6, 1.5e9, 1e100}});
  const TraceContext trace = TraceContext::random();
  for (const double value : {0.0, 0.00005, 0.0001, 0.003, 0.7, 10.0, 11.0, 1e7}) {
    times.with({"decode"}).observe(value, trace);
    times.with({"quoted \"stage\"\n"}).observe(value);
    sizes.observe(value * 1000, trace);
  }
  registry.histograms({"unused_seconds", "Has no child.", seconds_bounds, {"stage"}});
  const auto full = registry.counters({"full_total", "A family of two children.", {"which"}, 2});
  for (const std::string_view which : {"one", "two", "three", "four"}) full.with({which}).add();
}

}  // namespace
}  // namespace millrace::telemetry

int main(int count, char** arguments) {
  using namespace millrace::telemetry;
  const std::string_view format = count == 2 ? arguments[1] : "";
  if (format != "prometheus" && format != "openmetrics") {
    std::cerr << "usage: print_metrics prometheus|openmetrics\n";
    return 2;
  }
  Registry registry;
  fill(registry);
  std::string text;
  write_metrics(registry, format == "openmetrics" ? Exposition::openmetrics_text : Exposition::prometheus_text, text);
  std::cout << text;
  return std::cout.flush() ? 0 : 1;
}
