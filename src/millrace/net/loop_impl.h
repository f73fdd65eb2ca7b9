// SPDX-License-Identifier: Apache-2.0
//
// What a Loop is made of, for the sources of this room.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <thread>

#include "millrace/net/loop.h"

namespace millrace::net {

// Of the one kind of executor that there is: Asio's own socket type copies a type-erased one for each operation.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct Loop::Impl {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
  std::chrono::steady_clock::time_point awake_until{};

  void run();
};

}  // namespace millrace::net
