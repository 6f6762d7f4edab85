// The official ClickHouse client for JavaScript against linkgate-store: what tools written for ClickHouse rely on.
// Usage: node store_client_test.mjs PATH-OF-LINKGATE-STORE. Exits 77 where the program or the client is not installed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const source = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const require = createRequire(path.join(source, 'tools/npm/package.json'));
const program = process.env.LINKGATE_STORE_BINARY || process.argv[2];

let createClient;
try {
  ({ createClient } = require('@clickhouse/client'));
} catch {
  console.log("SKIPPED: no @clickhouse/client; run 'npm ci' in tools/npm");
  process.exit(77);
}
if (!existsSync(program ?? '')) {
  console.log('SKIPPED: linkgate-store is not built');
  process.exit(77);
}

let store, data, url, password, client;

function connect(options = {}) {
  return createClient({ url, username: 'linkgate', password, request_timeout: 30_000, log: { level: 127 }, ...options });
}

async function eventually(condition, what) {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(20)) if (await condition()) return;
  assert.fail(`never: ${what}`);
}

before(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'linkgate-client-'));
  store = spawn(program, ['--data', data], { stdio: 'inherit' });
  await eventually(() => existsSync(path.join(data, 'run/store.url')), 'the store listens');
  url = readFileSync(path.join(data, 'run/store.url'), 'utf8');
  password = readFileSync(path.join(data, 'secrets/store'), 'utf8').trim();
  client = connect();
  await client.command({ query: 'CREATE DATABASE IF NOT EXISTS linkgate' });
  await client.command({
    query: `CREATE TABLE linkgate.clicks (id UInt64, url String, at DateTime64(3, 'UTC'), tags Array(String))
            ENGINE = MergeTree ORDER BY id`,
  });
});

after(async () => {
  await client?.close();
  const ended = new Promise((resolve) => store.once('exit', resolve));
  store.kill();
  await ended;
  rmSync(data, { recursive: true });
});

const select = async (query, format = 'JSONEachRow', options = {}) =>
  (await client.query({ query, format, ...options })).json();

test('ping, with and without credentials', async () => {
  assert.equal((await client.ping()).success, true);
  assert.equal((await client.ping({ select: true })).success, true);
  const stranger = connect({ password: 'wrong' });
  const refused = await stranger.ping({ select: true });
  assert.equal(refused.success, false);
  assert.equal(refused.error.code, '516');
  await stranger.close();
});

test('inserts rows and reads them in every kind of format', async () => {
  const rows = [
    { id: '1', url: 'https://a.example/?x=1&y="ü"', at: '2026-11-21 22:52:13.123', tags: ['a', "b'"] },
    { id: '18446744073709551615', url: 'line\nbreak\n\n;', at: '2026-11-21 22:52:14.000', tags: [] },
  ];
  const inserted = await client.insert({ table: 'linkgate.clicks', values: rows, format: 'JSONEachRow' });
  assert.equal(inserted.executed, true);
  assert.equal(inserted.summary.written_rows, '2');
  const query = 'SELECT * FROM linkgate.clicks ORDER BY id';
  const settings = { clickhouse_settings: { output_format_json_quote_64bit_integers: 1 } };
  assert.deepEqual(await select(query, 'JSONEachRow', settings), rows);
  const whole = await select(query, 'JSON', settings);
  assert.deepEqual(whole.data, rows);
  assert.deepEqual(whole.meta.map((column) => column.type), ['UInt64', 'String', "DateTime64(3, 'UTC')", 'Array(String)']);
  const compact = await select(query, 'JSONCompactEachRowWithNamesAndTypes', settings);
  assert.deepEqual(compact[0], ['id', 'url', 'at', 'tags']);
  assert.equal(compact.length, 4);
  const csv = await (await client.query({ query: 'SELECT id FROM linkgate.clicks ORDER BY id', format: 'CSV' })).text();
  assert.equal(csv, '1\n18446744073709551615\n');
});

test('inserts and reads streams, compressed both ways', async () => {
  const packed = connect({ compression: { request: true, response: true } });
  const many = 20_000;
  const values = Readable.from((function* () {
    for (let i = 0; i < many; ++i) yield { id: 1000 + i, url: `https://s.example/${i}`, at: '2026-11-21 00:00:00.000', tags: ['s'] };
  })());
  await packed.insert({ table: 'linkgate.clicks', values, format: 'JSONEachRow' });
  const answer = await packed.query({ query: "SELECT id FROM linkgate.clicks WHERE has(tags, 's') ORDER BY id", format: 'JSONEachRow' });
  let count = 0;
  for await (const chunk of answer.stream()) for (const row of chunk) assert.equal(Number(row.json().id), 1000 + count++);
  assert.equal(count, many);
  await packed.close();
});

test('binds parameters on the server, whatever is in them', async () => {
  const text = "x'; DROP TABLE linkgate.clicks; --\t\n\\";
  const rows = await select('SELECT {text: String} AS text, {list: Array(UInt8)} AS list', 'JSONEachRow', { query_params: { text, list: [1, 2] } });
  assert.deepEqual(rows, [{ text, list: [1, 2] }]);
});

test('errors carry code and type', async () => {
  const error = (query) => select(query).then(() => assert.fail('answered'), (e) => e);
  assert.deepEqual(await error('SELECT nothing').then((e) => [e.code, e.type]), ['47', 'UNKNOWN_IDENTIFIER']);
  assert.deepEqual(await error('SELECT * FROM linkgate.nothing').then((e) => [e.code, e.type]), ['60', 'UNKNOWN_TABLE']);
  assert.deepEqual(await error("SELECT file('/etc/hostname')").then((e) => [e.code, e.type]), ['164', 'READONLY']);
  await assert.rejects(client.insert({ table: 'linkgate.clicks', values: [{ id: 'x' }], format: 'JSONEachRow' }), { code: '27' });
  await assert.rejects(client.command({ query: 'TRUNCATE TABLE linkgate.clicks' }), { code: '164' });
});

test('an error in the midst of a stream is not taken for its end', async () => {
  const answer = await client.query({ query: 'SELECT throwIf(number = 500000) AS x FROM numbers(1000000)', format: 'JSONEachRow' });
  await assert.rejects(async () => {
    for await (const chunk of answer.stream()) for (const row of chunk) row.json();
  }, /throwIf/);
});

test('a client that goes cancels its query', async () => {
  const running = () => select("SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] = 'goes'").then((rows) => Number(rows[0].n));
  const abort = new AbortController();
  const query = client.query({ query: 'SELECT count() FROM numbers(1000000000000)', query_id: 'goes', abort_signal: abort.signal });
  const ended = assert.rejects(query);
  await eventually(async () => (await running()) === 1, 'the query runs');
  abort.abort();
  await ended;
  await eventually(async () => (await running()) === 0, 'the query is gone');
});

test('a token makes a repeated batch a no-op', async () => {
  await client.command({
    query: 'CREATE TABLE linkgate.once (id UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100',
  });
  for (let i = 0; i < 3; ++i) {
    await client.insert({ table: 'linkgate.once', values: [{ id: 1 }], format: 'JSONEachRow', clickhouse_settings: { insert_deduplication_token: 't' } });
  }
  assert.deepEqual(await select('SELECT toUInt32(count()) AS n FROM linkgate.once'), [{ n: 1 }]);
});
