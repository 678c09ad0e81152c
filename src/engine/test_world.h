// SPDX-License-Identifier: Apache-2.0
// A made-up domain for tests of the engine (divers, reefs and their logbooks) with every kind of feature and rule, and
// random histories of it from a seed: equal times, late reports, corrections, resent and cancelled ones, tracks.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "engine/event.h"
#include "pack/pack.h"
#include "track/codec.h"
#include "trust/sha256.h"

namespace ningyi::engine {

inline pack::Files reef_files() {
    pack::Files files;
    files["reef/pack.yaml"] =
        "name: reef\nprefix: RE\nversion: 1\ntitle: {zh: 礁, en: Reef}\nrequires: []\nroles: [auditor]\n";
    files["reef/model/m.yaml"] = R"(entities:
  dive:
    title: {zh: 下潜, en: Dive}
    key: dive_id
    time: start
    date: day
    scope: {water: reef.water, club: dive.club_id}
    agency: club_id
    fields:
      dive_id: {type: string, level: 2, zh: 编号, en: Number}
      diver_id: {type: string, ref: diver, level: 2, zh: 人, en: Diver}
      reef_id: {type: string, ref: reef, level: 2, zh: 礁, en: Reef}
      club_id: {type: string, ref: club, level: 1, zh: 社, en: Club}
      start: {type: timestamp, level: 2, zh: 开始, en: Start}
      end: {type: timestamp, level: 2, zh: 结束, en: End}
      day: {type: date, derive: 'on(dive.start)', level: 2, zh: 日, en: Day}
      lasted: {type: duration, derive: 'dive.end - dive.start', level: 2, zh: 时长, en: Length}
      depth: {type: length, level: 2, zh: 深, en: Depth}
      fee: {type: money, level: 2, zh: 费, en: Fee}
      state: {type: enum, values: {done: {zh: 完成, en: done}, void: {zh: 作废, en: void}}, level: 2, zh: 状态, en: State}
      device_id: {type: string, level: 2, zh: 设备, en: Device}
      track: {type: track, of: diver_id, from: start, to: end, lead: 10min, tail: 10min, level: 4, zh: 轨迹, en: Track}
      buddy_track: {type: track, of: diver.buddy, from: start, to: end, level: 4, zh: 同伴轨迹, en: Track of the buddy}
      own_device: {type: track, of: diver_id, device: device_id, from: start, to: end, level: 4, zh: 本机轨迹, en: Track of the device}
      other_devices: {type: track, of: diver_id, other_than: device_id, from: start, to: end, level: 4, zh: 他机轨迹, en: Track of other devices}
  diver:
    title: {zh: 潜水员, en: Diver}
    key: diver_id
    fields:
      diver_id: {type: string, level: 2, zh: 编号, en: Number}
      grade: {type: enum, values: {novice: {zh: 新手, en: novice}, master: {zh: 师傅, en: master}}, level: 2, zh: 级, en: Grade}
      retired: {type: date, level: 2, zh: 退役日, en: Retired on}
      team: {type: string, level: 2, zh: 队, en: Team}
      buddy: {type: string, level: 2, zh: 同伴, en: Buddy}
  reef:
    title: {zh: 礁, en: Reef}
    key: reef_id
    fields:
      reef_id: {type: string, level: 2, zh: 编号, en: Number}
      water: {type: enum, values: {deep: {zh: 深, en: deep}, shallow: {zh: 浅, en: shallow}}, level: 2, zh: 水, en: Water}
      spot: {type: place, level: 3, zh: 位置, en: Spot}
  club:
    title: {zh: 社, en: Club}
    key: club_id
    fields:
      club_id: {type: string, level: 1, zh: 编号, en: Number}
  storm:
    title: {zh: 风暴, en: Storm}
    key: storm_id
    time: began
    fields:
      storm_id: {type: string, level: 2, zh: 编号, en: Number}
      water: {type: enum, values: {deep: {zh: 深, en: deep}, shallow: {zh: 浅, en: shallow}}, level: 2, zh: 水, en: Water}
      began: {type: timestamp, level: 2, zh: 开始, en: Began}
      ended: {type: timestamp, level: 2, zh: 结束, en: Ended}
  carrier:
    title: {zh: 携带者, en: Carrier}
    key: carrier_id
    fields:
      carrier_id: {type: string, level: 2, zh: 编号, en: Number}
      device_id: {type: string, level: 2, zh: 设备, en: Device}
      fixes: {type: fixes, device: device_id, level: 4, zh: 轨迹点, en: Fixes}
events:
  reef.dive_logged:
    subject: dive
    body: [dive_id, diver_id, reef_id, club_id, start, end, depth, fee, state, device_id]
  reef.dive_amended:
    subject: dive
    body: [dive_id, diver_id, reef_id, club_id, start, end, depth, fee, state, device_id]
  reef.diver_registered:
    subject: diver
    body: [diver_id, grade, retired, team, buddy]
  reef.reef_charted:
    subject: reef
    body: [reef_id, water, spot]
  reef.storm_reported:
    subject: storm
    body: [storm_id, water, began, ended]
  reef.track_reported:
    subject: carrier
    body: [carrier_id, device_id, fixes]
    key_of: carrier_id
)";
    files["reef/policy/D1.yaml"] =
        "policy: D1\ntitle: {zh: 办法, en: Measures}\nissued: 2020-01-01\nin_force: {from: 2020-01-01}\nclauses:\n  "
        "'1': {zh: 应守规矩。}\n";
    files["reef/params/p.yaml"] = R"(- param: reef.slack
  title: {zh: 容差, en: Slack}
  type: duration
  unit: min
  by: dive.day
  bounds: {min: 0min, max: 2h}
  values:
    - {from: 2024-01-01, value: 15min, cite: ['D1#1']}
    - {from: 2024-01-01, value: 5min, scope: {water: deep}, cite: ['D1#1']}
    - {from: 2025-03-04, value: 10min, cite: ['D1#1']}
- param: reef.near
  title: {zh: 近, en: Near}
  type: length
  unit: m
  by: dive.day
  bounds: {min: 10m, max: 2000m}
  values:
    - {from: 2024-01-01, value: 300m, cite: ['D1#1']}
    - {from: 2024-01-01, value: 200m, scope: {club: K0}, cite: ['D1#1']}
- param: reef.most
  title: {zh: 上限, en: Most}
  type: money
  unit: yuan
  by: dive.day
  bounds: {min: 1yuan, max: 9000yuan}
  values:
    - {from: 2024-01-01, value: 120yuan, cite: ['D1#1']}
)";
    files["reef/lists/guests.yaml"] =
        "list: guests\ntitle: {zh: 客人, en: Guests}\nkey: [diver_id]\nentries:\n"
        "  - {diver_id: P2, from: 2025-01-01, to: 2025-12-31, why: 访问, by: u1, approved: u2}\n";
    files["reef/features/f.yaml"] =
        R"(- {feature: before, entity: dive, kind: window, from: reef.dive_logged, key: [diver_id], span: {last: 6h}, where: 'b.state == "done"', agg: count, revise: 30d}
- {feature: fee_week, entity: dive, kind: window, from: reef.dive_logged, key: [diver_id], span: {calendar: week}, where: 'b.state == "done"', agg: sum, of: b.fee, revise: 30d}
- {feature: fee_day, entity: dive, kind: window, from: reef.dive_logged, key: [club_id], span: {calendar: day}, agg: avg, of: b.fee, revise: 30d}
- {feature: deepest, entity: dive, kind: window, from: reef.dive_logged, key: [reef_id], span: {rows: 3}, where: 'b.diver_id != a.diver_id', agg: max, of: b.depth, revise: 30d}
- {feature: shallowest, entity: dive, kind: window, from: reef.dive_logged, key: [reef_id], span: {last: 2d, max: 3}, agg: min, of: b.depth, revise: 30d}
- {feature: reefs, entity: dive, kind: window, from: reef.dive_logged, key: [club_id], span: {last: 2d}, agg: distinct, of: b.reef_id, revise: 30d}
- {feature: waters, entity: dive, kind: window, from: reef.dive_logged, key: [club_id], span: {last: 2d}, where: 'b.depth > a.depth', agg: distinct, of: b.reef.water, revise: 30d}
- {feature: middle, entity: dive, kind: window, from: reef.dive_logged, key: [], span: {last: 24h}, agg: quantile, q: 50%, of: b.lasted, revise: 30d}
- {feature: with_team, entity: dive, kind: window, from: reef.dive_logged, key: {diver.team: club_id}, span: {last: 2d}, agg: count, of: b.fee, revise: 30d}
- {feature: previous, entity: dive, kind: lag, from: reef.dive_logged, key: [diver_id], n: 1, reach: 12h, out: {dive_id: b.dive_id, end: b.end}, revise: 30d}
- {feature: second, entity: dive, kind: lag, from: reef.dive_logged, key: [diver_id], n: 2, reach: 1d, where: 'b.state == "done" && b.reef_id == a.reef_id', out: {dive_id: b.dive_id, lasted: b.lasted}, revise: 30d}
- {feature: shared, entity: dive, kind: overlap, from: reef.dive_logged, key: [diver_id], interval: [start, end], where: 'b.state == "done"', pair: later, reach: 12h, max: 3, out: {other_id: b.dive_id, other_fee: b.fee}, revise: 30d}
- {feature: beside, entity: dive, kind: overlap, from: reef.dive_logged, key: [reef_id], own: [start, end], interval: [start, end], where: 'b.diver_id != a.diver_id', pair: both, reach: 4h, max: 2, out: {other_id: b.dive_id}, revise: 30d}
- {feature: rough, entity: dive, kind: overlap, from: reef.storm_reported, key: [], own: [start, end], interval: [began, ended], where: '!has(b.water) || b.water == a.reef.water', pair: both, reach: 2d, max: 4, out: {storm_id: b.storm_id, ended: b.ended}, revise: 30d}
- {feature: reef_before, entity: dive, kind: lag, from: reef.dive_logged, key: [reef_id], n: 1, reach: 2d, out: {diver: b.diver_id, dive: b.dive_id}, revise: 30d}
- {feature: person, kind: register, entity: diver, id: a.diver_id, at: a.start, out: {grade: b.grade, retired: b.retired}, revise: 30d}
- {feature: recent, entity: diver, kind: window, from: reef.dive_logged, key: [diver_id], span: {last: 3d}, where: 'b.state == "done"', agg: count, revise: 30d}
- {measure: at_reef, entity: dive, fn: track.presence, args: {track: a.track, place: a.reef.spot, interval: [a.start, a.end], radius: reef.near}, revise: 30d}
- {measure: usable, entity: dive, fn: track.usable, args: {track: a.track, interval: [a.start, a.end]}, revise: 30d}
- {measure: spot_of_dive, entity: dive, over: {from: reef.dive_logged, key: {reef_id: reef_id}, where: 'b.state == "done"', each: {fn: track.dwell, args: {track: b.track, interval: [b.start, b.end], place: b.reef.spot, who: b.diver_id}}}, fn: track.address, args: {place: a.reef.spot, least_visits: 2, distance: 80m}, revise: 30d}
- {feature: outside, entity: dive, kind: window, from: reef.dive_logged, key: [club_id], span: {last: 36h}, where: 'b.device_id != a.device_id && b.state == "done"', agg: avg, of: b.fee, revise: 30d}
- {feature: few, entity: dive, kind: window, from: reef.dive_logged, key: [diver_id], span: {last: 4d, max: 2}, where: 'b.depth > m(1)', agg: count, revise: 30d}
- {feature: last_two, entity: dive, kind: window, from: reef.dive_logged, key: [reef_id], span: {rows: 2}, where: 'b.fee > a.fee', agg: distinct, of: b.club_id, revise: 30d}
- {feature: twin, entity: dive, kind: neardup, from: reef.dive_logged, block: [club_id], track: track, span: {last: 2d}, where: 'a.diver_id != b.diver_id', verify: {fn: track.replay, args: {track: a.track, other: b.track}}, out: {other: b.dive_id, other_fee: b.fee}, revise: 30d}
- {feature: twin_of_any, entity: dive, kind: neardup, from: reef.dive_logged, block: [], track: track, span: {last: 60d}, signature: {fn: track.cell_shingles, cell: 200m, k: 1, bins: 64}, candidates: {bands: 32, rows: 2, max: 1}, verify: {fn: track.replay, args: {track: a.track, other: b.track}}, out: {other: b.dive_id}, revise: 30d}
- {feature: moving_with, entity: dive, kind: meet, from: reef.dive_logged, key: [club_id], track: track, where: 'a.diver_id != b.diver_id', reach: 12h, max: 8, verify: {fn: track.companion, args: {track: a.track, other: b.track}}, out: {other: b.dive_id, other_grade: b.diver.grade}, revise: 30d}
- {feature: near_anybody, entity: dive, kind: meet, from: reef.dive_logged, key: [], track: buddy_track, reach: 2h, pair: both, max: 2, verify: {fn: track.companion, args: {track: a.buddy_track, other: b.buddy_track, within: reef.near}}, out: {other: b.dive_id}, revise: 30d}
- {feature: usual_fee, entity: dive, kind: baseline, from: reef.dive_logged, key: [diver_id], peers: [club_id], period: month, of: b.fee, stat: median, close_after: 3d, where: 'b.state == "done"', revise: 30d}
- {feature: usual_mean, entity: dive, kind: baseline, from: reef.dive_logged, key: {club_id: club_id}, period: month, of: b.fee, stat: mean, min_n: 2, close_after: 1d, revise: 30d}
- {feature: usual_length, entity: dive, kind: baseline, from: reef.dive_logged, key: [club_id], peers: [], period: month, of: b.lasted, stat: quantile(90%), edges: [15min, 40min, 1h, 90min], close_after: 3d, revise: 30d}
- {feature: usual_spread, entity: diver, kind: baseline, from: reef.dive_logged, key: [diver_id], period: month, of: b.depth, stat: mad, edges: [5m, 12m, 21m], revise: 30d}
- {feature: reef_around, entity: dive, kind: window, from: reef.dive_logged, key: [reef_id], span: {around: 8h}, agg: count, revise: 30d}
- {feature: around_diver, entity: dive, kind: window, from: reef.dive_logged, key: [diver_id], span: {around: 20h, max: 4}, where: 'b.depth > a.depth', agg: distinct, of: b.reef_id, revise: 30d}
- {feature: around_fee, entity: dive, kind: window, from: reef.dive_logged, key: [club_id], span: {around: 5h}, where: 'b.state == "done"', agg: sum, of: b.fee, revise: 30d}
- {feature: usual_of_reefs, entity: dive, kind: baseline, from: reef.dive_logged, key: [reef_id, diver_id], peers: [], against: keys, period: month, of: b.fee, stat: mean, close_after: 1d, revise: 30d}
- {feature: usual_of_divers, entity: dive, kind: baseline, from: reef.dive_logged, key: [diver_id], peers: [club_id], against: keys, period: month, of: b.lasted, stat: median, min_n: 2, edges: [15min, 40min, 1h, 90min], where: 'b.state == "done"', revise: 30d}
- {measure: two_devices, entity: dive, fn: track.apart, args: {track: a.own_device, other: a.other_devices}, revise: 30d}
- {measure: with_buddy, entity: dive, fn: track.approach, args: {track: a.track, other: a.buddy_track, within: 50m}, revise: 30d}
- {measure: plan_of_day, entity: dive, over: {from: reef.dive_logged, key: {diver_id: diver_id, day: day}, where: 'b.state == "done"', each: {visit: {place: b.reef.spot, interval: [b.start, b.end], radius: 200m}}}, fn: track.plan, args: {track: a.track}, revise: 30d}
- {measure: spot_of_reef, entity: reef, over: {from: reef.dive_logged, key: {reef_id: reef_id}, each: {fn: track.dwell, args: {track: b.track, interval: [b.start, b.end], place: b.reef.spot, who: b.diver_id}}}, fn: track.address, args: {place: a.spot, least_visits: 2, distance: 80m}, revise: 30d}
)";
    const auto rule = [&](const std::string& id, const std::string& area, const std::string& text) {
        files["reef/rules/" + area + "/" + id + ".yaml"] =
            "rule: " + id +
            "\ntitle: {zh: 规则, en: Rule}\nversion: 1\nstatus: live\nresult: suspicious\neffect: hold\n" +
            "stage: [post]\nin_force: {from: 2024-01-01}\ncite: ['D1#1']\n" + text +
            "misses: {zh: 无, en: none}\ndo: {zh: 查, en: look}\n";
    };
    rule("RE-TIM-01", "tim", R"(subject: dive
on: {event: reef.dive_logged, wait: 20min}
applies: 'dive.state == "done"'
params: {slack: reef.slack}
features: {ov: shared, who: person}
each: ov
needs: [ov.count]
when:
  all:
    - {id: both, zh: '{ov.lasts:min}', en: '{ov.lasts:min}', if: 'ov.count > 0 && ov.lasts > slack'}
except:
  - {id: guest, zh: 客, en: guest, if: 'dive.diver_id in lists.guests'}
  - {id: mentor, zh: 带教, en: mentor, if: 'who.found && who.grade == "master"'}
bands:
  - {id: long, if: 'ov.lasts > minutes(40)', severity: 3, zh: 长, en: long}
  - {id: short, severity: 1, zh: 短, en: short}
finding: {margin: 'ov.lasts - slack', at_risk: 'dive.fee', dedup: [dive.dive_id, ov.other_id]}
explain: {zh: '{ov.lasts:min}', en: '{ov.lasts:min}'}
)");
    rule("RE-LOC-01", "loc", R"(subject: dive
on: {event: reef.dive_logged, wait: 30min}
applies: 'dive.state == "done"'
params: {}
features: {at: at_reef, seen: usable, spot: spot_of_dive}
needs: [dive.lasted]
when:
  all:
    - {id: away, zh: '{at.possible:min}', en: '{at.possible:min}', if: 'at.possible < dive.lasted - minutes(10)'}
doubt:
  - {id: unseen, zh: 不明, en: unseen, if: 'at.verdict == "insufficient"'}
  - {id: spot, ask: hit, zh: 位置有疑, en: spot in doubt, if: 'spot.verdict == "contradicted"'}
finding: {severity: '2', margin: 'dive.lasted - at.possible', at_risk: 'dive.fee', dedup: [dive.dive_id], evidence: [dive.track, reef.spot]}
explain: {zh: '{at.possible:min}', en: '{at.possible:min}'}
)");
    rule("RE-SUM-01", "sum", R"(subject: dive
on: {event: reef.dive_logged, wait: 0min}
params: {most: reef.most}
features: {n: before, week: fee_week, mean: fee_day, deep: deepest, flat: shallowest, r: reefs, w: waters, mid: middle, t: with_team, p: previous, s: second}
needs: [dive.fee]
let: {total: 'week + dive.fee'}
when:
  any:
    - {id: much, zh: '{total:yuan}', en: '{total:yuan}', if: 'total > most'}
    - {id: often, zh: '{n}', en: '{n}', if: 'n >= 2'}
    - {id: wide, zh: '{r}', en: '{r}', if: 'r + w + t >= 5 && mid < minutes(40)'}
    - {id: deep, zh: '{deep:m}', en: '{deep:m}', if: 'deep > dive.depth && flat < dive.depth && mean > dive.fee'}
    - {id: soon, zh: '{p.dive_id}', en: '{p.dive_id}', if: 'dive.start < p.end && s.found && s.lasted > minutes(30)'}
finding: {severity: '1', margin: 'total - most', at_risk: 'dive.fee', dedup: [dive.dive_id], group: [dive.diver_id, dive.day]}
explain: {zh: '{total:yuan}', en: '{total:yuan}'}
)");
    rule("RE-REG-01", "reg", R"(subject: dive
on: {event: reef.dive_logged, wait: 1d}
applies: 'dive.state == "done"'
params: {}
features: {who: person}
needs: [dive.start]
when:
  all:
    - {id: after, zh: '{dive.day}', en: '{dive.day}', if: 'has(who.retired) && who.retired < dive.day'}
finding: {severity: '3', at_risk: 'dive.fee', dedup: [dive.dive_id]}
explain: {zh: '{dive.day}', en: '{dive.day}'}
)");
    rule("RE-OTH-01", "oth", R"(subject: dive
on: {event: reef.dive_logged, wait: 10min}
params: {}
features: {rb: reef_before}
when:
  all:
    - {id: pupil, zh: 徒, en: pupil, if: 'rb.found && others.diver(rb.diver).grade == "master" && others.dive(rb.dive).lasted > dive.lasted'}
finding: {severity: '1', dedup: [dive.dive_id]}
explain: {zh: 徒, en: pupil}
)");
    rule("RE-STO-01", "sto", R"(subject: dive
on: {event: reef.dive_logged, wait: 10min}
params: {}
features: {sea: rough, near: beside}
each: sea
when:
  any:
    - {id: rough, zh: '{sea.lasts:min}', en: '{sea.lasts:min}', if: 'sea.count > 0 && sea.lasts > minutes(20)'}
    - {id: crowd, zh: '{near.count}', en: '{near.count}', if: 'near.count > 1'}
finding: {severity: '1', dedup: [dive.dive_id, sea.storm_id]}
explain: {zh: '{sea.count}', en: '{sea.count}'}
)");
    rule("RE-TWI-01", "twi", R"(subject: dive
on: {event: reef.dive_logged, wait: 1h}
params: {}
features: {t: twin, any: twin_of_any}
when:
  all:
    - {id: copied, zh: '{t.other}', en: '{t.other}', if: 't.found && t.verdict == "contradicted"'}
doubt:
  - {id: crowded, zh: 多, en: many, if: 'any.found && any.limits == "crowded"'}
finding: {severity: '2', dedup: [dive.dive_id, t.other]}
explain: {zh: '{t.other}', en: '{t.other}'}
)");
    rule("RE-COM-01", "com", R"(subject: dive
on: {event: reef.dive_logged, wait: 1h}
params: {}
features: {m: moving_with, n: near_anybody}
each: m
when:
  all:
    - {id: together, zh: '{m.other}', en: '{m.other}', if: 'm.count > 0 && m.verdict == "contradicted"'}
doubt:
  - {id: near, ask: hit, zh: 近, en: near, if: 'has(n.count) && n.count > 1'}
finding: {severity: '2', dedup: [dive.dive_id, m.other]}
explain: {zh: '{m.other}', en: '{m.other}'}
)");
    rule("RE-USU-01", "usu", R"(subject: dive
on: {event: reef.dive_logged, wait: 1h}
params: {}
features: {u: usual_fee, m: usual_mean, l: usual_length, few: few, out: outside, two: last_two}
when:
  all:
    - {id: high, zh: '{u.value:yuan}', en: '{u.value:yuan}', if: 'u.n >= 1 && (u.z > 500 || u.value > m.value || dive.lasted > l.value) && few <= 2 && out > dive.fee && two >= 0'}
finding: {severity: '1', dedup: [dive.dive_id]}
explain: {zh: '{u.n}', en: '{u.n}'}
)");
    rule("RE-TWO-01", "two", R"(subject: dive
on: {event: reef.dive_logged, wait: 1h}
params: {}
features: {d: two_devices, b: with_buddy, p: plan_of_day}
when:
  any:
    - {id: apart, zh: '{d.apart:m}', en: '{d.apart:m}', if: 'd.verdict == "contradicted"'}
    - {id: near, zh: '{b.min:m}', en: '{b.min:m}', if: 'b.verdict == "supported"'}
    - {id: plan, zh: '{p.missed}', en: '{p.missed}', if: 'p.missed > 1'}
finding: {severity: '1', dedup: [dive.dive_id], evidence: [dive.buddy_track]}
explain: {zh: '{p.missed}', en: '{p.missed}'}
)");
    rule("RE-DAY-03", "day", R"(subject: diver
on: {every: day, at: 02:00}
params: {}
features: {u: usual_spread}
when:
  all:
    - {id: wide, zh: '{u.value:m}', en: '{u.value:m}', if: 'u.value > m(3)'}
finding: {severity: '1', dedup: [diver.diver_id]}
explain: {zh: '{u.value:m}', en: '{u.value:m}'}
)");
    rule("RE-NEW-01", "new", R"(subject: diver
on: {event: reef.diver_registered, wait: 1h}
params: {}
features: {n: recent}
when:
  all:
    - {id: known, zh: '{n}', en: '{n}', if: 'n >= 1'}
finding: {severity: '1', dedup: [diver.diver_id]}
explain: {zh: '{n}', en: '{n}'}
)");
    rule("RE-DAY-01", "day", R"(subject: diver
on: {every: day, at: 00:30}
params: {}
features: {n: recent}
when:
  all:
    - {id: many, zh: '{n}', en: '{n}', if: 'n >= 3'}
finding: {severity: '1', dedup: [diver.diver_id]}
explain: {zh: '{n}', en: '{n}'}
)");
    rule("RE-DAY-02", "day", R"(subject: reef
on: {every: day, at: 01:00}
params: {}
features: {at: spot_of_reef}
needs: [reef.water]
when:
  all:
    - {id: elsewhere, zh: '{at.distance:m}', en: '{at.distance:m}', if: 'at.verdict == "contradicted"'}
doubt:
  - {id: few, zh: 少, en: few, if: 'at.verdict == "insufficient"'}
finding: {severity: '2', dedup: [reef.reef_id]}
explain: {zh: '{at.distance:m}', en: '{at.distance:m}'}
)");
    return files;
}

inline rule::RuleSet reef_set(const pack::Files& files = reef_files()) {
    pack::Loaded loaded = pack::load(files, pack::measure_shapes());
    if (!loaded.faults.empty()) throw std::invalid_argument(to_text(loaded.faults.front()));
    return std::move(loaded.set);
}

// 2025-03-03, a Monday, 00:00 in the district.
inline constexpr Instant reef_monday{1740931200000};

inline cbor::Value place_value(std::int32_t lat_e7, std::int32_t lon_e7) {
    return cbor::Value::of_array({cbor::Value::of(lat_e7), cbor::Value::of(lon_e7), cbor::Value::of(0),
                                  cbor::Value::of(lat_e7), cbor::Value::of(lon_e7)});
}

inline ClearEvent reef_event(const std::string& type, const std::string& subject, Instant happened, Instant recorded,
                             const std::string& salt = "") {
    ClearEvent event;
    event.id = Id::from_bytes(trust::sha256(type + " " + subject + " " + std::to_string(happened.ms) + salt));
    event.type = type;
    event.subject = subject;
    event.happened_at = happened;
    event.recorded_at = recorded;
    event.body = cbor::Value::map();
    return event;
}

inline ClearEvent reef_tick(Instant at) {
    return reef_event("core.clock_ticked", "", at, at);
}

inline ClearEvent track_event(const std::string& carrier, Instant from, Instant to, Millis step, geo::Place place,
                              Instant recorded) {
    std::vector<track::Fix> fixes;
    std::int32_t k = 0;
    for (Instant at = from; at <= to && fixes.size() < track::fixes_per_block; at.ms += step, ++k) {
        const geo::Place here{place.lat_e7 + (k * 7) % 11 * 80, place.lon_e7 + (k * 5) % 11 * 80};
        track::Fix fix = track::fix_received(at, here, track::Datum::wgs84);
        fix.accuracy_mm = 15000;
        fix.level = track::Level::p68;
        fix.provider = track::Provider::gnss;
        fix.flags = track::flag_mock_known;
        fixes.push_back(fix);
    }
    ClearEvent event = reef_event("reef.track_reported", carrier, to, recorded,
                                  std::to_string(from.ms) + " " + std::to_string(place.lat_e7));
    event.body.set("carrier_id", cbor::Value::of_text(carrier));
    event.body.set("fixes", cbor::Value::of_bytes(track::encode(fixes).value_or("")));
    return event;
}

// A swim of 100 fixes at 10 s along one of a few courses. The same course and water give the same noise.
inline ClearEvent swim_event(const std::string& carrier, Instant from, std::int32_t course, std::int32_t water,
                             Instant recorded) {
    std::vector<track::Fix> fixes;
    for (std::int32_t k = 0; k < 100; ++k) {
        const std::int32_t north = course == 1 ? -4500 : 4500;  // 50 m each
        const std::int32_t east = course == 2 ? 3000 : (k / 25 % 2 == 0 ? 2500 : -1500);
        const geo::Place here{200000000 + course * 40000 + north * k + (k * k * 7 + water * 31 * k) % 97 * 3,
                              1100000000 + east * k + (k * k * 5 + water * 17 * k) % 89 * 4};
        track::Fix fix = track::fix_received(Instant{from.ms + k * 10 * seconds_ms}, here, track::Datum::wgs84);
        fix.accuracy_mm = 8000;
        fix.level = track::Level::p68;
        fix.provider = track::Provider::gnss;
        fixes.push_back(fix);
    }
    ClearEvent event = reef_event("reef.track_reported", carrier, Instant{from.ms + 1000 * seconds_ms}, recorded,
                                  std::to_string(course) + " " + std::to_string(water));
    event.body.set("carrier_id", cbor::Value::of_text(carrier));
    event.body.set("fixes", cbor::Value::of_bytes(track::encode(fixes).value_or("")));
    return event;
}

// Numbers events by when they were recorded, equal ones in the order given, and ends the log with two quiet days.
inline std::vector<ClearEvent> recorded_in_order(std::vector<ClearEvent> events) {
    std::stable_sort(events.begin(), events.end(),
                     [](const ClearEvent& a, const ClearEvent& b) { return a.recorded_at < b.recorded_at; });
    const Instant last = events.empty() ? reef_monday : events.back().recorded_at;
    events.push_back(reef_tick(Instant{last.ms + 25 * hours_ms}));
    events.push_back(reef_tick(Instant{last.ms + 50 * hours_ms}));
    for (std::size_t i = 0; i < events.size(); ++i) events[i].seq = i + 1;
    return events;
}

// A random history of at most `most` events, ticks besides; the same seed gives the same one.
inline std::vector<ClearEvent> random_events(std::uint64_t seed, std::size_t most) {
    Random random(seed);
    std::vector<ClearEvent> events;
    const auto lateness = [&] {
        return random.chance(0.2) ? random.between(1, 72) * hours_ms : random.between(0, 10) * minutes_ms;
    };
    const auto text = [](const std::string& value) { return cbor::Value::of_text(value); };
    const auto pick = [&](const char* letter, int of) {
        return letter + std::to_string(random.below(static_cast<std::uint64_t>(of)));
    };
    const auto spot = [](std::int32_t reef) {
        return geo::Place{200000000 + reef * 100000, 1100000000 + reef * 50000};
    };
    for (std::int32_t reef = 0; reef < 3; ++reef) {
        if (random.chance(0.2)) continue;
        const Instant at{random.chance(0.5) ? 0 : reef_monday.ms + random.between(0, 48) * hours_ms};
        ClearEvent event = reef_event("reef.reef_charted", "R" + std::to_string(reef), at,
                                      Instant{std::max(at.ms, reef_monday.ms) + lateness()});
        event.body.set("reef_id", text(event.subject));
        if (random.chance(0.9)) event.body.set("water", text(random.chance(0.5) ? "deep" : "shallow"));
        const geo::Place where = spot(reef);
        if (random.chance(0.9)) event.body.set("spot", place_value(where.lat_e7, where.lon_e7));
        events.push_back(std::move(event));
    }
    for (int diver = 0; diver < 3; ++diver) {
        for (std::int64_t times = random.between(0, 2); times > 0; --times) {
            const Instant at{random.chance(0.5) ? 0 : reef_monday.ms + random.between(0, 72) * hours_ms};
            ClearEvent event = reef_event("reef.diver_registered", "P" + std::to_string(diver), at,
                                          Instant{std::max(at.ms, reef_monday.ms) + lateness()}, std::to_string(times));
            event.body.set("diver_id", text(event.subject));
            if (random.chance(0.7)) event.body.set("grade", text(random.chance(0.3) ? "master" : "novice"));
            if (random.chance(0.7)) event.body.set("team", text(pick("K", 2)));
            if (random.chance(0.6)) event.body.set("buddy", text(pick("P", 3)));
            if (random.chance(0.3)) event.body.set("retired", cbor::Value::of(20150 + random.between(0, 3)));
            events.push_back(std::move(event));
        }
    }
    // A stream of its own, so that the rest of a history does not depend on the weather.
    Random weather(seed ^ 0x73746F726DULL);
    for (std::int64_t storm = weather.between(0, 4); storm > 0; --storm) {
        const Instant began{reef_monday.ms + weather.between(0, 75) * hours_ms};
        ClearEvent event = reef_event("reef.storm_reported", "S" + std::to_string(storm), began,
                                      Instant{began.ms + weather.between(0, 90) * hours_ms});
        event.body.set("storm_id", text(event.subject));
        if (weather.chance(0.6)) event.body.set("water", text(weather.chance(0.5) ? "deep" : "shallow"));
        if (weather.chance(0.95)) event.body.set("began", cbor::Value::of(began.ms));
        if (weather.chance(0.9)) event.body.set("ended", cbor::Value::of(began.ms + weather.between(0, 40) * hours_ms));
        events.push_back(std::move(event));
    }
    const double often_back = seed % 3 == 0 ? 0.6 : 0.1;
    std::int32_t course = 0;
    Instant previous = reef_monday;
    for (int dive = 0; events.size() < most; ++dive) {
        const bool is_joined = dive > 0 && random.chance(0.2);
        const Instant start = is_joined ? previous : Instant{reef_monday.ms + random.between(0, 150) * 30 * minutes_ms};
        previous = start;
        const Instant end{start.ms + random.between(0, 8) * 15 * minutes_ms};
        const Instant logged{end.ms + random.between(0, 3) * minutes_ms};
        // Some are entered long after they took place.
        const Millis back = random.chance(often_back) ? random.between(1, 50) * days_ms : 0;
        const std::int32_t reef = static_cast<std::int32_t>(random.below(3));
        const std::string diver = pick("P", 3);
        ClearEvent event =
            reef_event("reef.dive_logged", "D" + std::to_string(dive), logged, Instant{logged.ms + lateness()});
        event.body.set("dive_id", text(event.subject));
        if (random.chance(0.97)) event.body.set("diver_id", text(diver));
        if (random.chance(0.95)) event.body.set("reef_id", text("R" + std::to_string(reef)));
        if (random.chance(0.95)) event.body.set("club_id", text(pick("K", 2)));
        if (random.chance(0.97)) event.body.set("start", cbor::Value::of(start.ms - back));
        if (random.chance(0.95)) event.body.set("end", cbor::Value::of(end.ms - back));
        if (random.chance(0.95)) event.body.set("device_id", text(pick("V", 2)));
        if (random.chance(0.9)) event.body.set("depth", cbor::Value::of(random.between(1, 6) * 5000));
        if (random.chance(0.9)) event.body.set("fee", cbor::Value::of(random.between(1, 9) * 1000));
        if (random.chance(0.97)) event.body.set("state", text("done"));
        if (random.chance(0.1)) {  // said again with the same id, later
            ClearEvent again = event;
            again.recorded_at.ms += random.between(0, 30) * hours_ms;
            events.push_back(std::move(again));
        }
        if (random.chance(0.1) || random.chance(0.05)) {
            const Instant at{logged.ms + random.between(-1, 20) * hours_ms};
            ClearEvent amended = reef_event("reef.dive_amended", event.subject, at,
                                            Instant{std::max(at.ms, reef_monday.ms) + lateness()});
            amended.body.set("dive_id", text(event.subject));
            if (random.chance(0.3)) amended.body.set("state", text("void"));
            if (random.chance(0.3)) amended.body.set("diver_id", text(pick("P", 3)));
            if (random.chance(0.3))
                amended.body.set("start", cbor::Value::of(start.ms + random.between(-4, 4) * 30 * minutes_ms));
            if (random.chance(0.3))
                amended.body.set("end", cbor::Value::of(end.ms + random.between(-2, 4) * 15 * minutes_ms));
            if (random.chance(0.3)) amended.body.set("fee", cbor::Value::of(random.between(1, 9) * 1000));
            events.push_back(std::move(amended));
        }
        if (random.chance(0.4) && end > start) {
            geo::Place where = spot(reef);
            if (random.chance(0.4)) where.lat_e7 += 60000;  // some 670 m off
            events.push_back(track_event(diver, start, end, 2 * minutes_ms, where, Instant{end.ms + lateness()}));
            if (random.chance(0.7)) events.back().body.set("device_id", text(pick("V", 2)));
        }
        if (random.chance(0.35)) {
            const Instant off{start.ms + (random.chance(0.3) ? random.between(-1, 3) * minutes_ms : 0)};
            if (!is_joined) course = static_cast<std::int32_t>(random.below(3));
            const std::int32_t water = static_cast<std::int32_t>(random.below(2));
            events.push_back(swim_event(diver, off, course, water, Instant{off.ms + 20 * minutes_ms + lateness()}));
            if (random.chance(0.7)) events.back().body.set("device_id", text(pick("V", 2)));
        }
        events.push_back(std::move(event));
    }
    for (ClearEvent& event : events) event.recorded_at = std::max(event.recorded_at, reef_monday);
    return recorded_in_order(std::move(events));
}

}  // namespace ningyi::engine
