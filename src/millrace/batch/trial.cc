// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/trial.h"

#include <algorithm>
#include <cmath>

namespace millrace::batch {
namespace {

constexpr double deviations = 2;     // to lose: a 95 % interval
constexpr double prior_pairs = 4;    // what the noise seen before a trial is worth
constexpr double pairs_max = 24;     // then both are about as good; likewise
constexpr double seconds_max = 1.0;  // when the challenger alone has had so much
constexpr double pairs_least = 3;
constexpr double seconds_lost_max = 0.02;  // what looks worse may cost no more
constexpr double expectation_off = 0.05;
constexpr double gain_worthless = 0.005;  // what is certainly no better than this need not be settled
constexpr double clear_loss = 0.04;
constexpr double gain_seen_max = 0.5;
constexpr double noise_least = 0.0001;  // 1 %: no clock and no store is quieter

constexpr double drift_slack = 1;  // deviations that count for nothing
constexpr double drift_limit = 6;     // their sum at which it is no accident: at rest some once in ten thousand windows
constexpr double drift_noise_least = 0.0049;  // 7 %: what swings by less is the machine
constexpr double mean_windows_max = 50;
constexpr double noise_windows_max = 30;

}  // namespace

double seconds_between(Instant from, Instant to) { return std::chrono::duration<double>(to - from).count(); }

void Window::open(const BatchLimits& limits, std::size_t in_flight, Instant now) {
  limits_ = limits;
  old_ = in_flight;
  opened_ = from_ = to_ = now;
  rows_ = rows_sent_ = batches_ = waited_ = 0;
  whole_ = whole_seconds_ = 0;
}

bool Window::add(const Sample& sample, double seconds_min) {
  if (opened_ == Instant{}) open(sample.limits, 0, sample.started);
  to_ = std::max(to_, sample.ended);
  const bool is_old = sample.started < opened_ || !(sample.limits == limits_);
  if (is_old && old_ > 0) --old_;
  if (is_old || old_ > 0) {
    from_ = to_;
    // Of one that was sent again, or refused in part, nothing may be heard.
    if (!is_old && ++waited_ > 4 * limits_.in_flight) old_ = 0;
    return false;
  }
  rows_ += sample.rows_settled;
  rows_sent_ += sample.rows;
  ++batches_;
  if (sample.rows * 10 >= limits_.rows() * 9) {
    whole_ += 1;
    whole_seconds_ += seconds_between(sample.started, sample.ended);
  }
  return batches_ % limits_.in_flight == 0 && whole_ > 0 && seconds() >= seconds_min && seconds() > 0;
}

double Window::rows_per_second() const { return static_cast<double>(rows_) / seconds(); }
double Window::rows_sent_per_second() const { return static_cast<double>(rows_sent_) / seconds(); }

void Trial::measured(double rows_per_second, double seconds) {
  if (challenged_) {
    challenger_seconds_ += seconds;
    pairs_ += 1;
    // Nearly the logarithm of the ratio, and finite when all of a window has failed.
    const double sum = rows_per_second + champion_rate_;
    const double seen = sum > 0 ? 2 * (rows_per_second - champion_rate_) / sum : 0;
    // A hiccup, such as a log that is moved into its file, meets one of the two: it shall not decide.
    const double gain = std::clamp(seen, -gain_seen_max, gain_seen_max);
    const double off = gain - mean_;
    mean_ += off / pairs_;
    squares_ += off * (gain - mean_);
  }
  champion_rate_ = rows_per_second;
  challenged_ = !challenged_;
}

Trial::Belief Trial::belief() const {
  // The mean of the pairs and what was expected, each by its precision.
  const double variance =
      (prior_pairs * 2 * std::max(question_.noise, noise_least) + squares_) / std::max(prior_pairs + pairs_ - 1, 1.0);
  const double expectation_precision = question_.gain_expected ? 1 / (expectation_off * expectation_off) : 0;
  const double precision = pairs_ / variance + expectation_precision;
  return {.gain = (mean_ * pairs_ / variance + question_.gain_expected.value_or(0) * expectation_precision) / precision,
          .deviation = 1 / std::sqrt(precision)};
}

Trial::Verdict Trial::verdict() const {
  if (pairs_ == 0) return Verdict::open;
  const auto [gain, deviation] = belief();
  if (gain - question_.deviations * deviation > question_.gain_min && pairs_ > 1) return Verdict::won;
  if (gain + deviations * deviation < question_.gain_min + gain_worthless) return Verdict::lost;
  if (pairs_ >= pairs_least && mean_ < 0 && seconds_lost() > seconds_lost_max) return Verdict::lost;
  if (pairs_ < pairs_max && challenger_seconds_ < seconds_max) return Verdict::open;
  // Not certain; but when the pairs and the curve agree, they are right more often than not.
  return std::min(mean_, question_.gain_expected.value_or(0)) > question_.gain_min ? Verdict::won : Verdict::lost;
}

bool Trial::lost_clearly() const {
  const auto [gain, deviation] = belief();
  return gain + deviations * deviation < -clear_loss;
}

double Trial::noise() const { return pairs_ > 1 ? squares_ / (pairs_ - 1) / 2 : question_.noise; }
double Trial::ratio() const { return (2 + mean_) / std::max(2 - mean_, 0.01); }
double Trial::seconds_lost() const { return challenger_seconds_ * std::max(0.0, 1 - ratio()); }

void DriftWatch::learn_noise(double variance, double windows) {
  noise_windows_ = std::min(noise_windows_ + windows, noise_windows_max);
  noise_ += (variance - noise_) * windows / noise_windows_;
}

void DriftWatch::reset() { windows_ = faster_ = slower_ = 0; }

bool DriftWatch::add(double rows_per_second) {
  if (windows_ > 0 && mean_ > 0) {
    // Neighbours differ by twice the variance, wherever the mean goes; one jump is not noise.
    const double step = (rows_per_second - last_) / mean_;
    learn_noise(std::min(step * step / 2, 9 * std::max(noise_, drift_noise_least)), 1);
    const double off = (rows_per_second / mean_ - 1) / std::sqrt(std::max(noise_, drift_noise_least) * (1 + 1 / windows_));
    faster_ = std::max(0.0, faster_ + off - drift_slack);
    slower_ = std::max(0.0, slower_ - off - drift_slack);
  }
  last_ = rows_per_second;
  windows_ = std::min(windows_ + 1, mean_windows_max);
  mean_ += (rows_per_second - mean_) / windows_;
  return std::max(faster_, slower_) > drift_limit;
}

std::optional<double> DriftWatch::rows_per_second() const { return windows_ > 0 ? std::optional(mean_) : std::nullopt; }

}  // namespace millrace::batch
