#pragma once
// The part of libchdb.so's C interface that is used here. The npm package ships no header; the shapes are
// those of chDB 26.5. All strings are UTF-8 with explicit lengths. A connection runs one statement at a time.

#include <cstddef>
#include <cstdint>

extern "C" {

struct chdb_connection_;
using chdb_connection = chdb_connection_*;
struct chdb_result_;
using chdb_result = chdb_result_;

// argv as of clickhouse-local: --path, --config-file. All connections of a process share one path.
chdb_connection* chdb_connect(int argc, char** argv);
void chdb_close_conn(chdb_connection* connection);

chdb_result* chdb_query_with_params_n(chdb_connection connection, const char* query, size_t query_length,
                                      const char* format, size_t format_length, const char* const* names,
                                      const size_t* name_lengths, const char* const* values,
                                      const size_t* value_lengths, size_t count);
chdb_result* chdb_stream_query_with_params_n(chdb_connection connection, const char* query,
                                             size_t query_length, const char* format, size_t format_length,
                                             const char* const* names, const size_t* name_lengths,
                                             const char* const* values, const size_t* value_lengths,
                                             size_t count);
// The next piece; empty (length 0, no error) at the end.
chdb_result* chdb_stream_fetch_result(chdb_connection connection, chdb_result* stream);
void chdb_stream_cancel_query(chdb_connection connection, chdb_result* stream);
void chdb_destroy_query_result(chdb_result* result);

char* chdb_result_buffer(chdb_result* result);
size_t chdb_result_length(chdb_result* result);
uint64_t chdb_result_rows_read(chdb_result* result);  // of the result
uint64_t chdb_result_storage_rows_read(chdb_result* result);
uint64_t chdb_result_storage_bytes_read(chdb_result* result);
uint64_t chdb_result_rows_written(chdb_result* result);
uint64_t chdb_result_bytes_written(chdb_result* result);
const char* chdb_result_error(chdb_result* result);  // null where there is none
void chdb_set_signal_handlers_enabled(bool enabled);

}  // extern "C"
