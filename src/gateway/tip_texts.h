#pragma once
// Everything that readers see in tips, in the languages of the click server's pages. Say what is the case in
// one sentence, in plain words and without frightening. {address} is the sender's, {like} who it looks like.

#include <span>
#include <string_view>

#include "verdict/policy.h"

namespace linkgate::gateway {

inline constexpr std::string_view kExternal = "External", kFirstContact = "FirstContact";

struct TipTexts {
  verdict::TipLanguage language;
  std::string_view external, first_contact, own_user, own_domain, brand, unusual_characters;
};
std::span<const TipTexts> tip_texts();

// By a name of SenderTips::names.
std::string_view text_of(const TipTexts& texts, std::string_view name);

}  // namespace linkgate::gateway
