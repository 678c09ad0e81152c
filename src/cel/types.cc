// SPDX-License-Identifier: Apache-2.0
#include "cel/types.h"

#include <algorithm>

#include "base/text.h"
#include "cel/conversions.h"

namespace ningyi::cel {

constexpr std::size_t default_list_items = 100;  // rules.md §4.7

bool Type::operator==(const Type& other) const {
    if (kind != other.kind) return false;
    if (kind != Kind::list) return true;
    // A list literal without items fits every list.
    if (element == nullptr || other.element == nullptr) return true;
    return *element == *other.element;
}

Type type_of(Kind kind) {
    Type type;
    type.kind = kind;
    return type;
}

Type list_of(Type element) {
    Type type;
    type.kind = Kind::list;
    type.element = std::make_shared<const Type>(std::move(element));
    type.max_size = default_list_items;
    return type;
}

std::string to_text(const Type& type) {
    if (type.kind == Kind::timestamp) return "timestamp";
    if (type.kind == Kind::duration) return "duration";
    if (type.kind == Kind::list && type.element != nullptr) return format("list({})", to_text(*type.element));
    return std::string(type_name(type.kind));
}

std::string name_zh(const Type& type) {
    switch (type.kind) {
        case Kind::boolean: return "布尔值";
        case Kind::integer: return "整数";
        case Kind::string: return "文字";
        case Kind::list: return type.element != nullptr ? format("{}列表", name_zh(*type.element)) : "列表";
        case Kind::timestamp: return "时刻";
        case Kind::duration: return "时长";
        case Kind::length: return "长度";
        case Kind::money: return "金额";
        case Kind::speed: return "速度";
        case Kind::ratio: return "比例";
        case Kind::date: return "日期";
        case Kind::place: return "位置";
        case Kind::fix: return "定位点";
        case Kind::record: return "记录";
        default: return std::string(type_name(type.kind));
    }
}

std::string with_unit(Kind kind, std::string_view number) {
    switch (kind) {
        case Kind::length: return format("m({})", number);
        case Kind::money: return format("yuan({})", number);
        case Kind::speed: return format("kmh({})", number);
        case Kind::ratio: return format("percent({})", number);
        case Kind::duration: return format("minutes({})", number);
        case Kind::date: return "date(\"2025-08-01\")";
        case Kind::timestamp: return "timestamp(\"2025-08-01T09:00:00+08:00\")";
        default: return "";
    }
}

Type merged(const Type& a, const Type& b) {
    Type type = a;
    type.max_size = std::max(a.max_size, b.max_size);
    if (a.words != b.words) type.words = nullptr;
    if (a.element == nullptr) {
        type.element = b.element;
    } else if (b.element != nullptr) {
        type.element = std::make_shared<const Type>(merged(*a.element, *b.element));
    }
    return type;
}

}  // namespace ningyi::cel
