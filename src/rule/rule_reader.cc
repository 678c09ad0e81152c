// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_reader.h"

#include "rule/names.h"
#include "rule/sentence.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

}  // namespace

std::string asked_zh(const std::string& like) {
    return like.empty() ? "" : format("，是否 {}？", like);
}
std::string asked_en(const std::string& like) {
    return like.empty() ? "" : format(", did you mean {}?", like);
}

std::optional<Rule> RuleReader::read() {
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

void RuleReader::refuse(const yaml::Node& node, const char* code, std::string zh, std::string en) {
    faults_.push_back(yaml::fault_at(file_, node, code, std::move(zh), std::move(en)));
}

void RuleReader::warn(const yaml::Node& node, const char* code, std::string zh, std::string en) {
    warnings_.push_back(yaml::fault_at(file_, node, code, std::move(zh), std::move(en)));
}

bool RuleReader::is_in_reach(const std::string& pack) const {
    return std::find(reach_.begin(), reach_.end(), pack) != reach_.end();
}

cel::Expression RuleReader::expression(const yaml::Node* node, const std::optional<cel::Type>& expected) {
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

int RuleReader::level_of(std::string_view path) const {
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

void RuleReader::refuse_path(const yaml::Node& node, const std::string& path) {
    const std::string like = rule_.names.suggestion(path);
    const std::size_t dot = path.rfind('.');
    const std::string whole = like.empty() || dot == std::string::npos ? like : path.substr(0, dot + 1) + like;
    refuse(node, "E501", format("没有名称 {}{}", path, asked_zh(whole)),
           format("{} is unknown{}", path, asked_en(whole)));
}

bool RuleReader::is_free(const yaml::Node& node, const std::string& name) {
    bool is_word = !name.empty() && name.size() <= 64;
    for (const char letter : name)
        is_word = is_word && ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_');
    if (!is_word || (name[0] >= '0' && name[0] <= '9')) {
        refuse(node, "E204", format("名称“{}”只能用小写字母、数字和下划线", name),
               format("the name \"{}\" may hold lower-case letters, digits and _ only", name));
        return false;
    }
    const bool is_taken = !taken_.insert(name).second || name == "lists" || name == "tables" || name == "others" ||
                          set_.dictionary.entity(name) != nullptr || rule_.names.path_type(name) != nullptr;
    if (is_taken) refuse(node, "E507", format("名称 {} 已被使用", name), format("the name {} is already taken", name));
    return !is_taken;
}

Sentence RuleReader::sentence(const yaml::Node& node) {
    return read_sentence(
        node, rule_.names, *subject_, [this](std::string_view path) { return level_of(path); }, file_, faults_);
}

void RuleReader::read_both(yaml::MapReader& map, Sentence& zh, Sentence& en) {
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

}  // namespace ningyi::rule
