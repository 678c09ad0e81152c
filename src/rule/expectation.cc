// SPDX-License-Identifier: Apache-2.0
#include "rule/expectation.h"

#include <algorithm>

#include "base/text.h"
#include "rule/explain.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;
using yaml::Node;

std::string quoted(std::string_view text) {
    return text.empty() ? "“”" : format("“{}”", text);
}

class Differences {
public:
    Differences(const RuleSet& set, const Rule& rule, const Judgement& judgement, const Zone& zone,
                const std::function<std::string(const std::string&)>& name_of)
        : set_(set), rule_(rule), judgement_(judgement), zone_(zone), name_of_(name_of) {}

    std::vector<std::string> of(const Node& expect) {
        if (!expect.is_map()) return {"expect 应为键值 | expect must be a map"};
        for (const auto& [key, node] : expect.pairs) look(key.text, node);
        return std::move(problems_);
    }

private:
    void compare(std::string_view what, const std::string& expected, const std::string& got) {
        if (expected != got) problems_.push_back(differs(what, quoted(expected), quoted(got)));
    }

    void compare_value(const std::string& what, const Node& expected, const cel::Type& type, const Value& got) {
        if (expected.is_scalar() && expected.text == "absent" && type.kind != Kind::string) {
            if (got.is_known()) problems_.push_back(differs(what, "absent", quoted(exact_text(got))));
            return;
        }
        Faults faults;
        const std::optional<Value> wanted = read_value(expected, type, rule_.file, faults);
        for (const Fault& fault : faults) problems_.push_back(to_text(fault));
        if (!wanted) return;
        if (got.is_known() && exact_text(got) == exact_text(*wanted)) return;
        const std::string shown_value = got.is_known() ? shown(got, "", Language::zh, zone_) : "absent";
        problems_.push_back(differs(what, quoted(expected.text), quoted(shown_value)));
    }

    void look(const std::string& key, const Node& node) {
        if (key == "outcome") {
            if (!outcome_of(node.text)) {
                problems_.push_back(format("不认识的结果 {} | unknown outcome {}", node.text, node.text));
                return;
            }
            const std::string got = std::string(to_word(judgement_.outcome));
            if (got == node.text) return;
            std::string why = got;
            if (!judgement_.reason.empty()) why += " (" + judgement_.reason + ")";
            if (!judgement_.missing.empty()) why += " missing " + join(judgement_.missing, " ");
            if (!judgement_.error.empty()) why += " " + judgement_.error;
            why += format(" clauses {} doubts {} exceptions {}", judgement_.clauses, judgement_.doubts,
                          judgement_.exceptions);
            problems_.push_back(differs("outcome", node.text, why));
        } else if (key == "severity") {
            compare(key, node.text, format("{}", judgement_.severity));
        } else if (key == "band") {
            compare(key, node.text, judgement_.band);
        } else if (key == "effect") {
            compare(key, node.text, judgement_.effect);
        } else if (key == "by") {
            compare(key, node.text, judgement_.reason);
        } else if (key == "entry") {
            compare(key, node.text, judgement_.entry);
        } else if (key == "missing") {
            std::vector<std::string> wanted;
            for (const Node& item : node.items) wanted.push_back(item.text);
            std::sort(wanted.begin(), wanted.end());
            compare(key, join(wanted, " "), join(judgement_.missing, " "));
        } else if (key == "values") {
            for (const auto& [path, value] : node.pairs) look_value(path, value);
        } else if (key == "margin") {
            if (!rule_.margin.is_empty()) compare_value(key, node, rule_.margin.type(), judgement_.margin);
        } else if (key == "at_risk") {
            compare_value(key, node, cel::type_of(Kind::money), judgement_.at_risk);
        } else if (key == "payable") {
            if (!rule_.payable.is_empty()) compare_value(key, node, rule_.payable.type(), judgement_.payable);
        } else if (key == "zh_has" || key == "en_has") {
            const Language language = key == "zh_has" ? Language::zh : Language::en;
            const Explanation explanation = explain(set_, rule_, judgement_, language, zone_, nullptr, name_of_);
            if (explanation.sentence.find(node.text) == std::string::npos)
                problems_.push_back(differs(key, quoted(node.text), quoted(explanation.sentence)));
        } else if (key != "revised") {
            problems_.push_back(format("expect 中不认识的键 {} | unknown key {} in expect", key, key));
        }
    }

    void look_value(const Node& path, const Node& expected) {
        const cel::Type* type = rule_.names.path_type(path.text);
        if (type == nullptr) {
            problems_.push_back(format("没有名称 {} | {} is unknown", path.text, path.text));
            return;
        }
        for (const auto& [name, value] : judgement_.values) {
            if (name != path.text) continue;
            compare_value(path.text, expected, *type, value);
            return;
        }
        problems_.push_back(differs(path.text, quoted(expected.text), "nothing stored"));
    }

    const RuleSet& set_;
    const Rule& rule_;
    const Judgement& judgement_;
    const Zone& zone_;
    const std::function<std::string(const std::string&)>& name_of_;
    std::vector<std::string> problems_;
};

}  // namespace

std::string differs(std::string_view what, std::string_view expected, std::string_view got) {
    return format("{}：应为 {}，实为 {} | {}: expected {}, got {}", what, expected, got, what, expected, got);
}

std::vector<std::string> differences(const RuleSet& set, const Rule& rule, const Node& expect,
                                     const Judgement& judgement, const Zone& zone,
                                     const std::function<std::string(const std::string&)>& name_of) {
    return Differences(set, rule, judgement, zone, name_of).of(expect);
}

}  // namespace ningyi::rule
