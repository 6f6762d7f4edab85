#include "engine/function_program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "engine/xml_text.h"

namespace linkgate::engine {
namespace {

// How long the engine waits for the next answer, and for the program to take what it sends. The program ends
// itself in a call that takes longer (functions/service.h), so these only catch one that cannot.
constexpr int kPatienceMs = 60'000;

}  // namespace

std::string function_definition(int pool_size, const std::string& places) {
  const std::string command = kFunctionProgram + (places.empty() ? "" : " " + xml_text(places));
  return fmt::format(
      "<functions>\n"
      "  <function>\n"
      "    <type>executable_pool</type>\n"
      "    <name>linkgate_call</name>\n"
      "    <argument><type>String</type><name>name</name></argument>\n"
      "    <argument><type>Array(Nullable(String))</type><name>arguments</name></argument>\n"
      "    <return_type>Nullable(String)</return_type>\n"
      "    <format>RowBinary</format>\n"
      "    <command>{}</command>\n"
      "    <execute_direct>1</execute_direct>\n"
      "    <deterministic>1</deterministic>\n"
      "    <pool_size>{}</pool_size>\n"
      "    <command_read_timeout>{}</command_read_timeout>\n"
      "    <command_write_timeout>{}</command_write_timeout>\n"
      "    <max_command_execution_time>{}</max_command_execution_time>\n"
      "    <command_termination_timeout>1</command_termination_timeout>\n"
      "  </function>\n"
      "</functions>\n",
      command, pool_size, kPatienceMs, kPatienceMs, kPatienceMs / 1000);
}

std::string function_program_folder() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  return ::access((folder / kFunctionProgram).c_str(), X_OK) == 0 ? folder.string() : "";
}

}  // namespace linkgate::engine
