// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/constant.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numbers>

namespace millrace::surrealql {
namespace {

namespace n = std::numbers;

constexpr double infinity = std::numeric_limits<double>::infinity();
template <double value>
Value real() {
  return Value(value);
}

constexpr auto constants = std::to_array<Constant>({
    {"math::e", "math::E", real<n::e>},
    {"math::frac_1_pi", "math::FRAC_1_PI", real<n::inv_pi>},
    {"math::frac_1_sqrt_2", "math::FRAC_1_SQRT_2", real<0.70710678118654752440>},
    {"math::frac_2_pi", "math::FRAC_2_PI", real<0.63661977236758134308>},
    {"math::frac_2_sqrt_pi", "math::FRAC_2_SQRT_PI", real<1.12837916709551257390>},
    {"math::frac_pi_2", "math::FRAC_PI_2", real<n::pi / 2>},
    {"math::frac_pi_3", "math::FRAC_PI_3", real<n::pi / 3>},
    {"math::frac_pi_4", "math::FRAC_PI_4", real<n::pi / 4>},
    {"math::frac_pi_6", "math::FRAC_PI_6", real<n::pi / 6>},
    {"math::frac_pi_8", "math::FRAC_PI_8", real<n::pi / 8>},
    {"math::inf", "math::INF", real<infinity>},
    {"math::ln_10", "math::LN_10", real<n::ln10>},
    {"math::ln_2", "math::LN_2", real<n::ln2>},
    {"math::log10_2", "math::LOG10_2", real<0.30102999566398119521>},
    {"math::log10_e", "math::LOG10_E", real<n::log10e>},
    {"math::log2_10", "math::LOG2_10", real<3.32192809488736234787>},
    {"math::log2_e", "math::LOG2_E", real<n::log2e>},
    {"math::neg_inf", "math::NEG_INF", real<-infinity>},
    {"math::pi", "math::PI", real<n::pi>},
    {"math::sqrt_2", "math::SQRT_2", real<n::sqrt2>},
    {"math::tau", "math::TAU", real<2 * n::pi>},
    {"time::epoch", "time::EPOCH", [] { return Value(Timestamp{}); }},
    {"time::maximum", "time::MAXIMUM", [] { return Value("+262142-12-31T23:59:59.999999999Z"); }, true},
    {"time::minimum", "time::MINIMUM", [] { return Value("-262143-01-01T00:00:00Z"); }, true},
    {"duration::max", "duration::MAX", [] { return Value(Duration{.seconds = UINT64_MAX, .nanoseconds = 999'999'999}); }},
});

}  // namespace

const Constant* find_constant(std::string_view name) {
  const auto found = std::find_if(constants.begin(), constants.end(), [&](const Constant& constant) { return constant.name == name; });
  return found != constants.end() ? &*found : nullptr;
}
std::span<const Constant> all_constants() { return constants; }

}  // namespace millrace::surrealql
