// SPDX-License-Identifier: Apache-2.0
//
// What is still to be written of three texts, which somebody else keeps. Private to `net`.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <span>
#include <string_view>

namespace millrace::net {

class OutBuffers {
 public:
  void set(std::string_view head, std::string_view body, std::string_view tail) {
    buffers_ = {boost::asio::buffer(head), boost::asio::buffer(body), boost::asio::buffer(tail)};
    size_ = head.size() + body.size() + tail.size();
  }

  void drop(std::size_t bytes) {
    size_ -= bytes;
    for (boost::asio::const_buffer& buffer : buffers_) {
      const std::size_t here = std::min(bytes, buffer.size());
      buffer += here;
      bytes -= here;
    }
  }

  bool empty() const { return size_ == 0; }
  bool is_single() const { return buffers_[0].size() == size_; }
  boost::asio::const_buffer first() const { return buffers_[0]; }
  const std::array<boost::asio::const_buffer, 3>& buffers() const { return buffers_; }
  // A copy of as much as fits.
  std::span<const char> front(std::span<char> room) const {
    return room.first(boost::asio::buffer_copy(boost::asio::buffer(room.data(), room.size()), buffers_));
  }

 private:
  std::array<boost::asio::const_buffer, 3> buffers_;
  std::size_t size_ = 0;
};

}  // namespace millrace::net
