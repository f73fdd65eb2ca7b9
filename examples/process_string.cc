// SPDX-License-Identifier: Apache-2.0
//
// Upper case, copied only where something changes. It improves on asking whether every character is upper case, to which "HELLO 1" says
// no: what counts is whether upper-casing would change a byte, for all of Unicode, found in the same pass.
#include <cstdio>
#include <string>

#include "millrace/millrace.h"

int main() {
  const std::string shout = "HELLO 1";
  const std::string greeting = "Grüße";

  const millrace::CowString unchanged = millrace::process_string(shout);
  const millrace::CowString changed = millrace::process_string(greeting);

  for (const millrace::CowString* text : {&unchanged, &changed}) {
    const std::string_view view = *text;
    std::printf("%.*s is %s\n", static_cast<int>(view.size()), view.data(), text->is_borrowed() ? "borrowed" : "owned");
  }
  return unchanged.is_borrowed() && unchanged == shout && changed.is_owned() && changed == "GRÜSSE" ? 0 : 1;
}
