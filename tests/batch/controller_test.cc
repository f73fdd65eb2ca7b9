// SPDX-License-Identifier: Apache-2.0
//
// What the simulations of controller_simulation_test.cc do not show: the brake, request by request.
#include "millrace/batch/controller.h"

#include <gtest/gtest.h>

namespace millrace::batch {
namespace {

using namespace std::chrono_literals;
using store::StatementShape;

// Sends one request after the other, each taking as long as a linear store would.
class Sender {
 public:
  explicit Sender(Controller& controller) : controller_(controller) {}

  void send(std::optional<Brake> brake = {}) {
    const BatchLimits limits = controller_.limits();
    const Instant started = now_;
    now_ += 1ms + std::chrono::microseconds(20) * limits.rows();
    controller_.finished({.limits = limits,
                          .rows = limits.rows(),
                          .rows_settled = brake ? 0 : limits.rows(),
                          .bytes = limits.rows() * 360,
                          .in_flight = 0,
                          .started = started,
                          .ended = now_,
                          .brake = brake},
                         now_);
  }
  void send_for(std::chrono::milliseconds time) {
    for (const Instant end = now_ + time; now_ < end;) send();
  }

 private:
  Controller& controller_;
  Instant now_ = Instant{} + 1h;
};

ControllerOptions options() {
  return {.start = {.rows_per_transaction = 250, .transactions_per_request = 4, .in_flight = 4},
          .shapes = {StatementShape::insert},
          .in_flight_max = 8,
          .in_flight_pinned = {}};
}

TEST(Controller, starts_with_few_rows) {
  const Controller controller(options());
  EXPECT_LE(controller.limits().rows(), 16U);
}

TEST(Controller, a_timeout_makes_requests_smaller_and_fewer) {
  Controller controller(options());
  Sender sender(controller);
  sender.send_for(3s);
  while (!(controller.limits() == controller.explain().limits)) sender.send();  // what is tried fails alone
  const BatchLimits before = controller.limits();
  sender.send(Brake::timeout);
  const BatchLimits after = controller.explain().limits;
  EXPECT_LT(after.rows(), before.rows());
  EXPECT_LT(after.in_flight, before.in_flight);
}

TEST(Controller, many_conflicts_make_requests_fewer_not_smaller) {
  Controller controller(options());
  Sender sender(controller);
  sender.send_for(3s);
  const BatchLimits before = controller.explain().limits;
  for (int i = 0; i < 12; ++i) sender.send(Brake::conflict);
  const BatchLimits after = controller.explain().limits;
  EXPECT_EQ(after.rows(), before.rows());
  EXPECT_LT(after.in_flight, before.in_flight);
  EXPECT_EQ(controller.explain().limited_by, LimitedBy::conflicts);
}

TEST(Controller, a_store_that_refuses_everything_is_sent_little) {
  Controller controller(options());
  Sender sender(controller);
  for (int i = 0; i < 100; ++i) sender.send(Brake::overload);
  EXPECT_LE(controller.limits().rows(), 16U);
}

TEST(Controller, says_in_a_line_what_it_does) {
  Controller controller(options());
  Sender sender(controller);
  sender.send_for(1s);
  const std::string text = controller.explain().text();
  EXPECT_NE(text.find("in flight"), std::string::npos) << text;
  EXPECT_NE(text.find("limited by"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

}  // namespace
}  // namespace millrace::batch
