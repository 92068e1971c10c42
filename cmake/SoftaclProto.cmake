# Programs that also link the converter get the whole of protobuf, which contains the lite one: both would be too many.
set(SOFTACL_PROTOBUF_LITE
  "$<IF:$<BOOL:$<TARGET_PROPERTY:SOFTACL_CONVERTS>>,protobuf::libprotobuf,protobuf::libprotobuf-lite>")

# softacl_proto(<target> [FROM <folder>] <stem>...)
#
# Adds the sources that protoc makes of <folder>/<stem>.proto (src/<stem>.proto) to the target. Includes name them like
# other headers ("model/proto/ge_ir.pb.h"). They count as a system's: their warnings are not ours to mend.
function(softacl_proto target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FROM" "")
  if(NOT arg_FROM)
    set(arg_FROM "${PROJECT_SOURCE_DIR}/src")
  endif()
  set(generated "${PROJECT_BINARY_DIR}/protobuf")
  file(MAKE_DIRECTORY "${generated}")
  foreach(stem IN LISTS arg_UNPARSED_ARGUMENTS)
    add_custom_command(
      OUTPUT "${generated}/${stem}.pb.cc" "${generated}/${stem}.pb.h"
      COMMAND protobuf::protoc "--proto_path=${arg_FROM}" "--cpp_out=${generated}" "${arg_FROM}/${stem}.proto"
      DEPENDS "${arg_FROM}/${stem}.proto"
      VERBATIM)
    set_source_files_properties("${generated}/${stem}.pb.cc" PROPERTIES COMPILE_OPTIONS "-w")
    target_sources(${target} PRIVATE "${generated}/${stem}.pb.cc" "${generated}/${stem}.pb.h")
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC "${generated}")
endfunction()
