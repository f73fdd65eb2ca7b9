// SPDX-License-Identifier: Apache-2.0
// What clang warns of by the lifetime annotations of cow_string.h and text.h, with -Werror=dangling: each line with "// error:", no other.
#include "millrace/text/text.h"

namespace millrace {

std::string make();
CowString make_text();

void dangling(const std::string& kept) {
  const CowString of_view = std::string_view(make());                                // error: will be destroyed
  const CowString of_pointer = make().c_str();                                       // error: will be destroyed
  const std::string_view of_text = make_text();                                      // error: will be destroyed
  const std::string_view of_result = text::uppercase(make());                        // error: will be destroyed
  const std::string_view of_method = make_text().view();                             // error: will be destroyed
  const char* const bytes = make_text().data();                                      // error: will be destroyed

  const CowString borrowed = text::uppercase(kept);
  const std::string_view view = borrowed;
  const CowString of_temporary = text::uppercase(make());
  const CowString nested = text::case_fold(text::trim(make()));
  const std::string string = text::uppercase(make()).into_owned();
}

CowString of_a_local() {
  const std::string local = make();
  return text::uppercase(local);  // error: stack memory
}
CowString of_a_local_text() {
  const CowString local = make_text();
  return text::trim(local);  // error: stack memory
}
CowString of_a_parameter(std::string by_value) {
  return process_string(by_value);  // error: stack memory
}
CowString of_an_argument(const std::string& kept) { return text::lowercase(kept); }
CowString of_a_view(std::string_view kept) { return text::lowercase(kept); }

}  // namespace millrace
