// SPDX-License-Identifier: Apache-2.0
//
// What a Loop is made of, for the sources of this room.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "millrace/net/loop.h"

namespace millrace::net {

struct Loop::Impl {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
  std::chrono::steady_clock::time_point awake_until{};

  void run();
};

}  // namespace millrace::net
