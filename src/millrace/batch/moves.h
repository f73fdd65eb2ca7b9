// SPDX-License-Identifier: Apache-2.0
//
// Which neighbour of the present setting is tried next, and how far away it is. Private to `batch`.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace millrace::batch {

enum class Move : std::size_t {
  curve,  // to where the curve says
  other_shape,
  rows_up,  // the request keeps its size where it has several transactions
  rows_down,
  request_up,  // more transactions in it
  request_down,
  in_flight_up,
  in_flight_down,
};

// A move that loses takes a smaller step the next time, down to what noise lets us see; one that then loses clearly sits
// out rounds, ever more of them, until something is won.
class Moves {
 public:
  static constexpr std::size_t round = 10;

  void begin() {
    *this = {};
    steps_.fill(step_first);
  }
  Move move() const { return order[turn_]; }
  double step() const { return steps_[index()]; }
  // Asked once in its turn.
  bool sits_out() {
    if (rounds_out_[index()] == 0) return false;
    --rounds_out_[index()];
    return true;
  }
  void next() { turn_ = (turn_ + 1) % round; }
  // And has its turn again.
  void won() { rounds_out_ = losses_ = {}; }
  // `noise` is a window's deviation.
  void lost(bool clearly, double noise) {
    const double least = std::min(step_first, std::max(step_least, 1 + 8 * noise));
    if (has_step(move()) && step() > least) {
      steps_[index()] = std::max(std::sqrt(step()), least);
    } else if (clearly) {
      losses_[index()] = std::min(2 * losses_[index()] + 1, rounds_out_max);
      rounds_out_[index()] = losses_[index()];
    }
    next();
  }

 private:
  static constexpr std::size_t count = 8;
  static constexpr double step_first = 2;
  static constexpr double step_least = 1.15;
  static constexpr int rounds_out_max = 15;
  // What the curve proposes comes up again and again, since it learns from all other trials.
  static constexpr std::array<Move, round> order{
      Move::curve,       Move::rows_up,   Move::in_flight_up, Move::request_up,     Move::curve,
      Move::other_shape, Move::rows_down, Move::curve,        Move::in_flight_down, Move::request_down};

  std::size_t index() const { return static_cast<std::size_t>(move()); }
  static bool has_step(Move move) {
    return move == Move::rows_up || move == Move::rows_down || move == Move::request_up || move == Move::request_down;
  }

  std::size_t turn_ = 0;  // in `order`
  std::array<double, count> steps_{};
  std::array<int, count> rounds_out_{};
  std::array<int, count> losses_{};
};

}  // namespace millrace::batch
