// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_tests.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/explain.h"
#include "rule/names.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;
using yaml::Node;

Node* find(Node& map, std::string_view key) {
    for (auto& [name, value] : map.pairs) {
        if (name.text == key) return &value;
    }
    return nullptr;
}

// Maps are merged key by key; everything else is replaced.
void merge(Node& into, const Node& over) {
    if (!into.is_map() || !over.is_map()) {
        into = over;
        return;
    }
    for (const auto& [key, value] : over.pairs) {
        if (Node* mine = find(into, key.text))
            merge(*mine, value);
        else
            into.pairs.emplace_back(key, value);
    }
}

bool erase_key(Node& map, std::string_view key) {
    return std::erase_if(map.pairs, [&](const auto& pair) { return pair.key.text == key; }) > 0;
}

// Takes a path out of `given`: order.served, elder, twin (a feature), twin.sync, others.
bool remove_path(Node& given, std::string_view path) {
    const std::size_t dot = path.find('.');
    const std::string head(path.substr(0, dot));
    Node* features = find(given, "features");
    Node* holder = find(given, head) != nullptr                              ? &given
                   : features != nullptr && find(*features, head) != nullptr ? features
                                                                             : nullptr;
    if (holder == nullptr) return false;
    if (dot == std::string_view::npos) return erase_key(*holder, head);
    return erase_key(*find(*holder, head), path.substr(dot + 1));
}

const Node* named_test(const std::vector<Node>& tests, std::string_view name) {
    for (const Node& test : tests) {
        const Node* own = test.is_map() ? test.find("name") : nullptr;
        if (own != nullptr && own->text == name) return &test;
    }
    return nullptr;
}

// The world as a test gives it: values by path, other records by entity and id.
class Given final : public Facts {
public:
    Given(const RuleSet& set, const Rule& rule, const Node* given, Faults& faults)
        : set_(set), rule_(rule), faults_(faults) {
        if (given == nullptr) return;
        if (!given->is_map()) {
            faults_.push_back(yaml::fault_at(rule.file, *given, "E201", "given 应为键值", "given must be a map"));
            return;
        }
        for (const auto& [key, node] : given->pairs) {
            if (key.text == "features")
                add_features(node);
            else if (key.text == "others")
                add_others(node);
            else
                add_record(key, node);
        }
    }

    void forget(const std::string& path) {
        values_.erase(path);
        for (auto at = values_.begin(); at != values_.end();) {
            if (at->first.starts_with(path + "."))
                at = values_.erase(at);
            else
                ++at;
        }
    }
    bool has(const std::string& path) const { return values_.contains(path); }

    Value of(const std::string& path) const {
        const auto found = values_.find(path);
        return found == values_.end() ? Value() : found->second;
    }

    Value read(std::uint16_t slot) override {
        const Value value = of(rule_.names.path(slot));
        return value.is_known() ? value : Value::absent(slot);
    }

    Value others(std::uint16_t slot, const Value& id) override {
        const std::vector<std::string_view> parts = split(rule_.names.path(slot), '.');
        const auto found = id.kind() == Kind::string
                               ? others_.find({std::string(parts[1]), id.text(), std::string(parts[2])})
                               : others_.end();
        return found == others_.end() ? Value::absent(slot) : found->second;
    }

    Value date() override { return rule_.date_slot ? of(rule_.names.path(*rule_.date_slot)) : Value(); }

    Value scope(const std::string& key) override {
        for (const auto& [name, slot] : rule_.scope_slots) {
            if (name == key) return of(rule_.names.path(slot));
        }
        return {};
    }

private:
    void add(const std::string& path, const Node& key, const Node& node) {
        const cel::Type* type = rule_.names.path_type(path);
        if (type == nullptr) {
            const std::string like = rule_.names.suggestion(path);
            faults_.push_back(yaml::fault_at(
                rule_.file, key, "E501", format("没有名称 {}{}", path, like.empty() ? "" : format("，是否 {}？", like)),
                format("{} is unknown{}", path, like.empty() ? "" : format(", did you mean {}?", like))));
            return;
        }
        if (std::optional<Value> value = read_value(node, *type, rule_.file, faults_))
            values_[path] = std::move(*value);
    }

    void add_record(const Node& name, const Node& node) {
        if (!node.is_map()) {
            add(name.text, name, node);
            return;
        }
        for (const auto& [field, value] : node.pairs) add(name.text + "." + field.text, field, value);
    }

    void add_features(const Node& node) {
        for (const auto& [alias, value] : node.pairs) add_record(alias, value);
    }

    void add_others(const Node& node) {
        for (const auto& [entity_key, records] : node.pairs) {
            const model::Entity* entity = set_.dictionary.entity(entity_key.text);
            for (const auto& [id, fields] : records.pairs) {
                for (const auto& [field_key, value] : fields.pairs) {
                    const model::Field* field = entity == nullptr ? nullptr : entity->field(field_key.text);
                    const std::optional<cel::Type> type = field == nullptr ? std::nullopt : type_of_field(*field);
                    if (!type) {
                        faults_.push_back(yaml::fault_at(
                            rule_.file, field_key, "E501", format("{} 没有字段 {}", entity_key.text, field_key.text),
                            format("{} has no field {}", entity_key.text, field_key.text)));
                        continue;
                    }
                    if (std::optional<Value> read = read_value(value, *type, rule_.file, faults_)) {
                        others_[{entity_key.text, id.text, field_key.text}] = std::move(*read);
                    }
                }
            }
        }
    }

    const RuleSet& set_;
    const Rule& rule_;
    Faults& faults_;
    std::map<std::string, Value> values_;
    std::map<std::tuple<std::string, std::string, std::string>, Value> others_;
};

std::string quoted(std::string_view text) {
    return text.empty() ? "“”" : format("“{}”", text);
}

std::string differs(std::string_view what, std::string_view expected, std::string_view got) {
    return format("{}：应为 {}，实为 {} | {}: expected {}, got {}", what, expected, got, what, expected, got);
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

// Which way each condition was seen to go.
class Coverage {
public:
    void see(const Rule& rule, const Judgement& judgement) {
        see(rule.clauses, "clause", judgement.clauses);
        see(rule.doubts, "doubt", judgement.doubts);
        see(rule.exceptions, "exception", judgement.exceptions);
        for (const Band& band : rule.bands) {
            if (judgement.band.empty() || band.condition.is_empty()) continue;
            seen_["band " + band.id].insert(band.id == judgement.band ? 't' : 'f');
            if (band.id == judgement.band) break;
        }
    }

    void report(const Rule& rule, TestReport& report) const {
        const auto count = [&](const std::string& name) {
            const auto found = seen_.find(name);
            for (const char way : {'t', 'f'}) {
                ++report.coverable;
                if (found != seen_.end() && found->second.contains(way))
                    ++report.covered;
                else
                    report.uncovered.push_back(
                        format("{}: {}: never {}", rule.id, name, way == 't' ? "true" : "false"));
            }
        };
        for (const Clause& clause : rule.clauses) count("clause " + clause.id);
        for (const Clause& clause : rule.doubts) count("doubt " + clause.id);
        for (const Clause& clause : rule.exceptions) count("exception " + clause.id);
        for (const Band& band : rule.bands) {
            if (!band.condition.is_empty()) count("band " + band.id);
        }
    }

private:
    void see(const std::vector<Clause>& clauses, const std::string& kind, const std::string& bits) {
        for (std::size_t i = 0; i < clauses.size() && i < bits.size(); ++i)
            seen_[kind + " " + clauses[i].id].insert(bits[i]);
    }
    std::map<std::string, std::set<char>> seen_;
};

// How a test names the people in it: masked, as a reader below their level sees them.
std::function<std::string(const std::string&)> names_in(const Given& given) {
    return [&given](const std::string& entity) {
        const Value name = given.of(entity + ".name");
        if (name.kind() == Kind::string) {
            std::size_t end = 0;
            if (!name.text().empty()) next_code_point(name.text(), end);
            return name.text().substr(0, end) + "**";
        }
        const Value id = given.of(entity + "." + entity + "_id");
        return id.kind() == Kind::string ? id.text() : entity;
    };
}

class Runner {
public:
    Runner(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events)
        : set_(set), rule_(rule), zone_(zone), run_events_(run_events) {}

    TestReport run() {
        Faults faults;
        const std::vector<Node> tests = resolved_tests(rule_, faults);
        for (const Fault& fault : faults) add(fault.line, "tests", {to_text(fault)});
        for (const Node& test : tests) run_one(test);
        if (hit_ != nullptr) generate(*hit_);
        coverage_.report(rule_, report_);
        return std::move(report_);
    }

private:
    void add(int line, const std::string& name, std::vector<std::string> problems) {
        const bool passed = problems.empty();
        report_.results.push_back({rule_.id, rule_.file, line, name, passed, std::move(problems)});
        (passed ? report_.passed : report_.failed) += 1;
    }

    void run_one(const Node& test) {
        const Node* name = test.find("name");
        const Node* expect = test.find("expect");
        const std::string title = name == nullptr ? "" : name->text;
        if (expect == nullptr) {
            add(test.line, title, {"缺少 expect | expect is missing"});
            return;
        }
        if (test.find("events") != nullptr) {
            if (run_events_) add(test.line, title, run_events_(rule_, test));
            return;
        }
        Faults faults;
        Given given(set_, rule_, test.find("given"), faults);
        std::vector<std::string> problems;
        for (const Fault& fault : faults) problems.push_back(to_text(fault));
        const Judgement judgement = judge(set_, rule_, given, zone_, Detail::clear_too);
        coverage_.see(rule_, judgement);
        for (std::string& problem : differences(set_, rule_, *expect, judgement, zone_, names_in(given)))
            problems.push_back(std::move(problem));
        if (judgement.outcome == Outcome::hit && problems.empty() && hit_ == nullptr) {
            hit_test_ = test;
            hit_ = &hit_test_;
        }
        add(test.line, title, std::move(problems));
    }

    // Checks without a text, all starting from the first test that hits.
    void generate(const Node& test) {
        Faults faults;
        const Given given(set_, rule_, test.find("given"), faults);
        for (const std::uint16_t slot : rule_.needs) {
            const std::string& path = rule_.names.path(slot);
            if (!given.has(path)) continue;
            Given without = given;
            without.forget(path);
            const Judgement judgement = judge(set_, rule_, without, zone_);
            const bool is_named =
                std::find(judgement.missing.begin(), judgement.missing.end(), path) != judgement.missing.end();
            check(test, format("needs {}", path), judgement.outcome == Outcome::inconclusive && is_named,
                  differs("outcome", format("inconclusive, missing {}", path), to_word(judgement.outcome)));
        }
        std::set<std::string> read;
        for (const Clause& clause : rule_.clauses) {
            const std::string& text = clause.condition.text();
            const bool has_choice = text.find("||") != std::string::npos || text.find('?') != std::string::npos;
            if (!has_choice && !(rule_.any && rule_.clauses.size() > 1)) gather(clause.condition, read);
        }
        for (const std::string& path : read) {
            if (!given.has(path) || is_asked_by_has(path)) continue;
            Given without = given;
            without.forget(path);
            const Judgement judgement = judge(set_, rule_, without, zone_);
            check(test, format("without {}", path), judgement.outcome != Outcome::hit && judgement.error.empty(),
                  differs("outcome", "no hit, no error",
                          std::string(to_word(judgement.outcome)) + " " + judgement.error));
        }
        move_params(test, given);
        render(test, given);
    }

    void check(const Node& test, const std::string& what, bool is_right, std::string problem) {
        ++report_.generated;
        if (!is_right) add(test.line, "generated: " + what, {std::move(problem)});
    }

    // The facts an expression reads, through `let`.
    void gather(const cel::Expression& expression, std::set<std::string>& read) const {
        for (const std::uint16_t slot : expression.reads()) {
            const SlotSource& source = rule_.sources[slot];
            if (source.kind == SlotSource::Kind::fact) read.insert(rule_.names.path(slot));
            if (source.kind != SlotSource::Kind::let) continue;
            const std::string& text = rule_.lets[source.index].expression.text();
            if (text.find("||") == std::string::npos && text.find('?') == std::string::npos)
                gather(rule_.lets[source.index].expression, read);
        }
    }

    bool is_asked_by_has(const std::string& path) const {
        const std::string asked = "has(" + path + ")";
        const auto asks = [&](const cel::Expression& one) {
            return !one.is_empty() && one.text().find(asked) != std::string::npos;
        };
        return std::any_of(rule_.clauses.begin(), rule_.clauses.end(),
                           [&](const Clause& clause) { return asks(clause.condition); }) ||
               std::any_of(rule_.lets.begin(), rule_.lets.end(), [&](const Let& let) { return asks(let.expression); });
    }

    // Each parameter one unit less, as it is, one unit more: the rule may change its mind but not fail.
    void move_params(const Node& test, const Given& given) {
        RuleSet moved;
        moved.dictionary = set_.dictionary;
        moved.params = set_.params;
        moved.tables = set_.tables;
        moved.lists = set_.lists;
        moved.policies = set_.policies;
        for (const std::uint32_t index : rule_.param_index) {
            Param& param = moved.params[index];
            const Param kept = param;
            for (const std::int64_t step : {-1, 0, 1}) {
                bool is_moved = false;
                for (ParamValue& value : param.values) {
                    const Kind kind = value.value.kind();
                    if (kind == Kind::duration)
                        value.value = Value::of_duration_ms(value.value.ms() + step);
                    else if (kind == Kind::integer || kind == Kind::length || kind == Kind::money ||
                             kind == Kind::ratio || kind == Kind::speed)
                        value.value = Value::of(kind, value.value.number() + step);
                    else
                        continue;
                    is_moved = true;
                }
                if (is_moved) {
                    Given same = given;
                    const Judgement judgement = judge(moved, rule_, same, zone_);
                    check(test, format("{} {:+}", kept.name, step), judgement.error.empty(), judgement.error);
                }
                param = kept;
            }
        }
    }

    // Every sentence can be said in both languages, whatever is known.
    void render(const Node& test, const Given& given) {
        Given same = given;
        const Judgement judgement = judge(set_, rule_, same, zone_);
        for (const Language language : {Language::zh, Language::en}) {
            const Explanation explanation = explain(set_, rule_, judgement, language, zone_, nullptr, names_in(given));
            bool is_said = !explanation.sentence.empty();
            for (const auto* lines : {&explanation.clauses, &explanation.doubts, &explanation.exceptions}) {
                for (const Explanation::Line& line : *lines) is_said = is_said && !line.text.empty();
            }
            check(test, language == Language::zh ? "sentences zh" : "sentences en", is_said,
                  "有空句子 | a sentence is empty");
        }
    }

    const RuleSet& set_;
    const Rule& rule_;
    const Zone& zone_;
    const EventTests& run_events_;
    TestReport report_;
    Coverage coverage_;
    Node hit_test_;
    const Node* hit_ = nullptr;
};

}  // namespace

std::vector<Node> resolved_tests(const Rule& rule, Faults& faults) {
    std::vector<Node> resolved;
    for (const Node& test : rule.tests) {
        yaml::MapReader map(test, rule.file, faults);
        const std::string name = map.text("name");
        const std::optional<std::string> same_as = map.optional_text("same_as");
        for (const char* key : {"given", "events", "registers", "reorder", "expect", "without"}) map.optional(key);
        map.finish();
        if (named_test(resolved, name) != nullptr)
            map.refuse(test, "E507", format("测试 {} 重复", name), format("test {} is given twice", name));
        Node whole;
        whole.kind = Node::Kind::map;
        if (same_as) {
            const Node* base = named_test(resolved, *same_as);
            if (base == nullptr) {
                map.refuse(*test.find("same_as"), "E502", format("前面没有测试“{}”", *same_as),
                           format("there is no test \"{}\" before this one", *same_as));
            } else {
                whole = *base;
            }
        }
        whole.line = test.line;
        whole.column = test.column;
        if (test.is_map()) {
            for (const auto& [key, value] : test.pairs) {
                if (key.text == "same_as" || key.text == "without") continue;
                Node* mine = find(whole, key.text);
                if (mine == nullptr)
                    whole.pairs.emplace_back(key, value);
                else if (key.text == "given" || key.text == "registers")
                    merge(*mine, value);
                else
                    *mine = value;
            }
        }
        if (const Node* without = test.is_map() ? test.find("without") : nullptr) {
            Node* given = find(whole, "given");
            for (const Node& path : without->items) {
                if (given == nullptr || !remove_path(*given, path.text)) {
                    map.refuse(path, "E501", format("given 中没有 {}", path.text),
                               format("{} is not in given", path.text));
                }
            }
        }
        resolved.push_back(std::move(whole));
    }
    return resolved;
}

std::vector<std::string> differences(const RuleSet& set, const Rule& rule, const Node& expect,
                                     const Judgement& judgement, const Zone& zone,
                                     const std::function<std::string(const std::string&)>& name_of) {
    return Differences(set, rule, judgement, zone, name_of).of(expect);
}

TestReport run_tests(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events) {
    return Runner(set, rule, zone, run_events).run();
}

}  // namespace ningyi::rule
