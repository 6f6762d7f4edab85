#pragma once
// The program that computes what SQL cannot express: linkgate-functions, which the engine starts as often as
// it has calls at once, up to a pool's size, and speaks with over pipes. To SQL it is one function:
//
//   linkgate_call(name String, arguments Array(Nullable(String))) -> Nullable(String)
//
// packaging/clickhouse/linkgate_function.xml is the same for a ClickHouse server; a test holds it to this.

#include <string>

namespace linkgate::engine {

constexpr char kFunctionProgram[] = "linkgate-functions";

// The engine's definition of the function, as XML. The program lies in the engine's user_scripts_path.
// `places` is the database of addresses that it opens, a path without blanks; empty: none.
std::string function_definition(int pool_size, const std::string& places = "");

// The folder of linkgate-functions, which lies beside this program; empty where it does not.
std::string function_program_folder();

}  // namespace linkgate::engine
