# SPDX-License-Identifier: Apache-2.0
# millrace_room(<name> HEADERS <public headers> SOURCES <sources, private headers> USES <rooms> LINKS <third-party targets>)
#
# Declares one room of src/millrace as a static library. HEADERS are what other rooms may include; USES names the rooms
# whose headers this room may include itself. The same lists feed the `layering` test, so that a forbidden include fails
# the tests, not a review. LINKS stay private: no third-party header appears in a public one.
function(millrace_room name)
  cmake_parse_arguments(PARSE_ARGV 1 ROOM "" "" "HEADERS;SOURCES;USES;LINKS")
  add_library(millrace_${name} STATIC)
  add_library(millrace::${name} ALIAS millrace_${name})
  set_target_properties(millrace_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(millrace_${name} PRIVATE ${ROOM_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${ROOM_HEADERS})
  target_include_directories(millrace_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_compile_features(millrace_${name} PUBLIC cxx_std_23)
  set(dependencies ${ROOM_USES})
  list(TRANSFORM dependencies PREPEND millrace::)
  target_link_libraries(millrace_${name} PUBLIC ${dependencies} PRIVATE $<BUILD_INTERFACE:millrace_flags> ${ROOM_LINKS})
  list(JOIN ROOM_USES " " uses)
  list(JOIN ROOM_HEADERS " " headers)
  set_property(GLOBAL APPEND_STRING PROPERTY MILLRACE_ROOMS "${name} | ${uses} | ${headers}\n")
  set_property(GLOBAL APPEND PROPERTY MILLRACE_ROOM_NAMES ${name})
endfunction()
