# How every target of ours is built. One library per folder, one test binary
# per folder, one bench binary per file.

option(EVENLIGHT_BENCH "Build the benches" OFF)
option(EVENLIGHT_FUZZ "Build the fuzz targets; needs Clang" OFF)
option(EVENLIGHT_ONLY_RACE "Build only the tests labelled race" OFF)
option(EVENLIGHT_ONLY_UNIT "Build only the tests labelled unit" OFF)
set(EVENLIGHT_SANITIZE "" CACHE STRING "address,undefined or thread; or empty")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# Generated code is built without our warnings and without sanitizers, but
# with everything else that must agree between object files.
add_library(evenlight_common INTERFACE)
target_include_directories(evenlight_common INTERFACE ${CMAKE_SOURCE_DIR})
# Eigen runs one thread; training is parallel over rows (core/parallel_for.h).
target_compile_definitions(evenlight_common INTERFACE EIGEN_DONT_PARALLELIZE)
target_link_libraries(evenlight_common INTERFACE Threads::Threads)

add_library(evenlight_ours INTERFACE)
target_compile_options(evenlight_ours INTERFACE
  -Wall -Wextra -Wconversion -Wno-sign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(evenlight_ours INTERFACE -Wthread-safety)
endif()
if(EVENLIGHT_SANITIZE)
  target_compile_options(evenlight_ours INTERFACE
    -fsanitize=${EVENLIGHT_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  if(EVENLIGHT_SANITIZE MATCHES "address" AND
     CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With it GCC 12 takes absl's containers for uninitialized where they are
    # not; the other builds keep the warning.
    target_compile_options(evenlight_ours INTERFACE -Wno-maybe-uninitialized)
  endif()
  if(EVENLIGHT_SANITIZE MATCHES "undefined")
    # The packaged libraries are built without RTTI that `vptr` needs.
    target_compile_options(evenlight_ours INTERFACE -fno-sanitize=vptr)
  endif()
  add_link_options(-fsanitize=${EVENLIGHT_SANITIZE})
endif()
add_link_options(-fuse-ld=lld)

# evenlight_library(NAME SOURCES a.cc ... LINKS target ...)
# A folder of headers only gives no SOURCES and becomes an INTERFACE library.
function(evenlight_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name}
      PUBLIC evenlight_common ${ARG_LINKS} PRIVATE evenlight_ours)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE evenlight_common ${ARG_LINKS})
  endif()
endfunction()

# evenlight_binary(NAME SOURCES a.cc ... LINKS target ...)
function(evenlight_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE evenlight_common evenlight_ours
                        ${ARG_LINKS})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# evenlight_test(NAME LABEL unit|fast|fault|long [RACE] [TIMEOUT seconds]
#                SOURCES a_test.cc ... LINKS target ...)
# RACE adds the label that the tsan preset builds and runs.
function(evenlight_test name)
  cmake_parse_arguments(ARG "RACE" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if((EVENLIGHT_ONLY_RACE AND NOT ARG_RACE) OR
     (EVENLIGHT_ONLY_UNIT AND NOT ARG_LABEL STREQUAL "unit"))
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE evenlight_common evenlight_ours
                        ${ARG_LINKS} gmock gtest gtest_main)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${name}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT}
                       LABELS "${ARG_LABEL}$<$<BOOL:${ARG_RACE}>:;race>")
endfunction()

# evenlight_bench(NAME SOURCES a_bench.cc LINKS target ...)
function(evenlight_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  evenlight_binary(${name} SOURCES ${ARG_SOURCES}
                   LINKS ${ARG_LINKS} benchmark pthread)
endfunction()
