// SPDX-License-Identifier: Apache-2.0
#include "rule/rule.h"

#include <algorithm>
#include <set>

#include "base/quantity.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/names.h"
#include "rule/sentence.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

constexpr std::int64_t cost_ceiling = 20000;
constexpr int personal = 3;  // privacy levels from here on are never stored in a finding or printed

template <class T>
const T* named(const std::vector<T>& all, std::string_view name) {
    for (const T& one : all) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

template <class T>
std::string near_name(const std::vector<T>& all, std::string_view name) {
    std::vector<std::string_view> names;
    for (const T& one : all) names.push_back(one.name);
    return std::string(closest(name, names));
}

std::string asked_zh(const std::string& like) {
    return like.empty() ? "" : format("，是否 {}？", like);
}
std::string asked_en(const std::string& like) {
    return like.empty() ? "" : format(", did you mean {}?", like);
}

// The days of `wanted` on which none of `spans` holds.
std::vector<Days> gaps(Days wanted, std::vector<Days> spans) {
    std::sort(spans.begin(), spans.end(), [](Days a, Days b) { return a.from < b.from; });
    std::vector<Days> missing;
    std::int64_t next = wanted.from.days;
    for (const Days span : spans) {
        if (span.from.days > next) {
            missing.push_back(
                {Date{static_cast<std::int32_t>(next)}, Date{std::min(wanted.to.days, span.from.days - 1)}});
        }
        next = std::max<std::int64_t>(next, std::int64_t{span.to.days} + 1);
        if (next > wanted.to.days) return missing;
    }
    if (next <= wanted.to.days) missing.push_back({Date{static_cast<std::int32_t>(next)}, wanted.to});
    std::erase_if(missing, [&](Days gap) { return gap.from > wanted.to; });
    return missing;
}

std::string days_zh(Days days) {
    if (days.to.days == INT32_MAX) return format("自 {} 起", to_text(days.from));
    return format("{} 至 {} ", to_text(days.from), to_text(days.to));
}

std::string days_en(Days days) {
    if (days.to.days == INT32_MAX) return format("from {} on", to_text(days.from));
    return format("from {} to {}", to_text(days.from), to_text(days.to));
}

// When each district value of a parameter holds.
std::vector<Days> district_spans(const Param& param) {
    std::vector<Days> spans;
    const std::vector<std::uint32_t>& group = param.by_scope.front();
    for (std::size_t i = 0; i < group.size(); ++i) {
        Days days = param.values[group[i]].days;
        if (i + 1 < group.size()) {
            const Date next = param.values[group[i + 1]].days.from;
            if (next.days <= days.to.days) days.to = Date{next.days - 1};
        }
        if (days.from <= days.to) spans.push_back(days);
    }
    return spans;
}

class RuleReader {
public:
    RuleReader(const yaml::Node& root, const std::string& file, const RuleSet& set, const std::string& pack,
               const std::vector<std::string>& packs_in_reach, Faults& faults, Faults& warnings)
        : root_(root),
          file_(file),
          set_(set),
          reach_(packs_in_reach),
          faults_(faults),
          warnings_(warnings),
          map_(root, file, faults) {
        rule_.pack = pack;
        rule_.file = file;
    }

    std::optional<Rule> read() {
        rule_.id = map_.text("rule");
        if (rule_.id.empty()) return std::nullopt;
        read_head();
        subject_ = set_.dictionary.entity(rule_.subject);
        if (subject_ == nullptr) {
            if (const yaml::Node* written = root_.find("subject")) {
                const std::string like = near_name(set_.dictionary.entities, rule_.subject);
                refuse(*written, "E502", format("没有实体 {}{}", rule_.subject, asked_zh(like)),
                       format("there is no entity {}{}", rule_.subject, asked_en(like)));
            }
            return std::nullopt;
        }
        rule_.names = subject_names(set_.dictionary, *subject_);
        add_params();
        add_features();
        add_knowledge();
        read_trigger();
        read_needs();
        rule_.applies = expression(map_.optional("applies"), cel::type_of(Kind::boolean));
        read_lets();
        read_conditions();
        read_bands();
        read_finding();
        read_sentences();
        read_rest();
        map_.finish();
        lint();
        resolve();
        make_canonical();
        return std::move(rule_);
    }

private:
    void refuse(const yaml::Node& node, const char* code, std::string zh, std::string en) {
        faults_.push_back(yaml::fault_at(file_, node, code, std::move(zh), std::move(en)));
    }
    void warn(const yaml::Node& node, const char* code, std::string zh, std::string en) {
        warnings_.push_back(yaml::fault_at(file_, node, code, std::move(zh), std::move(en)));
    }

    bool is_in_reach(const std::string& pack) const {
        return std::find(reach_.begin(), reach_.end(), pack) != reach_.end();
    }

    cel::Expression expression(const yaml::Node* node, const std::optional<cel::Type>& expected) {
        if (node == nullptr) return {};
        if (!node->is_scalar()) {
            refuse(*node, "E201", "这里应为表达式", "an expression is expected here");
            return {};
        }
        const cel::Place place{file_, node->line, node->column, node->lines, node->columns};
        Result<cel::Expression> read = cel::compile(node->text, rule_.names, expected, place);
        if (!read) {
            faults_.insert(faults_.end(), read.error().begin(), read.error().end());
            return {};
        }
        cost_ += read->cost();
        return *read;
    }

    int level_of(std::string_view path) const {
        if (const model::Field* field = field_of_path(set_.dictionary, *subject_, path)) return field->level;
        const std::size_t dot = path.find('.');
        if (dot == std::string_view::npos) return 1;
        for (const auto& [alias, name] : rule_.features) {
            if (alias != path.substr(0, dot)) continue;
            const Feature* feature = set_.feature(name);
            if (feature == nullptr) continue;
            for (const Feature::Fact& fact : feature->facts) {
                if (fact.name == path.substr(dot + 1)) return fact.level;
            }
        }
        return 1;
    }

    void read_head() {
        const yaml::Words title = map_.words("title");
        rule_.title = {title.zh, title.en};
        rule_.version = map_.integer("version", 1, 1000000).value_or(1);
        rule_.status = map_.word("status", {"draft", "shadow", "live", "paused", "retired"});
        rule_.result = map_.word("result", {"violation", "suspicious", "notice"});
        rule_.effect = map_.word("effect", {"block", "partial", "hold", "sample", "note", "task"});
        rule_.stage = map_.texts("stage");
        for (const std::string& stage : rule_.stage) {
            if (stage == "before" || stage == "in_process" || stage == "before_payment" || stage == "post") continue;
            refuse(*root_.find("stage"), "E204",
                   format("stage 不能是“{}”，应为：before in_process before_payment post", stage),
                   format("stage cannot be \"{}\", expected: before in_process before_payment post", stage));
        }
        if (root_.find("stage") == nullptr) map_.required("stage");
        rule_.subject = map_.text("subject");
        if (const yaml::Node* days = map_.map("in_force", true)) {
            yaml::MapReader both(*days, file_, faults_);
            if (both.required("from") != nullptr) rule_.in_force.from = both.day("from").value_or(rule_.in_force.from);
            rule_.in_force.to = both.day("to").value_or(rule_.in_force.to);
            both.finish();
        }
        read_citations();
    }

    void read_citations() {
        const yaml::Node* cite = map_.list("cite", true);
        if (cite == nullptr) return;
        std::vector<Days> spans;
        for (const yaml::Node& item : cite->items) {
            const std::optional<std::string> text = yaml::text_of(item, file_, faults_);
            if (!text) continue;
            const std::size_t hash = text->find('#');
            const PolicyDocument* document = set_.policy(text->substr(0, hash));
            if (hash == std::string::npos || document == nullptr ||
                !document->clauses.contains(text->substr(hash + 1))) {
                refuse(item, "E506", format("没有条款 {}（应写成 文件#条款）", *text),
                       format("there is no clause {} (write document#clause)", *text));
                continue;
            }
            rule_.cite.push_back(*text);
            rule_.cite_days.emplace_back(*text, document->in_force);
            spans.push_back(document->in_force);
        }
        if (cite->items.empty()) refuse(*cite, "E202", "至少引用一条", "at least one clause must be cited");
        if (spans.empty() || rule_.in_force.from.days == INT32_MIN) return;
        for (const Days gap : gaps(rule_.in_force, spans)) {
            refuse(*cite, "E510", format("{}没有生效的依据条款", days_zh(gap)),
                   format("no cited clause is in force {}", days_en(gap)));
        }
    }

    // A local name must be new.
    bool is_free(const yaml::Node& node, const std::string& name) {
        bool is_word = !name.empty() && name.size() <= 64;
        for (const char letter : name)
            is_word =
                is_word && ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_');
        if (!is_word || (name[0] >= '0' && name[0] <= '9')) {
            refuse(node, "E204", format("名称“{}”只能用小写字母、数字和下划线", name),
                   format("the name \"{}\" may hold lower-case letters, digits and _ only", name));
            return false;
        }
        const bool is_taken = !taken_.insert(name).second || name == "lists" || name == "tables" || name == "others" ||
                              set_.dictionary.entity(name) != nullptr || rule_.names.path_type(name) != nullptr;
        if (is_taken)
            refuse(node, "E507", format("名称 {} 已被使用", name), format("the name {} is already taken", name));
        return !is_taken;
    }

    void add_params() {
        const yaml::Node* params = map_.map("params");
        if (params == nullptr) return;
        for (const auto& [local, name] : params->pairs) {
            const Param* param = name.is_scalar() ? set_.param(name.text) : nullptr;
            if (param == nullptr) {
                const std::string like = near_name(set_.params, name.text);
                refuse(name, "E502", format("没有参数 {}{}", name.text, asked_zh(like)),
                       format("there is no parameter {}{}", name.text, asked_en(like)));
                continue;
            }
            if (!is_free(local, local.text)) continue;
            rule_.params.emplace_back(local.text, param->name);
            rule_.param_index.push_back(static_cast<std::uint32_t>(param - set_.params.data()));
            rule_.names.add_path(local.text, param->type);
            check_param(name, *param);
        }
    }

    void check_param(const yaml::Node& node, const Param& param) {
        if (rule_.in_force.from.days != INT32_MIN) {
            for (const Days gap : gaps(rule_.in_force, district_spans(param))) {
                faults_.push_back(
                    {param.file, param.line, param.column, "E511",
                     format("{} {}没有生效的值（{} 使用）", param.name, days_zh(gap), rule_.id),
                     format("{} has no value in force {} (used by {})", param.name, days_en(gap), rule_.id)});
            }
        }
        for (const ParamValue& value : param.values) {
            for (const auto& [key, text] : value.scope) {
                const bool is_known = std::any_of(subject_->scope.begin(), subject_->scope.end(),
                                                  [&](const auto& one) { return one.first == key; });
                if (is_known) continue;
                refuse(
                    node, "E512",
                    format("参数 {} 按 {} 区分，但 {} 没有 scope {}", param.name, key, subject_->name, key),
                    format("parameter {} depends on {}, but {} has no scope {}", param.name, key, subject_->name, key));
                return;
            }
        }
    }

    void add_features() {
        const yaml::Node* features = map_.map("features");
        if (features == nullptr) return;
        for (const auto& [alias, name] : features->pairs) {
            const Feature* feature = name.is_scalar() ? set_.feature(name.text) : nullptr;
            if (feature != nullptr && !is_in_reach(feature->pack)) {
                refuse(name, "E502", format("特征 {} 属于知识包 {}，本包没有写 requires", name.text, feature->pack),
                       format("feature {} belongs to pack {}, which this pack does not require", name.text,
                              feature->pack));
                continue;
            }
            if (feature == nullptr) {
                const std::string like = near_name(set_.features, name.text);
                refuse(name, "E502", format("没有特征 {}{}", name.text, asked_zh(like)),
                       format("there is no feature {}{}", name.text, asked_en(like)));
                continue;
            }
            if (!is_free(alias, alias.text)) continue;
            rule_.features.emplace_back(alias.text, feature->name);
            if (!feature->entity.empty() && feature->entity != rule_.subject) {
                refuse(name, "E516",
                       format("特征 {} 属于 {}，不属于 {}", feature->name, feature->entity, rule_.subject),
                       format("feature {} is one of {}, not of {}", feature->name, feature->entity, rule_.subject));
            }
            for (const Feature::Fact& fact : feature->facts) {
                rule_.names.add_path(fact.name.empty() ? alias.text : alias.text + "." + fact.name, fact.type);
            }
        }
        if (const yaml::Node* each = map_.optional("each")) {
            rule_.each = yaml::text_of(*each, file_, faults_).value_or("");
            const Feature* feature = nullptr;
            for (const auto& [alias, name] : rule_.features) {
                if (alias == rule_.each) feature = set_.feature(name);
            }
            const bool has_rows =
                feature != nullptr && (feature->kind == FeatureKind::overlap || feature->kind == FeatureKind::meet);
            if (!has_rows) {
                refuse(*each, "E502", "each 应为 features 中一个多行特征（overlap、meet）的名称",
                       "each must name one of the features with rows (overlap, meet)");
            }
        }
    }

    void add_knowledge() {
        for (const ListOf& list : set_.lists) {
            if (is_in_reach(list.pack))
                rule_.names.add_list(list.name, std::vector<cel::Type>(list.key.size(), cel::type_of(Kind::string)));
        }
        for (const Table& table : set_.tables) {
            if (!is_in_reach(table.pack)) continue;
            std::vector<cel::Type> key;
            for (const auto& [name, type] : table.key) key.push_back(type);
            rule_.names.add_table(table.name, std::move(key), {table.columns.begin(), table.columns.end()});
        }
        for (const model::Entity& entity : set_.dictionary.entities) {
            std::map<std::string, cel::Type> fields;
            for (const model::Field& field : entity.fields) {
                if (const std::optional<cel::Type> type = type_of_field(field)) fields.emplace(field.name, *type);
            }
            rule_.names.add_others(entity.name, std::move(fields));
        }
    }

    void read_trigger() {
        const yaml::Node* on = map_.map("on", true);
        if (on == nullptr) return;
        yaml::MapReader parts(*on, file_, faults_);
        const yaml::Node* event = parts.optional("event");
        const yaml::Node* every = parts.optional("every");
        const yaml::Node* due = parts.optional("due");
        if ((event != nullptr) + (every != nullptr) + (due != nullptr) != 1) {
            refuse(*on, "E202", "on 须写 event、every、due 之一", "on takes one of event, every, due");
        }
        if (event != nullptr) {
            rule_.on.kind = Trigger::Kind::event;
            rule_.on.event = yaml::text_of(*event, file_, faults_).value_or("");
            rule_.on.wait = parts.quantity("wait", Dimension::duration).value_or(0);
            if (rule_.on.wait < 0 || rule_.on.wait > 366 * days_ms)
                refuse(*on, "E204", "wait 应为 0 至 366 天", "wait must lie between 0 and 366 days");
            const model::EventType* type = set_.dictionary.event(rule_.on.event);
            if (type == nullptr) {
                const std::string like = near_name(set_.dictionary.events, rule_.on.event);
                refuse(*event, "E502", format("没有事件 {}{}", rule_.on.event, asked_zh(like)),
                       format("there is no event {}{}", rule_.on.event, asked_en(like)));
            } else if (type->subject != rule_.subject) {
                refuse(*event, "E517", format("事件 {} 说的是 {}，不是 {}", type->name, type->subject, rule_.subject),
                       format("event {} is about {}, not about {}", type->name, type->subject, rule_.subject));
            }
        } else if (every != nullptr) {
            rule_.on.kind = Trigger::Kind::every;
            rule_.on.every = parts.word("every", {"day", "month"});
            if (const yaml::Node* at = parts.optional("at")) {
                const std::string text = yaml::text_of(*at, file_, faults_).value_or("");
                const bool is_time = text.size() == 5 && text[2] == ':';
                const std::optional<std::int64_t> hour = is_time ? to_integer(text.substr(0, 2)) : std::nullopt;
                const std::optional<std::int64_t> minute = is_time ? to_integer(text.substr(3)) : std::nullopt;
                if (hour && minute && *hour >= 0 && *hour < 24 && *minute >= 0 && *minute < 60) {
                    rule_.on.at = *hour * hours_ms + *minute * minutes_ms;
                } else {
                    refuse(*at, "E204", "at 应写成如 00:30", "at is written like 00:30");
                }
            }
        } else if (due != nullptr) {
            rule_.on.kind = Trigger::Kind::due;
            rule_.on.due = expression(due, cel::type_of(Kind::timestamp));
        }
        parts.finish();
    }

    void refuse_path(const yaml::Node& node, const std::string& path) {
        const std::string like = rule_.names.suggestion(path);
        const std::size_t dot = path.rfind('.');
        const std::string whole = like.empty() || dot == std::string::npos ? like : path.substr(0, dot + 1) + like;
        refuse(node, "E501", format("没有名称 {}{}", path, asked_zh(whole)),
               format("{} is unknown{}", path, asked_en(whole)));
    }

    void read_needs() {
        const yaml::Node* needs = map_.list("needs");
        if (needs == nullptr) return;
        for (const yaml::Node& item : needs->items) {
            const std::optional<std::string> path = yaml::text_of(item, file_, faults_);
            if (!path) continue;
            if (rule_.names.path_type(*path) == nullptr)
                refuse_path(item, *path);
            else
                rule_.needs.push_back(rule_.names.slot(*path));
        }
    }

    // A value kept in a finding may not carry a personal field through. A yes or no, a count and a measured amount (how
    // far two homes lie apart) do not.
    void keep_private(const yaml::Node& node, const cel::Expression& one) {
        if (one.is_empty()) return;
        const Kind kind = one.type().kind;
        const bool may_carry = kind == Kind::string || kind == Kind::date || kind == Kind::timestamp ||
                               kind == Kind::list || kind == Kind::place || kind == Kind::fix;
        if (!may_carry) return;
        for (const std::uint16_t slot : one.reads()) {
            const std::string& path = rule_.names.path(slot);
            if (level_of(path) < personal) continue;
            refuse(
                node, "E702", format("{} 是个人信息（3、4 级），其值不能存入发现；请在模型中用 derive 声明", path),
                format(
                    "{} is personal (level 3 or 4), its value must not be kept in a finding; declare a derived field",
                    path));
        }
    }

    void read_lets() {
        const yaml::Node* lets = map_.map("let");
        if (lets == nullptr) return;
        for (const auto& [name, node] : lets->pairs) {
            if (!is_free(name, name.text)) continue;
            Let let{name.text, expression(&node, std::nullopt)};
            if (let.expression.is_empty()) continue;
            keep_private(node, let.expression);
            rule_.names.add_path(let.name, let.expression.type());
            rule_.lets.push_back(std::move(let));
        }
    }

    Sentence sentence(const yaml::Node& node) {
        return read_sentence(
            node, rule_.names, *subject_, [this](std::string_view path) { return level_of(path); }, file_, faults_);
    }

    void read_both(yaml::MapReader& map, Sentence& zh, Sentence& en) {
        const yaml::Node* chinese = map.optional("zh");
        const yaml::Node* english = map.optional("en");
        if (!map.is_map()) return;
        if (chinese == nullptr || english == nullptr) {
            map.refuse(map.node(), "E208", format("句子缺少{}", chinese == nullptr ? "中文（zh）" : "英文（en）"),
                       format("the sentence lacks {}", chinese == nullptr ? "Chinese (zh)" : "English (en)"));
        }
        if (chinese != nullptr) zh = sentence(*chinese);
        if (english != nullptr) en = sentence(*english);
    }

    std::vector<Clause> clauses(const yaml::Node* list, bool is_doubt) {
        std::vector<Clause> read;
        if (list == nullptr) return read;
        for (const yaml::Node& node : list->items) {
            yaml::MapReader map(node, file_, faults_);
            Clause clause;
            clause.id = map.text("id");
            if (!clause.id.empty() && !ids_.insert(clause.id).second)
                refuse(node, "E507", format("id {} 重复", clause.id), format("id {} is given twice", clause.id));
            read_both(map, clause.zh, clause.en);
            const yaml::Node* condition = map.required("if");
            clause.condition = expression(condition, cel::type_of(Kind::boolean));
            if (is_doubt) clause.asked_of_hits_only = map.word("ask", {"always", "hit"}, false) == "hit";
            map.finish();
            if (condition != nullptr && !clause.condition.is_empty() && is_in_when_ &&
                clause.condition.has_bare_numbers()) {
                warn(*condition, "W802", "条件中有直接写的数字；门槛应放在 params",
                     "a bare number in a condition; a threshold belongs in params");
            }
            read.push_back(std::move(clause));
        }
        return read;
    }

    void read_conditions() {
        if (const yaml::Node* when = map_.map("when", true)) {
            yaml::MapReader parts(*when, file_, faults_);
            const yaml::Node* all = parts.list("all");
            const yaml::Node* any = parts.list("any");
            if ((all == nullptr) == (any == nullptr))
                refuse(*when, "E202", "when 须写 all 或 any 之一", "when takes either all or any");
            rule_.any = any != nullptr;
            is_in_when_ = true;
            rule_.clauses = clauses(any != nullptr ? any : all, false);
            is_in_when_ = false;
            if (rule_.clauses.empty() && (all != nullptr || any != nullptr))
                refuse(*when, "E202", "至少要有一个条件", "at least one clause is needed");
            parts.finish();
        }
        rule_.doubts = clauses(map_.list("doubt"), true);
        rule_.exceptions = clauses(map_.list("except"), false);
    }

    void read_bands() {
        const yaml::Node* bands = map_.list("bands");
        if (bands == nullptr) return;
        for (std::size_t i = 0; i < bands->items.size(); ++i) {
            const yaml::Node& node = bands->items[i];
            yaml::MapReader map(node, file_, faults_);
            Band band;
            band.id = map.text("id");
            if (!band.id.empty() && !band_ids_.insert(band.id).second)
                refuse(node, "E507", format("id {} 重复", band.id), format("id {} is given twice", band.id));
            const yaml::Node* condition = map.optional("if");
            band.condition = expression(condition, cel::type_of(Kind::boolean));
            const bool is_last = i + 1 == bands->items.size();
            if (is_last != (condition == nullptr) && node.is_map()) {
                refuse(
                    node, "E202", is_last ? "最后一级不写 if，兜住其余情形" : "只有最后一级可以不写 if",
                    is_last ? "the last band has no `if`: it takes the rest" : "only the last band goes without `if`");
            }
            if (node.is_map() && node.find("severity") == nullptr) map.required("severity");
            band.severity = static_cast<int>(map.integer("severity", 1, 3).value_or(1));
            band.effect = map.word("effect", {"block", "partial", "hold", "sample", "note", "task"}, false);
            read_both(map, band.zh, band.en);
            map.finish();
            rule_.bands.push_back(std::move(band));
        }
    }

    std::vector<std::string> paths(yaml::MapReader& map, std::string_view key) {
        std::vector<std::string> read;
        const yaml::Node* list = map.list(key);
        if (list == nullptr) return read;
        for (const yaml::Node& item : list->items) {
            const std::optional<std::string> path = yaml::text_of(item, file_, faults_);
            if (!path) continue;
            read.push_back(*path);
            if (key == "evidence") {
                check_evidence(item, *path);
                continue;
            }
            if (rule_.names.path_type(*path) == nullptr) {
                refuse_path(item, *path);
                continue;
            }
            if (level_of(*path) >= personal) {
                refuse(item, "E701", format("{} 是个人信息（3、4 级），不能存入发现", *path),
                       format("{} is personal (level 3 or 4) and must not be kept in a finding", *path));
            }
            rule_.names.slot(*path);
        }
        return read;
    }

    // A field, "track", or others.entity(path).field.
    void check_evidence(const yaml::Node& node, const std::string& path) {
        if (path == "track" || field_of_path(set_.dictionary, *subject_, path) != nullptr ||
            rule_.names.path_type(path) != nullptr)
            return;
        const std::size_t open = path.find('(');
        const std::size_t close = path.find(").");
        if (path.starts_with("others.") && open != std::string::npos && close != std::string::npos && close > open) {
            const std::string inner = path.substr(open + 1, close - open - 1);
            const std::string field = path.substr(0, open) + "." + path.substr(close + 2);
            const bool is_track =
                path.substr(close + 2) == "track" && set_.dictionary.entity(path.substr(7, open - 7)) != nullptr;
            if (rule_.names.path_type(inner) != nullptr &&
                (is_track || field_of_path(set_.dictionary, *subject_, field) != nullptr)) {
                rule_.names.slot(inner);
                return;
            }
        }
        refuse_path(node, path);
    }

    void read_finding() {
        const yaml::Node* finding = map_.map("finding", true);
        if (finding == nullptr) return;
        yaml::MapReader map(*finding, file_, faults_);
        const yaml::Node* severity = map.optional("severity");
        rule_.severity = expression(severity, cel::type_of(Kind::integer));
        if ((severity == nullptr) == rule_.bands.empty()) {
            refuse(*finding, "E202", "须写 bands 或 finding.severity 之一", "give either bands or finding.severity");
        }
        const yaml::Node* margin = map.optional("margin");
        rule_.margin = expression(margin, std::nullopt);
        if (margin != nullptr) keep_private(*margin, rule_.margin);
        const yaml::Node* at_risk = map.optional("at_risk");
        rule_.at_risk = expression(at_risk, cel::type_of(Kind::money));
        if (at_risk != nullptr) keep_private(*at_risk, rule_.at_risk);
        const yaml::Node* payable = map.optional("payable");
        rule_.payable = expression(payable, std::nullopt);
        if (payable != nullptr) {
            keep_private(*payable, rule_.payable);
            if (!rule_.payable.is_empty() && rule_.payable.type().kind != Kind::duration &&
                rule_.payable.type().kind != Kind::money) {
                refuse(*payable, "E401", "payable 应为时长或金额", "payable must be a duration or money");
            }
        }
        const bool is_partial =
            rule_.effect == "partial" || std::any_of(rule_.bands.begin(), rule_.bands.end(),
                                                     [](const Band& band) { return band.effect == "partial"; });
        if (is_partial != (payable != nullptr)) {
            refuse(payable != nullptr ? *payable : *finding, "E202", "payable 与 effect: partial 必须同时写",
                   "payable and effect: partial go together");
        }
        rule_.dedup = paths(map, "dedup");
        rule_.group = paths(map, "group");
        rule_.evidence = paths(map, "evidence");
        map.finish();
    }

    void read_sentences() {
        if (const yaml::Node* explain = map_.map("explain", true)) {
            yaml::MapReader map(*explain, file_, faults_);
            read_both(map, rule_.explain_zh, rule_.explain_en);
            map.finish();
            if (!has_value(rule_.explain_zh) || !has_value(rule_.explain_en)) {
                warn(*explain, "W803", "说明句没有任何数值", "the sentence shows no value");
            }
        }
    }

    void read_rest() {
        const yaml::Words misses = map_.words("misses");
        rule_.misses = {misses.zh, misses.en};
        const yaml::Words first = map_.words("do");
        rule_.do_first = {first.zh, first.en};
        if (const yaml::Node* innocent = map_.list("innocent")) {
            for (const yaml::Node& node : innocent->items) {
                yaml::MapReader map(node, file_, faults_);
                const std::string id = map.text("id");
                const yaml::Node* zh = map.optional("zh");
                const yaml::Node* en = map.optional("en");
                if (node.is_map() && (zh == nullptr || en == nullptr))
                    map.refuse(node, "E208", "须有中文（zh）和英文（en）", "Chinese (zh) and English (en) are needed");
                rule_.innocent.push_back({id, {zh == nullptr ? "" : zh->text, en == nullptr ? "" : en->text}});
                map.finish();
            }
        }
        if (const yaml::Node* quality = map_.map("quality")) {
            yaml::MapReader map(*quality, file_, faults_);
            rule_.min_precision_ppm = map.quantity("min_precision", Dimension::ratio).value_or(0);
            rule_.min_verdicts = map.integer("min_verdicts", 0, 1000000).value_or(0);
            rule_.max_share_of_queue_ppm = map.quantity("max_share_of_queue", Dimension::ratio).value_or(1000000);
            map.finish();
        }
        if (const yaml::Node* limits = map_.map("limits")) {
            yaml::MapReader map(*limits, file_, faults_);
            rule_.cost_limit = map.integer("cost", 1, cost_ceiling).value_or(rule_.cost_limit);
            map.finish();
        }
        if (cost_ > rule_.cost_limit) {
            const yaml::Node* limits = root_.find("limits");
            refuse(limits == nullptr ? root_ : *limits, "E605",
                   format("规则最坏情况的代价 {} 超过上限 {}", cost_, rule_.cost_limit),
                   format("the worst case of the rule costs {}, its limit is {}", cost_, rule_.cost_limit));
        }
        if (const yaml::Node* tests = map_.list("tests")) rule_.tests = tests->items;
        if (rule_.tests.empty()) warn(root_, "W806", "规则没有测试", "the rule has no tests");
    }

    // Names that nothing uses. Every use has made a slot by now.
    void lint() {
        std::set<std::string> used;
        for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot) used.insert(rule_.names.path(slot));
        const auto is_used = [&](const std::string& name) {
            const auto at = used.lower_bound(name);
            return used.contains(name) || (at != used.end() && at->starts_with(name + "."));
        };
        const auto check = [&](const yaml::Node* map, std::string_view zh, std::string_view en) {
            if (map == nullptr || !map->is_map()) return;
            for (const auto& [name, value] : map->pairs) {
                if (!is_used(name.text) && name.text != rule_.each)
                    warn(name, "W801", format("{} {} 没有用到", zh, name.text),
                         format("{} {} is not used", en, name.text));
            }
        };
        check(root_.find("params"), "参数", "parameter");
        check(root_.find("features"), "特征", "feature");
        check(root_.find("let"), "let", "let");
        for (const auto& [alias, name] : rule_.features) {
            const Feature* feature = set_.feature(name);
            if (feature != nullptr && feature->revise < rule_.on.wait) {
                warn(*root_.find("features"), "W804", format("特征 {} 的 revise 比规则的 wait 还短", name),
                     format("revise of feature {} is shorter than the wait of the rule", name));
            }
        }
    }

    void resolve() {
        for (const auto& [key, path] : subject_->scope) {
            if (rule_.names.path_type(path) != nullptr) rule_.scope_slots.emplace_back(key, rule_.names.slot(path));
        }
        for (const auto& [local, name] : rule_.params) rule_.param_slots.push_back(rule_.names.slot(local));
        if (!subject_->date.empty()) rule_.date_slot = rule_.names.slot(subject_->name + "." + subject_->date);
        for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot)
            rule_.sources.push_back(source_of(rule_.names.path(slot)));
        for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot) {
            const SlotSource& source = rule_.sources[slot];
            const std::string& path = rule_.names.path(slot);
            const cel::Type* type = rule_.names.path_type(path);
            const bool is_position = type != nullptr && (type->kind == Kind::place || type->kind == Kind::fix);
            if (source.level < personal && source.kind != SlotSource::Kind::list && !is_position && path != "")
                rule_.used.emplace_back(path, slot);
        }
        std::sort(rule_.used.begin(), rule_.used.end());
    }

    SlotSource source_of(const std::string& path) const {
        SlotSource source;
        for (std::size_t i = 0; i < rule_.params.size(); ++i) {
            if (rule_.params[i].first == path) return {SlotSource::Kind::param, static_cast<std::uint32_t>(i)};
        }
        for (std::size_t i = 0; i < rule_.lets.size(); ++i) {
            if (rule_.lets[i].name == path) return {SlotSource::Kind::let, static_cast<std::uint32_t>(i)};
        }
        source.level = level_of(path);
        const std::vector<std::string_view> parts = split(path, '.');
        if (parts.size() == 2 && parts[0] == "lists") {
            const ListOf* list = named(set_.lists, parts[1]);
            if (list != nullptr) return {SlotSource::Kind::list, static_cast<std::uint32_t>(list - set_.lists.data())};
        }
        if (parts.size() >= 2 && parts[0] == "tables") {
            if (const Table* table = named(set_.tables, parts[1])) {
                source.kind = SlotSource::Kind::table;
                source.index = static_cast<std::uint32_t>(table - set_.tables.data());
                for (std::size_t i = 0; i < table->columns.size() && parts.size() == 3; ++i) {
                    if (table->columns[i].first == parts[2]) source.column = static_cast<std::uint32_t>(i);
                }
                return source;
            }
        }
        if (parts.size() == 3 && parts[0] == "others") source.kind = SlotSource::Kind::others;
        return source;
    }

    // The rule and the declarations it uses, without what does not change its judgement (rules.md §1).
    void make_canonical() {
        cbor::Value body = canonical(root_);
        const auto is_outside = [](const std::string& key) {
            return key == "version" || key == "status" || key == "tests" || key == "quality" || key == "misses" ||
                   key == "do" || key == "innocent";
        };
        std::erase_if(body.pairs, [&](const auto& pair) { return is_outside(pair.first); });
        cbor::Value fields = cbor::Value::map();
        cbor::Value tables = cbor::Value::map();
        cbor::Value lists = cbor::Value::map();
        for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot) {
            const std::string& path = rule_.names.path(slot);
            const SlotSource& source = rule_.sources[slot];
            if (source.kind == SlotSource::Kind::table)
                tables.set(set_.tables[source.index].name, set_.tables[source.index].declaration);
            if (source.kind == SlotSource::Kind::list)
                lists.set(set_.lists[source.index].name, set_.lists[source.index].declaration);
            const model::Field* field = field_of_path(set_.dictionary, *subject_, path);
            if (field == nullptr) continue;
            cbor::Value declared = cbor::Value::map();
            declared.set("type", cbor::Value::of_text(model::to_word(field->type)));
            declared.set("level", cbor::Value::of(field->level));
            declared.set("ref", cbor::Value::of_text(field->ref));
            declared.set("derive", cbor::Value::of_text(field->derive));
            std::vector<cbor::Value> words;
            for (const std::string& word : field->words) words.push_back(cbor::Value::of_text(word));
            declared.set("values", cbor::Value::of_array(std::move(words)));
            fields.set(path, std::move(declared));
        }
        cbor::Value features = cbor::Value::map();
        for (const auto& [alias, name] : rule_.features) features.set(name, set_.feature(name)->declaration);
        cbor::Value params = cbor::Value::map();
        for (const std::uint32_t index : rule_.param_index)
            params.set(set_.params[index].name, set_.params[index].declaration);
        cbor::Value all = cbor::Value::map();
        all.set("rule", std::move(body));
        all.set("fields", std::move(fields));
        all.set("tables", std::move(tables));
        all.set("lists", std::move(lists));
        all.set("features", std::move(features));
        all.set("params", std::move(params));
        rule_.canonical = cbor::encode(all);
    }

    const yaml::Node& root_;
    const std::string& file_;
    const RuleSet& set_;
    const std::vector<std::string>& reach_;
    Faults& faults_;
    Faults& warnings_;
    yaml::MapReader map_;
    Rule rule_;
    const model::Entity* subject_ = nullptr;
    std::set<std::string> taken_, ids_, band_ids_;
    std::int64_t cost_ = 0;
    bool is_in_when_ = false;
};

}  // namespace

const Param* RuleSet::param(std::string_view name) const {
    return named(params, name);
}
const Feature* RuleSet::feature(std::string_view name) const {
    return named(features, name);
}
const Table* RuleSet::table(std::string_view name) const {
    return named(tables, name);
}
const ListOf* RuleSet::list(std::string_view name) const {
    return named(lists, name);
}
const PolicyDocument* RuleSet::policy(std::string_view name) const {
    return named(policies, name);
}

const Rule* RuleSet::rule(std::string_view id) const {
    for (const Rule& one : rules) {
        if (one.id == id) return &one;
    }
    return nullptr;
}

std::optional<Rule> read_rule(const yaml::Node& root, const std::string& file, const RuleSet& set,
                              const std::string& pack, const std::vector<std::string>& packs_in_reach, Faults& faults,
                              Faults& warnings) {
    return RuleReader(root, file, set, pack, packs_in_reach, faults, warnings).read();
}

}  // namespace ningyi::rule
