#pragma once
// Who wrote to whom before: what first contact is told by. Kept in the delivery store beside the markers, in
// the same sync of the disk, as keys from which nobody can be read.

#include <chrono>
#include <string>
#include <string_view>

namespace linkgate::gateway {

// A sender who was silent for longer is a first contact again.
inline constexpr std::chrono::hours kContactMemory{180 * 24};
// A memory younger than this knows too few to call anybody a first contact.
inline constexpr std::chrono::hours kContactLearning{14 * 24};
inline constexpr size_t kMaxContacts = 5'000'000;  // the oldest go first

// `sender` is the address in From. One that proved to be from there (DMARC passed) is another contact than
// one that only says so, so that nobody is known by an address that is not his.
std::string contact_key(std::string_view sender, bool is_authenticated, std::string_view recipient);
// Of a registrable domain that DMARC passed for, whoever it wrote to.
std::string domain_contact_key(std::string_view domain);

}  // namespace linkgate::gateway
