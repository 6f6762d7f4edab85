#include "scan/feed_sorter.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/check.h"

namespace linkgate::scan {
namespace {

// A record: hash, lengths of key and detail, disposition, key, detail. Never leaves this process.
struct Header {
  uint64_t hash;
  uint32_t key, detail;
  uint8_t disposition;
};
constexpr size_t kHeader = 8 + 4 + 4 + 1;
constexpr size_t kWindow = 64 << 10;       // of each run while they are merged
constexpr size_t kFitsInMemory = 1 << 20;  // not worth a file

void append_header(const Header& header, std::string* out) {
  char bytes[kHeader];
  std::memcpy(bytes, &header.hash, 8);
  std::memcpy(bytes + 8, &header.key, 4);
  std::memcpy(bytes + 12, &header.detail, 4);
  bytes[16] = static_cast<char>(header.disposition);
  out->append(bytes, kHeader);
}

}  // namespace

Result<void> FeedSorter::add(std::string_view key, verdict::Disposition disposition,
                             std::string_view detail) {
  CHECK(!has_begun_);
  const size_t size = kHeader + key.size() + detail.size();
  if (!records_.empty() && records_.size() + size + (positions_.size() + 1) * sizeof(Position) > max_memory_)
    TRY(spill());
  const uint64_t hash = state::listing_hash(key);
  positions_.push_back({hash, static_cast<uint32_t>(records_.size())});
  append_header({hash, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(detail.size()),
                 static_cast<uint8_t>(disposition)},
                &records_);
  records_.append(key).append(detail);
  ++added_;
  return {};
}

// The bytes that it takes; 0 where they are not all there yet.
size_t FeedSorter::parse(std::string_view bytes, Head* head) {
  if (bytes.size() < kHeader) return 0;
  Header header{};
  std::memcpy(&header.hash, bytes.data(), 8);
  std::memcpy(&header.key, bytes.data() + 8, 4);
  std::memcpy(&header.detail, bytes.data() + 12, 4);
  const size_t size = kHeader + header.key + header.detail;
  if (bytes.size() < size) return 0;
  head->hash = header.hash;
  head->key = bytes.substr(kHeader, header.key);
  head->detail = bytes.substr(kHeader + header.key, header.detail);
  head->disposition = static_cast<verdict::Disposition>(bytes[16]);
  return size;
}

void FeedSorter::sort_records() {
  const std::string_view records = records_;
  std::sort(positions_.begin(), positions_.end(), [&](const Position& a, const Position& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    Head first, second;
    parse(records.substr(a.at), &first);
    parse(records.substr(b.at), &second);
    return first.key != second.key ? first.key < second.key : a.at < b.at;
  });
}

Result<void> FeedSorter::spill() {
  if (!file_) {
    TRY_ASSIGN(file_, SpillFile::create(folder_));
  }
  sort_records();
  auto run = std::make_unique<Run>();
  run->at = file_->size();
  std::string piece;
  for (const Position& position : positions_) {
    Head head;
    const size_t size = parse(std::string_view(records_).substr(position.at), &head);
    piece.append(records_, position.at, size);
    if (piece.size() < kWindow) continue;
    TRY(file_->append(piece));
    piece.clear();
  }
  TRY(file_->append(piece));
  run->end = file_->size();
  runs_.push_back(std::move(run));
  records_.clear();
  positions_.clear();
  return {};
}

// What fits into memory is one run whose window holds it all.
Result<void> FeedSorter::begin() {
  has_begun_ = true;
  if (runs_.empty() && records_.size() <= kFitsInMemory) {
    sort_records();
    auto run = std::make_unique<Run>();
    run->at = run->end = 0;
    for (const Position& position : positions_) {
      Head head;
      run->window.append(records_, position.at, parse(std::string_view(records_).substr(position.at), &head));
    }
    runs_.push_back(std::move(run));
  } else if (!records_.empty()) {
    TRY(spill());
  }
  records_ = std::string();
  positions_ = std::vector<Position>();
  for (const auto& run : runs_) TRY(advance(run.get()));
  return {};
}

Result<void> FeedSorter::advance(Run* run) {
  run->head = Head();
  while (true) {
    const size_t size = parse(std::string_view(run->window).substr(run->used), &*run->head);
    if (size > 0) {
      run->used += size;
      return {};
    }
    if (run->at == run->end) {
      CHECK(run->used == run->window.size());
      run->head.reset();
      return {};
    }
    std::string more(std::min<uint64_t>(kWindow, run->end - run->at), '\0');
    TRY(file_->read(run->at, &more));
    if (more.empty()) return Error(ErrorCode::kIo, "cannot read the feed: it was cut");
    run->at += more.size();
    run->window.erase(0, run->used);
    run->window.append(more);
    run->used = 0;
  }
}

Result<const state::FeedEntry*> FeedSorter::next() {
  if (!has_begun_) TRY(begin());
  // Few enough runs to look at each: 24 for ten million entries.
  Run* least = nullptr;
  for (const auto& run : runs_) {
    if (!run->head) continue;
    if (least == nullptr ||
        std::tie(run->head->hash, run->head->key) <= std::tie(least->head->hash, least->head->key))
      least = run.get();
  }
  if (least == nullptr) return nullptr;
  // That is the latest run that has this key; within it the last of its records counts, and all others go.
  const uint64_t hash = least->head->hash;
  entry_.key.assign(least->head->key);
  for (const auto& run : runs_) {
    while (run->head && run->head->hash == hash && run->head->key == entry_.key) {
      if (run.get() == least) {
        entry_.disposition = run->head->disposition;
        entry_.detail.assign(run->head->detail);
      }
      TRY(advance(run.get()));
    }
  }
  return &entry_;
}

}  // namespace linkgate::scan
