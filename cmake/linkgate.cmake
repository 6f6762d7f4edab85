# How Linkgate is built: compiler settings, and the functions that declare a folder, a program, a test, a fuzzer.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

add_compile_options(-Wall -Wextra -Werror -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Both warn about code that GCC 12 itself generates for coroutines and for std::string.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-mismatched-new-delete -Wno-stringop-overflow
                      -Wno-array-bounds -Wno-dangling-pointer)
  find_program(MOLD mold)
  if(MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
else()
  add_compile_options(-Wno-deprecated-declarations)  # std::stable_sort of GCC's library uses what C++20 deprecates
  add_link_options(-fuse-ld=lld)
endif()
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_REGEX)

if(LINKGATE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()
if(LINKGATE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)

# linkgate_library(NAME DEPS other folders LIBS system libraries [TEST_LIBS ...] [PCH headers])
#   NAME.cc files become the static library linkgate_NAME, *_test.cc the program NAME_test, run by ctest.
#   DEPS is the only place that says which folders NAME may include; tools/check_layers.py reads it here.
function(linkgate_library name)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS;TEST_LIBS;TEST_DEPS;PCH" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  add_library(linkgate_${name} STATIC ${sources})
  target_include_directories(linkgate_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM arg_DEPS PREPEND linkgate_)
  target_link_libraries(linkgate_${name} PUBLIC ${arg_DEPS} ${arg_LIBS})
  if(arg_PCH)
    target_precompile_headers(linkgate_${name} PRIVATE ${arg_PCH})
  endif()
  if(tests AND NOT LINKGATE_FUZZ)
    add_executable(${name}_test ${tests})
    list(TRANSFORM arg_TEST_DEPS PREPEND linkgate_)
    target_link_libraries(${name}_test PRIVATE linkgate_${name} ${arg_TEST_DEPS} ${arg_TEST_LIBS} GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE LINKGATE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_compile_options(${name}_test PRIVATE -O0)  # half the time to build; what they test is optimised
    add_test(NAME ${name}_test COMMAND ${name}_test)
    set_tests_properties(${name}_test PROPERTIES TIMEOUT 300
                         ENVIRONMENT "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tools/lsan.supp:print_suppressions=0")
  endif()
endfunction()

# linkgate_program(NAME FILE DEPS folders LIBS ...): one main, at most 100 lines, under src/programs.
function(linkgate_program name file)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS" ${ARGN})
  add_executable(${name} ${file})
  list(TRANSFORM arg_DEPS PREPEND linkgate_)
  target_link_libraries(${name} PRIVATE ${arg_DEPS} ${arg_LIBS})
endfunction()

# linkgate_fuzzer(NAME DEPS folders): fuzz/NAME_fuzzer.cc with its seeds in fuzz/corpus/NAME. Under the fuzz preset a
# libFuzzer program; elsewhere a replay of the corpus as a ctest, so that every build holds the laws on it.
function(linkgate_fuzzer name)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS" ${ARGN})
  list(TRANSFORM arg_DEPS PREPEND linkgate_)
  if(LINKGATE_FUZZ)
    add_executable(${name}_fuzzer ${name}_fuzzer.cc)
    target_link_libraries(${name}_fuzzer PRIVATE ${arg_DEPS} ${arg_LIBS} -fsanitize=fuzzer)
  else()
    add_executable(${name}_fuzzer ${name}_fuzzer.cc replay_main.cc)
    target_link_libraries(${name}_fuzzer PRIVATE ${arg_DEPS} ${arg_LIBS})
    add_test(NAME fuzz_replay_${name} COMMAND ${name}_fuzzer ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  endif()
endfunction()
