// The command as its users run it: flags, exit codes and messages of the real
// binary, alone and beside a real server.

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/process.h"

namespace evenlight {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Words = std::vector<std::string>;

Finished Evenlight(Words words) {
  words.insert(words.begin(), BinaryPath("evenlight"));
  return RunProgram(words);
}

class BinaryTest : public testing::Test {
 protected:
  void SetUp() override {
    // What a developer has exported must not decide.
    unsetenv("EVENLIGHT_SERVER");
    unsetenv("EVENLIGHT_TENANT");
    std::string name = testing::TempDir() + "evenlight_binary_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const {
    return directory_ + "/" + name;
  }

  std::string File(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

  static std::string Text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::unique_ptr<ServerProcess> Serve() const {
    return std::make_unique<ServerProcess>(Path("db"), Path("models"));
  }

  std::string directory_;
};

TEST_F(BinaryTest, EverySubcommandHelpsWithAnExample) {
  for (const Words& subcommand : {Words{},
                                  {"import"},
                                  {"import", "answers"},
                                  {"import", "interactions"},
                                  {"import", "events"},
                                  {"import", "resources"},
                                  {"import", "kcs"},
                                  {"import", "roster"},
                                  {"train"},
                                  {"evaluate"},
                                  {"evaluate", "tracing"},
                                  {"evaluate", "lists"},
                                  {"evaluate", "replay"},
                                  {"recommend"},
                                  {"recommend", "learner"},
                                  {"recommend", "class"},
                                  {"recommend", "path"},
                                  {"set"},
                                  {"set", "goal"},
                                  {"push"},
                                  {"push", "create"},
                                  {"push", "list"},
                                  {"push", "watch"},
                                  {"show"},
                                  {"show", "learner"},
                                  {"show", "goal"},
                                  {"models"},
                                  {"models", "list"},
                                  {"models", "activate"},
                                  {"models", "rollback"},
                                  {"simulate"},
                                  {"simulate", "district"},
                                  {"doctor"},
                                  {"backup"},
                                  {"restore"},
                                  {"verify"}}) {
    Words words = subcommand;
    words.push_back("--help");
    const Finished help = Evenlight(words);
    SCOPED_TRACE(testing::PrintToString(words));
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.output, HasSubstr("Example"));
    EXPECT_EQ(help.errors, "");
  }
}

TEST_F(BinaryTest, WrongUsageEndsWithTwoAndSaysWhatIsWrong) {
  const std::string csv = File("a.csv", "user,skill,correct\nl1,k1,1\n");
  struct Case {
    Words words;
    const char* message;
  };
  for (const Case& c : std::vector<Case>{
           {{}, "subcommand"},
           {{"teach"}, "subcommand"},
           {{"doctor", "--colour"}, "--colour"},
           {{"import", "answers"}, "file"},
           {{"import", "answers", csv}, "--tenant"},
           {{"train"}, "--tenant"},
           {{"backup", "--to", "b"}, "--data_dir"},
           {{"backup", "--keep", "3"}, "--data_dir"},
           {{"restore", "--to", "b"}, "--from"},
           {{"verify"}, "directory"},
           {{"train", "--tenant", "t", "--models", "lrh,film"}, "film"},
           {{"train", "--tenant", "t", "--max_state_bytes", "0"},
            "1 to 1000000000"},
           {{"recommend", "learner", "l1", "--phase", "night"},
            "`night` is none of: in_class"},
           {{"recommend", "class", "c1", "--kinds", "video,film"},
            "`film` is none of: audio"},
           {{"recommend", "learner", "l1", "--needs", "music"},
            "`music` is none of: captions"},
           {{"recommend", "learner", "l1", "-n", "0"}, "range"},
           {{"recommend", "path", "l1", "--kcs", "k1"}, "--by"},
           {{"recommend", "path", "l1", "--minutes", "5"}, "--kcs"},
           {{"recommend", "path", "l1", "--kcs", "k1", "--by", "Friday"},
            "is neither a day, such as 2026-06-30"},
           {{"set", "goal", "l1"}, "--kcs"},
           {{"set", "goal", "l1", "--kcs", "k1", "--by", "2026-06-30",
             "--level", "expert"},
            "`expert` is none of: familiar"},
           {{"import", "answers", csv, "--tenant", "t", "--refused", csv},
            "--refused names the input"}}) {
    const Finished finished = Evenlight(c.words);
    SCOPED_TRACE(testing::PrintToString(c.words));
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.errors, HasSubstr(c.message));
    EXPECT_EQ(finished.output, "");
  }
}

// Port 1 of the loopback is nobody's. Import and training ask again for a
// while, so all run at once.
TEST_F(BinaryTest, AServerThatCannotBeReachedIsNamed) {
  const std::string csv = File("a.csv", "user,skill,correct\nl1,k1,1\n");
  std::vector<std::future<Finished>> running;
  for (Words words :
       {Words{"train"}, Words{"import", "answers", csv}, Words{"doctor"},
        Words{"recommend", "learner", "l1", "--kinds", "video,quiz"},
        Words{"recommend", "class", "--needs", "captions", "--kcs", "k1,k2",
              "c1"},
        Words{"show", "learner", "l1"},
        Words{"recommend", "path", "l1", "--kcs", "k1,k2", "--by", "2026-06-30",
              "--level", "familiar"},
        Words{"show", "goal", "l1"}, Words{"models", "list"}}) {
    words.insert(words.end(), {"--server=127.0.0.1:1", "--tenant=t"});
    running.push_back(std::async(std::launch::async, Evenlight, words));
  }
  int expected = 75;  // Of train alone.
  for (std::future<Finished>& future : running) {
    const Finished finished = future.get();
    EXPECT_EQ(finished.exit_code, expected) << finished.errors;
    EXPECT_THAT(finished.errors,
                AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("--server")));
    expected = 1;
  }
}

TEST_F(BinaryTest, ADistrictIsFourFiles) {
  const Finished finished =
      Evenlight({"simulate", "district", "--learners", "30", "--weeks", "1",
                 "--out", Path("district")});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("learners=30 "));
  for (const char* name :
       {"kcs.jsonl", "resources.jsonl", "roster.csv", "events.jsonl"}) {
    EXPECT_GT(std::filesystem::file_size(Path("district") + "/" + name), 0u);
  }
}

TEST_F(BinaryTest, TracingIsEvaluatedWithoutAServer) {
  std::string text = "learner,kc,correct\n";
  for (int row = 0; row < 400; ++row) {
    text += "l" + std::to_string(row % 40) + ",k" + std::to_string(row % 3) +
            "," + std::to_string(row % 7 % 2) + "\n";
  }
  const Finished finished =
      Evenlight({"evaluate", "tracing", "--answers", File("a.csv", text),
                 "--models", "mean,bkt", "--out", Path("report.json")});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("model=mean fold=mean auc="));
  EXPECT_THAT(finished.output, HasSubstr("model=bkt fold=mean auc="));
  EXPECT_THAT(finished.output, HasSubstr("ordered=no"));
  EXPECT_THAT(Text(Path("report.json")),
              HasSubstr("\"folds\":\"seeded_hash\""));
}

TEST_F(BinaryTest, WithoutCreatingRowsAreRefusedByTheirLine) {
  const std::unique_ptr<ServerProcess> server = Serve();
  ASSERT_NE(server->address(), "") << server->Log();
  const std::string csv = File("a.csv", "user,skill,correct\nl1,k1,1\n");
  const Finished finished =
      Evenlight({"import", "answers", "--no-create", csv, "--tenant=t",
                 "--server=" + server->address()});
  EXPECT_EQ(finished.exit_code, 3) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("accepted=0 duplicate=0 refused=1"));
  EXPECT_THAT(finished.errors, HasSubstr("the first is line 2: resource: "));
  const std::string refused = Text(csv + ".refused.csv");
  EXPECT_THAT(refused, HasSubstr("line,reason,row\n2,\"resource: "));
  EXPECT_THAT(refused, HasSubstr(",\"l1,k1,1\"\n"));
  EXPECT_THAT(refused, Not(HasSubstr("events[")));
  server->Stop(SIGTERM);
}

// A district is imported, and trained on when the server is gone.
TEST_F(BinaryTest, ADirectoryIsTrainedOnceItsServerHasStopped) {
  const std::string district = Path("district");
  ASSERT_EQ(Evenlight({"simulate", "district", "--learners", "100", "--out",
                       district})
                .exit_code,
            0);
  std::unique_ptr<ServerProcess> server = Serve();
  ASSERT_NE(server->address(), "") << server->Log();
  for (const auto& [what, name] :
       std::vector<std::pair<std::string, std::string>>{
           {"kcs", "kcs.jsonl"},
           {"resources", "resources.jsonl"},
           {"roster", "roster.csv"},
           {"events", "events.jsonl"}}) {
    const Finished import =
        Evenlight({"import", what, district + "/" + name, "--tenant=t",
                   "--server=" + server->address()});
    ASSERT_EQ(import.exit_code, 0) << import.errors;
  }
  const Words train = {"train",       "--tenant=t",   "--data_dir", Path("db"),
                       "--model_dir", Path("models"), "--factors=8"};
  const Finished held = Evenlight(train);
  EXPECT_THAT(held.exit_code, testing::AnyOf(1, 75));
  EXPECT_THAT(held.errors,
              AllOf(HasSubstr("evenlight: train: "),
                    HasSubstr("another process holds"), HasSubstr(Path("db"))));

  EXPECT_EQ(server->Stop(SIGTERM), 0);
  const Finished first = Evenlight(train);
  EXPECT_EQ(first.exit_code, 0) << first.output << first.errors;
  EXPECT_THAT(first.output, HasSubstr("outcome=published version=1"));
  const Finished second = Evenlight(train);
  EXPECT_EQ(second.exit_code, 4) << second.output << second.errors;
  EXPECT_THAT(second.output, HasSubstr("outcome=nothing_to_do"));
}

// An operator's whole way: backup beside serving, damage, restore, serve.
TEST_F(BinaryTest, AServerIsBackedUpAndItsRestoredDirectoryServes) {
  const std::string config = File(
      "c.txtpb", "backup { directory: \"" + Path("backups") + "\" keep: 2 }");
  const auto server = std::make_unique<ServerProcess>(
      Path("db"), Path("models"), Words{"--config=" + config});
  ASSERT_NE(server->address(), "") << server->Log();
  const std::string csv =
      File("a.csv", "user,skill,correct\nl1,k1,1\nl1,k1,0\nl2,k2,1\n");
  ASSERT_EQ(Evenlight({"import", "answers", csv, "--tenant=t",
                       "--server=" + server->address()})
                .exit_code,
            0);
  // Without a tenant: it is of all.
  const Finished backup =
      Evenlight({"backup", "--server=" + server->address()});
  EXPECT_EQ(backup.exit_code, 0) << backup.errors;
  EXPECT_THAT(backup.output,
              AllOf(HasSubstr("backup=1 "), HasSubstr(Path("backups"))));

  const Finished held = Evenlight({"verify", Path("db")});
  EXPECT_EQ(held.exit_code, 1);
  EXPECT_THAT(held.output, HasSubstr("holds data directory"));
  const Finished second =
      RunProgram({BinaryPath("evenlightd"), "--listen=127.0.0.1:0",
                  "--data_dir=" + Path("db")});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.errors,
              AllOf(HasSubstr("another process holds"), HasSubstr(Path("db"))));
  server->Stop(SIGKILL);

  const Finished verified = Evenlight({"verify", Path("backups")});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  const Words restore = {"restore", "--from", Path("backups"), "--to",
                         Path("new")};
  EXPECT_EQ(Evenlight(restore).exit_code, 0);
  EXPECT_EQ(Evenlight(restore).exit_code, 1);
  const Finished whole = Evenlight({"verify", Path("new"), "--json"});
  EXPECT_EQ(whole.exit_code, 0) << whole.output;
  EXPECT_THAT(whole.output,
              AllOf(HasSubstr("\"findings\":0"), HasSubstr("\"events\":3,")));
  const ServerProcess restored(Path("new/db"), Path("new/models"));
  ASSERT_NE(restored.address(), "") << restored.Log();
  const Finished again = Evenlight({"import", "answers", csv, "--tenant=t",
                                    "--server=" + restored.address()});
  EXPECT_THAT(again.output, HasSubstr("accepted=0 duplicate=3"));
}

}  // namespace
}  // namespace evenlight
