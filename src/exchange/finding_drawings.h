// SPDX-License-Identifier: Apache-2.0
// What a finding compared, drawn: the track around the place of the subject, two tracks on one clock where a feature
// compared two, and what measures of one track looked at. Driven by the features of the rule and the measures they
// name; no rule and no entity of a pack is known here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exchange/audit_tables.h"
#include "exchange/pair_drawing.h"
#include "exchange/track_drawing.h"

namespace ningyi::exchange {

class FindingDrawings {
public:
    explicit FindingDrawings(const AuditInput& input);

    // HTML; "" when there is nothing to draw.
    std::string of(const FindingRow& row);

private:
    struct Gathered {  // the records a feature runs over, by key
        bool is_indexed = false;
        std::map<std::string, std::vector<engine::RecordIndex>> by_key;
    };

    engine::Path path_of(engine::EntityIndex entity, const std::string& text) const;
    Trace trace_of(engine::RecordIndex record, std::string& carrier) const;
    std::vector<track::Fix> fixes_of(const std::string& carrier, Interval span, const model::Field& field) const;
    double radius_of(const FindingRow& row) const;
    std::string own_drawings(const FindingRow& row) const;
    std::string pair_drawings(const FindingRow& row, const rule::Feature& feature, const std::string& alias);
    std::string measure_drawing(const FindingRow& row, const rule::Feature& feature, const std::string& alias);
    std::string plan_of(const FindingRow& row, const rule::Feature& feature, std::vector<track::Fix> fixes);
    // An argument of a feature: of the record its text names (`a` or `b`), a parameter in force that day, a literal.
    cel::Value argument(const std::string& text, engine::RecordIndex a, engine::RecordIndex b,
                        const FindingRow& row) const;
    std::vector<track::Fix> track_argument(const std::string& text, engine::RecordIndex a, engine::RecordIndex b) const;
    std::string facts(const FindingRow& row, const rule::Feature& feature, const std::string& alias,
                      const std::map<std::string, std::int64_t>& measured) const;

    const AuditInput& input_;
    const AuditPage& page_;
    const engine::World& world_;
    engine::EntityIndex subject_ = engine::no_index;
    engine::Path from_, to_, place_;
    std::vector<std::pair<engine::Path, engine::Path>> marks_;
    std::map<std::string, Gathered> gathered_;  // by feature
};

// What a reader needs to read the drawings, once on a page. `page` names the place and the marks.
std::string drawing_legend(const AuditPage& page);

}  // namespace ningyi::exchange
