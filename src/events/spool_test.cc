#include "events/spool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "base/memory_file_system.h"
#include "events/spool_format.h"

namespace linkgate::events {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDirectory = "/spool/click";

SpoolOptions options_for(std::string directory) {
  return {.directory = std::move(directory),
          .program = "click.0",
          .max_segment_age = 20ms,
          .min_free_bytes = 1024,
          .probe_interval = 5ms,
          .lock_wait = 50ms};
}

// Waits on a condition that a thread brings about; the limit is only for a test that fails.
bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

std::unique_ptr<SpoolWriter> open_writer(FileSystem& files,
                                         const SpoolOptions& options = options_for(kDirectory)) {
  auto writer = SpoolWriter::open(options, files);
  EXPECT_TRUE(writer) << writer.error().message();
  return std::move(*writer);
}

// Every line of every sealed segment, oldest first.
std::vector<std::string> sealed_lines(FileSystem& files, const std::string& directory = kDirectory) {
  SpoolReader reader(directory, files);
  std::vector<std::string> lines;
  const auto paths = reader.sealed().value();
  for (const std::string& path : paths) {
    const SpoolSegment segment = reader.read(path).value();
    for (const auto& line : segment.lines) lines.push_back(line.json);
  }
  return lines;
}

std::vector<std::string> names_ending(FileSystem& files, std::string_view suffix) {
  std::vector<std::string> found;
  const auto names = files.list(kDirectory).value();
  for (const std::string& name : names) {
    if (name.ends_with(suffix)) found.push_back(name);
  }
  return found;
}

using Lines = std::vector<std::string>;

TEST(Spool, LinesComeOutInTheOrderTheyWentIn) {
  MemoryFileSystem files;
  {
    auto writer = open_writer(files);
    ASSERT_TRUE(writer->append("UrlClickEvents", "{\"a\":1}"));
    ASSERT_TRUE(writer->append_all({{"EmailEvents", "{\"a\":2}"}, {"EmailUrlInfo", "{\"a\":3}"}}));
  }
  EXPECT_EQ(sealed_lines(files), (Lines{"{\"a\":1}", "{\"a\":2}", "{\"a\":3}"}));
}

TEST(Spool, AnOpenSegmentIsSealedByAgeWithoutFurtherAppends) {
  MemoryFileSystem files;
  auto writer = open_writer(files);
  ASSERT_TRUE(writer->append("T", "{}"));
  EXPECT_TRUE(eventually([&] { return sealed_lines(files).size() == 1; }));
}

TEST(Spool, AFullSegmentIsSealedAndTheNextHasTheNextNumber) {
  MemoryFileSystem files;
  SpoolOptions options = options_for(kDirectory);
  options.max_segment_bytes = 100;
  {
    auto writer = open_writer(files, options);
    for (int i = 0; i < 10; ++i)
      ASSERT_TRUE(writer->append("T", "{\"n\":" + std::to_string(i) + ",\"x\":\"0123456789\"}"));
  }
  const auto segments = names_ending(files, ".seg");
  ASSERT_GE(segments.size(), 3u);
  for (size_t i = 0; i < segments.size(); ++i)
    EXPECT_EQ(parse_segment_name(segments[i], ".seg")->number, i + 1);
  EXPECT_EQ(sealed_lines(files).size(), 10u);
}

TEST(Spool, TornLastLineIsCutOffAtOpenAndTheRestIsKept) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories(kDirectory));
  const std::string whole = format_line("T", "{\"kept\":1}");
  const std::string torn = format_line("T", "{\"torn\":1}");
  for (size_t cut = 0; cut < torn.size(); ++cut) {
    files.write_file(std::string(kDirectory) + "/0000000000000007-00000000000000aa-click.0.open",
                     whole + torn.substr(0, cut));
    open_writer(files).reset();
    EXPECT_EQ(sealed_lines(files), Lines{"{\"kept\":1}"}) << "cut after " << cut;
    EXPECT_TRUE(names_ending(files, ".open").empty());
  }
}

TEST(Spool, ASegmentOfNothingButATornLineDisappears) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories(kDirectory));
  files.write_file(std::string(kDirectory) + "/0000000000000007-00000000000000aa-click.0.open", "c0ffee");
  open_writer(files).reset();
  EXPECT_TRUE(names_ending(files, ".open").empty());
  EXPECT_TRUE(names_ending(files, ".seg").empty());
}

TEST(Spool, NumbersGoOnAfterARestart) {
  MemoryFileSystem files;
  ASSERT_TRUE(open_writer(files)->append("T", "{\"n\":1}"));
  ASSERT_TRUE(open_writer(files)->append("T", "{\"n\":2}"));
  EXPECT_EQ(sealed_lines(files), (Lines{"{\"n\":1}", "{\"n\":2}"}));
}

TEST(Spool, PowerCutTakesNothingThatWasSynced) {
  MemoryFileSystem files;
  SpoolOptions options = options_for(kDirectory);
  options.max_segment_age = 1h;  // so that only the group commit syncs
  auto writer = open_writer(files, options);
  ASSERT_TRUE(writer->append("T", "{\"n\":1}"));
  const int before = files.sync_count();
  ASSERT_TRUE(eventually([&] { return files.sync_count() >= before + 2; })) << "file and name";
  // Whatever comes after may go, but not half of it may stay.
  files.fail_sync(true);
  (void)writer->append("T", "{\"n\":2}");
  files.lose_unsynced(5);
  files.fail_sync(false);
  open_writer(files).reset();
  EXPECT_EQ(sealed_lines(files), Lines{"{\"n\":1}"});
}

TEST(Spool, FailingFsyncIsTroubleUntilTheDiskWorksAgainAndNothingIsLost) {
  MemoryFileSystem files;
  auto writer = open_writer(files);
  ASSERT_TRUE(writer->healthy());
  files.fail_sync(true);
  ASSERT_TRUE(writer->append("T", "{\"n\":1}"));
  ASSERT_TRUE(eventually([&] { return !writer->healthy(); }));
  EXPECT_NE(writer->trouble().find("cannot sync"), std::string::npos) << writer->trouble();
  files.fail_sync(false);
  EXPECT_TRUE(eventually([&] { return writer->healthy(); }));
  EXPECT_EQ(writer->trouble(), "");
  ASSERT_TRUE(writer->append("T", "{\"n\":2}"));
  EXPECT_TRUE(eventually([&] { return sealed_lines(files) == Lines{"{\"n\":1}", "{\"n\":2}"}; }));
}

TEST(Spool, FullDiskIsAnErrorAndNothingOfTheRefusedRowIsShipped) {
  MemoryFileSystem files;
  SpoolOptions options = options_for(kDirectory);
  options.min_free_bytes = 0;
  auto writer = open_writer(files, options);
  ASSERT_TRUE(writer->append("T", "{\"n\":1}"));
  files.set_capacity(40);
  const auto refused = writer->append("T", "{\"n\":2,\"long\":\"0123456789012345678901234567890123456789\"}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kIo);
  EXPECT_NE(refused.error().message().find("no space"), std::string::npos) << refused.error().message();
  EXPECT_FALSE(writer->healthy());
  files.set_capacity(1 << 20);
  EXPECT_TRUE(eventually([&] { return writer->healthy(); }));
  ASSERT_TRUE(writer->append("T", "{\"n\":3}"));
  EXPECT_TRUE(eventually([&] { return sealed_lines(files) == Lines{"{\"n\":1}", "{\"n\":3}"}; }));
}

TEST(Spool, AlmostFullDiskIsSaidBeforeItIsFull) {
  MemoryFileSystem files;
  SpoolOptions options = options_for(kDirectory);
  options.min_free_bytes = 1 << 19;
  files.set_capacity(1 << 20);
  auto writer = open_writer(files, options);
  ASSERT_TRUE(writer->append("T", "{}"));
  files.set_capacity(1 << 18);
  EXPECT_TRUE(eventually([&] { return !writer->append("T", "{}"); })) << "free space is asked for again";
  EXPECT_FALSE(writer->healthy());
  EXPECT_NE(writer->trouble().find("must be"), std::string::npos) << writer->trouble();
}

TEST(Spool, DamagedLineIsSetAsideAndTheOthersShip) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories(kDirectory));
  std::string damaged = format_line("T", "{\"n\":2}");
  damaged[12] ^= 1;
  const std::string path = std::string(kDirectory) + "/0000000000000001-00000000000000aa-click.0.seg";
  files.write_file(path, format_line("T", "{\"n\":1}") + damaged + format_line("T", "{\"n\":3}"));
  SpoolReader reader(kDirectory, files);
  for (int i = 0; i < 2; ++i) {  // a ship killed in between reads it twice
    const auto segment = reader.read(path).value();
    EXPECT_EQ(segment.damaged_lines, 1);
    EXPECT_EQ(segment.lines.size(), 2u);
    EXPECT_EQ(files.read(path + ".damaged").value(), damaged);
  }
  ASSERT_TRUE(reader.remove(path));
  EXPECT_EQ(files.list(kDirectory).value().size(), 1u) << "only the damaged line is left";
}

TEST(Spool, SecondWriterOfOneDirectoryIsRefused) {
  MemoryFileSystem files;
  auto writer = open_writer(files);
  const auto second = SpoolWriter::open(options_for(kDirectory), files);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
}

TEST(Spool, OrphansAreSealedOnlyWhereNoWriterIsAtWork) {
  MemoryFileSystem files;
  SpoolOptions options = options_for(kDirectory);
  options.max_segment_age = 1h;
  auto writer = open_writer(files, options);
  ASSERT_TRUE(writer->append("T", "{}"));
  EXPECT_EQ(seal_orphans(kDirectory, files).value(), 0);
  writer.reset();
  files.write_file(std::string(kDirectory) + "/0000000000000007-00000000000000aa-click.0.open",
                   format_line("T", "{}"));
  EXPECT_EQ(seal_orphans(kDirectory, files).value(), 1);
  EXPECT_EQ(sealed_lines(files).size(), 2u);
}

// On the real disk, since the promise is the kernel's: what write(2) took outlives the process.
TEST(Spool, KilledProcessLosesNoLineThatAppendHadTaken) {
  const std::string directory =
      std::filesystem::temp_directory_path() / ("linkgate_spool_" + std::to_string(getpid()));
  for (int round = 0; round < 5; ++round) {
    int fds[2];
    ASSERT_EQ(pipe(fds), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto writer = SpoolWriter::open(options_for(directory), real_file_system());
      for (uint32_t i = 0; writer; ++i) {
        if (!(*writer)->append("T", "{\"n\":" + std::to_string(i) + "}")) _exit(1);
        if (write(fds[1], &i, sizeof i) != sizeof i) _exit(1);
      }
      _exit(1);
    }
    close(fds[1]);
    uint32_t taken = 0;
    while (read(fds[0], &taken, sizeof taken) == sizeof taken && taken < 500u + 100u * round) continue;
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(fds[0], &taken, sizeof taken) == sizeof taken) continue;
    close(fds[0]);

    ASSERT_GE(taken, 500u);
    ASSERT_TRUE(SpoolWriter::open(options_for(directory), real_file_system()));
    const auto lines = sealed_lines(real_file_system(), directory);
    ASSERT_GE(lines.size(), taken + 1);
    for (uint32_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i], "{\"n\":" + std::to_string(i) + "}");
    std::filesystem::remove_all(directory);
  }
}

}  // namespace
}  // namespace linkgate::events
