# softacl_module(<name> [TOOL] [EXCLUDE <regex>] [LINK <libraries>...])
#
# Makes the object library softacl_<name> from the sources of the current folder and those below, but for those whose
# path EXCLUDE matches. A module is part of libascendcl.so unless it is for command lines only (TOOL). Which module may
# include which is not CMake's business: docs/map.md says it and scripts/check_deps.py holds it.
function(softacl_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TOOL" "EXCLUDE" "LINK")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "*.cpp" "*.h" "*.inc")
  if(arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${arg_EXCLUDE}")
  endif()
  add_library(softacl_${name} OBJECT ${sources})
  target_include_directories(softacl_${name} PUBLIC
    "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(softacl_${name} PRIVATE softacl_flags PUBLIC ${arg_LINK})
  if(arg_TOOL)
    set_property(GLOBAL APPEND PROPERTY SOFTACL_TOOL_MODULES softacl_${name})
  else()
    set_property(GLOBAL APPEND PROPERTY SOFTACL_MODULES softacl_${name})
  endif()
endfunction()
