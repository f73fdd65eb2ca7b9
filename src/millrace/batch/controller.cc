// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/controller.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "millrace/batch/model.h"
#include "millrace/batch/moves.h"
#include "millrace/batch/survey.h"
#include "millrace/batch/trial.h"

namespace millrace::batch {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using store::StatementShape;

// Windows are as short as they can be while a hiccup of some milliseconds is not all of them.
constexpr double survey_window_seconds = 0.004;
constexpr double trial_window_seconds = 0.020;
// Of all work, what trials may cost; and how long they may run ahead of it.
constexpr double loss_share = 0.012;
constexpr auto loss_credit = milliseconds(4'000);
// The smallest request within this of the best is as good: it answers sooner, and more of them are measured. After a survey
// the curve is not known better than that.
constexpr double as_good = 0.995;
constexpr double as_good_at_first = 0.985;
constexpr double as_good_as_known = 0.96;
constexpr double misfit_max = 0.15;
constexpr double gain_for_more = 0.005;
constexpr double gain_for_in_flight = 0.03;
constexpr double gain_for_model = 0.01;

constexpr double brake_factor = 0.7;
constexpr double conflicts_max = 6.5;  // of the last ten requests or so; what fewer cost, the paired windows see
constexpr double conflicts_kept = 0.9;
constexpr auto growth_hold = milliseconds(2'000);
constexpr auto refusal_kept = milliseconds(10'000);

constexpr std::size_t no_bound = std::numeric_limits<std::size_t>::max() / 2;

std::size_t scaled(std::size_t count, double factor) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(static_cast<double>(count) * factor)));
}
double ratio_of(std::size_t a, std::size_t b) { return static_cast<double>(a) / static_cast<double>(b); }

}  // namespace

class Controller::Implementation {
 public:
  explicit Implementation(ControllerOptions options) : options_(std::move(options)), champion_(options_.start) {
    champion_.in_flight = in_flight_first();
    if (options_.rows_pinned) {
      champion_.rows_per_transaction = *options_.rows_pinned;
      champion_.transactions_per_request = 1;
    }
    if (!fixed()) survey();
    if (fixed()) sending_ = champion_;
  }

  const BatchLimits& limits() const { return sending_; }

  void finished(const Sample& sample, Instant now) {
    if (fixed()) return;
    in_flight_ = sample.in_flight;
    if (sample.rows != 0)
      record_bytes_ += (ratio_of(sample.bytes, sample.rows) - record_bytes_) / (record_bytes_ == 0 ? 1 : 16);
    starved_ += ((sample.full ? 0.0 : 1.0) - starved_) / 16;
    if (rows_refused_ < no_bound && now >= refused_until_) {
      rows_refused_ += rows_refused_ / 2;
      refused_until_ = now + refusal_kept;
    }
    conflict_share_ += ((sample.brake == Brake::conflict ? 1.0 : 0.0) - conflict_share_) / 64;
    conflicts_ = conflicts_ * conflicts_kept + (sample.brake == Brake::conflict ? 1 : 0);
    if (sample.brake && brake(sample, now)) return send(sending_next(), now);
    if (!sample.full) return send(sending_, now);
    if (!window_.add(sample, survey_ ? survey_window_seconds : trial_window_seconds)) return;
    measured(now);
    send(sending_next(), now);
  }

  Explanation explain() const;

 private:
  bool fixed() const {
    const bool in_flight_fixed = options_.in_flight_pinned || options_.in_flight_max == 1;
    return options_.rows_pinned && in_flight_fixed && options_.shapes.size() == 1;
  }
  std::size_t in_flight_first() const {
    return std::min(options_.in_flight_pinned.value_or(options_.start.in_flight), options_.in_flight_max);
  }
  double latency_max() const { return duration<double>(options_.latency_max).count(); }
  Model::Bounds bounds(double share) const { return {rows_max(), latency_max() / 2, share}; }
  // The most rows of a request by its bytes and by what the store has refused of late.
  std::size_t rows_max() const {
    const double by_bytes = static_cast<double>(options_.start.request_bytes_max) / std::max(record_bytes_, 1.0);
    return std::max<std::size_t>(1, std::min(static_cast<std::size_t>(by_bytes), scaled(rows_refused_, 0.85)));
  }

  void survey() {
    trial_.reset();
    watch_.reset();
    if (!held_by_conflicts_) champion_.in_flight = in_flight_first();
    model_.begin(champion_.in_flight);
    survey_.emplace(options_, champion_.in_flight);
    sending_ = *survey_->next();
  }

  BatchLimits sending_next() const {
    if (survey_) return *survey_->next();
    return trial_ ? trial_->side() : champion_;
  }
  void send(const BatchLimits& limits, Instant now) {
    sending_ = limits;
    window_.open(limits, in_flight_, now);
  }

  // ---- what a window tells

  void measured(Instant now) {
    if (sending_.in_flight == champion_.in_flight) {
      model_.learn(sending_, window_.whole_batch_seconds(), window_.whole_batches());
    }
    if (survey_) {
      survey_->measured(window_.whole_batch_seconds(), rows_max());
      return end_survey(now);
    }
    // What is lost to conflicts depends on the number in flight; to compare sizes, it would only be noise.
    const double work = window_.rows_sent_per_second();
    if (!trial_ || !trial_->challenged()) {
      if (watch_.add(work)) return survey();
    }
    if (trial_) {
      const bool same_in_flight = trial_->challenger().in_flight == champion_.in_flight;
      trial_->measured(same_in_flight ? work : window_.rows_per_second(), window_.seconds());
      if (trial_->verdict() != Trial::Verdict::open) end_trial(now);
    } else if (now >= quiet_until_) {
      begin_trial(now);
    }
  }

  void end_survey(Instant now) {
    if (survey_->next()) return;
    survey_.reset();
    const BatchLimits best = best_of_survey();
    if (!is_as_good(champion_, best)) champion_ = best;
    quiet_until_ = now - loss_credit;
    moves_.begin();
  }

  // By the curve; but one that misses its points, as it does where a store has steps, is no guide.
  BatchLimits best_of_survey() const {
    const std::optional<BatchLimits> predicted = model_.best(options_.shapes, bounds(as_good_at_first));
    if (!predicted) return refused_at_once();
    const Curve& known = model_.curve(predicted->shape);
    if (known.misfit(known.fit()) < misfit_max) return *predicted;
    const Curve::Best seen = known.best();
    BatchLimits best = *predicted;
    best.rows_per_transaction = scaled(1, seen.rows);
    best.transactions_per_request = scaled(1, seen.transactions);
    return best;
  }

  // What was known to be good, or was in use before the store drifted, stays unless a curve that was measured near it says
  // that it is worse: a survey is short, and noisy.
  bool is_as_good(const BatchLimits& known, const BatchLimits& best) const {
    const Curve& curve = model_.curve(known.shape);
    if (curve.empty() || static_cast<double>(known.rows_per_transaction) > 2 * curve.rows_measured_max()) return false;
    if (known.rows() > rows_max() || model_.request_seconds(known) > latency_max() / 2) return false;
    return model_.rows_per_second(known) > model_.rows_per_second(best) * as_good_as_known;
  }

  BatchLimits refused_at_once() const {
    BatchLimits least = champion_;
    least.transactions_per_request = 1;
    least.rows_per_transaction = options_.rows_pinned.value_or(std::min(least.rows_per_transaction, rows_max()));
    return least;
  }

  // ---- trials

  void begin_trial(Instant now) {
    for (std::size_t tried = 0; tried < Moves::round; ++tried, moves_.next()) {
      if (moves_.sits_out()) continue;
      const std::optional<BatchLimits> to = challenger(now);
      if (!to || *to == champion_) continue;
      // Another request in flight has to bring a few per cent, else one less is as good.
      const double few = to->in_flight == champion_.in_flight ? gain_for_more : gain_for_in_flight;
      const double more = ratio_of(to->rows() * to->in_flight, champion_.rows() * champion_.in_flight);
      const double gain_min = more > 1.1 ? few : more < 0.9 ? -gain_for_more : gain_for_more / 2;
      Trial::Question question{.gain_min = gain_min, .noise = watch_.noise()};
      // Of other numbers in flight the curve knows nothing, conflicts count, and a wrong one is dear.
      if (to->in_flight > champion_.in_flight) question.deviations = 3;
      if (to->in_flight != champion_.in_flight) {
        question.noise += conflict_share_ / static_cast<double>(champion_.in_flight);
      } else {
        question.gain_expected = std::log(model_.rows_per_second(*to) / model_.rows_per_second(champion_));
      }
      trial_.emplace(champion_, *to, question);
      return;
    }
  }

  void end_trial(Instant now) {
    quiet_until_ = std::max(quiet_until_, now - loss_credit) +
                   std::chrono::duration_cast<Instant::duration>(duration<double>(trial_->seconds_lost() / loss_share));
    watch_.learn_noise(trial_->noise(), trial_->pairs());
    if (trial_->verdict() == Trial::Verdict::won) {
      const BatchLimits& winner = trial_->challenger();
      const double slower = ratio_of(winner.in_flight, champion_.in_flight) / trial_->ratio();
      if (winner.in_flight != champion_.in_flight) {
        model_.rescale(winner.in_flight, slower);
        held_by_conflicts_ = false;
      }
      champion_ = winner;
      watch_.reset();
      moves_.won();
    } else {
      moves_.lost(trial_->lost_clearly(), std::sqrt(watch_.noise()));
    }
    trial_.reset();
  }

  std::optional<BatchLimits> challenger(Instant now) const {
    const Move move = moves_.move();
    const double step = moves_.step();
    BatchLimits to = champion_;
    const bool may_grow = now >= growth_held_until_;
    switch (move) {
      case Move::curve: {
        Model::Bounds near = bounds(as_good);
        near.rows_max = std::min(near.rows_max, scaled(champion_.rows(), 4));
        const auto best = model_.best({champion_.shape}, near);
        if (!best || model_.rows_per_second(*best) < model_.rows_per_second(champion_) * (1 + gain_for_model))
          return std::nullopt;
        to = *best;
        break;
      }
      case Move::other_shape: {
        std::vector<StatementShape> others = options_.shapes;
        std::erase(others, champion_.shape);
        const auto best = model_.best(others, bounds(as_good));
        if (!best) return std::nullopt;
        to = *best;
        break;
      }
      case Move::rows_up:
      case Move::rows_down: {
        if (options_.rows_pinned) return std::nullopt;
        const double factor = move == Move::rows_up ? step : 1 / step;
        to.rows_per_transaction = scaled(to.rows_per_transaction, factor);
        to.transactions_per_request =
            std::min(options_.transactions_max, scaled(champion_.transactions_per_request, 1 / factor));
        break;
      }
      case Move::request_up:
      case Move::request_down: {
        if (options_.rows_pinned || options_.transactions_max == 1) return std::nullopt;
        const std::size_t now_joined = champion_.transactions_per_request;
        if (move == Move::request_down && now_joined == 1) return std::nullopt;
        to.transactions_per_request =
            move == Move::request_up
                ? std::min(options_.transactions_max, std::max(now_joined + 1, scaled(now_joined, step)))
                : std::min(now_joined - 1, scaled(now_joined, 1 / step));
        break;
      }
      case Move::in_flight_up:
      case Move::in_flight_down:
        if (options_.in_flight_pinned || (move == Move::in_flight_down && to.in_flight == 1)) return std::nullopt;
        to.in_flight = std::min(to.in_flight + (move == Move::in_flight_up ? 1 : -1), options_.in_flight_max);
        break;
    }
    const bool grows = to.rows() > champion_.rows() || to.in_flight > champion_.in_flight;
    if ((grows && !may_grow) || to.rows() > rows_max() || seconds_at_worst(to) > latency_max()) return std::nullopt;
    return to;
  }

  // A transaction that grows may cost its square, rivals may take all of their share.
  double seconds_at_worst(const BatchLimits& to) const {
    if (to.shape != champion_.shape) return model_.request_seconds(to);
    const double rows = ratio_of(to.rows_per_transaction, champion_.rows_per_transaction);
    return model_.request_seconds(champion_) * (rows > 1 ? rows * rows : rows) *
           ratio_of(to.transactions_per_request, champion_.transactions_per_request) *
           std::max(1.0, ratio_of(to.in_flight, champion_.in_flight));
  }

  // ---- the brake

  // True when it was pulled: by the first of the requests that fail together, since what was sent before is the same
  // trouble.
  bool brake(const Sample& sample, Instant now) {
    if (sample.started < braked_at_) return false;
    if (sample.brake == Brake::conflict && (conflicts_ < conflicts_max || champion_.in_flight == 1)) return false;
    braked_at_ = now;
    growth_held_until_ = now + growth_hold;
    if (sample.brake == Brake::conflict) {
      held_by_conflicts_ = true;
      conflicts_ = 0;
    } else {
      rows_refused_ = std::min(rows_refused_, sample.rows);
      refused_until_ = now + refusal_kept;
    }
    // A challenger fails alone; but conflicts are everybody's, unless it had more in flight.
    const bool alone = !survey_ && trial_ && sample.limits == trial_->challenger() &&
                       (sample.brake != Brake::conflict || sample.limits.in_flight > champion_.in_flight);
    if (survey_ && sample.brake != Brake::conflict) {
      survey_->refused();
      end_survey(now);
      return true;
    }
    trial_.reset();
    if (alone) {
      moves_.next();
      return true;
    }
    slow_down(*sample.brake);
    return true;
  }

  void slow_down(Brake why) {
    const std::size_t before = champion_.in_flight;
    if (!options_.in_flight_pinned) {
      champion_.in_flight = std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(before) * brake_factor));
    }
    model_.rescale(champion_.in_flight, ratio_of(champion_.in_flight, before));
    if (survey_) survey_.emplace(options_, champion_.in_flight);
    watch_.reset();
    if (why == Brake::conflict || options_.rows_pinned) return;
    std::size_t& size =
        champion_.transactions_per_request > 1 ? champion_.transactions_per_request : champion_.rows_per_transaction;
    size = std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(size) * brake_factor));
  }

  const ControllerOptions options_;
  BatchLimits champion_;
  BatchLimits sending_;
  Window window_;
  Model model_{options_};  // with the champion's number in flight
  std::optional<Survey> survey_;
  std::optional<Trial> trial_;
  DriftWatch watch_;
  Moves moves_;
  Instant quiet_until_{};  // trials have cost their share until then

  std::size_t in_flight_ = 0;  // at present
  double record_bytes_ = 0;
  double starved_ = 0;         // share of requests that were not full
  double conflicts_ = 0;       // of the last requests, which count less the older they are
  double conflict_share_ = 0;  // of many
  bool held_by_conflicts_ = false;
  std::size_t rows_refused_ = no_bound;
  Instant refused_until_{};
  Instant braked_at_{};
  Instant growth_held_until_{};
};

Explanation Controller::Implementation::explain() const {
  Explanation said{.fits = {}, .limits = champion_};
  for (const StatementShape shape : options_.shapes) {
    if (model_.curve(shape).empty()) continue;
    const Cost cost = model_.curve(shape).fit();
    said.fits.push_back({shape, cost.request, cost.transaction, cost.row, cost.row_squared});
  }
  const bool knows = !model_.curve(champion_.shape).empty();
  said.rows_per_second_expected = watch_.rows_per_second().value_or(knows ? model_.rows_per_second(champion_) : 0);
  const BatchLimits larger = [&] {
    BatchLimits to = champion_;
    (options_.transactions_max > 1 ? to.transactions_per_request : to.rows_per_transaction) *= 2;
    return to;
  }();
  if (fixed()) {
    said.limited_by = LimitedBy::fixed;
  } else if (starved_ > 0.5) {
    said.limited_by = LimitedBy::input;
  } else if (held_by_conflicts_ || conflict_share_ > 0.05) {
    said.limited_by = LimitedBy::conflicts;
  } else if (!knows || model_.rows_per_second(larger) < model_.rows_per_second(champion_) * (1 + gain_for_more)) {
    said.limited_by = LimitedBy::knee;
  } else if (larger.rows() > rows_max()) {
    said.limited_by = LimitedBy::bytes;
  } else if (seconds_at_worst(larger) > latency_max() / 2) {
    said.limited_by = LimitedBy::latency;
  }
  return said;
}

Controller::Controller(ControllerOptions options) : implementation_(std::make_unique<Implementation>(std::move(options))) {}
Controller::~Controller() = default;
const BatchLimits& Controller::limits() const { return implementation_->limits(); }
void Controller::finished(const Sample& sample, Instant now) { implementation_->finished(sample, now); }
Explanation Controller::explain() const { return implementation_->explain(); }

}  // namespace millrace::batch
