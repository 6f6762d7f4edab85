#pragma once
// Phishing URLs that nobody sent: names that phishing borrows (verdict/url_brands.h), put together with
// words, free hosts and cheap top-level domains as reports about phishing describe it. Feeds whose terms
// allow their use know little of wallets on site builders or of toll fees; made examples tell a model that
// such things exist. They hold nothing of any feed.

#include <string>
#include <vector>

#include "training/random.h"

namespace linkgate::training {

// Without scheme, as a training file has them.
std::vector<std::string> make_phishing(size_t count, Random* random);

}  // namespace linkgate::training
