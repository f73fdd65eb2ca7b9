// SPDX-License-Identifier: Apache-2.0
//
// How a rate is measured, and how two are compared. Private to `batch`.
#pragma once

#include <optional>

#include "millrace/batch/controller.h"

namespace millrace::batch {

double seconds_between(Instant from, Instant to);

// Records settled a second while one setting has all its requests in flight. What was sent before the window opened still
// takes a share of the store: counting begins when the last of it has ended. Whole rounds of the requests in flight are
// counted, so that requests which end together do not make a rate look large.
class Window {
 public:
  // `in_flight` requests are still under way from before.
  void open(const BatchLimits& limits, std::size_t in_flight, Instant now);
  // True when the window is complete: it has had its rounds and its time.
  bool add(const Sample& sample, double seconds_min);

  double rows_per_second() const;
  // With those that have to be sent again: how fast the store works, whoever loses.
  double rows_sent_per_second() const;
  double seconds() const { return seconds_between(from_, to_); }
  // Of those that were as large as the limits allow: what is sent again is often smaller.
  double whole_batches() const { return whole_; }
  double whole_batch_seconds() const { return whole_seconds_ / whole_; }

 private:
  BatchLimits limits_;
  Instant opened_{};
  std::size_t old_ = 0;     // still under way from before
  std::size_t waited_ = 0;  // requests that ended while there were old ones
  Instant from_{};
  Instant to_{};
  std::size_t rows_ = 0;
  std::size_t rows_sent_ = 0;
  std::size_t batches_ = 0;
  double whole_ = 0;
  double whole_seconds_ = 0;
};

// Paired windows of two settings, champion first, interleaved: what changes slowly in the store or the machine meets both.
class Trial {
 public:
  struct Question {
    double gain_min = 0;  // the challenger wins when it is faster by more than this share; below 0 it may be slower
    std::optional<double> gain_expected = {};  // by the curve, which has seen more than a trial will
    double deviations = 2;                     // by which it must win: a 95 % interval
    double noise = 0;                          // relative variance of one window so far: a prior for the variance seen here
  };
  Trial(const BatchLimits& champion, const BatchLimits& challenger, Question question)
      : sides_{champion, challenger}, question_(question) {}

  const BatchLimits& challenger() const { return sides_[1]; }
  const BatchLimits& side() const { return sides_[challenged_ ? 1 : 0]; }
  bool challenged() const { return challenged_; }

  void measured(double rows_per_second, double seconds);
  enum class Verdict { open, won, lost };
  Verdict verdict() const;
  bool lost_clearly() const;
  // The challenger's rate over the champion's, and the seconds' worth of work that trying it has cost.
  double ratio() const;
  double seconds_lost() const;
  // Of one window, by the pairs' scatter.
  double noise() const;
  double pairs() const { return pairs_; }

 private:
  struct Belief {
    double gain;
    double deviation;
  };
  Belief belief() const;

  BatchLimits sides_[2];
  Question question_;
  bool challenged_ = false;
  double champion_rate_ = 0;
  double pairs_ = 0;
  double mean_ = 0;
  double squares_ = 0;
  double challenger_seconds_ = 0;
};

// Sees when a rate leaves its mean for good, however noisy it is: a CUSUM both ways (Page, Biometrika 41, 1954).
class DriftWatch {
 public:
  // Forgets the mean, not the noise: another setting is watched.
  void reset();
  // True when the rate has drifted.
  bool add(double rows_per_second);
  // The relative variance of one window, so far; others who saw it may add to it.
  double noise() const { return noise_; }
  void learn_noise(double variance, double windows);
  std::optional<double> rows_per_second() const;

 private:
  double noise_ = 0.01;
  double noise_windows_ = 1;
  double last_ = 0;
  double mean_ = 0;
  double windows_ = 0;
  double faster_ = 0;
  double slower_ = 0;
};

}  // namespace millrace::batch
