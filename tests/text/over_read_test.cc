// SPDX-License-Identifier: Apache-2.0
//
// Texts that end where the process's memory ends, and such that begin where it begins: a byte too many read is a segmentation fault.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "millrace/text/nfc.h"
#include "millrace/text/text.h"
#include "support/random.h"
#include "text/mappings.h"

namespace millrace::text {
namespace {

// A few pages between two that cannot be read.
class Fenced {
 public:
  Fenced() : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    void* const memory = ::mmap(nullptr, page_ * 4, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<char*>(memory);
    if (::mprotect(begin_ + page_, page_ * 2, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  ~Fenced() { ::munmap(begin_, page_ * 4); }

  std::string_view at_the_end(std::string_view text) {
    char* const place = begin_ + page_ * 3 - text.size();
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }
  std::string_view at_the_beginning(std::string_view text) {
    std::memcpy(begin_ + page_, text.data(), text.size());
    return {begin_ + page_, text.size()};
  }

 private:
  std::size_t page_;
  char* begin_;
};

void run_all(std::string_view text) {
  for (const Simd simd : kinds_of_simd()) {
    for (const Mapping mapping : {Mapping::upper, Mapping::lower, Mapping::fold}) {
      map_case(mapping, text, simd);
      mapped_into(mapping, text, simd);
    }
    nfc_of(text, simd);
  }
  trim(text);
}

TEST(OverRead, no_byte_outside_of_a_text_is_read) {
  Fenced memory;
  test::Random random;
  const std::string_view pieces[] = {"a", "Z", " ", ".", "ß", "я", "Σ", "ΐ", "水", "ᾳ", "😀", "\xf0\x9f\x98", "\xe1\xbe", "\xc3", "\x80", "\u0301", "\xf4"};
  for (std::size_t size = 0; size < 300; ++size) {
    for (int i = 0; i < 40; ++i) {
      std::string text(size, random.one_in(2) ? '.' : 'A');
      for (std::size_t changes = random.below(6); changes != 0; --changes) {
        text.insert(random.below(text.size() + 1), pieces[random.below(std::size(pieces))]);
      }
      text += pieces[random.below(std::size(pieces))];
      run_all(memory.at_the_end(text));
      run_all(memory.at_the_beginning(pieces[random.below(std::size(pieces))].data() + text));
    }
  }
}

TEST(OverRead, the_fence_is_there) {
  Fenced memory;
  const std::string_view text = memory.at_the_end("mill");
  EXPECT_DEATH(EXPECT_NE(static_cast<const volatile char*>(text.data())[text.size()], 'x'), "");
  EXPECT_DEATH(EXPECT_NE(static_cast<const volatile char*>(memory.at_the_beginning("mill").data())[-1], 'x'), "");
}

}  // namespace
}  // namespace millrace::text
