// Another parser's expected results: the fixtures of stalwart's mail-parser, each with the tree that it
// reads. Compared are nesting, types, charsets, file names and decoded contents of every part.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "mail/charset.h"
#include "mail/corpus.h"
#include "mail/mime_structure.h"

namespace linkgate::mail {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct ReadPart {
  int depth = 0;
  std::string type, charset, file_name, content;
  bool not_decoded = false;  // their reader gave up on the encoding and shows it as it stands
  bool operator==(const ReadPart& other) const {
    return depth == other.depth && type == other.type && charset == other.charset &&
           file_name == other.file_name && (content == other.content || not_decoded || other.not_decoded);
  }
};

std::string shown(const ReadPart& part) {
  std::string text = std::string(static_cast<size_t>(part.depth) * 2, ' ') + part.type + " " + part.charset +
                     " " + part.file_name + " " + std::to_string(part.content.size()) + ": ";
  for (const char c : part.content.substr(0, 60)) text += c >= ' ' && c < 127 ? c : '.';
  return text + "\n";
}

std::string shown(const std::vector<ReadPart>& parts) {
  std::string text;
  for (const ReadPart& part : parts) text += shown(part);
  return text;
}

// Messages in encoded parts are opened like those that stand openly: `depth` is that of what surrounds them.
void read_ours(const std::string& bytes, int depth, std::vector<ReadPart>& out) {
  const auto structure = scan_structure(bytes, Limits());
  if (!structure) {
    out.push_back({depth, "refused: " + structure.error().message(), "", "", ""});
    return;
  }
  for (const Entity& entity : structure->entities) {
    ReadPart part;
    part.depth = depth + entity.depth;
    part.type = entity.type;
    part.charset = entity.charset;
    part.file_name = entity.file_name;
    const std::string decoded =
        decode(std::string_view(bytes).substr(entity.body.begin, entity.body.size()), entity.encoding);
    const bool text = entity.type.starts_with("text/");
    const bool holds_parts = entity.is_multipart || holds_message(entity.type);
    if (!holds_parts) part.content = text ? Charset::of(entity.charset, decoded).to_utf8(decoded) : decoded;
    out.push_back(std::move(part));
    if (holds_message(entity.type) && !entity.is_message) read_ours(decoded, depth + entity.depth + 1, out);
  }
}

const json* header(const json& part, std::string_view name) {
  for (const json& field : part["headers"]) {
    if (field["name"] == name && field["value"].is_object() && field["value"].contains("ContentType"))
      return &field["value"]["ContentType"];
  }
  return nullptr;
}

std::string attribute(const json* field, std::string_view name) {
  if (field == nullptr || !(*field)["attributes"].is_array()) return "";
  for (const json& pair : (*field)["attributes"]) {
    if (pair["name"] == name) return pair["value"];
  }
  return "";
}

std::string bytes_of(const json& numbers) {
  std::string bytes;
  for (const json& number : numbers) bytes += static_cast<char>(number.get<int>());
  return bytes;
}

// Its parts are numbered; a multipart names its children, a message has numbers of its own. Depths are
// bounded by the fixtures, which are not hostile.
void read_theirs(const json& message, size_t number, int depth, const std::string& default_type,
                 std::vector<ReadPart>& out) {
  const json& from = message["parts"][number];
  ReadPart part;
  part.depth = depth;
  const json* type = header(from, "content_type");
  const json* disposition = header(from, "content_disposition");
  const bool typed = type != nullptr && (*type)["c_subtype"].is_string();
  part.type = typed ? ascii::to_lower((*type)["c_type"].get<std::string>() + "/" +
                                      (*type)["c_subtype"].get<std::string>())
                    : default_type;
  part.charset = ascii::to_lower(attribute(type, "charset"));
  part.file_name = attribute(disposition, "filename");
  if (part.file_name.empty()) part.file_name = attribute(type, "name");
  part.not_decoded = from["is_encoding_problem"];
  const json& body = from["body"];
  for (const char* kind : {"Text", "Html"}) {
    if (body.contains(kind)) part.content = body[kind];
  }
  for (const char* kind : {"Binary", "InlineBinary"}) {
    if (body.contains(kind)) part.content = bytes_of(body[kind]);
  }
  const std::string inner = part.type == "multipart/digest" ? "message/rfc822" : "text/plain";
  out.push_back(std::move(part));
  if (body.contains("Multipart")) {
    for (const json& child : body["Multipart"]) read_theirs(message, child, depth + 1, inner, out);
  }
  if (body.contains("Message")) read_theirs(body["Message"], 0, depth + 1, "text/plain", out);
}

// Both results are of the fixture with line ends made so.
std::string with_line_ends(std::string text, std::string_view line_end) {
  std::erase(text, '\r');
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string(line_end) : std::string(1, c);
  return out;
}

// Where the two differ, and why ours stays as it is: docs/rewriting.md has the same reasons.
constexpr char kOuterBoundary[] = "the boundary of an outer multipart ends the inner one (RFC 2046, 5.1.2)";
constexpr char kWholeLine[] = "a boundary is a whole line, its beginning alone is none";
constexpr char kNoHeader[] = "a part with no header or no body is a part all the same";
constexpr char kUuencode[] = "uuencode is decoded";
constexpr char kFirstType[] = "the first of several Content-Types counts";
constexpr char kNotMessage[] = "a message inside that has no header is a message of text";
constexpr char kLostFold[] = "header lines that lost their fold begin the body, as for Postfix";
constexpr char kBrokenCharset[] = "bytes that the charset has not stay, or are read as windows-1252";
constexpr char kTransfer[] = "base64 that ends early and lines that look like boundaries are read to the end";
constexpr char kPartial[] = "a fragment (message/partial) is refused";
constexpr char kName[] = "a file name is found behind a disposition that is not given";
constexpr char kLineEnds[] = "the fixture ends in half a line end";
const std::map<std::string, std::string> kOtherwise = {
    {"legacy/017", kUuencode},         {"legacy/026", kUuencode},         {"legacy/033", kBrokenCharset},
    {"legacy/048", kUuencode},         {"legacy/049 CRLF", kLineEnds},    {"legacy/052", kBrokenCharset},
    {"malformed/000", kNoHeader},      {"malformed/001", kWholeLine},     {"malformed/004", kWholeLine},
    {"malformed/007", kOuterBoundary}, {"malformed/008", kOuterBoundary}, {"malformed/009", kOuterBoundary},
    {"malformed/011", kOuterBoundary}, {"malformed/012", kOuterBoundary}, {"malformed/013", kNoHeader},
    {"malformed/014", kNoHeader},      {"malformed/016", kOuterBoundary}, {"malformed/017", kName},
    {"malformed/019", kLostFold},      {"malformed/020", kFirstType},     {"malformed/021", kFirstType},
    {"malformed/022", kNotMessage},    {"thirdparty/002", kTransfer},     {"thirdparty/005", kTransfer},
    {"thirdparty/009", kPartial},      {"thirdparty/015", kLostFold},
};

TEST(Stalwart, ReadsTheSameTreeFromEveryFixture) {
  Corpus& corpus = Corpus::of("fixtures.tar.xz");
  if (!corpus.is_open()) GTEST_SKIP() << corpus.why_not() << ": nothing was tested";
  int compared = 0;
  std::map<std::string, int> otherwise;
  for (const auto& entry : fs::recursive_directory_iterator(corpus.folder() / "fixtures/stalwart")) {
    if (entry.path().extension() != ".eml") continue;
    const fs::path file = entry.path();
    const std::string name = file.parent_path().filename().string() + "/" + file.stem().string();
    for (const bool crlf : {false, true}) {
      const std::string raw = Corpus::read(file);
      const json expected =
          json::parse(Corpus::read(fs::path(file).replace_extension(crlf ? ".crlf.json" : ".json")));
      std::vector<ReadPart> ours, theirs;
      read_ours(with_line_ends(raw, crlf ? "\r\n" : "\n"), 0, ours);
      read_theirs(expected, 0, 0, "text/plain", theirs);
      ++compared;
      const auto both = kOtherwise.find(name);
      const auto known = both == kOtherwise.end() && crlf ? kOtherwise.find(name + " CRLF") : both;
      if (known != kOtherwise.end()) {
        ++otherwise[known->second];
        EXPECT_NE(ours, theirs) << name << " is read alike now: it needs no exception";
        continue;
      }
      EXPECT_TRUE(ours == theirs) << name << (crlf ? " with CRLF" : "") << "\nours:\n"
                                  << shown(ours) << "theirs:\n"
                                  << shown(theirs);
    }
  }
  for (const auto& [reason, count] : otherwise) std::printf("%4d %s\n", count, reason.c_str());
  EXPECT_EQ(compared, 214);
}

}  // namespace
}  // namespace linkgate::mail
