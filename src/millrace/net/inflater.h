// SPDX-License-Identifier: Apache-2.0
//
// Gzip (RFC 1952) to bytes, a piece at a time, so that what a small piece may become is never held whole.
//
//   inflater.feed(piece);
//   while (*(size = inflater.take(room)) != 0) use(room.first(*size));   // then it wants the next piece
//   if (!inflater.may_end()) …                                           // the input is cut short
//
// Members one behind the other are read as one text. invalid_argument for what is no gzip, or damaged.
// Threads: one. Memory: some 40 KiB.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::net {

class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  // The bytes stay where they are until take() gives 0.
  void feed(std::string_view bytes);
  // 0: what was fed is used up.
  Result<std::size_t> take(std::span<char> out);
  // At a member's end; not before the first one.
  bool may_end() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The whole of it. too_large when it is over `bytes_max`.
Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max);

}  // namespace millrace::net
