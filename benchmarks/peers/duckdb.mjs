// SPDX-License-Identifier: Apache-2.0
// duckdb.mjs FOLDER [queries]: the work of load.cc in DuckDB with one thread: read_csv with declared types and stored
// rejects into a table, then the four queries. One line of JSON. Run by benchmarks/run.py, which installs @duckdb/node-api.
import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(`${process.cwd()}/`);
const { DuckDBInstance } = require('@duckdb/node-api');
const folder = process.argv[2];
const withQueries = process.argv[3] === 'queries';
const seconds = (since) => { const used = process.cpuUsage(since); return (used.user + used.system) / 1e6; };

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const db = await instance.connect();
const run = (sql) => db.run(sql);
const one = async (sql) => Number((await (await db.run(sql)).getRows())[0][0]);
await run('SET preserve_insertion_order = false');

const columns = `{device_id:'VARCHAR', caregiver_id:'VARCHAR', order_id:'VARCHAR', at_ms:'BIGINT', lat:'DOUBLE', lon:'DOUBLE',
  acc_m:'DOUBLE', level:'VARCHAR', provider:'VARCHAR', mock:'VARCHAR', speed_mps:'DOUBLE', recorded_at_ms:'BIGINT'}`;
const start = process.cpuUsage();
const source = `read_csv('${folder}/fixes.csv', header = true, delim = ',', quote = '"', escape = '"', columns = ${columns},
  auto_detect = false, store_rejects = true) WHERE lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180`;
// The queries need only some columns; loading alone is measured with all of them.
await run(withQueries
  ? `CREATE TABLE fixes AS SELECT order_id, caregiver_id, at_ms, acc_m, lat, lon, CAST(round(lat * 1e7) AS BIGINT) * 0.0111195::DOUBLE AS y,
      CAST(round(lon * 1e7) AS BIGINT) * 0.0094534::DOUBLE AS x FROM ${source}`
  : `CREATE TABLE fixes AS SELECT * FROM ${source}`);
const load = seconds(start);
const laps = { q2_s: 0, q3_s: 0, q4_s: 0, q5_s: 0 };
let before = process.cpuUsage();
const lap = (name) => { laps[name] = seconds(before); before = process.cpuUsage(); };
const answers = { q2_short: 0, q2_near_s: 0, q3: 0, q4: 0, q5: 0 };
if (withQueries) {
  await run(`CREATE TABLE orders AS SELECT order_id, caregiver_id, elder_id, epoch_ms(service_start) AS start_ms,
    epoch_ms(service_end) AS end_ms, billed_minutes FROM read_csv('${folder}/orders.csv', header = true,
    types = {'service_start': 'TIMESTAMPTZ', 'service_end': 'TIMESTAMPTZ'})`);
  await run(`CREATE TABLE elders AS SELECT elder_id, CAST(round(lat * 1e7) AS BIGINT) * 0.0111195::DOUBLE AS y,
    CAST(round(lon * 1e7) AS BIGINT) * 0.0094534::DOUBLE AS x FROM read_csv('${folder}/elders.csv', header = true)`);
  before = process.cpuUsage();
  await run(`CREATE TABLE near AS WITH seen AS (
      SELECT o.order_id, p.at_ms, ((p.y - e.y) * (p.y - e.y) + (p.x - e.x) * (p.x - e.x)) <= 10000.0
        AND p.at_ms BETWEEN o.start_ms AND o.end_ms AS is_near
      FROM fixes p JOIN orders o USING (order_id) JOIN elders e USING (elder_id)),
    steps AS (SELECT order_id, at_ms, is_near, lag(at_ms) OVER w AS before, lag(is_near) OVER w AS was_near FROM seen
      WINDOW w AS (PARTITION BY order_id ORDER BY at_ms))
    SELECT o.order_id, o.billed_minutes, coalesce(sum(at_ms - before) FILTER (is_near AND was_near AND at_ms - before <= 60000), 0) AS near_ms
    FROM orders o LEFT JOIN steps s USING (order_id) GROUP BY ALL`);
  answers.q2_short = await one('SELECT count(*) FROM near WHERE billed_minutes > 0 AND near_ms * 10 < billed_minutes * 60000 * 6');
  answers.q2_near_s = await one('SELECT sum(near_ms // 1000) FROM near');
  lap('q2_s');
  answers.q3 = await one(`WITH steps AS (SELECT at_ms - lag(at_ms) OVER w AS step, y - lag(y) OVER w AS north, x - lag(x) OVER w AS east,
      acc_m <= 50 AND lag(acc_m) OVER w <= 50 AS good FROM fixes JOIN orders USING (order_id) WINDOW w AS (PARTITION BY order_id ORDER BY at_ms))
    SELECT count(*) FROM steps WHERE good AND north * north + east * east > 250000.0
      AND north * north + east * east > (0.040 * step) * (0.040 * step)`);
  lap('q3_s');
  answers.q4 = await one(`SELECT count(*) FROM orders a JOIN orders b ON a.caregiver_id = b.caregiver_id AND a.order_id < b.order_id
      AND a.start_ms < b.end_ms AND b.start_ms < a.end_ms`);
  lap('q4_s');
  // The join is on the bin and the strip of 30 m, with the neighbouring strips of one side written out: of the forms tried
  // (bin alone, cells, strips) the fastest.
  answers.q5 = await one(`WITH cells AS (SELECT caregiver_id, order_id, at_ms // 10000 AS bin, x, y,
        CAST(floor(x / 30) AS BIGINT) AS cx, CAST(floor(y / 30) AS BIGINT) AS cy FROM fixes),
      spread AS (SELECT caregiver_id, order_id, bin, x, y, cy + dy AS cy FROM cells,
        (VALUES (-1), (0), (1)) AS v(dy)),
      pairs AS (SELECT a.order_id AS one, b.order_id AS other, count(DISTINCT a.bin) AS bins
        FROM cells a JOIN spread b ON a.bin = b.bin AND a.cy = b.cy AND a.caregiver_id < b.caregiver_id
        WHERE (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) < 900.0 GROUP BY ALL)
    SELECT count(*) FROM pairs WHERE bins >= 60`);
  lap('q5_s');
}
const total = seconds(start);
answers.fixes = await one('SELECT count(*) FROM fixes');
// Rows outside the earth are refused too; they are no rejects of the reader.
answers.rejected = await one('SELECT count(DISTINCT line) FROM reject_errors');
answers.sum_at_s = await one('SELECT sum(at_ms // 1000) FROM fixes');
answers.sum_place_e6 = await one('SELECT sum(CAST(round(lat * 1e6) AS BIGINT) + CAST(round(lon * 1e6) AS BIGINT)) FROM fixes');
console.log(JSON.stringify({ program: 'DuckDB', load_s: load, ...laps, total_s: total, peak_mb: Math.round(process.resourceUsage().maxRSS / 1024), answers }));
