#include "verdict/brand_look.h"

#include <toml++/toml.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "verdict/shipped_brands.h"

namespace linkgate::verdict {
namespace {

struct Key {
  std::string_view name;
  std::vector<std::string> BrandLook::*texts;
};
constexpr Key kKeys[] = {{"domains", &BrandLook::domains}, {"words", &BrandLook::words},
                         {"traits", &BrandLook::traits},   {"phrases", &BrandLook::phrases},
                         {"assets", &BrandLook::assets},   {"posts", &BrandLook::posts}};

Error refused(const std::string& file, const toml::source_position& at, const std::string& what) {
  return Error(ErrorCode::kInvalidArgument, file + ":" + std::to_string(at.line) + ": " + what);
}

Result<std::vector<std::string>> texts_of(const toml::node& node, std::string_view key,
                                          const std::string& file) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() > BrandLooks::kMaxTexts) {
    return refused(
        file, node.source().begin,
        std::string(key) + " is a list of at most " + std::to_string(BrandLooks::kMaxTexts) + " texts");
  }
  std::vector<std::string> texts;
  for (const toml::node& element : *list) {
    const auto text = element.value<std::string>();
    if (!element.is_string() || ascii::trim(*text).empty() || text->size() > BrandLooks::kMaxTextBytes) {
      return refused(file, element.source().begin,
                     "a text of 1 to " + std::to_string(BrandLooks::kMaxTextBytes) + " bytes belongs here");
    }
    texts.push_back(ascii::to_lower(ascii::trim(*text)));
  }
  return texts;
}

Result<BrandLook> brand_of(const toml::node& node, const std::string& file) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return refused(file, node.source().begin, "a [[brand]] is a table");
  BrandLook brand;
  for (const auto& [key, value] : *table) {
    const std::string_view name = key.str();
    const auto* known =
        std::find_if(std::begin(kKeys), std::end(kKeys), [name](const Key& k) { return k.name == name; });
    if (name == "name" && value.is_string()) {
      brand.name = *value.value<std::string>();
    } else if (name == "self_hosted" && value.is_boolean()) {
      brand.is_self_hosted = *value.value<bool>();
    } else if (name == "federation" && value.is_boolean()) {
      brand.is_federation = *value.value<bool>();
    } else if (known != std::end(kKeys)) {
      TRY_ASSIGN(brand.*(known->texts), texts_of(value, name, file));
    } else {
      return refused(file, key.source().begin, "a brand has no '" + std::string(name) + "' of this type");
    }
  }
  if (brand.name.empty() || brand.domains.empty())
    return refused(file, table->source().begin, "a brand needs a name and its own domains");
  return brand;
}

Result<std::vector<BrandLook>> parse(std::string_view text, const std::string& file) {
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return refused(file, error.source().begin, std::string(error.description()));
  }
  std::vector<BrandLook> brands;
  for (const auto& [key, value] : root) {
    const toml::array* list = value.as_array();
    if (key.str() != "brand" || list == nullptr)
      return refused(file, key.source().begin,
                     "only [[brand]] belongs here, not '" + std::string(key.str()) + "'");
    if (list->size() > BrandLooks::kMaxBrands)
      return refused(file, key.source().begin,
                     "at most " + std::to_string(BrandLooks::kMaxBrands) + " brands");
    for (const toml::node& node : *list) {
      TRY_ASSIGN(BrandLook brand, brand_of(node, file));
      brands.push_back(std::move(brand));
    }
  }
  return brands;
}

}  // namespace

bool owns(const BrandLook& brand, std::string_view registrable_domain) {
  return std::find(brand.domains.begin(), brand.domains.end(), registrable_domain) != brand.domains.end();
}

const BrandLooks& BrandLooks::shipped() {
  static const BrandLooks* const looks = [] {
    auto brands = parse(kShippedBrands, "models/brands.toml");
    CHECK(brands);
    auto* made = new BrandLooks;
    made->brands_ = *std::move(brands);
    return made;
  }();
  return *looks;
}

Result<BrandLooks> BrandLooks::with(std::string_view toml, const std::string& file) const {
  TRY_ASSIGN(std::vector<BrandLook> more, parse(toml, file));
  BrandLooks looks = *this;
  for (BrandLook& brand : more) {
    const auto same = std::find_if(looks.brands_.begin(), looks.brands_.end(),
                                   [&brand](const BrandLook& known) { return known.name == brand.name; });
    if (same != looks.brands_.end())
      *same = std::move(brand);
    else if (looks.brands_.size() < kMaxBrands)
      looks.brands_.push_back(std::move(brand));
  }
  return looks;
}

const BrandLook* BrandLooks::owner(std::string_view registrable_domain) const {
  const auto found = std::find_if(brands_.begin(), brands_.end(),
                                  [&](const BrandLook& brand) { return owns(brand, registrable_domain); });
  return found == brands_.end() ? nullptr : &*found;
}

}  // namespace linkgate::verdict
