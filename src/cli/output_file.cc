#include "cli/output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace linkgate::cli {
namespace {

Error trouble(ErrorCode code, const std::string& path) {
  return Error(code, fmt::format("{}: {}", path.empty() ? "standard output" : path, std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::open(const std::string& path) {
  if (path.empty()) return std::unique_ptr<OutputFile>(new OutputFile(stdout, "", ""));
  std::string temporary = fmt::format("{}.{}.new", path, ::getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wxe");
  if (file == nullptr) return trouble(ErrorCode::kInvalidArgument, path);
  return std::unique_ptr<OutputFile>(new OutputFile(file, path, std::move(temporary)));
}

OutputFile::~OutputFile() {
  if (temporary_.empty() || file_ == nullptr) return;
  std::fclose(file_);
  ::unlink(temporary_.c_str());
}

Result<void> OutputFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return {};
  return trouble(ErrorCode::kIo, path_);
}

Result<void> OutputFile::finish() {
  if (std::fflush(file_) != 0) return trouble(ErrorCode::kIo, path_);
  if (temporary_.empty()) return {};
  const bool synced = ::fsync(::fileno(file_)) == 0;
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (synced && closed && ::rename(temporary_.c_str(), path_.c_str()) == 0) return {};
  const Error error = trouble(ErrorCode::kIo, path_);
  ::unlink(temporary_.c_str());
  return error;
}

}  // namespace linkgate::cli
