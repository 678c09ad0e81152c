// SPDX-License-Identifier: Apache-2.0
#include "simulate/people.h"

#include <array>
#include <string_view>

#include "base/text.h"

namespace ningyi::simulate {
namespace {

constexpr std::array<std::string_view, 48> surnames = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛"};
constexpr std::array<std::string_view, 40> given = {"秀", "英", "桂", "兰", "玉", "珍", "凤", "霞", "淑", "华",
                                                    "建", "国", "志", "明", "文", "斌", "宝", "根", "金", "龙",
                                                    "福", "生", "永", "昌", "德", "荣", "美", "娟", "小", "芳",
                                                    "春", "梅", "惠", "琴", "月", "红", "荷", "云", "瑞", "祥"};

// Invented; no street or village of Changzhou is meant.
constexpr std::array<std::string_view, 4> sub_districts = {"青澜街道", "栖云街道", "望荷街道", "临溪街道"};
constexpr std::array<std::string_view, 10> streets = {"荷风路", "云栖路", "晴川路", "芦汀路", "听雨巷",
                                                      "长橹街", "棠梨路", "白鹭路", "枕河巷", "书带路"};
constexpr std::array<std::string_view, 2> towns = {"柳湾镇", "石桥镇"};  // of four villages each
constexpr std::array<std::string_view, 8> villages = {"柳湾村",   "杏渚村", "菱塘村",   "石桥浜村",
                                                      "稻香埠村", "鹤溪村", "南圩里村", "茅亭村"};

std::string without_check(Date birth, std::int64_t person, Sex sex) {
    const Calendar calendar = calendar_of(birth);
    const auto sequence = static_cast<int>(person % 499) * 2 + (sex == Sex::male ? 1 : 2);
    return format("{}{:04}{:02}{:02}{:03}", division_code, calendar.year, calendar.month, calendar.day, sequence);
}

int check_index(std::string_view digits) {
    constexpr std::array<int, 17> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (digits[i] - '0');
    return sum % 11;
}

constexpr std::string_view identity_checks = "10X98765432";

}  // namespace

std::string person_name(Random& random) {
    std::string name(surnames[random.below(surnames.size())]);
    name += given[random.below(given.size())];
    if (random.chance(0.8)) name += given[random.below(given.size())];
    return name;
}

std::string identity_number(Date birth, std::int64_t person, Sex sex) {
    std::string number = without_check(birth, person, sex);
    return number + identity_checks[static_cast<std::size_t>(check_index(number))];
}

std::string broken_identity_number(Date birth, std::int64_t person, Sex sex) {
    std::string number = without_check(birth, person, sex);
    return number + identity_checks[static_cast<std::size_t>((check_index(number) + 3) % 11)];
}

std::string telephone(std::int64_t number) {
    return format("100{:08}", number % 100'000'000);
}

std::string organisation_code(int number) {
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    constexpr std::array<int, 8> inner_weights = {3, 7, 9, 10, 5, 8, 4, 2};
    const std::string unit = format("MJ{:06}", number);
    int inner = 0;
    for (std::size_t i = 0; i < unit.size(); ++i) {
        const char c = unit[i];
        inner += inner_weights[i] * (c <= '9' ? c - '0' : c - 'A' + 10);
    }
    const int rest = (11 - inner % 11) % 11;
    const std::string code = format("52{}{}{}", division_code, unit, rest == 10 ? 'X' : static_cast<char>('0' + rest));
    int sum = 0;
    int weight = 1;
    for (const char c : code) {
        sum += weight * static_cast<int>(alphabet.find(c));
        weight = weight * 3 % 31;
    }
    return code + alphabet[static_cast<std::size_t>((31 - sum % 31) % 31)];
}

std::string address(std::int64_t household, bool is_rural) {
    const auto n = static_cast<std::size_t>(household);
    if (is_rural) return format("{}{}组{}号", villages[n % villages.size()], n / 8 % 12 + 1, n / 96 % 80 + 1);
    return format("{}{}{}号{}幢{}{:02}室", sub_districts[n % sub_districts.size()], streets[n / 4 % streets.size()],
                  n / 40 % 200 + 1, n / 7 % 18 + 1, n / 3 % 6 + 1, n % 4 + 1);
}

std::string street(std::int64_t household, bool is_rural) {
    const auto n = static_cast<std::size_t>(household);
    if (!is_rural) return std::string(sub_districts[n % sub_districts.size()]);
    return std::string(towns[n % villages.size() * towns.size() / villages.size()]);
}

}  // namespace ningyi::simulate
