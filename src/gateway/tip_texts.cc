#include "gateway/tip_texts.h"

namespace linkgate::gateway {
namespace {

constexpr TipTexts kTexts[] = {
    {.language = verdict::TipLanguage::kEnglish,
     .external = "This message is from outside your organization.",
     .first_contact = "You don't often get email from {address}.",
     .own_user = "The sender has the name of {like}, but writes from another address: {address}.",
     .own_domain = "The sender's address {address} looks like one of {like}, but is none.",
     .brand = "The sender looks like {like}, but {address} is not known to be an address of theirs.",
     .unusual_characters =
         "The email address {address} includes unexpected letters or numbers. We recommend you "
         "don't interact with this message."},
    {.language = verdict::TipLanguage::kGerman,
     .external = "Diese Nachricht kommt von außerhalb Ihrer Organisation.",
     .first_contact = "Sie erhalten nicht oft E-Mails von {address}.",
     .own_user =
         "Der Absender trägt den Namen von {like}, schreibt aber von einer anderen Adresse: {address}.",
     .own_domain = "Die Absenderadresse {address} sieht aus wie eine von {like}, ist aber keine.",
     .brand = "Der Absender sieht aus wie {like}, doch {address} ist nicht als dessen Adresse bekannt.",
     .unusual_characters =
         "Die Adresse {address} enthält unerwartete Buchstaben oder Ziffern. Wir raten davon ab, "
         "auf diese Nachricht einzugehen."},
};

}  // namespace

std::span<const TipTexts> tip_texts() { return kTexts; }

std::string_view text_of(const TipTexts& texts, std::string_view name) {
  if (name == kExternal) return texts.external;
  if (name == kFirstContact) return texts.first_contact;
  if (name == "OwnUser") return texts.own_user;
  if (name == "OwnDomain") return texts.own_domain;
  if (name == "Brand") return texts.brand;
  return texts.unusual_characters;
}

}  // namespace linkgate::gateway
