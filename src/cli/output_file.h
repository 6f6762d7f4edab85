#pragma once
// Where a command prints: standard output, or a file that is there whole or not at all.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::cli {

class OutputFile {
 public:
  // Empty: standard output. The file gets its name at finish(); until then it has one of its own beside it,
  // which goes with this object. kInvalidArgument where it cannot be made.
  static Result<std::unique_ptr<OutputFile>> open(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Result<void> write(std::string_view text);  // kIo: the disk is full, or nobody reads
  Result<void> finish();

 private:
  OutputFile(std::FILE* file, std::string path, std::string temporary)
      : file_(file), path_(std::move(path)), temporary_(std::move(temporary)) {}
  std::FILE* file_;
  const std::string path_, temporary_;
};

}  // namespace linkgate::cli
