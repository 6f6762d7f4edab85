#include "scan/file_verdict.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace linkgate::scan {
namespace {

constexpr size_t kMaxShownName = 100;

// What Windows and others run, or mount to run what is inside, by name.
constexpr std::string_view kPrograms[] = {
    ".exe",  ".msi",  ".scr",  ".com", ".pif", ".bat",  ".cmd",  ".ps1",        ".vbs",
    ".vbe",  ".js",   ".jse",  ".wsf", ".hta", ".lnk",  ".iso",  ".img",        ".vhd",
    ".vhdx", ".jar",  ".apk",  ".dmg", ".pkg", ".appx", ".msix", ".cpl",        ".reg",
    ".docm", ".xlsm", ".pptm", ".xll", ".one", ".chm",  ".url",  ".application"};
constexpr std::string_view kProgramTypes[] = {"application/x-msdownload",
                                              "application/x-msdos-program",
                                              "application/vnd.microsoft.portable-executable",
                                              "application/x-ms-installer",
                                              "application/x-iso9660-image",
                                              "application/hta",
                                              "application/java-archive",
                                              "application/vnd.android.package-archive",
                                              "application/x-apple-diskimage"};

bool is_program(std::string_view name, std::string_view media_type) {
  const std::string lower = ascii::to_lower(name);
  return std::any_of(std::begin(kPrograms), std::end(kPrograms),
                     [&](std::string_view end) { return lower.ends_with(end); }) ||
         std::find(std::begin(kProgramTypes), std::end(kProgramTypes), media_type) != std::end(kProgramTypes);
}

}  // namespace

FileFinding judge_file(const verdict::Download& file, bool is_bad_page) {
  const std::string& name = file.file_name.empty() ? file.url : file.file_name;
  const std::string what = "The link leads to " +
                           (name.empty() ? "a file" : "the file \"" + name.substr(0, kMaxShownName) + "\"") +
                           (file.media_type.empty() ? "" : " (" + file.media_type + ")");
  const auto member = std::find_if(file.members.begin(), file.members.end(),
                                   [](const std::string& one) { return is_program(one, ""); });
  if (is_program(name, file.media_type))
    return {{"page.download", what + ", which runs on the computer of whoever opens it", ""}, true, false};
  if (member != file.members.end()) {
    return {{"page.download",
             what + ", an archive with \"" + member->substr(0, kMaxShownName) +
                 "\" in it, which runs on the computer of whoever opens it",
             ""},
            true,
            false};
  }
  if (is_bad_page)
    return {{"page.download", what + ", a page that is to be opened from a disk", ""}, false, false};
  if (file.bytes == 0) return {};
  return {{"file.unseen", what + ", whose content was not judged", ""}, false, true};
}

}  // namespace linkgate::scan
