# Runs at installation: the names under which existing programs look for the library and the headers.
function(softacl_link target name)
  get_filename_component(folder "${softacl_tree}/${name}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(CREATE_LINK "${target}" "${softacl_tree}/${name}" SYMBOLIC)
endfunction()

foreach(library acl_dvpp acl_dvpp_mpi acl_cblas acl_op_compiler acl_retr msprofiler)
  softacl_link(libascendcl.so lib64/lib${library}.so)
  softacl_link(../libascendcl.so lib64/stub/lib${library}.so)
endforeach()
softacl_link(../libascendcl.so lib64/stub/libascendcl.so)

foreach(component runtime acllib compiler)
  softacl_link(../include ${component}/include)
  softacl_link(../lib64 ${component}/lib64)
endforeach()

# Where distributions without lib64 let CMake look for packages.
softacl_link(../../lib64/cmake/softacl lib/cmake/softacl)
