#pragma once
// What files an archive says it holds, without unpacking any: the central directory of ZIP (APPNOTE 6.3,
// sections 4.3.12 and 4.3.16). Pure; the bytes are hostile.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::scan {

inline constexpr size_t kMaxArchiveNames = 1000;
inline constexpr size_t kMaxArchiveName = 1024;  // bytes; longer ones are cut

// Empty for what is no ZIP, or not the whole of one: the directory is at its end.
std::vector<std::string> archive_names(std::string_view bytes);

}  // namespace linkgate::scan
