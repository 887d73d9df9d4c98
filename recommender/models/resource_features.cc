#include "recommender/models/resource_features.h"

#include <utf8.h>
#include <xxhash.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace evenlight {
namespace {

constexpr int kMaxAuthors = 8;
constexpr int kMaxWords = 48;
constexpr int kMaxGrade = 12;
static_assert(kMaxResourceFeatures ==
              9 + 2 * kMaxGrade + kMaxAuthors + kMaxWords);

class Features {
 public:
  void Add(FeatureSort sort, absl::string_view text) {
    if (text.empty()) return;
    const std::string named = absl::StrCat(
        absl::string_view(reinterpret_cast<const char*>(&sort), 1), ":", text);
    features_.push_back({XXH3_64bits(named.data(), named.size()), sort});
  }

  std::vector<ResourceFeature> Take() && {
    std::sort(features_.begin(), features_.end());
    features_.erase(std::unique(features_.begin(), features_.end()),
                    features_.end());
    return std::move(features_);
  }

 private:
  std::vector<ResourceFeature> features_;
};

// Stands for bytes that are not UTF-8; no letter.
constexpr char32_t kBroken = 0;

std::u32string Decode(absl::string_view text) {
  std::u32string decoded;
  const char* position = text.data();
  const char* const end = position + text.size();
  while (position != end) {
    const char* const broken = utf8::find_invalid(position, end);
    while (position != broken) {
      decoded.push_back(utf8::unchecked::next(position));
    }
    if (position == end) break;
    decoded.push_back(kBroken);
    ++position;
  }
  return decoded;
}

bool IsWithin(char32_t c, char32_t first, char32_t last) {
  return first <= c && c <= last;
}

// Of a script that does not put spaces between words.
bool IsUnspaced(char32_t c) {
  return IsWithin(c, 0x3005, 0x3007) ||  // 々〆〇
         IsWithin(c, 0x3041, 0x30FA) ||  // Kana.
         IsWithin(c, 0x30FC, 0x30FF) ||  // The long vowel's mark.
         IsWithin(c, 0x3400, 0x9FFF) ||  // Han.
         IsWithin(c, 0xAC00, 0xD7A3) ||  // Hangul.
         IsWithin(c, 0xF900, 0xFAFF) ||  // Han for compatibility.
         IsWithin(c, 0x20000, 0x3FFFF);  // Rare Han.
}

// Of the scripts with capitals that catalogs are likely to hold; full-width
// forms become plain ones.
char32_t Folded(char32_t c) {
  if (IsWithin(c, 0xFF10, 0xFF5A)) c -= 0xFEE0;
  const bool is_capital =
      IsWithin(c, 'A', 'Z') || (IsWithin(c, 0xC0, 0xDE) && c != 0xD7) ||
      IsWithin(c, 0x391, 0x3A9) || IsWithin(c, 0x410, 0x42F);
  if (is_capital) return c + 0x20;
  return IsWithin(c, 0x400, 0x40F) ? c + 0x50 : c;
}

// Of a folded character.
bool IsSpaced(char32_t c) {
  if (c < 0x80) return IsWithin(c, 'a', 'z') || IsWithin(c, '0', '9');
  return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !IsUnspaced(c) &&
         !IsWithin(c, 0x2000, 0x2BFF) &&  // Punctuation, arrows and signs.
         !IsWithin(c, 0x3000, 0x303F) && !IsWithin(c, 0xD800, 0xF8FF) &&
         !IsWithin(c, 0xFE00, 0xFFFF) && c != 0x30FB && c < 0x1F000;
}

std::string Encode(std::u32string_view text) {
  std::string encoded;
  for (const char32_t c : text) {
    utf8::unchecked::append(c, std::back_inserter(encoded));
  }
  return encoded;
}

void AddWords(absl::string_view title, Features& features) {
  std::u32string text = Decode(title);
  std::transform(text.begin(), text.end(), text.begin(), Folded);
  const auto run = [&](size_t begin, bool (*is_of_run)(char32_t)) {
    return std::find_if_not(text.begin() + begin, text.end(), is_of_run) -
           text.begin();
  };
  if (std::any_of(text.begin(), text.end(), IsUnspaced)) {
    features.Add(FeatureSort::kScript, "unspaced");
  } else if (std::any_of(text.begin(), text.end(), IsSpaced)) {
    features.Add(FeatureSort::kScript, "spaced");
  }
  int num_words = 0;
  const auto add = [&](size_t begin, size_t size) {
    if (num_words == kMaxWords) return;
    ++num_words;
    features.Add(FeatureSort::kWord,
                 Encode(std::u32string_view(text).substr(begin, size)));
  };
  for (size_t begin = 0; begin < text.size() && num_words < kMaxWords;) {
    const size_t unspaced = run(begin, IsUnspaced) - begin;
    const size_t spaced = run(begin, IsSpaced) - begin;
    if (spaced > 0) add(begin, spaced);
    if (unspaced == 1) add(begin, 1);
    for (size_t at = 0; at + 1 < unspaced; ++at) add(begin + at, 2);
    begin += std::max<size_t>(1, unspaced + spaced);
  }
}

bool SeparatesAuthors(char32_t c) {
  return c == ',' || c == ';' || c == '/' || c == U'，' || c == U'；' ||
         c == U'、' || c == U'／';
}

void AddAuthors(absl::string_view authors, Features& features) {
  const std::u32string text = Decode(authors);
  int num_authors = 0;
  for (auto begin = text.begin(); num_authors < kMaxAuthors;) {
    const auto end = std::find_if(begin, text.end(), SeparatesAuthors);
    const std::string author = Encode({begin, end});
    const absl::string_view name = absl::StripAsciiWhitespace(author);
    if (!name.empty()) ++num_authors;
    features.Add(FeatureSort::kAuthor, name);
    if (end == text.end()) break;
    begin = end + 1;
  }
}

void AddGrades(const Resource& resource, Features& features) {
  // A range that is open at one end says where it begins or ends; an open one
  // says nothing.
  if (resource.min_grade == 0 && resource.max_grade == 0) return;
  const int first = std::max(1, resource.min_grade);
  const int last = resource.max_grade == 0
                       ? kMaxGrade
                       : std::min(kMaxGrade, resource.max_grade);
  for (int grade = first; grade <= last; ++grade) {
    features.Add(FeatureSort::kGrade, absl::StrCat(grade));
    if (resource.subject.empty()) continue;
    features.Add(FeatureSort::kSubjectInGrade,
                 absl::StrCat(grade, ":", resource.subject));
  }
}

// Resources that somebody took the care to describe are used more, but not by
// every provider alike.
void AddHas(const Resource& resource, absl::string_view what,
            Features& features) {
  features.Add(FeatureSort::kHas, what);
  if (resource.provider.empty()) return;
  features.Add(FeatureSort::kProviderHas,
               absl::StrCat(what, ":", resource.provider));
}

}  // namespace

std::vector<ResourceFeature> DescribeResource(const Resource& resource) {
  Features features;
  if (resource.kind != ResourceKind::kUnspecified) {
    features.Add(FeatureSort::kKind,
                 absl::StrCat(static_cast<int>(resource.kind)));
  }
  features.Add(FeatureSort::kSubject, resource.subject);
  features.Add(FeatureSort::kLanguage,
               absl::AsciiStrToLower(resource.language));
  features.Add(FeatureSort::kProvider, resource.provider);
  AddGrades(resource, features);
  for (const KcId& kc : resource.kcs) features.Add(FeatureSort::kKc, kc);
  if (!resource.subject.empty()) AddHas(resource, "subject", features);
  if (!resource.kcs.empty()) AddHas(resource, "kcs", features);
  AddAuthors(resource.author, features);
  AddWords(resource.title, features);
  return std::move(features).Take();
}

std::vector<uint64_t> ResourceFeatures(const Resource& resource) {
  std::vector<uint64_t> fingerprints;
  for (const ResourceFeature& feature : DescribeResource(resource)) {
    fingerprints.push_back(feature.fingerprint);
  }
  return fingerprints;
}

}  // namespace evenlight
