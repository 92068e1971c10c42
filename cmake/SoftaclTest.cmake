# softacl_test(<name> SOURCES <files>... [LINK <targets>...] [LABELS <labels>...])
#
# Makes a GoogleTest program and one ctest entry per test. Tests are labelled `quick` and what LABELS adds; a test
# whose suite or name contains `Slow` is labelled `slow` instead.
include(GoogleTest)

# GoogleTest's macros name their parameters like everybody else. Options of a later library win.
add_library(softacl_test_flags INTERFACE)
target_compile_options(softacl_test_flags INTERFACE -Wno-shadow)

function(softacl_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;LABELS")
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  target_link_libraries(test_${name} PRIVATE softacl_flags softacl_test_flags ${arg_LINK} GTest::gmock GTest::gtest_main)
  target_include_directories(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  # gtest_discover_tests takes no lists as values: `quick-runtime` is found by both of its words.
  string(JOIN "-" label quick ${arg_LABELS})
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." TEST_FILTER "-*Slow*" TEST_LIST quick_${name}
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES LABELS "${label}" TIMEOUT 120)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." TEST_FILTER "*Slow*" TEST_LIST slow_${name}
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES LABELS slow TIMEOUT 900)
endfunction()
