// SPDX-License-Identifier: Apache-2.0
// The data dictionary: which entities exist, which fields they have (type, unit, words, labels, privacy level) and
// which events change them. It comes from the packs; nothing here knows any one pack. Not a database.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cbor.h"
#include "base/result.h"
#include "base/time.h"

namespace ningyi::model {

struct Label {
    std::string zh;
    std::string en;
    bool operator==(const Label&) const = default;
};

// How a value of each type stands in an event body (canonical CBOR):
//   boolean: bool · integer length(mm) money(fen) speed(mm/s) ratio(ppm) duration(ms) timestamp(ms) date(days): integer
//   string, enumeration: text · words: array of text
//   place: [lat, lon, datum_in, lat_in, lon_in], 1e-7 degrees WGS-84 and as received, datum code of track/fix.h
//   fix: [lat, lon, datum_in, lat_in, lon_in, at ms, accuracy mm or -1, level, provider, flags], codes of track/fix.h
//   fixes: bytes, one block of track/codec.h · track: never in a body, it is gathered from `fixes` events
enum class FieldType : std::uint8_t {
    boolean,
    integer,
    string,
    enumeration,
    words,
    timestamp,
    date,
    duration,
    length,
    money,
    speed,
    ratio,
    place,
    fix,
    fixes,
    track
};

std::optional<FieldType> field_type(std::string_view word);  // "enum", "bool", "int", "list" … as written in packs
std::string_view to_word(FieldType type);

// Privacy (security.md §8.1): 1 public, 2 internal, 3 personal, 4 sensitive. Levels 3 and 4 are sealed in the log.
struct Field {
    std::string name;
    FieldType type = FieldType::string;
    int level = 4;
    Label label;
    std::string unit;                // how it is shown: m, min …; empty: the base unit
    std::string ref;                 // the entity this text field points to, or empty
    std::string derive;              // expression text of a computed field, or empty
    std::vector<std::string> words;  // of an enumeration
    std::vector<Label> word_labels;  // what each of them is called; empty when the pack does not say
    std::size_t max_size = 64;       // characters of a text, items of a list
    int line = 0, column = 0;        // where it is declared (of `derive` when there is one)

    // Of a `track` field only: the fixes of the carrier named by field `of` ("carrier_id", or "person.carrier_id" of
    // what a field points to), from `lead` before `from` to `tail` after `to`; where a field with a device is named,
    // only those of that device, or only those of all others.
    std::string track_of, track_from, track_to;
    Millis track_lead = 0, track_tail = 0;
    std::string track_device, track_other_than;

    // Of a `fixes` field only: the field of the same event that names the device they come from, or empty.
    std::string fixes_device;

    // What a word of an enumeration is called; null when it is none of them.
    const Label* label_of_word(std::string_view word) const;
};

struct Entity {
    std::string name;
    std::string pack;
    std::string file;
    Label title;
    std::string key;   // the field that holds its id
    std::string time;  // field with its event time, or empty
    std::string date;  // field with the day by which parameters are chosen, or empty
    std::vector<std::pair<std::string, std::string>>
        scope;                      // parameter scope key -> path ("agency" -> "order.agency_id"), weakest first
    std::string territory, agency;  // fields that mark where and whose it is (for Scope), or empty
    std::vector<Field> fields;

    const Field* field(std::string_view name) const;  // null when unknown
};

// An event: the fields it reports about its subject. Two special shapes besides: it may carry fixes of a carrier.
struct EventType {
    std::string name;  // "home_care.order_closed"
    std::string pack;
    std::string file;
    int line = 0;
    std::string subject;  // entity
    Label title;
    Millis late = 0;                    // usual lateness
    std::vector<std::string> body;      // fields of the subject's entity it may carry
    std::vector<std::string> required;  // … of which these must be there
    std::string key_of;         // whose key seals it: field of the body naming the key's owner; empty: the subject
    bool key_by_month = false;  // one key an owner and month (tracks)
    std::string closes;         // not empty: this value of the subject's state is final … (free for packs)
};

struct Dictionary {
    std::vector<Entity> entities;
    std::vector<EventType> events;

    const Entity* entity(std::string_view name) const;  // null when unknown
    const EventType* event(std::string_view name) const;
};

// What is wrong with a body for this event type: unknown or missing fields, wrong types, words outside the list, texts
// past their size. Empty when nothing is.
Faults faults_of(const Dictionary& dictionary, const EventType& type, const cbor::Value& body);

}  // namespace ningyi::model
