#pragma once
// Characters that Unicode assigned after the version of the installed ICU, for which its IDNA fails where
// newer browsers open the host. Known up to Unicode 17; with an ICU as new as that nothing here does
// anything.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace linkgate::url {

// True where ICU does not know a character of `text` and Unicode 17 does.
bool has_newer_character(std::u32string_view text);

// Canonical composition (NFC) of newer characters, which ICU leaves apart.
std::u32string compose_newer(std::u32string_view text);

// Puts in the place of newer characters older ones that IDNA treats alike: of the same direction, and a mark
// for a mark of the same combining class. They take no part in mapping and composition, so that of each kind
// as many come out, in the same order, as went in.
inline constexpr size_t kStandInKinds = 11;
class StandIns {
 public:
  std::u32string hide(std::u32string_view text);
  // nullopt where there are fewer or more of them than hide() left.
  std::optional<std::u32string> reveal(std::u32string_view text) const;

 private:
  // What the stand-ins of each kind stand for, in order; one that was there before stands for itself.
  std::array<std::u32string, kStandInKinds> hidden_;
};

}  // namespace linkgate::url
