#pragma once
// Senders that are written to be taken for somebody else: for the organisation, for one of its people, for a
// well-known brand. What a safety tip says and a row keeps; evidence, never a judgement. Pure.

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace linkgate::verdict {

enum class SenderLookKind : uint8_t {
  kOwnUser,    // the display name is that of one of us, the address is not
  kOwnDomain,  // the domain is nearly one of ours
  kBrand,      // domain or display name is nearly, or exactly, a brand's, and the domain is not the brand's
  kUnusualCharacters,  // the domain mixes scripts, or spells ASCII in letters of another
};
std::string_view to_string(SenderLookKind kind);  // "OwnUser", "OwnDomain", "Brand", "UnusualCharacters"

struct SenderLook {
  SenderLookKind kind;
  std::string like;  // who it looks like: "corp.example", "erika.muster@corp.example", "paypal"; scripts
  friend bool operator==(const SenderLook&, const SenderLook&) = default;
};

// Whom a sender may be taken for. Addresses are known, names of people are not: "erika.muster@" is taken for
// somebody called Erika Muster.
class OwnNames {
 public:
  static constexpr size_t kMaxPeople = 200'000;  // beyond it further addresses are not looked at

  OwnNames() = default;
  // `domains`: accepted ones. Those of people are added with add_person().
  explicit OwnNames(const std::vector<std::string>& domains);
  void add_person(std::string_view address);

  bool is_own(std::string_view domain) const;  // one of ours, or a subdomain of one
  // The address of whoever has this name; empty: nobody.
  std::string_view person_called(std::string_view display_name) const;
  // The domain of ours that `domain` (registrable) is nearly; empty: none.
  std::string_view domain_like(std::string_view domain) const;

 private:
  struct Domain {
    std::string name, registrable, readable, skeleton;
  };
  std::vector<Domain> domains_;
  std::unordered_map<std::string, std::string> people_;  // by the words of their names, sorted
};

// What the sender looks like, one finding of a kind at most, in the order of SenderLookKind. `address` is
// that of From. Senders under a domain of ours look like nobody.
std::vector<SenderLook> sender_looks(std::string_view address, std::string_view display_name,
                                     const OwnNames& own);

// Whether at most `most` insertions, deletions, replacements and swaps of neighbours lead from one to the
// other. Work is bounded by the longer one times `most`.
bool is_within_edits(std::string_view a, std::string_view b, size_t most);

}  // namespace linkgate::verdict
