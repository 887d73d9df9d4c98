#include "core/curriculum.h"

#include <algorithm>
#include <cassert>

namespace evenlight {
namespace {

// Compressed rows: what row r points to is to[begin[r] .. begin[r + 1]), in
// order, each once.
struct Graph {
  std::vector<int32_t> begin;
  std::vector<int32_t> to;
};

// Every kc points to its prerequisites.
Graph BuildGraph(int32_t num_kcs, absl::Span<const Curriculum::Edge> edges) {
  std::vector<std::pair<int32_t, int32_t>> pairs;
  pairs.reserve(edges.size());
  for (const Curriculum::Edge& edge : edges) {
    assert(ToInt(edge.kc) >= 0 && ToInt(edge.kc) < num_kcs);
    assert(ToInt(edge.prerequisite) >= 0 && ToInt(edge.prerequisite) < num_kcs);
    pairs.emplace_back(ToInt(edge.kc), ToInt(edge.prerequisite));
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());

  Graph graph;
  graph.begin.assign(num_kcs + 1, 0);
  for (const auto& [from, to] : pairs) {
    ++graph.begin[from + 1];
    graph.to.push_back(to);
  }
  for (int32_t kc = 0; kc < num_kcs; ++kc) {
    graph.begin[kc + 1] += graph.begin[kc];
  }
  return graph;
}

// Tarjan's strongly connected components (SIAM J. Comput. 1972) with a stack
// of its own: a curriculum may be a chain deeper than a thread's stack. A
// component is complete only after all that it points to, so numbers grow from
// prerequisites to what needs them.
class ComponentFinder {
 public:
  explicit ComponentFinder(const Graph& graph)
      : graph_(graph),
        num_kcs_(static_cast<int32_t>(graph.begin.size()) - 1),
        component_(num_kcs_, -1),
        order_(num_kcs_, -1),
        lowest_(num_kcs_, 0) {
    for (int32_t kc = 0; kc < num_kcs_; ++kc) {
      if (order_[kc] < 0) Visit(kc);
    }
  }

  std::vector<int32_t> TakeComponents() { return std::move(component_); }
  int32_t num_components() const { return num_components_; }

 private:
  struct Frame {
    int32_t kc;
    int32_t next;  // Position in graph_.to.
  };

  void Enter(int32_t kc) {
    order_[kc] = lowest_[kc] = num_visited_++;
    open_.push_back(kc);
    frames_.push_back({kc, graph_.begin[kc]});
  }

  void Visit(int32_t root) {
    Enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == graph_.begin[frame.kc + 1]) {
        Leave(frame.kc);
        continue;
      }
      const int32_t to = graph_.to[frame.next++];
      if (order_[to] < 0) {
        Enter(to);
      } else if (component_[to] < 0) {
        lowest_[frame.kc] = std::min(lowest_[frame.kc], order_[to]);
      }
    }
  }

  void Leave(int32_t kc) {
    frames_.pop_back();
    if (!frames_.empty()) {
      int32_t& lowest = lowest_[frames_.back().kc];
      lowest = std::min(lowest, lowest_[kc]);
    }
    if (lowest_[kc] != order_[kc]) return;
    int32_t member;
    do {
      member = open_.back();
      open_.pop_back();
      component_[member] = num_components_;
    } while (member != kc);
    ++num_components_;
  }

  const Graph& graph_;
  const int32_t num_kcs_;
  std::vector<int32_t> component_;  // -1: not complete.
  std::vector<int32_t> order_;      // -1: not visited.
  std::vector<int32_t> lowest_;
  std::vector<int32_t> open_;  // Visited, component not complete.
  std::vector<Frame> frames_;
  int32_t num_visited_ = 0;
  int32_t num_components_ = 0;
};

}  // namespace

Curriculum::Curriculum(int32_t num_kcs, absl::Span<const Edge> edges) {
  const Graph graph = BuildGraph(num_kcs, edges);
  ComponentFinder finder(graph);
  num_groups_ = finder.num_components();
  group_ = finder.TakeComponents();

  std::vector<bool> is_cycle(num_groups_, false);
  begin_.push_back(0);
  for (int32_t kc = 0; kc < num_kcs; ++kc) {
    for (int32_t e = graph.begin[kc]; e < graph.begin[kc + 1]; ++e) {
      const int32_t prerequisite = graph.to[e];
      if (group_[prerequisite] == group_[kc]) {
        is_cycle[group_[kc]] = true;
      } else {
        prerequisites_.push_back(KcIndex{prerequisite});
      }
    }
    begin_.push_back(static_cast<int32_t>(prerequisites_.size()));
  }

  std::vector<std::vector<KcIndex>> members(num_groups_);
  for (int32_t kc = 0; kc < num_kcs; ++kc) {
    if (is_cycle[group_[kc]]) members[group_[kc]].push_back(KcIndex{kc});
  }
  for (std::vector<KcIndex>& cycle : members) {
    if (!cycle.empty()) cycles_.push_back(std::move(cycle));
  }
}

absl::Span<const KcIndex> Curriculum::Prerequisites(KcIndex kc) const {
  const int32_t begin = begin_[ToInt(kc)];
  const int32_t end = begin_[ToInt(kc) + 1];
  return absl::MakeConstSpan(prerequisites_).subspan(begin, end - begin);
}

}  // namespace evenlight
