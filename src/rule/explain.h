// SPDX-License-Identifier: Apache-2.0
// What a judgement says in words, in Chinese and in English: the sentence, each clause with its mark, and what would
// settle or clear it (rules.md §10). Computed on demand from values, never stored.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rule/judge.h"

namespace ningyi::rule {

enum class Language : std::uint8_t { zh, en };

struct Explanation {
    std::string sentence;  // the rule's sentence for a hit; else what was decided and why
    struct Line {
        std::string id;
        char mark;
        std::string text;
    };  // mark: t f ? .
    std::vector<Line> clauses, doubts, exceptions;
    std::vector<std::string> cite;
    std::string margin;                // with unit, or ""
    std::vector<std::string> missing;  // in words (labels of the fields)
};

// A value in words: `format` as in rules.md §10 ("m", "min", "yuan" …), rounding half away from zero.
std::string shown(const cel::Value& value, std::string_view format, Language language, const Zone& zone);

// One sentence of the rule with the values of a judgement. `value_of` and `name_of` as below; either may be empty.
std::string rendered(const RuleSet& set, const Rule& rule, const Sentence& sentence, const Judgement& judgement,
                     Language language, const Zone& zone, const std::function<cel::Value(const std::string&)>& value_of,
                     const std::function<std::string(const std::string&)>& name_of);

// `value_of(path)`: a stored value by path (absent when none); `name_of(entity)`: how the reader may see that entity of
// the subject ("张**").
Explanation explain(const RuleSet& set, const Rule& rule, const Judgement& judgement, Language language,
                    const Zone& zone, const std::function<cel::Value(const std::string&)>& value_of,
                    const std::function<std::string(const std::string&)>& name_of);

// The sentence of that explanation alone, for what is written of very many findings.
std::string sentence(const RuleSet& set, const Rule& rule, const Judgement& judgement, Language language,
                     const Zone& zone, const std::function<cel::Value(const std::string&)>& value_of,
                     const std::function<std::string(const std::string&)>& name_of);

}  // namespace ningyi::rule
