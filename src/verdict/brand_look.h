#pragma once
// How the pages of well-known names look. The shipped table is models/brands.toml, built into the program; an
// administrator's own table of the same form is read after it.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::verdict {

// Texts are lower case (ASCII), without blanks at their ends.
struct BrandLook {
  std::string name;                  // as sentences say it
  std::vector<std::string> domains;  // registrable domains of its own
  std::vector<std::string> words;    // what titles, headings, logos and copyright lines call it
  std::vector<std::string> traits;   // ids, names, classes, file names in the markup of its sign-in pages
  std::vector<std::string> phrases;  // lines of its sign-in pages
  std::vector<std::string> assets;   // domains that its pages take pictures and scripts from
  std::vector<std::string> posts;    // of self-hosted software: parts of the paths that its forms go to
  bool is_federation = false;        // houses that share the name have hosts of their own ("sparkasse-town")
  bool is_self_hosted = false;       // software that runs on anybody's host: a look-alike is no imitation
};

class BrandLooks {
 public:
  static constexpr size_t kMaxBrands = 5000;
  static constexpr size_t kMaxTexts = 200;  // of one kind of one brand
  static constexpr size_t kMaxTextBytes = 200;

  // The table that this program was built with.
  static const BrandLooks& shipped();
  // This table and those of `toml`; a brand of the same name is replaced. kInvalidArgument with line and what
  // is wrong; the sentence names `file`.
  Result<BrandLooks> with(std::string_view toml, const std::string& file) const;

  const std::vector<BrandLook>& all() const { return brands_; }
  // The brand whose own domain this is, or null.
  const BrandLook* owner(std::string_view registrable_domain) const;

 private:
  std::vector<BrandLook> brands_;
};

bool owns(const BrandLook& brand, std::string_view registrable_domain);

}  // namespace linkgate::verdict
