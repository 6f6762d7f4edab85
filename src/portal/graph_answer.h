#pragma once
// What Microsoft Graph's doors have in common: answers and refusals in its shape.

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http.h"
#include "portal/kusto_answer.h"

namespace linkgate::portal {

net::HttpResponse json_answer(unsigned status, std::string body);
// {"error":{"code","message","innerError":{...}}}; 401 says what to send.
net::HttpResponse graph_error(unsigned status, std::string_view code, const std::string& message,
                              const RequestMarks& marks);
// Of Access::look.
net::HttpResponse graph_access_error(const Error& error, const RequestMarks& marks);
// Of Hunting::ask.
net::HttpResponse graph_query_error(const Refusal& refusal, const RequestMarks& marks);

}  // namespace linkgate::portal
