// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/raw_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "millrace/base/assert.h"

namespace millrace::parallel {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
// From here on a mapping of its own. Below, malloc may hand out memory that was touched before, which no huge page beats.
constexpr std::size_t mapped_bytes_min = 2 * huge_page;
constexpr std::size_t bytes_max = std::size_t{1} << 46;

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

// A mapping that begins at a huge page; null when the system refuses.
void* map(std::size_t bytes) {
  const std::size_t wanted = bytes + huge_page;
  void* const found = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(found);
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(begin) % huge_page;
  if (before != 0) munmap(begin, before);
  munmap(begin + before + bytes, huge_page - before);
  madvise(begin + before, bytes, MADV_HUGEPAGE);  // advice: a kernel without it gives small pages
  return begin + before;
}

void* allocate(std::size_t bytes, std::size_t alignment) {
  if (alignment <= alignof(std::max_align_t)) return std::malloc(bytes);
  return std::aligned_alloc(alignment, round_up(bytes, alignment));
}

}  // namespace

RawMemory::RawMemory(std::size_t bytes, std::size_t alignment) {
  if (bytes == 0) return;
  if (bytes > bytes_max) throw std::bad_alloc();
  if (bytes >= mapped_bytes_min && alignment <= huge_page) {
    mapped_ = round_up(bytes, page_bytes());
    data_ = map(mapped_);
  } else {
    data_ = allocate(bytes, alignment);
  }
  if (data_ == nullptr) throw std::bad_alloc();
  bytes_ = bytes;
}

void RawMemory::shrink(std::size_t bytes, bool may_move) noexcept {
  MILLRACE_ASSERT(bytes <= bytes_);
  if (bytes == 0) {
    *this = RawMemory();
  } else if (mapped_ != 0) {
    const std::size_t kept = round_up(bytes, page_bytes());
    if (kept < mapped_ && munmap(static_cast<char*>(data_) + kept, mapped_ - kept) == 0) mapped_ = kept;
  } else if (may_move && bytes_ - bytes >= page_bytes()) {
    if (void* const moved = std::realloc(data_, bytes)) data_ = moved;
  }
  bytes_ = bytes;
}

void RawMemory::release() noexcept {
  if (mapped_ != 0) {
    munmap(data_, mapped_);
  } else {
    std::free(data_);
  }
}

}  // namespace millrace::parallel
