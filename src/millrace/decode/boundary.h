// SPDX-License-Identifier: Apache-2.0
//
// A Boundaries follows the bytes of one input in order, each once, and finds the places between its records. There is
// one for each format; the splitter buffers the bytes and cuts.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/decode/format.h"
#include "millrace/decode/splitter.h"

namespace millrace::decode {

class Boundaries {
 public:
  // Where a record ends, and how many bytes of that are its line's end.
  struct RecordEnd {
    std::size_t at = 0;
    std::size_t line_end_bytes = 0;
  };
  // A boundary in a text; `more`: it was found before the text's end, and others may stand behind it.
  struct Last {
    std::size_t at = 0;
    bool more = false;
  };
  // What the input's last bytes, behind the last boundary, are.
  struct Rest {
    bool is_record = true;  // false: the fault stands for them
    std::string fault;      // empty when the input may end here
  };

  virtual ~Boundaries() = default;

  // The last boundary in `text`, 0 when there is none, or the one behind the first `records_max` records. text[0] is a
  // boundary; the bytes before `from` were followed before, without a boundary among them.
  virtual Last find_last(std::string_view text, std::size_t from, std::size_t records_max) = 0;
  // The end of the record that was begun and is being dropped; `text` are further bytes of it, the input's last if
  // `last`.
  virtual std::optional<RecordEnd> find_end(std::string_view text, bool last) = 0;

  // JSON: what stands before the boundary that was found last.
  virtual JsonBefore json_before() const { return JsonBefore::nothing; }
  // JSON: the array was closed at the boundary that was found last; what follows is no record.
  virtual bool closed() const { return false; }
  virtual Rest judge_rest() { return {}; }
};

std::unique_ptr<Boundaries> line_boundaries();
std::unique_ptr<Boundaries> json_boundaries();
std::unique_ptr<Boundaries> csv_boundaries();

}  // namespace millrace::decode
