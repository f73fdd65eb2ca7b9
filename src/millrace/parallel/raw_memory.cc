// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/raw_memory.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <cstdlib>
#include <new>

#include "millrace/base/assert.h"

namespace millrace::parallel {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
// What glibc's malloc maps anew for each request, and gives back with it (mallopt(3), M_MMAP_THRESHOLD); below, a request soon gets
// memory that was touched before, and no fresh page beats that.
constexpr std::size_t mapped_bytes_min = std::size_t{32} << 20;
constexpr std::size_t bytes_max = std::size_t{1} << 46;

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }
std::size_t bytes_to_boundary(const void* at, std::size_t unit) { return -reinterpret_cast<std::uintptr_t>(at) % unit; }

// Advice: a system without it gives small pages.
void advise_huge_pages(char* begin, char* end) {
  begin += bytes_to_boundary(begin, page_bytes());
  if (begin < end) madvise(begin, static_cast<std::size_t>(end - begin), MADV_HUGEPAGE);
}

// A mapping that begins at a huge page; null when the system refuses.
void* map(std::size_t bytes) {
  const std::size_t wanted = bytes + huge_page;  // `bytes` are whole pages
  void* const found = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(found);
  const std::size_t before = bytes_to_boundary(begin, huge_page);
  if (before != 0) munmap(begin, before);
  munmap(begin + before + bytes, huge_page - before);
  advise_huge_pages(begin + before, begin + before + bytes);
  return begin + before;
}

// glibc serves from memory that was touched before what is no larger than the largest block that was freed (mallopt(3), M_MMAP_THRESHOLD is
// dynamic); anything else it maps anew, with fresh pages. What has shrunk is freed smaller than the next one will be asked for, and would be
// mapped anew for ever. So a block of the full size is freed once. Up to a size that a process may well keep.
void keep_warm(std::size_t bytes) {
  constexpr std::size_t warm_bytes_max = std::size_t{8} << 20;
  static std::atomic<std::size_t> known = 0;
  if (bytes > warm_bytes_max || bytes <= known.load(std::memory_order_relaxed)) return;
  known.store(bytes, std::memory_order_relaxed);
  void* const volatile whole = std::malloc(bytes);  // volatile: not left out
  std::free(whole);
}

}  // namespace

void RawMemory::allocate(std::size_t bytes, std::size_t alignment) {
  if (bytes > bytes_max) throw std::bad_alloc();
  bytes_ = bytes;
  // The last huge page is filled up when it is half used: what is just over a power of two must not pay for 2 MiB more.
  const std::size_t filled = bytes % huge_page >= huge_page / 2 ? round_up(bytes, huge_page) : bytes;
  if (alignment > std::max(alignof(std::max_align_t), huge_page) || (alignment > alignof(std::max_align_t) && bytes < huge_page)) {
    data_ = std::aligned_alloc(alignment, round_up(bytes, alignment));
  } else if (bytes >= mapped_bytes_min) {
    mapped_ = round_up(filled, page_bytes());
    data_ = map(mapped_);
  } else {
    // Malloc's, moved to a huge page. When that would be a mapping, it is as it comes.
    const std::size_t with_room = std::min(filled + huge_page, mapped_bytes_min - 2 * page_bytes());
    const std::size_t wanted = alignment > alignof(std::max_align_t) ? filled + huge_page : std::max(with_room, bytes);
    char* const found = static_cast<char*>(std::malloc(wanted));
    if (found == nullptr) throw std::bad_alloc();
    const std::size_t before = bytes_to_boundary(found, huge_page);
    before_ = before + bytes <= wanted ? before : 0;
    data_ = found + before_;
    advise_huge_pages(found + before_, found + wanted);
  }
  if (data_ == nullptr) throw std::bad_alloc();
}

void RawMemory::shrink(std::size_t bytes, bool may_move) noexcept {
  MILLRACE_ASSERT(bytes <= bytes_);
  if (bytes == 0) {
    *this = RawMemory();
  } else if (mapped_ != 0) {
    const std::size_t kept = round_up(bytes, page_bytes());
    if (kept < mapped_ && munmap(static_cast<char*>(data_) + kept, mapped_ - kept) == 0) mapped_ = kept;
  } else if (may_move && before_ > bytes) {  // what lies before it is more than itself
    if (void* const small = std::malloc(bytes)) {
      std::memcpy(small, data_, bytes);
      std::free(static_cast<char*>(data_) - before_);
      data_ = small;
      before_ = 0;
    }
  } else if (may_move && bytes_ - bytes >= page_bytes()) {
    keep_warm(malloc_usable_size(static_cast<char*>(data_) - before_));
    if (void* const moved = std::realloc(static_cast<char*>(data_) - before_, before_ + bytes)) data_ = static_cast<char*>(moved) + before_;
  }
  bytes_ = bytes;
}

void RawMemory::release_large() noexcept {
  if (mapped_ != 0) {
    munmap(data_, mapped_);
  } else {
    std::free(static_cast<char*>(data_) - before_);
  }
}

}  // namespace millrace::parallel
