// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json_rewrite.h"

#include <map>
#include <vector>

#include "millrace/record/json.h"
#include "millrace/record/json_text.h"

namespace millrace {
namespace {

// One pass over the text, however deep it nests. Recursion is as deep as the text: the scanner allows 1,000 levels, and a
// frame is small.
class Rewriter {
 public:
  Rewriter(std::string& out, std::string_view text) : out_(out), text_(text) {}

  void value() {
    if (text_[at_] == '{') return object();
    if (text_[at_] == '[') return array();
    copy(skip_json_value(text_.substr(at_)));
  }

 private:
  // A member as it stands in out_.
  struct Member {
    std::size_t key;
    std::size_t value;
    std::size_t end;
  };

  // To the next token that says something; the commas and colons are written anew.
  char next_token() {
    while (std::string_view(" \t\r\n,:").contains(text_[at_])) ++at_;
    return text_[at_];
  }

  std::string_view copy(std::size_t size) {
    const std::string_view token = text_.substr(at_, size);
    out_.append(token);
    at_ += size;
    return token;
  }

  void array() {
    copy(1);
    for (bool first = true; next_token() != ']'; first = false) {
      if (!first) out_ += ',';
      value();
    }
    copy(1);
  }

  void object() {
    const std::size_t begin = out_.size();
    std::vector<Member> members;
    std::map<std::string, std::size_t> places;
    bool repeats = false;
    copy(1);
    while (next_token() != '}') {
      if (out_.size() != begin + 1) out_ += ',';
      Member member{.key = out_.size(), .value = 0, .end = 0};
      const std::string_view key = copy(skip_json_string(text_.substr(at_)));
      next_token();
      out_ += ':';
      member.value = out_.size();
      value();
      member.end = out_.size();
      const auto [place, is_new] = places.try_emplace(decode_json_string(key), members.size());
      if (is_new) {
        members.push_back(member);
      } else {
        members[place->second].value = member.value;
        members[place->second].end = member.end;
        repeats = true;
      }
    }
    copy(1);
    if (repeats) join(begin, members);
  }

  // Writes the object that begins at out_[begin] again with these members.
  void join(std::size_t begin, const std::vector<Member>& members) {
    std::string joined = "{";
    for (const Member& member : members) {
      if (joined.size() != 1) joined += ',';
      const std::size_t key_end = skip_json_string(std::string_view(out_).substr(member.key));
      joined.append(out_, member.key, key_end).append(":").append(out_, member.value, member.end - member.value);
    }
    joined += '}';
    out_.replace(begin, std::string::npos, joined);
  }

  std::string& out_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

void append_without_repeats(std::string& out, std::string_view text) { Rewriter(out, text).value(); }

}  // namespace millrace
