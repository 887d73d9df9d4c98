// The resources of a synthetic district: per kc exercises from easy to hard, a
// film in two sizes, a text, a micro-course; per subject and grade a quiz.

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "recommender/simulation/district.h"
#include "recommender/simulation/random.h"

namespace evenlight {
namespace {

constexpr uint32_t kPurpose = 0x2e5;
constexpr int kExercisesPerKc = 8;
constexpr AccessibilitySet kCaptions = 1u << 1;
constexpr AccessibilitySet kScreenReader = 1u << 3;
constexpr AccessibilitySet kLargePrint = 1u << 4;
constexpr AccessibilitySet kKeyboardOnly = 1u << 6;

constexpr PhaseSet Phases(Phase a, Phase b) {
  return 1u << static_cast<int>(a) | 1u << static_cast<int>(b);
}

class ResourceMaker {
 public:
  ResourceMaker(District* district, int kc)
      : district_(*district),
        kc_(kc),
        random_(district->options.seed, kPurpose, static_cast<uint32_t>(kc)) {}

  void AddExercise(int number) {
    // From easy to hard, so that every learner finds a fitting one.
    const double level = -1.2 + 2.4 * (number - 1) / (kExercisesPerKc - 1);
    const double difficulty = level + random_.Normal(0, .25);
    Resource r = Start(ResourceKind::kExercise, absl::StrCat("x", number),
                       absl::StrCat("practice ", number));
    r.minutes = static_cast<float>(2 + random_.Below(4));
    r.difficulty =
        static_cast<float>(std::clamp(.5 + difficulty / 4, 0.0, 1.0));
    r.accessibility = kCaptions | kKeyboardOnly | kLargePrint;
    if (random_.Chance(.8)) r.accessibility |= kScreenReader;
    r.bandwidth_kbps = 32;
    Add(std::move(r), difficulty);
  }

  void AddVideo(bool is_small) {
    Resource r = Start(ResourceKind::kVideo, is_small ? "vs" : "v",
                       is_small ? "film, small" : "film");
    r.minutes = static_cast<float>(6 + random_.Below(7));
    r.phases = Phases(Phase::kPreClass, Phase::kSelfStudy) |
               Phases(Phase::kPostClass, Phase::kPostClass);
    if (random_.Chance(.6)) r.accessibility = kCaptions;
    r.bandwidth_kbps = is_small ? 300 : 1500;
    Add(std::move(r), 0);
  }

  void AddText(bool is_english) {
    Resource r = Start(ResourceKind::kText, is_english ? "te" : "t",
                       is_english ? "reading, in English" : "reading");
    r.language = is_english ? "en" : "zh-CN";
    r.minutes = static_cast<float>(3 + random_.Below(5));
    r.accessibility = kCaptions | kScreenReader | kLargePrint;
    r.bandwidth_kbps = 32;
    Add(std::move(r), 0);
  }

  void AddMicroCourse() {
    Resource r = Start(ResourceKind::kMicroCourse, "m", "micro-course");
    r.minutes = static_cast<float>(10 + random_.Below(9));
    r.phases = Phases(Phase::kPreClass, Phase::kInClass);
    if (random_.Chance(.7)) r.accessibility = kCaptions;
    r.bandwidth_kbps = 800;
    Add(std::move(r), 0);
  }

  // Covers `kcs`, the first of which is this maker's.
  void AddQuiz(const std::vector<int>& kcs) {
    const KnowledgeComponent& kc = district_.kcs[kc_];
    Resource r = Start(ResourceKind::kQuiz, "q", "");
    r.title =
        absl::StrFormat("Quiz: %s, grade %d (synthetic)", kc.subject, kc.grade);
    r.kcs.clear();
    for (const int k : kcs) r.kcs.push_back(district_.kcs[k].id);
    r.minutes = 15;
    r.phases = Phases(Phase::kPostClass, Phase::kSelfStudy);
    r.accessibility = kCaptions | kScreenReader | kKeyboardOnly;
    r.bandwidth_kbps = 32;
    Add(std::move(r), 0);
  }

 private:
  Resource Start(ResourceKind kind, const std::string& suffix,
                 const std::string& what) {
    const KnowledgeComponent& kc = district_.kcs[kc_];
    Resource r;
    // syn-k-add-20 gives syn-r-add-20-x3.
    r.id = absl::StrCat("syn-r-", kc.id.substr(6), "-", suffix);
    r.title = absl::StrCat(kc.title, ", ", what);
    r.kind = kind;
    r.kcs = {kc.id};
    r.subject = kc.subject;
    r.min_grade = std::max(1, kc.grade - 1);
    r.max_grade = std::min(12, kc.grade + 2);
    r.language = kc.subject == "mathematics" && kind == ResourceKind::kExercise
                     ? ""  // Figures need no language.
                     : "zh-CN";
    r.provider = kSyntheticProviders[random_.Below(3)];
    r.author = absl::StrCat("Synthetic Author ", 1 + random_.Below(20));
    r.link = absl::StrCat("https://resources.example/", r.id);
    if (random_.Chance(.04)) {
      r.publish_time =
          district_.options.end - absl::Hours(24 * (1 + random_.Below(14)));
    }
    return r;
  }

  void Add(Resource r, double difficulty) {
    ResourceTruth truth;
    truth.kc = kc_;
    truth.difficulty = difficulty;
    truth.quality = std::clamp(random_.Normal(.6, .2), 0.0, 1.0);
    district_.resources.push_back(std::move(r));
    district_.resource_truth.push_back(truth);
  }

  District& district_;
  const int kc_;
  Random random_;
};

// Kcs of the same subject and grade as `kc`, if it is the first of them.
std::vector<int> QuizFrom(const District& district, int kc) {
  const KnowledgeComponent& first = district.kcs[kc];
  std::vector<int> kcs;
  for (int k = 0; k < static_cast<int>(district.kcs.size()); ++k) {
    const KnowledgeComponent& other = district.kcs[k];
    if (other.subject != first.subject || other.grade != first.grade) continue;
    if (k < kc) return {};
    kcs.push_back(k);
  }
  return kcs;
}

}  // namespace

void AddResources(District* district) {
  for (int kc = 0; kc < static_cast<int>(district->kcs.size()); ++kc) {
    ResourceMaker maker(district, kc);
    for (int number = 1; number <= kExercisesPerKc; ++number) {
      maker.AddExercise(number);
    }
    maker.AddVideo(false);
    maker.AddVideo(true);
    maker.AddText(false);
    if (kc % 3 == 0) maker.AddText(true);
    maker.AddMicroCourse();
    const std::vector<int> quiz = QuizFrom(*district, kc);
    if (!quiz.empty()) maker.AddQuiz(quiz);
  }
}

}  // namespace evenlight
