#pragma once
// Real mails for tests. They are not part of the project: LINKGATE_DATA names their folder, or they lie as
// shared/data beside the checkout. Where they are absent a test says so and is skipped.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace linkgate::mail {

class Corpus {
 public:
  static constexpr size_t kMails = 150;  // of each archive; LINKGATE_MAILS asks for more

  ~Corpus() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  // One of each archive for all tests of a process: unpacking takes longer than the tests.
  static Corpus& of(const std::string& archive_name) {
    static std::map<std::string, Corpus> all;
    const auto [at, is_new] = all.try_emplace(archive_name);
    if (is_new) at->second.open(archive_name);
    return at->second;
  }
  bool is_open() const { return !folder_.empty(); }

  // Unpacks an archive of mail/, or a folder of mailboxes, into a folder of its own.
  bool open(const std::string& archive_name) {
    const char* env = std::getenv("LINKGATE_DATA");
    const std::filesystem::path data = env != nullptr ? env : LINKGATE_SOURCE_DIR "/../shared/data";
    archive_ = data / "mail" / archive_name;
    if (!std::filesystem::exists(archive_)) return false;
    std::string folder = (std::filesystem::temp_directory_path() / "linkgate-mail-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return false;
    folder_ = folder;
    if (std::filesystem::is_directory(archive_)) return open_mailboxes();
    return std::system(("tar -xJf '" + archive_.string() + "' -C '" + folder + "'").c_str()) == 0;
  }
  std::string why_not() const { return "no data at " + archive_.string(); }

  // Whether more than the sample is asked for: the full form of a test.
  static bool is_full() { return count() > kMails; }

  // Spread evenly over the archive, in a fixed order.
  std::vector<std::filesystem::path> mails() const {
    std::set<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) all.insert(entry.path());
    }
    const size_t step = std::max<size_t>(all.size() / std::max<size_t>(count(), 1), 1);
    std::vector<std::filesystem::path> some;
    size_t i = 0;
    for (const auto& path : all) {
      if (i++ % step == 0) some.push_back(path);
    }
    return some;
  }

  const std::filesystem::path& folder() const { return folder_; }

  static std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static std::string name_of(std::string name) {
    name = name.substr(0, name.find('.'));
    return name;
  }

 private:
  static size_t count() {
    const char* wanted = std::getenv("LINKGATE_MAILS");
    return wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : kMails;
  }

  // *.mbox.xz: one file a message, without its "From " line (RFC 4155).
  bool open_mailboxes() {
    for (const auto& entry : std::filesystem::directory_iterator(archive_)) {
      if (!entry.path().string().ends_with(".mbox.xz")) continue;
      const std::filesystem::path folder = folder_ / name_of(entry.path().filename());
      const std::filesystem::path mailbox = folder_ / "mailbox";
      std::filesystem::create_directory(folder);
      if (std::system(("xz -dc '" + entry.path().string() + "' > '" + mailbox.string() + "'").c_str()) != 0)
        return false;
      split_mailbox(read(mailbox), folder);
      std::filesystem::remove(mailbox);
    }
    return true;
  }

  // A message begins at a line "From " after an empty line, or at the start.
  static void split_mailbox(const std::string& mailbox, const std::filesystem::path& folder) {
    size_t begin = mailbox.starts_with("From ") ? 0 : std::string::npos;
    for (size_t number = 10'000; begin != std::string::npos;
         ++number) {  // five digits: in the order of names
      const size_t next = mailbox.find("\n\nFrom ", begin);
      const size_t end = next == std::string::npos ? mailbox.size() : next + 1;
      const size_t message = std::min(mailbox.find('\n', begin) + 1, end);
      std::ofstream(folder / (std::to_string(number) + ".eml"), std::ios::binary)
          << std::string_view(mailbox).substr(message, end - message);
      begin = next == std::string::npos ? next : next + 2;
    }
  }

  std::filesystem::path archive_;
  std::filesystem::path folder_;
};

}  // namespace linkgate::mail
