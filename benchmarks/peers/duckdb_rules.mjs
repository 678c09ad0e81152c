// SPDX-License-Identifier: Apache-2.0
// duckdb_rules.mjs FOLDER: the twenty rules of rules.cc in DuckDB with one thread, findings by UNION ALL into a table.
// Words are an enumeration, numbers as narrow as they fit. One line of JSON.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import process from 'node:process';

const require = createRequire(`${process.cwd()}/`);
const { DuckDBInstance } = require('@duckdb/node-api');
const folder = process.argv[2];
const conditions = JSON.parse(readFileSync(new URL('rules.json', import.meta.url))).sql;
const words = JSON.parse(readFileSync(`${folder}/words.json`));
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const db = await instance.connect();
const quoted = (word) => `'${word}'`;
const persons = words.filter((word) => /^p\d/.test(word));
const others = words.filter((word) => !/^p\d/.test(word));
await db.run(`CREATE TYPE person AS ENUM (${persons.map(quoted)})`);
await db.run(`CREATE TYPE word AS ENUM (${others.map(quoted)})`);
const word = ['status', 'mode', 'service', 'area', 'agency'].map((name) => `${name}::word AS ${name}`);
const integer = ['n', 'day', 'billed', 'tracked', 'checkin_dist', 'checkout_dist', 'accuracy', 'pay', 'speed', 'fixes', 'gap', 'is_paid', 'has_photo']
  .map((name) => `${name}::INTEGER AS ${name}`);
await db.run(`CREATE TABLE orders AS SELECT ${[...word, ...integer]}, caregiver::person AS caregiver, guardian::person AS guardian,
  started, ended, checkin, checkout FROM read_csv('${folder}/orders.csv', header = true)`);
const sql = conditions.map((condition, rule) => `SELECT ${rule}::UTINYINT AS rule, n FROM orders WHERE ${condition}`).join(' UNION ALL ');
const before = process.cpuUsage();
await db.run(`CREATE TABLE findings AS ${sql}`);
const used = process.cpuUsage(before);
const rows = await (await db.run('SELECT count(*)::DOUBLE, (sum(rule * 1000003::BIGINT + n) % 9007199254740992)::DOUBLE FROM findings')).getRows();
console.log(JSON.stringify({ program: 'DuckDB', rules_s: (used.user + used.system) / 1e6, peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  answers: { findings: Number(rows[0][0]), sum: Number(rows[0][1]) } }));
