# SPDX-License-Identifier: Apache-2.0
# What all of our own targets are warned of.
target_compile_options(millrace_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wformat=2 -Wno-missing-field-initializers -Werror=return-type
  -Werror=unused-result)
