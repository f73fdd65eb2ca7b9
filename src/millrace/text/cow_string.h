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
// Reading takes no branch: one view is kept, which points at the text wherever it is. 48 bytes (64-bit libstdc++).
// Threads: as std::string.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// The result of a function, or what a constructor makes, refers to this argument: clang warns when it is a temporary.
#if defined(__has_cpp_attribute) && __has_cpp_attribute(clang::lifetimebound)
#define MILLRACE_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define MILLRACE_LIFETIMEBOUND
#endif

namespace millrace {

class CowString {
 public:
  class Edit;

  // Borrows the empty text.
  CowString() noexcept = default;
  // Borrow.
  CowString(std::string_view text MILLRACE_LIFETIMEBOUND) noexcept : view_(text) {}
  CowString(const char* text MILLRACE_LIFETIMEBOUND) noexcept : view_(text) {}  // up to its NUL; never null
  CowString(const std::string& text MILLRACE_LIFETIMEBOUND) noexcept : view_(text) {}
  CowString(const std::string&&) = delete;  // of a temporary nothing is left to borrow: CowString::owned
  CowString(std::nullptr_t) = delete;
  static CowString owned(std::string&& text) noexcept { return CowString(std::move(text), 0); }

  CowString(const CowString& other) : owned_(other.owned_), view_(other.is_borrowed() ? other.view_ : std::string_view(owned_)) {}
  // What it moved from is empty if it owned, and borrows still if it borrowed.
  CowString(CowString&& other) noexcept { take(other); }
  CowString& operator=(const CowString& other) { return *this = CowString(other); }
  CowString& operator=(CowString&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~CowString() = default;

  bool is_borrowed() const noexcept { return view_.data() != owned_.data(); }
  bool is_owned() const noexcept { return !is_borrowed(); }

  std::string_view view() const noexcept MILLRACE_LIFETIMEBOUND { return view_; }
  operator std::string_view() const noexcept MILLRACE_LIFETIMEBOUND { return view_; }
  const char* data() const noexcept MILLRACE_LIFETIMEBOUND { return view_.data(); }  // with no NUL behind it
  std::size_t size() const noexcept { return view_.size(); }
  bool empty() const noexcept { return view_.empty(); }
  const char* begin() const noexcept MILLRACE_LIFETIMEBOUND { return view_.data(); }
  const char* end() const noexcept MILLRACE_LIFETIMEBOUND { return view_.data() + view_.size(); }

  // Its own string, or a copy of what it borrows. It is empty afterwards.
  std::string into_owned() && {
    std::string text = is_borrowed() ? std::string(view_) : std::move(owned_);
    owned_.clear();
    view_ = owned_;
    return text;
  }
  // Access to a string of its own, which is copied now if it borrows: `text.to_mut()->append("!")`, or an Edit that lives for a few
  // statements. The CowString is not to be read, moved or copied before the Edit is gone.
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

  // For unordered containers that are looked into with any string: std::unordered_set<CowString, CowString::Hash, std::equal_to<>>.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };

 private:
  CowString(std::string&& text, int) noexcept : owned_(std::move(text)), view_(owned_) {}

  // Whether it is a part of the string that is owned here.
  bool holds(std::string_view part) const noexcept {
    return std::greater_equal<>()(part.data(), owned_.data()) &&
           std::less_equal<>()(part.data() + part.size(), owned_.data() + owned_.size());
  }
  // A short string lives inside owned_, so an owned view has to follow it.
  void take(CowString& other) noexcept {
    if (other.is_borrowed()) {
      if (is_owned() && holds(other.view_)) {  // title = trim(title)
        owned_.erase(static_cast<std::size_t>(other.view_.data() - owned_.data()) + other.view_.size());
        owned_.erase(0, owned_.size() - other.view_.size());
        view_ = owned_;
        return;
      }
      owned_.clear();
      view_ = other.view_;
      return;
    }
    owned_ = std::move(other.owned_);
    view_ = owned_;
    other.owned_.clear();
    other.view_ = other.owned_;
  }

  std::string owned_;      // empty while it borrows
  std::string_view view_;  // the text; it points into owned_ if and only if it is owned
};

// What to_mut() gives: the string, until it is gone.
class CowString::Edit {
 public:
  Edit(const Edit&) = delete;
  Edit& operator=(const Edit&) = delete;
  ~Edit() { text_.view_ = text_.owned_; }

  std::string* operator->() noexcept MILLRACE_LIFETIMEBOUND { return &text_.owned_; }
  // Not of a temporary Edit: the string would be changed when nobody looks any more.
  std::string& operator*() & noexcept MILLRACE_LIFETIMEBOUND { return text_.owned_; }
  std::string& operator*() && = delete;

 private:
  friend class CowString;
  explicit Edit(CowString& text MILLRACE_LIFETIMEBOUND) : text_(text) {
    if (text.is_borrowed()) text.owned_.assign(text.view_);
  }

  CowString& text_;
};

inline CowString::Edit CowString::to_mut() { return Edit(*this); }

// fmt from 10 on formats by it; fmt 9 by the conversion to string_view.
inline std::string_view format_as(const CowString& text MILLRACE_LIFETIMEBOUND) noexcept { return text.view(); }

}  // namespace millrace

template <>
struct std::hash<millrace::CowString> : millrace::CowString::Hash {};
