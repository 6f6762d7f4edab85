#pragma once
// Listening sockets: bound here, or handed down by `linkgate up` so that a restart refuses no connection.

#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::net {

// The descriptor that the supervisor handed down under this name ("click.0", "gateway.1"), or -1. It stands
// in the environment variable LINKGATE_FDS as "name=fd,name=fd".
int inherited_fd(std::string_view name);

// A non-blocking, close-on-exec listening socket. `listen` is "127.0.0.1:8080", "[::1]:0" or "unix:/path" (an
// old socket file is replaced). Errors: kInvalidArgument for the address, kUnavailable where it is taken.
Result<int> open_listener(const std::string& listen);

// "127.0.0.1:40123", "[::1]:25", "unix:/path" of a bound socket.
std::string local_address(int fd);

}  // namespace linkgate::net
