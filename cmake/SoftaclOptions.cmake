# What a build can choose, and the compiler flags that every target of the project gets.

option(SOFTACL_PYTHON "Build the Python module" ON)
option(SOFTACL_CODECS "Build the library of video codecs (its licence is the GPL: it is linked with x264 and x265)" ON)
option(SOFTACL_TESTS "Build the tests" ON)
option(SOFTACL_BENCH "Build the benchmarks" ON)
option(SOFTACL_FUZZ "Build the fuzz targets (needs clang)" OFF)
option(SOFTACL_WERROR "Treat warnings as errors" OFF)
set(SOFTACL_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined or thread")

set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Binaries find the library beside them, before and after installation, wherever the tree is moved to.
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

find_program(SOFTACL_CCACHE ccache)
mark_as_advanced(SOFTACL_CCACHE)
foreach(language C CXX)
  if(SOFTACL_CCACHE AND NOT CMAKE_${language}_COMPILER_LAUNCHER)
    set(CMAKE_${language}_COMPILER_LAUNCHER "${SOFTACL_CCACHE}")
  endif()
endforeach()

# Warnings and sanitizers, as one target that all others link privately.
add_library(softacl_flags INTERFACE)
target_compile_features(softacl_flags INTERFACE cxx_std_17)
target_compile_options(softacl_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi>
  $<$<BOOL:${SOFTACL_WERROR}>:-Werror>)
if(SOFTACL_SANITIZE)
  # What the sanitizers add makes g++ see uses of what was never set, as its manual says.
  target_compile_options(softacl_flags INTERFACE -fsanitize=${SOFTACL_SANITIZE} -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(softacl_flags INTERFACE -fsanitize=${SOFTACL_SANITIZE})
  if(SOFTACL_SANITIZE MATCHES "undefined")
    # A C caller may pass any integer as an enum: reading it in order to refuse it is not an error.
    target_compile_options(softacl_flags INTERFACE -fno-sanitize=enum -fno-sanitize-recover=all)
  endif()
endif()
