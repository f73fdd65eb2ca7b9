// SPDX-License-Identifier: Apache-2.0
//
// A CowString is text that is borrowed until it has to be another: it points at someone's text, or owns its own, and says which.
//
//   millrace::CowString title = millrace::text::trim(line);     // borrows: no byte was copied
//   use(title);                                                 // a std::string_view, whoever holds it
//   title.to_mut()->append("!");                                // now it owns; the copy was made here
//   std::string kept = std::move(title).into_owned();           // no further copy
//
// Lifetime: a borrowed CowString is as good as the std::string_view that it holds: it is not to outlive the text. It cannot be made
// from a temporary std::string, which it could only outlive; CowString::owned() takes such a one over. Clang warns of more
// (-Wdangling). A copy of a borrowed one borrows the same text; a copy of an owned one owns a copy.
// Reading takes no branch: one view is kept, which points at the text wherever it is.
// Memory: up to 64 bytes that it owns may lie in the object itself (88 bytes, 64-bit libstdc++), so that a short text that changed needs
// no allocation; more is a std::string. into_owned() and to_mut() of such a short one allocate then, as a std::string would have before.
// Threads: as std::string.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <functional>
#include <iosfwd>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "millrace/base/assert.h"

// The result of a function, or what a constructor makes, refers to this argument: clang warns when it is a temporary.
#if defined(__has_cpp_attribute) && __has_cpp_attribute(clang::lifetimebound)
#define MILLRACE_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define MILLRACE_LIFETIMEBOUND
#endif

namespace millrace {

#if defined(__clang__)
class [[gsl::Pointer(char)]] CowString;  // to clang a CowString made from a temporary dangles; GCC knows no such attribute
#endif
class CowString {
 public:
  class Edit;
  static constexpr std::size_t in_place_bytes = 64;

  // Borrows the empty text.
  CowString() noexcept {}
  // Borrow.
  CowString(std::string_view text MILLRACE_LIFETIMEBOUND) noexcept : view_(text) {}
  CowString(const char* text MILLRACE_LIFETIMEBOUND) noexcept : view_(text) {}  // up to its NUL; never null
  CowString(const std::string& text MILLRACE_LIFETIMEBOUND) noexcept : view_(text) {}
  CowString(const std::string&&) = delete;  // of a temporary nothing is left to borrow: CowString::owned
  CowString(std::nullptr_t) = delete;
  // Takes a string over.
  static CowString owned(std::string&& text) noexcept { return CowString(Owned(), std::move(text)); }
  // Owns what `fill(char* out, std::size_t size_max)` writes; it returns how much, and does not throw
  // (as with std::string::resize_and_overwrite).
  template <class Fill>
  static CowString filled(std::size_t size_max, Fill&& fill) {
    return CowString(Owned(), size_max, std::forward<Fill>(fill));
  }

  CowString(const CowString& other) {
    if (other.is_borrowed()) {
      view_ = other.view_;
    } else if (other.size() <= in_place_bytes) {
      other.view_.copy(in_place_, other.size());
      hold_in_place(other.size());
    } else {
      hold(std::string(other.view_));
    }
  }
  // What it moved from is empty if it owned, and borrows still if it borrowed.
  CowString(CowString&& other) noexcept { take(other); }
  CowString& operator=(const CowString& other) { return *this = CowString(other); }
  CowString& operator=(CowString&& other) noexcept {
    if (this == &other || cut_to(other)) return *this;
    release();
    take(other);
    return *this;
  }
  ~CowString() { release(); }

  bool is_borrowed() const noexcept { return held_ == Held::nothing; }
  bool is_owned() const noexcept { return !is_borrowed(); }

  std::string_view view() const noexcept MILLRACE_LIFETIMEBOUND { return view_; }
  operator std::string_view() const noexcept MILLRACE_LIFETIMEBOUND { return view_; }
  const char* data() const noexcept MILLRACE_LIFETIMEBOUND { return view_.data(); }  // with no NUL behind it
  std::size_t size() const noexcept { return view_.size(); }
  bool empty() const noexcept { return view_.empty(); }
  const char* begin() const noexcept MILLRACE_LIFETIMEBOUND { return view_.data(); }
  const char* end() const noexcept MILLRACE_LIFETIMEBOUND { return view_.data() + view_.size(); }

  // Its own string, or a copy of what it borrows. It borrows the empty text afterwards.
  std::string into_owned() && {
    std::string text = held_ == Held::string ? std::move(string_) : std::string(view_);
    release();
    view_ = {};
    return text;
  }
  // Access to a string of its own, which is copied now if it borrows: `text.to_mut()->append("!")`, or an Edit that lives for a few
  // statements. The CowString is not to be read, moved, copied or assigned before the Edit is gone. Views that were taken of a short
  // text before end with it.
  [[nodiscard]] Edit to_mut() MILLRACE_LIFETIMEBOUND;

  // With anything that is a string_view; another CowString, too.
  template <std::convertible_to<std::string_view> T>
  friend bool operator==(const CowString& a, const T& b) noexcept {
    return a.view_ == std::string_view(b);
  }
  template <std::convertible_to<std::string_view> T>
  friend std::strong_ordering operator<=>(const CowString& a, const T& b) noexcept {
    return a.view_ <=> std::string_view(b);
  }

  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const CowString& text) {
    return out << text.view_;
  }

  // For unordered containers that are looked into with any string: std::unordered_set<CowString, CowString::Hash, std::equal_to<>>.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };

 private:
  enum class Held : unsigned char { nothing, in_place, string };

  // No functions with a local CowString do this: where -ftrivial-auto-var-init is on, that would be zeroed first.
  struct Owned {};
  CowString(Owned, std::string&& text) noexcept { hold(std::move(text)); }
  template <class Fill>
  CowString(Owned, std::size_t size_max, Fill&& fill) {
    if (size_max <= in_place_bytes) {
      hold_in_place(std::forward<Fill>(fill)(in_place_, size_max));
      return;
    }
    hold(std::string());
    string_.resize_and_overwrite(size_max, std::forward<Fill>(fill));
    view_ = string_;
  }

  void release() noexcept {
    if (held_ == Held::string) string_.~basic_string();
    held_ = Held::nothing;
  }
  // These need that nothing is held.
  void hold(std::string&& text) noexcept {
    ::new (static_cast<void*>(&string_)) std::string(std::move(text));
    held_ = Held::string;
    view_ = string_;
  }
  void hold_in_place(std::size_t size) noexcept {
    held_ = Held::in_place;
    view_ = {in_place_, size};
  }
  // What is owned moves with the object, a short std::string, too; so the view has to follow it.
  void take(CowString& other) noexcept {
    switch (other.held_) {
      case Held::nothing:
        view_ = other.view_;
        return;
      case Held::in_place:
        std::memcpy(in_place_, other.in_place_, in_place_bytes);
        hold_in_place(other.size());
        break;
      case Held::string:
        hold(std::move(other.string_));
        break;
    }
    other.release();
    other.view_ = {};
  }
  // title = trim(title): keeps of its own text what `part` borrows of it; false when that is not so.
  bool cut_to(const CowString& part) noexcept {
    if (is_borrowed() || !part.is_borrowed() || !std::less_equal<>()(begin(), part.begin()) || !std::less_equal<>()(part.end(), end())) {
      return false;
    }
    if (held_ == Held::string) {
      string_.erase(static_cast<std::size_t>(part.end() - begin()));
      string_.erase(0, static_cast<std::size_t>(part.begin() - begin()));
      view_ = string_;
    } else {
      std::memmove(in_place_, part.data(), part.size());
      view_ = {in_place_, part.size()};
    }
    return true;
  }

  std::string_view view_;  // the text, wherever it is
  union {
    char in_place_[in_place_bytes];
    std::string string_;
  };
  Held held_ = Held::nothing;
};

// What to_mut() gives: the string, until it is gone.
class CowString::Edit {
 public:
  Edit(const Edit&) = delete;
  Edit& operator=(const Edit&) = delete;
  ~Edit() {
    MILLRACE_ASSERT(text_.held_ == Held::string);  // it was moved from or assigned while it was edited
    text_.view_ = text_.string_;
  }

  std::string* operator->() noexcept MILLRACE_LIFETIMEBOUND { return &text_.string_; }
  // Not of a temporary Edit: the string would be changed when nobody looks any more.
  std::string& operator*() & noexcept MILLRACE_LIFETIMEBOUND { return text_.string_; }
  std::string& operator*() && = delete;

 private:
  friend class CowString;
  explicit Edit(CowString& text MILLRACE_LIFETIMEBOUND) : text_(text) {
    if (text.held_ != Held::string) text.hold(std::string(text.view_));
  }

  CowString& text_;
};

inline CowString::Edit CowString::to_mut() { return Edit(*this); }

// fmt from 10 on formats by it; fmt 9 by the conversion to string_view.
inline std::string_view format_as(const CowString& text MILLRACE_LIFETIMEBOUND) noexcept { return text.view(); }

}  // namespace millrace

template <>
struct std::hash<millrace::CowString> : millrace::CowString::Hash {};
