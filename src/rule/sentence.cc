// SPDX-License-Identifier: Apache-2.0
#include "rule/sentence.h"

#include <algorithm>

#include "base/text.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

bool suits(std::string_view format_word, Kind kind) {
    if (format_word.empty()) return kind != Kind::place && kind != Kind::fix && kind != Kind::record;
    if (format_word == "m" || format_word == "m1" || format_word == "km1") return kind == Kind::length;
    if (format_word == "min" || format_word == "h1" || format_word == "s") return kind == Kind::duration;
    if (format_word == "yuan") return kind == Kind::money;
    if (format_word == "%" || format_word == "%1") return kind == Kind::ratio;
    if (format_word == "kmh") return kind == Kind::speed;
    if (format_word == "date") return kind == Kind::date || kind == Kind::timestamp;
    if (format_word == "time") return kind == Kind::timestamp;
    return false;
}

bool is_entity(std::string_view word, const model::Entity& subject) {
    return word == subject.name || std::any_of(subject.fields.begin(), subject.fields.end(),
                                               [&](const model::Field& field) { return field.ref == word; });
}

}  // namespace

Sentence read_sentence(const yaml::Node& node, cel::Names& names, const model::Entity& subject,
                       const std::function<int(std::string_view)>& level_of, const std::string& file, Faults& faults) {
    Sentence sentence;
    if (!node.is_scalar()) {
        faults.push_back({file, node.line, node.column, "E201", "这里应为一句话", "a sentence is expected here"});
        return sentence;
    }
    const std::string& text = node.text;
    const auto refuse = [&](std::size_t byte, const char* code, std::string zh, std::string en) {
        const auto [line, column] = place_in(node, code_points(std::string_view(text).substr(0, byte)));
        faults.push_back({file, line, column, code, std::move(zh), std::move(en)});
    };
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t open = text.find('{', at);
        const std::size_t stray = text.find('}', at);
        if (stray < open) {
            refuse(stray, "E209", "多余的 }", "a } without its {");
            at = stray + 1;
            continue;
        }
        if (open == std::string::npos) {
            sentence.parts.push_back({.text = text.substr(at)});
            break;
        }
        if (open > at) sentence.parts.push_back({.text = text.substr(at, open - at)});
        const std::size_t close = text.find('}', open);
        if (close == std::string::npos) {
            refuse(open, "E209", "缺少 }", "the } is missing");
            break;
        }
        at = close + 1;
        const std::string inside = text.substr(open + 1, close - open - 1);
        const std::size_t colon = inside.find(':');
        Sentence::Part part;
        part.is_value = true;
        part.text = inside.substr(0, colon);
        part.format = colon == std::string::npos ? "" : inside.substr(colon + 1);
        const cel::Type* type = names.path_type(part.text);
        if (type == nullptr) {
            if (part.format.empty() && (part.text == "cite" || is_entity(part.text, subject))) {
                sentence.parts.push_back(std::move(part));
                continue;
            }
            const std::string like = names.suggestion(part.text);
            const std::size_t dot = part.text.rfind('.');
            const std::string whole =
                like.empty() || dot == std::string::npos ? like : part.text.substr(0, dot + 1) + like;
            refuse(open + 1, "E501",
                   format("句中没有名称 {}{}", part.text, whole.empty() ? "" : format("，是否 {}？", whole)),
                   format("the sentence names {}, which is unknown{}", part.text,
                          whole.empty() ? "" : format(", did you mean {}?", whole)));
            continue;
        }
        if (!suits(part.format, type->kind)) {
            refuse(
                open + 1, "E410",
                part.format.empty() ? format("{} 不能写进句子", part.text)
                                    : format("格式 {} 不适用于 {}（{}）", part.format, part.text, cel::to_text(*type)),
                part.format.empty()
                    ? format("{} cannot be printed", part.text)
                    : format("format {} does not suit {}, which is a {}", part.format, part.text, cel::to_text(*type)));
        }
        if (level_of(part.text) >= 3) {
            const std::string entity = part.text.substr(0, part.text.find('.'));
            refuse(open + 1, "E701", format("{} 是个人信息（3、4 级），不能写进句子；请写 {{{}}}", part.text, entity),
                   format("{} is personal (level 3 or 4) and must not be printed; write {{{}}}", part.text, entity));
        }
        part.slot = names.slot(part.text);
        part.has_slot = true;
        sentence.parts.push_back(std::move(part));
    }
    return sentence;
}

bool has_value(const Sentence& sentence) {
    return std::any_of(sentence.parts.begin(), sentence.parts.end(),
                       [](const Sentence::Part& part) { return part.has_slot; });
}

}  // namespace ningyi::rule
