# SPDX-License-Identifier: Apache-2.0
# The command with its scopes compiled in, for tests/command/trace_test.py. Only the sources that hold a scope are compiled again;
# they take the place of those in the rooms' archives, so that the command is not built twice.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/millrace/*.cc)
set(scoped)
foreach(source ${sources})
  file(STRINGS ${source} hits REGEX "MILLRACE_PROFILE" LIMIT_COUNT 1)
  if(hits)
    list(APPEND scoped ${source})
  endif()
endforeach()
add_executable(millrace_profiled ${scoped} $<TARGET_OBJECTS:millrace_command>)
target_compile_definitions(millrace_profiled PRIVATE MILLRACE_PROFILE)
target_link_libraries(millrace_profiled PRIVATE millrace::millrace millrace_flags fmt::fmt SQLite::SQLite3 Threads::Threads)

# Off, a scope is nothing: the object code of a scoped function is that of the bare one.
add_test(NAME telemetry.object_code COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_LIST_DIR}/object_code_test.py
  ${CMAKE_BINARY_DIR}/compile_commands.json ${PROJECT_SOURCE_DIR})
# Each probe of docs/profiling.md is in the command, and no other.
add_test(NAME telemetry.probes COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_LIST_DIR}/probes_test.py
  $<TARGET_FILE:millrace_command> ${PROJECT_SOURCE_DIR}/docs/profiling.md)
set_tests_properties(telemetry.object_code telemetry.probes PROPERTIES LABELS tooling TIMEOUT 120)
