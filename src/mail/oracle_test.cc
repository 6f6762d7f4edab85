// GMime as an oracle for the MIME tree, on real mails.
#include <gmime/gmime.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include "base/ascii.h"
#include "mail/corpus.h"
#include "mail/mime_structure.h"

namespace linkgate::mail {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};

// One line a leaf: type and the size of its encoded body.
std::string leaves_of_gmime(const std::string& bytes) {
  const std::unique_ptr<GMimeStream, Unref> stream(
      g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const std::unique_ptr<GMimeParser, Unref> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_persist_stream(parser.get(), TRUE);
  const std::unique_ptr<GMimeMessage, Unref> message(g_mime_parser_construct_message(parser.get(), nullptr));
  std::string text;
  if (!message) return text;
  GMimePartIter* iter = g_mime_part_iter_new(GMIME_OBJECT(message.get()));
  do {
    GMimeObject* object = g_mime_part_iter_get_current(iter);
    if (object == nullptr || !GMIME_IS_PART(object)) continue;
    const std::unique_ptr<char, decltype(&g_free)> type(
        g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)), g_free);
    GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(object));
    const gint64 size =
        content != nullptr ? g_mime_stream_length(g_mime_data_wrapper_get_stream(content)) : 0;
    text += ascii::to_lower(type.get()) + " " + std::to_string(size) + "\n";
  } while (g_mime_part_iter_next(iter));
  g_mime_part_iter_free(iter);
  return text;
}

// What is no matter of taste: GMime shows no multipart without parts, takes a type that cannot be read for
// binary data, and parts without a byte come and go.
std::string comparable(std::string_view leaves) {
  std::string text;
  for (const std::string_view line : ascii::split(leaves, '\n')) {
    const bool odd = line.ends_with(" 0") || line.starts_with("multipart/");
    const std::string_view type = line.substr(0, line.find(' '));
    const bool unknown = type == "application/octet-stream" || type == "text/plain";
    if (!odd)
      text += (unknown ? "unknown" : std::string(type)) + std::string(line.substr(type.size())) + "\n";
  }
  return text;
}

std::string leaves_of(const Structure& structure) {
  std::string text;
  for (const Entity& entity : structure.entities) {
    if (entity.is_multipart || entity.is_message) continue;
    text += entity.type + " " + std::to_string(entity.body.size()) + "\n";
  }
  return text;
}

std::vector<long> sizes_of(std::string_view leaves) {
  std::vector<long> sizes;
  for (const std::string_view line : ascii::split(leaves, '\n')) {
    if (line.empty()) continue;
    sizes.push_back(std::strtol(std::string(line.substr(line.rfind(' ') + 1)).c_str(), nullptr, 10));
  }
  return sizes;
}

// Why GMime reads a message otherwise than we do. Each was looked at; docs/rewriting.md has them.
std::string_view cause_of(const Structure& structure, std::string_view bytes, const std::string& ours,
                          const std::string& theirs) {
  const HeaderField& first = structure.fields.front();
  if (first.whole.begin > 0 && !bytes.starts_with("From ")) return "junk in front of the header";
  if (!structure.shadowed.empty()) return "fields that contradict an earlier one";
  if (!structure.missing_separators.empty() || !structure.missing_folds.empty())
    return "lines in a header that are no fields";
  const std::vector<long> a = sizes_of(ours), b = sizes_of(theirs);
  const auto by_one = [](long x, long y) { return std::abs(x - y) <= 1; };
  if (a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), by_one)) return "half a line end";
  return "other";
}

// So many fixtures differ, of so many that are read at all: 1,421 files, pictures and HTML among them.
constexpr int kFixturesThatDiffer = 50;
constexpr int kOfOtherCauses = 1;  // a boundary without its semicolon

class Oracle : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    g_mime_init();
    if (!corpus_.is_open()) GTEST_SKIP() << corpus_.why_not() << ": nothing was tested";
  }
  Corpus& corpus_ = Corpus::of(GetParam());
};

TEST_P(Oracle, GMimeFindsTheSameParts) {
  int compared = 0;
  int differ = 0;
  std::map<std::string, int, std::less<>> causes;
  for (const auto& path : corpus_.mails()) {
    const std::string bytes = Corpus::read(path);
    const auto structure = scan_structure(bytes, Limits());
    if (!structure) continue;
    ++compared;
    const std::string ours = comparable(leaves_of(*structure));
    const std::string theirs = comparable(leaves_of_gmime(bytes));
    if (ours == theirs) continue;
    ++differ;
    ++causes[std::string(cause_of(*structure, bytes, ours, theirs))];
    std::printf("%s\nours:\n%sGMime:\n%s", path.c_str(), ours.c_str(), theirs.c_str());
  }
  std::printf("%s: %d compared with GMime, %d differ\n", GetParam(), compared, differ);
  for (const auto& [cause, count] : causes) std::printf("%4d %s\n", count, cause.c_str());
  // The fixtures are there to be disagreed about; real mails are not.
  const bool fixtures = Corpus::name_of(GetParam()) == "fixtures";
  EXPECT_LE(differ, fixtures ? kFixturesThatDiffer : causes["fields that contradict an earlier one"]);
  EXPECT_LE(causes["other"], fixtures ? kOfOtherCauses : 0);
}

INSTANTIATE_TEST_SUITE_P(Mail, Oracle,
                         testing::Values("phishing_pot.tar.xz", "newsletters.tar.xz", "fixtures.tar.xz",
                                         "spamassassin_public_corpus.tar.xz", "nazario"),
                         [](const auto& info) { return Corpus::name_of(info.param); });

}  // namespace
}  // namespace linkgate::mail
