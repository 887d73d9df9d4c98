#include "recommender/simulation/student_world.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "recommender/simulation/bkt_student.h"
#include "recommender/simulation/forgetting_student.h"
#include "recommender/simulation/irt_student.h"
#include "recommender/simulation/kss_student.h"
#include "recommender/simulation/random.h"

namespace evenlight {
namespace {

constexpr uint32_t kWorldPurpose = 0x3d1;
constexpr uint32_t kStudentPurpose = 0x57e;

constexpr std::array<const char*, 5> kNames = {
    "kss", "bkt", "irt", "forgetting", "wrong_prerequisites"};

// True for a kc itself.
bool Needs(const PrerequisiteGraph& graph, int kc, int other) {
  const std::vector<int> needed = WithPrerequisites(graph, {kc});
  return std::binary_search(needed.begin(), needed.end(), other);
}

// Each stated prerequisite is true with one chance in two. For one that is not
// there is another between any two kcs, in either direction.
PrerequisiteGraph WrongGraph(const PrerequisiteGraph& stated, Random* random) {
  const int num_kcs = static_cast<int>(stated.size());
  PrerequisiteGraph graph(num_kcs);
  int num_false = 0;
  for (int kc = 0; kc < num_kcs; ++kc) {
    for (const int prerequisite : stated[kc]) {
      if (random->Chance(.5)) {
        graph[kc].push_back(prerequisite);
      } else {
        ++num_false;
      }
    }
  }
  while (num_false > 0) {
    const int prerequisite = random->Below(num_kcs);
    const int kc = random->Below(num_kcs);
    if (Needs(graph, prerequisite, kc) || Needs(graph, kc, prerequisite)) {
      continue;
    }
    graph[kc].push_back(prerequisite);
    --num_false;
  }
  return graph;
}

float UniformIn(double low, double high, Random* random) {
  return static_cast<float>(low + (high - low) * random->Uniform());
}

double Logistic(double x) { return 1 / (1 + std::exp(-x)); }

// EduSim's start: whole levels from -3 to 0, later concepts a little lower.
std::vector<double> KssLevels(double ability, Random* random) {
  std::vector<double> levels;
  for (int kc = 0; kc < kNumCourseKcs; ++kc) {
    levels.push_back(std::min(5.0, random->Below(4) - 3 - .1 * kc + ability));
  }
  return levels;
}

std::vector<double> BktKnown(const StudentWorld& world, double ability) {
  std::vector<double> p_known;
  for (const BktParams& kc : world.bkt) {
    p_known.push_back(
        Logistic(std::log(kc.p_init / (1 - kc.p_init)) + ability));
  }
  return p_known;
}

std::vector<double> IrtLevels(double ability, Random* random) {
  std::vector<double> levels;
  for (int kc = 0; kc < kNumCourseKcs; ++kc) {
    levels.push_back(random->Normal(ability - .5, .8));
  }
  return levels;
}

}  // namespace

std::vector<std::string> StudentNames() {
  return {kNames.begin(), kNames.end()};
}

const char* Name(StudentKind kind) { return kNames[static_cast<size_t>(kind)]; }

absl::StatusOr<StudentKind> FindStudent(absl::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no student model `", name, "`; there are ",
                     absl::StrJoin(kNames, ", ")));
  }
  return static_cast<StudentKind>(found - kNames.begin());
}

StudentWorld MakeStudentWorld(StudentKind kind, const Course& course,
                              int64_t seed) {
  StudentWorld world;
  world.kind = kind;
  world.seed = seed;
  Random random(seed, kWorldPurpose, static_cast<uint32_t>(kind));
  world.graph = kind == StudentKind::kWrongPrerequisites
                    ? WrongGraph(course.stated, &random)
                    : course.stated;
  for (int kc = 0; kc < kNumCourseKcs; ++kc) {
    world.difficulties.push_back(random.Below(6));
    world.bkt.push_back({.p_init = UniformIn(.1, .5, &random),
                         .p_learn = UniformIn(.1, .3, &random),
                         .p_forget = 0,
                         .p_slip = UniformIn(.05, .15, &random),
                         .p_guess = UniformIn(.1, .3, &random)});
    world.kcs.push_back({.grade = 0, .prerequisites = world.graph[kc]});
  }
  std::sort(world.difficulties.begin(), world.difficulties.end());
  return world;
}

std::unique_ptr<StudentModel> MakeStudent(const StudentWorld& world,
                                          double ability, uint32_t stream) {
  Random random(world.seed, kStudentPurpose, stream);
  switch (world.kind) {
    case StudentKind::kKss:
      return std::make_unique<KssStudent>(&world.graph, &world.difficulties,
                                          KssLevels(ability, &random));
    case StudentKind::kBkt:
      return std::make_unique<BktStudent>(&world.graph, &world.bkt,
                                          BktKnown(world, ability));
    case StudentKind::kForgetting:
      return std::make_unique<ForgettingStudent>(
          StudentTraits{.ability = ability}, &world.kcs, world.seed, stream);
    case StudentKind::kIrt:
    case StudentKind::kWrongPrerequisites:
      break;
  }
  return std::make_unique<IrtStudent>(&world.graph,
                                      IrtLevels(ability, &random));
}

}  // namespace evenlight
