# Finds the event engine, libchdb.so of the npm package that tools/npm pins. Without it, and under sanitizers and fuzzers,
# engine/ and linkgate-store are not built; their tests take the plain build's linkgate-store (LINKGATE_STORE_BINARY).
if(LINKGATE_SANITIZE OR LINKGATE_FUZZ)
  set(LINKGATE_CHDB "" CACHE FILEPATH "libchdb.so of the npm package @chdb/lib-linux-x64-gnu" FORCE)
  message(STATUS "engine: not built with sanitizers or fuzzers")
  return()
endif()

set(LINKGATE_CHDB_PACKAGE ${CMAKE_SOURCE_DIR}/tools/npm/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so)
set(LINKGATE_CHDB "" CACHE FILEPATH "libchdb.so of the npm package @chdb/lib-linux-x64-gnu")
if(NOT LINKGATE_CHDB AND EXISTS ${LINKGATE_CHDB_PACKAGE})
  set(LINKGATE_CHDB ${LINKGATE_CHDB_PACKAGE} CACHE FILEPATH "libchdb.so of the npm package @chdb/lib-linux-x64-gnu" FORCE)
endif()
if(NOT LINKGATE_CHDB)
  message(STATUS "engine: no libchdb.so; run 'npm ci' in tools/npm, or set LINKGATE_CHDB; linkgate-store is not built")
  return()
endif()
if(NOT TARGET linkgate_chdb)
  add_library(linkgate_chdb SHARED IMPORTED GLOBAL)
  # It has no SONAME: linked by name, and found at run time in the folder it was linked from.
  set_target_properties(linkgate_chdb PROPERTIES IMPORTED_LOCATION ${LINKGATE_CHDB} IMPORTED_NO_SONAME ON)
endif()
