#pragma once
// Whether a site's certificate is one that a browser would have accepted. Chromium is told to go on without,
// so we look for ourselves.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::browser {

inline constexpr size_t kMaxCertificates = 16;  // of a chain

// `chain`: DER, the site's own first. True where it leads to a CA of the system's trust store, or of the PEM
// file `ca_file` (may be empty), is valid now, and names `host`.
bool is_trusted(const std::vector<std::string>& chain, std::string_view host, const std::string& ca_file);

}  // namespace linkgate::browser
