// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_reader.h"

#include "base/quantity.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

}  // namespace

void RuleReader::read_head() {
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

void RuleReader::read_trigger() {
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

}  // namespace ningyi::rule
