# SPDX-License-Identifier: Apache-2.0
# Every flag that differs between presets, in this one place: CMakePresets.json only names a build type and switches.
# docs/building.md has the table; tests/build/presets_test.py holds what each preset runs against it.
option(MILLRACE_SHIP "For users: hardened, symbols hidden, unused sections dropped, debug information in a file of its own" OFF)
option(MILLRACE_LTO "Optimise the command as one program when it is linked" OFF)
option(MILLRACE_INSTALL_LIBRARY "Install the libraries and headers beside the command" ON)
option(MILLRACE_PROFILE "Compile the profile scopes in (docs/profiling.md)" OFF)
set(MILLRACE_SANITIZE "" CACHE STRING "Sanitizers for every target: address,undefined or thread")
set(MILLRACE_PGO "" CACHE STRING "generate: write a profile; use: optimise by it (scripts/pgo.sh does both)")

# How far to optimise, and how much debug information.
foreach(language C CXX)
  set(CMAKE_${language}_FLAGS_DEV "-O1 -g")
  set(CMAKE_${language}_FLAGS_CI "-O2 -g0")
  set(CMAKE_${language}_FLAGS_FUZZ "-O2 -g")
  set(CMAKE_${language}_FLAGS_COVERAGE "-O0 -g")
  set(CMAKE_${language}_FLAGS_RELEASE "-O3 -g -DNDEBUG")
  set(CMAKE_${language}_FLAGS_PLAIN "-O3 -DNDEBUG")  # what release is compared with
endforeach()
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Dev)
endif()

# millrace_flags: what all of our own targets share. The command, which alone is shipped, is linked with ship_link as well.
add_library(millrace_flags INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL Plain)
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)  # as g++ -O3 does by itself
else()
  target_compile_options(millrace_flags INTERFACE -fno-omit-frame-pointer)
endif()
set(ship_link "")

if(CMAKE_BUILD_TYPE MATCHES "^(Dev|Ci|Fuzz|Coverage)$")
  target_compile_definitions(millrace_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(CMAKE_BUILD_TYPE MATCHES "^(Dev|Ci)$" AND NOT MILLRACE_SANITIZE)  # no run-time library is needed for a trap
  target_compile_options(millrace_flags INTERFACE -fsanitize=signed-integer-overflow
    $<IF:$<CXX_COMPILER_ID:GNU>,-fsanitize-undefined-trap-on-error,-fsanitize-trap=signed-integer-overflow>)
endif()
if(CMAKE_BUILD_TYPE STREQUAL Coverage)
  target_compile_options(millrace_flags INTERFACE --coverage -fprofile-abs-path -fprofile-update=atomic)
  target_link_options(millrace_flags INTERFACE --coverage)
endif()
if(MILLRACE_PROFILE)
  target_compile_definitions(millrace_flags INTERFACE MILLRACE_PROFILE)
endif()
if(MILLRACE_SANITIZE)
  target_compile_options(millrace_flags INTERFACE -fsanitize=${MILLRACE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(millrace_flags INTERFACE -fsanitize=${MILLRACE_SANITIZE})
endif()

if(MILLRACE_SHIP)
  set(hardened -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    list(APPEND hardened -fcf-protection=full)
  endif()
  target_compile_definitions(millrace_flags INTERFACE _GLIBCXX_ASSERTIONS)
  # The prefix map gives the same bytes from any folder.
  target_compile_options(millrace_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 ${hardened} -Werror=format-security
    -fvisibility=hidden -fvisibility-inlines-hidden -ffunction-sections -fdata-sections
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  list(APPEND ship_link ${hardened} -pie LINKER:-z,relro,-z,now,-z,noexecstack,-z,separate-code,--gc-sections)
endif()
if(MILLRACE_PGO STREQUAL generate)  # the profile is taken before anything is linked
  set(MILLRACE_LTO OFF)
endif()
if(MILLRACE_LTO)
  # Fat where libraries are installed: cmake/Install.cmake takes the intermediate code out of them, and machine code is left.
  # Programs are linked from intermediate code alone, and without the other compile in half the time.
  target_compile_options(millrace_flags INTERFACE -flto $<IF:$<BOOL:${MILLRACE_INSTALL_LIBRARY}>,-ffat-lto-objects,-fno-fat-lto-objects>)
  list(APPEND ship_link -flto -flto-partition=one)
endif()

# The profile lies in the build folder, so that it is used for the very objects that wrote it: a .gcda is named after its object.
set(profile_folder ${CMAKE_BINARY_DIR}/profile)
if(MILLRACE_PGO STREQUAL generate)
  target_compile_options(millrace_flags INTERFACE -fprofile-generate=${profile_folder} -fprofile-update=atomic)
  target_link_options(millrace_flags INTERFACE -fprofile-generate=${profile_folder})
elseif(MILLRACE_PGO STREQUAL use)
  set(profile_used -fprofile-use=${profile_folder} -fprofile-partial-training -Werror=missing-profile -Werror=coverage-mismatch)
  target_compile_options(millrace_flags INTERFACE ${profile_used})
  list(APPEND ship_link ${profile_used})
  set(check_profile ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/pgo_profile.py check --folder ${profile_folder}
    --compiler ${CMAKE_CXX_COMPILER})
  execute_process(COMMAND ${check_profile} RESULT_VARIABLE stale)
  if(stale)
    message(FATAL_ERROR "Preset pgo has no profile of these sources; `make pgo` trains one and builds.")
  endif()
  # And before each build: sources may have changed since.
  add_custom_target(millrace_profile_is_fresh ${check_profile} VERBATIM)
  add_dependencies(millrace_flags millrace_profile_is_fresh)
elseif(MILLRACE_PGO)
  message(FATAL_ERROR "MILLRACE_PGO is '${MILLRACE_PGO}': neither generate nor use")
endif()

# millrace_separate_debug_file(<program>): moves its debug information to <program>.debug beside it, and says so in it.
function(millrace_separate_debug_file target)
  set(program $<TARGET_FILE:${target}>)
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM
    COMMAND ${CMAKE_OBJCOPY} --only-keep-debug ${program} ${program}.debug
    COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=${program}.debug ${program})
endfunction()

# millrace_ship(<program>): links it as this build ships it.
function(millrace_ship target)
  target_link_options(${target} PRIVATE ${ship_link})
  if(MILLRACE_SHIP AND NOT MILLRACE_PROFILE)  # perf and callgrind find it nearest in the program itself
    millrace_separate_debug_file(${target})
  endif()
  if(MILLRACE_PGO STREQUAL generate)
    # Every object, also those the command has no use for: each has then a profile, and a missing one is an error.
    get_property(rooms GLOBAL PROPERTY MILLRACE_ROOM_NAMES)
    list(TRANSFORM rooms PREPEND millrace_)
    list(JOIN rooms "," rooms)
    set_target_properties(${target} PROPERTIES LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,${rooms}")
  endif()
endfunction()
