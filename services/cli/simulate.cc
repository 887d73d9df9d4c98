#include "services/cli/simulate.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/event.pb.h"
#include "evenlight/v1/resource.pb.h"
#include "recommender/simulation/track.h"
#include "services/interop/json_lines.h"
#include "services/interop/roster_csv.h"
#include "services/interop/to_message.h"

namespace evenlight {
namespace {

// A file in the output directory; Close() tells whether all of it is there.
class OutFile {
 public:
  OutFile(const std::string& directory, const char* name)
      : path_(absl::StrCat(directory, "/", name)),
        stream_(path_, std::ios::binary | std::ios::trunc) {}

  std::ofstream& stream() { return stream_; }

  absl::Status Close() {
    stream_.close();
    if (stream_) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot write ", path_));
  }

 private:
  const std::string path_;
  std::ofstream stream_;
};

template <typename Message, typename Value>
absl::Status WriteLines(const std::string& directory, const char* name,
                        const std::vector<Value>& values) {
  OutFile file(directory, name);
  for (const Value& value : values) {
    Message message;
    ToMessage(value, &message);
    file.stream() << ToJsonLine(message) << "\n";
  }
  return file.Close();
}

absl::Status WriteRoster(const std::string& directory,
                         const District& district) {
  std::vector<Person> people = district.teachers;
  people.insert(people.end(), district.learners.begin(),
                district.learners.end());
  OutFile file(directory, "roster.csv");
  WriteRosterCsv(district.schools, district.classes, people, &file.stream());
  return file.Close();
}

absl::StatusOr<int64_t> WriteEvents(const std::string& directory,
                                    const District& district,
                                    const Console& console) {
  OutFile file(directory, "events.jsonl");
  Progress progress(console, "events");
  const double num_days = 7.0 * district.options.weeks;
  const int64_t num_events =
      SimulateTrack(district, [&](int day, const Event& event) {
        v1::Event message;
        ToMessage(event, &message);
        file.stream() << ToJsonLine(message) << "\n";
        progress.Update((day + 1) / num_days);
      });
  RETURN_IF_ERROR(file.Close());
  return num_events;
}

absl::Status Run(const SimulateOptions& options, const Console& console) {
  ASSIGN_OR_RETURN(const District district, MakeDistrict(options.district));
  std::error_code error;
  std::filesystem::create_directories(options.out_dir, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot make ", options.out_dir, ": ", error.message()));
  }
  RETURN_IF_ERROR(WriteLines<v1::KnowledgeComponent>(
      options.out_dir, "kcs.jsonl", district.kcs));
  RETURN_IF_ERROR(WriteLines<v1::Resource>(options.out_dir, "resources.jsonl",
                                           district.resources));
  RETURN_IF_ERROR(WriteRoster(options.out_dir, district));
  ASSIGN_OR_RETURN(const int64_t num_events,
                   WriteEvents(options.out_dir, district, console));
  console.Figures(
      {{"synthetic", "yes"},
       {"schools", static_cast<int64_t>(district.schools.size())},
       {"classes", static_cast<int64_t>(district.classes.size())},
       {"teachers", static_cast<int64_t>(district.teachers.size())},
       {"learners", static_cast<int64_t>(district.learners.size())},
       {"kcs", static_cast<int64_t>(district.kcs.size())},
       {"resources", static_cast<int64_t>(district.resources.size())},
       {"events", num_events},
       {"directory", options.out_dir}});
  return absl::OkStatus();
}

}  // namespace

int SimulateDistrict(const SimulateOptions& options, const Console& console) {
  const absl::Status status = Run(options, console);
  return status.ok() ? kExitOk : console.Fail("simulate district", status);
}

}  // namespace evenlight
