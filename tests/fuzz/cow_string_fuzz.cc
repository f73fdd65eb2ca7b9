// SPDX-License-Identifier: Apache-2.0
//
// The bytes are operations on a few CowStrings. Beside each stands what it must be: a std::string, and whether it borrows.
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/text/cow_string.h"

namespace {

using millrace::CowString;

struct Pair {
  CowString text;
  std::string model;
  bool is_borrowed = true;
};

class Run {
 public:
  Run(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size), source_(std::make_unique<char[]>(source_bytes)) {
    for (std::size_t i = 0; i < source_bytes; ++i) source_[i] = static_cast<char>('a' + i % 26);
  }

  void step() {
    Pair &one = pairs_[next() % pairs_.size()], &two = pairs_[next() % pairs_.size()];
    const std::string_view slice = slice_of({source_.get(), source_bytes});
    switch (next() % 14) {
      case 0: set(one, CowString(slice), slice, true); break;
      case 1: set(one, CowString::owned(std::string(slice)), slice, false); break;
      case 2: set(one, filled(slice), slice, false); break;
      case 3: one.text = two.text, one.model = std::string(two.model), one.is_borrowed = two.is_borrowed; break;
      case 4: move(one, two); break;
      case 5: std::swap(one.text, two.text), std::swap(one.model, two.model), std::swap(one.is_borrowed, two.is_borrowed); break;
      case 6: one.text.to_mut()->append(slice), one.model.append(slice), one.is_borrowed = false; break;
      case 7: one.text.to_mut()->clear(), one.model.clear(), one.is_borrowed = false; break;
      case 8: edit(one, slice); break;
      case 9: cut(one); break;
      case 10: take(one, two); break;
      case 11: one.text = CowString(two.text), one.model = std::string(two.model), one.is_borrowed = two.is_borrowed; break;
      case 12: compare(one, two); break;
      default: set(one, CowString(CowString(two.text)), std::string(two.model), two.is_borrowed);
    }
    for (const Pair& pair : pairs_) {
      MILLRACE_ASSERT(pair.text == pair.model);
      MILLRACE_ASSERT(pair.text.is_borrowed() == pair.is_borrowed);
    }
  }
  bool is_over() const { return at_ == end_; }

 private:
  static constexpr std::size_t source_bytes = 300;

  std::size_t next() { return at_ == end_ ? 0 : *at_++; }
  std::string_view slice_of(std::string_view text) {
    const std::size_t begin = next() % (text.size() + 1);
    return text.substr(begin, next() % 90);
  }
  static CowString filled(std::string_view slice) {
    return CowString::filled(slice.size(), [&](char* out, std::size_t) { return slice.copy(out, slice.size()); });
  }
  static void set(Pair& pair, CowString text, std::string_view model, bool is_borrowed) {
    pair.text = std::move(text);
    pair.model = std::string(model);
    pair.is_borrowed = is_borrowed;
  }
  // Of what was moved from only this is said: an owner is empty then.
  static void move(Pair& one, Pair& two) {
    if (&one == &two) return;
    one.text = std::move(two.text);
    one.model = two.model, one.is_borrowed = two.is_borrowed;
    if (!two.is_borrowed) two.model.clear();
    two.is_borrowed = two.text.is_borrowed();
  }
  static void edit(Pair& pair, std::string_view slice) {
    CowString::Edit edit = pair.text.to_mut();
    edit->insert(edit->size() / 2, slice);
    (*edit).resize((*edit).size() / 2);
    pair.model.insert(pair.model.size() / 2, slice);
    pair.model.resize(pair.model.size() / 2);
    pair.is_borrowed = false;
  }
  void cut(Pair& pair) {  // a part of its own text
    const std::string_view part = slice_of(pair.text);
    const auto begin = static_cast<std::size_t>(part.data() - pair.text.data());
    pair.model = pair.model.substr(begin, part.size());
    pair.text = part;
  }
  static void take(Pair& one, Pair& two) {
    const std::string model = two.model;
    std::string string = std::move(two.text).into_owned();
    MILLRACE_ASSERT(string == model);
    two.model.clear(), two.is_borrowed = two.text.is_borrowed();
    set(one, CowString::owned(std::move(string)), model, false);
  }
  static void compare(const Pair& one, const Pair& two) {
    MILLRACE_ASSERT((one.text == two.text) == (one.model == two.model));
    MILLRACE_ASSERT((one.text <=> two.text) == (one.model <=> two.model));
    MILLRACE_ASSERT(std::hash<CowString>()(one.text) == std::hash<std::string>()(one.model));
  }

  const std::uint8_t *at_, *end_;
  std::unique_ptr<char[]> source_;
  std::array<Pair, 4> pairs_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run run(data, size);
  while (!run.is_over()) run.step();
  return 0;
}
