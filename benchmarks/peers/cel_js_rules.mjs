// SPDX-License-Identifier: Apache-2.0
// cel_js_rules.mjs FOLDER: the twenty rules of rules.cc in @marcbachmann/cel-js, parsed once, over records in memory: whole
// numbers as BigInt, as its integers are,
// each field a variable of declared type (a record of fields was slower). One line of JSON.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import process from 'node:process';

const require = createRequire(`${process.cwd()}/`);
const { Environment } = await import(pathToFileURL(require.resolve('@marcbachmann/cel-js')));
const folder = process.argv[2];
const conditions = JSON.parse(readFileSync(new URL('rules.json', import.meta.url))).cel;
const lines = readFileSync(`${folder}/orders.csv`, 'utf8').trimEnd().split('\n');
const names = lines.shift().split(',');
const words = new Set(['status', 'mode', 'service', 'area', 'agency', 'caregiver', 'guardian']);
const truths = new Set(['is_paid', 'has_photo']);
const convert = names.map((name) => (words.has(name) ? (text) => text : truths.has(name) ? (text) => text === '1' : (text) => BigInt(text)));
const order = (cells) => Object.fromEntries(names.map((name, i) => [name, convert[i](cells[i])]));
const environment = new Environment();
for (const name of names) environment.registerVariable(name, words.has(name) ? 'string' : truths.has(name) ? 'bool' : 'int');
const rules = conditions.map((condition) => environment.parse(condition.replaceAll('order.', '')));
let findings = 0;
let sum = 0;
let used = 0;
const found = [];
for (let first = 0; first < lines.length; first += 50000) {  // records of a million orders at once would not fit
  const orders = lines.slice(first, first + 50000).map((line) => order(line.split(',')));
  const before = process.cpuUsage();
  for (let n = 0; n < orders.length; ++n) {
    for (let rule = 0; rule < rules.length; ++rule) {
      if (rules[rule](orders[n]) === true) found.push(rule, first + n);
    }
  }
  const spent = process.cpuUsage(before);
  used += spent.user + spent.system;
}
for (let i = 0; i < found.length; i += 2) { ++findings; sum += found[i] * 1000003 + found[i + 1]; }
console.log(JSON.stringify({ program: 'cel-js', rules_s: used / 1e6, peak_mb: Math.round(process.resourceUsage().maxRSS / 1024), answers: { findings, sum: sum % 2 ** 53 } }));
