// GMime as an oracle for the MIME tree, on real mails.
#include <gmime/gmime.h>
#include <gtest/gtest.h>

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
  int settled = 0;
  for (const auto& path : corpus_.mails()) {
    const std::string bytes = Corpus::read(path);
    const auto structure = scan_structure(bytes, Limits());
    if (!structure) continue;
    ++compared;
    const std::string ours = comparable(leaves_of(*structure));
    const std::string theirs = comparable(leaves_of_gmime(bytes));
    if (ours == theirs) continue;
    if (!structure->shadowed
             .empty()) {  // of contradicting fields GMime takes the last; we take the others out
      ++settled;
      continue;
    }
    ++differ;
    std::printf("%s\nours:\n%sGMime:\n%s", path.c_str(), ours.c_str(), theirs.c_str());
  }
  std::printf("%s: %d compared with GMime, %d differ, %d in fields that contradict one another\n", GetParam(),
              compared, differ, settled);
  // The fixtures are there to be disagreed about; real mails are not.
  EXPECT_LE(differ, Corpus::name_of(GetParam()) == "fixtures" ? compared / 10 : 0);
}

INSTANTIATE_TEST_SUITE_P(Mail, Oracle,
                         testing::Values("phishing_pot.tar.xz", "newsletters.tar.xz", "fixtures.tar.xz",
                                         "spamassassin_public_corpus.tar.xz", "nazario"),
                         [](const auto& info) { return Corpus::name_of(info.param); });

}  // namespace
}  // namespace linkgate::mail
