# softacl_proto(<target> <stem>...)
#
# Adds the sources that protoc makes of src/<stem>.proto to the target. Includes name them like other headers
# ("model/proto/ge_ir.pb.h"). They count as a system's: their warnings are not ours to mend.
function(softacl_proto target)
  set(generated "${PROJECT_BINARY_DIR}/protobuf")
  file(MAKE_DIRECTORY "${generated}")
  foreach(stem IN LISTS ARGN)
    add_custom_command(
      OUTPUT "${generated}/${stem}.pb.cc" "${generated}/${stem}.pb.h"
      COMMAND protobuf::protoc "--proto_path=${PROJECT_SOURCE_DIR}/src" "--cpp_out=${generated}"
              "${PROJECT_SOURCE_DIR}/src/${stem}.proto"
      DEPENDS "${PROJECT_SOURCE_DIR}/src/${stem}.proto"
      VERBATIM)
    set_source_files_properties("${generated}/${stem}.pb.cc" PROPERTIES COMPILE_OPTIONS "-w")
    target_sources(${target} PRIVATE "${generated}/${stem}.pb.cc" "${generated}/${stem}.pb.h")
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC "${generated}")
endfunction()
