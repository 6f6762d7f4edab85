// The official Kusto client and a client of Graph's runHuntingQuery against a running Linkgate.
// Usage: node portal_test.mjs PATH-OF-LINKGATE. Exits 77 where the program or the client is not installed.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

const source = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const require = createRequire(path.join(source, 'tools/npm/package.json'));
const program = process.argv[2];

let kusto;
try {
  kusto = require('azure-kusto-data');
} catch {
  console.log("SKIPPED: no azure-kusto-data; run 'npm ci' in tools/npm");
  process.exit(77);
}
if (!existsSync(program ?? '')) {
  console.log('SKIPPED: linkgate is not built');
  process.exit(77);
}

const { Client, ClientRequestProperties, KustoConnectionStringBuilder } = kusto;
let folder, config, up, url, token, lists;

const linkgate = (...words) => execFileSync(program, [...words, '--config', config], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();

before(async () => {
  lists = createServer((request, response) => {
    response.statusCode = request.url === '/list.csv' ? 200 : 404;
    response.end('Domain,Hits\r\nevil.example,3\r\n"worse.example",x\r\n');
  });
  await new Promise((wake) => lists.listen(0, '127.0.0.1', wake));
  folder = mkdtempSync(path.join(tmpdir(), 'linkgate-portal-'));
  config = path.join(folder, 'linkgate.toml');
  writeFileSync(config, `[linkgate]\ndata = "${folder}/data"\nadmin_listen = "127.0.0.1:0"\n[portal]\nlisten = "127.0.0.1:0"\n` +
    `query_time = "20s"\nqueries_per_user = 2\n[click]\nlisten = ["127.0.0.1:0"]\norigin = "http://links.test:8480"\n` +
    `[kql]\nexternaldata_hosts = ["http://127.0.0.1:${lists.address().port}"]\nquery_memory_bytes = "256MiB"\n`);
  up = spawn(program, ['up', '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  url = await new Promise((resolve, reject) => {
    let said = '';
    up.once('exit', (code) => reject(new Error(`linkgate up ended with ${code}`)));
    up.stdout.on('data', (chunk) => {
      said += chunk;
      const found = said.match(/hunting +(http:\S+)/);
      if (found) resolve(found[1]);
    });
  });
  token = linkgate('token', 'create', 'analyst');
  for (const end = Date.now() + 30_000; ; await new Promise((wake) => setTimeout(wake, 50))) {
    if (await client().execute('linkgate', 'UrlClickEvents | count').then(() => true, () => false)) break;
    assert.ok(Date.now() < end, 'the tables are there');
  }
});

after(async () => {
  const ended = new Promise((resolve) => up.once('exit', resolve));
  up.kill();
  await ended;
  lists.close();
  rmSync(folder, { recursive: true });
});

const client = (bearer = token) => new Client(KustoConnectionStringBuilder.withAccessToken(url, bearer));
const rows = (answer) => [...answer.primaryResults[0].rows()].map((row) => row.toJSON());
const hunt = (body, headers = { Authorization: `Bearer ${token}` }) =>
  fetch(`${url}/v1.0/security/runHuntingQuery`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });

// Straight into the event store, as linkgate-ship would.
const insertClicks = async (times) => {
  const address = new URL(readFileSync(`${folder}/data/run/store.url`, 'utf8').trim());
  const secret = readFileSync(`${folder}/data/secrets/store`, 'utf8').trim();
  address.search = new URLSearchParams({ query: 'INSERT INTO linkgate.UrlClickEvents FORMAT JSONEachRow', date_time_input_format: 'best_effort' });
  const body = times.map((Timestamp, i) => JSON.stringify({ _RowId: `${i}`, _Version: 1, Timestamp })).join('\n');
  const answer = await fetch(address, { method: 'POST', headers: { 'X-ClickHouse-User': 'linkgate', 'X-ClickHouse-Key': secret }, body });
  assert.equal(answer.status, 200, await answer.text());
};

test('a query answers with columns, types and values', async () => {
  const answer = await client().execute('linkgate', `print n = 7, r = 0.5, s = 'a"b', b = true, t = datetime(2026-11-22T10:00:00.1234567Z),
    span = 1d + 2h, d = dynamic({"a": [1, null]}), none = int(null) | render table`);
  assert.deepEqual(answer.primaryResults[0].columns.map((column) => [column.name, column.type]), [['n', 'long'], ['r', 'real'],
    ['s', 'string'], ['b', 'bool'], ['t', 'datetime'], ['span', 'timespan'], ['d', 'dynamic'], ['none', 'int']]);
  const [row] = rows(answer);
  assert.equal(row.n, 7);
  assert.equal(row.s, 'a"b');
  assert.equal(row.b, true);
  assert.equal(row.t.toISOString(), '2026-11-22T10:00:00.123Z');
  assert.equal(row.span, (24 + 2) * 3600 * 1000);
  assert.deepEqual(row.d, { a: [1, null] });
  assert.equal(row.none, null);
});

test('the first version of the protocol too', async () => {
  const answer = await client().executeQueryV1('linkgate', 'range x from 1 to 3 step 1');
  assert.deepEqual(rows(answer).map((row) => row.x), [1, 2, 3]);
});

test('management commands say what there is', async () => {
  const tables = rows(await client().execute('linkgate', '.show tables')).map((row) => row.TableName);
  for (const name of ['UrlClickEvents', 'EmailEvents', 'EmailUrlInfo', 'UrlClickLog']) assert.ok(tables.includes(name), name);
  const [schema] = rows(await client().execute('linkgate', '.show table UrlClickEvents schema as json'));
  const columns = JSON.parse(schema.Schema).OrderedColumns;
  assert.deepEqual(columns.find((column) => column.Name === 'Timestamp'), { Name: 'Timestamp', Type: 'System.DateTime', CslType: 'datetime' });
  assert.match(rows(await client().execute('linkgate', '.show version'))[0].ProductVersion, /^Linkgate /);
  assert.equal(rows(await client().execute('linkgate', '.show databases'))[0].DatabaseName, 'linkgate');
  await assert.rejects(client().execute('linkgate', '.drop table UrlClickEvents'), /400/);
});

test('parameters have the values that come with the request', async () => {
  const query = 'declare query_parameters(n:long = 1, s:string = "none", t:datetime = datetime(null), d:dynamic = dynamic([]));' +
    'print a = n + 1, s = s, t = t, d = d';
  const properties = new ClientRequestProperties();
  for (const [name, value] of Object.entries({ n: '41', s: `it's "quoted"; print 1`, t: 'datetime(2026-11-22)', d: 'dynamic({"k":[1]})' }))
    properties.setParameter(name, value);
  const [row] = rows(await client().execute('linkgate', query, properties));
  assert.deepEqual([row.a, row.s, row.t.toISOString(), row.d], [42, `it's "quoted"; print 1`, '2026-11-22T00:00:00.000Z', { k: [1] }]);
  assert.equal(rows(await client().execute('linkgate', query))[0].s, 'none');
  properties.setParameter('n', 'count()');
  const refused = await client().execute('linkgate', query, properties).then(assert.fail, (error) => error);
  assert.match(refused.response.data.error['@message'], /not a long/);
});

test('a wrong query is refused with its place', async () => {
  const refused = await client().execute('linkgate', 'UrlClickEvents | where Usr == 1').then(assert.fail, (error) => error);
  assert.equal(refused.response.status, 400);
  assert.match(refused.response.data.error['@message'], /Usr/);
  assert.deepEqual([refused.response.data.error.innererror.line, refused.response.data.error.innererror.column], [1, 24]);
});

test('a query over its time is ended', async () => {
  const properties = new ClientRequestProperties();
  properties.setTimeout(1000);
  const start = Date.now();
  const refused = await client().execute('linkgate', 'range x from 1 to 100000000000 step 1 | summarize max(x)', properties)
    .then(assert.fail, (error) => error);
  assert.equal(refused.response.status, 504);
  assert.ok(Date.now() - start < 10_000);
});

test('a hundred thousand rows come whole', async () => {
  const answer = await client().execute('linkgate', 'range x from 1 to 100000 step 1 | extend y = x * 2');
  let count = 0;
  for (const row of answer.primaryResults[0].rows()) {
    const values = row.toJSON();
    assert.equal(values.y, 2 * ++count);
  }
  assert.equal(count, 100_000);
});

test('an answer over the row limit says so, and the limit can be moved', async () => {
  const properties = new ClientRequestProperties();
  properties.setOption('truncationmaxrecords', 10);
  const cut = client().execute('linkgate', 'range x from 1 to 11 step 1', properties);
  await assert.rejects(cut, /exceeded the internal record count limit 10/);
  properties.setOption('notruncation', true);
  assert.equal(rows(await client().execute('linkgate', 'range x from 1 to 11 step 1', properties)).length, 11);
});

test('set statements limit an answer as properties do', async () => {
  const ask = (query) => client().execute('linkgate', query);
  await assert.rejects(ask('set truncationmaxrecords=10; range x from 1 to 11 step 1'), /record count limit 10/);
  assert.equal(rows(await ask('set notruncation; set truncationmaxrecords=10; range x from 1 to 11 step 1')).length, 11);
  const large = await ask('set truncationmaxsize=1000; range x from 1 to 5000 step 1').then(assert.fail, (error) => error);
  assert.equal(large.response.data.error.code, 'LimitsExceeded');
  assert.match(large.response.data.error['@message'], /data size limit 1000 \(E_QUERY_RESULT_SET_TOO_LARGE/);
  const slow = await ask(`set servertimeout=1s; ${endless}`).then(assert.fail, (error) => error);
  assert.equal(slow.response.status, 504);
  assert.equal(slow.response.data.error['@message'], 'the query took longer than 1 s (servertimeout)');
});

test('a query that needs too much memory is refused as the service refuses it', async () => {
  const refused = await client().execute('linkgate', 'range x from 1 to 100000000 step 1 | summarize dcount(x)')
    .then(assert.fail, (error) => error);
  assert.equal(refused.response.status, 400);
  const { error } = refused.response.data;
  assert.equal(error.code, 'LowMemoryCondition');
  assert.match(error['@message'], /\(80DA0007\).*E_LOW_MEMORY_CONDITION.*256\.00 MiB/);
});

test('externaldata reads from the hosts that are allowed', async () => {
  const host = `http://127.0.0.1:${lists.address().port}`;
  const of = (address) => `externaldata(Domain:string, Hits:long)["${address}"] with (ignoreFirstRecord=true)`;
  assert.deepEqual(rows(await client().execute('linkgate', of(`${host}/list.csv`))),
    [{ Domain: 'evil.example', Hits: 3 }, { Domain: 'worse.example', Hits: null }]);
  const said = async (query) => (await client().execute('linkgate', query).then(assert.fail, (error) => error)).response.data.error['@message'];
  assert.match(await said(`print 1;\n${of('https://other.example/list.csv')}`),
    /the host 'other.example' is not among kql.externaldata_hosts \[line:position=2:40\]/);
  assert.match(await said(of(`${host}/none`)), /its host answers 404/);
});

const endless = 'range x from 1 to 100000000000 step 1 | summarize max(x)';
const post = (csl, signal) => fetch(`${url}/v2/rest/query`, { method: 'POST', signal, body: JSON.stringify({ csl }),
  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` } });
const running = async () => rows(await client().execute('linkgate', '.show running queries'));
const until = async (count) => {
  for (const end = Date.now() + 10_000; (await running()).length !== count; await new Promise((wake) => setTimeout(wake, 50)))
    assert.ok(Date.now() < end, `${count} queries run`);
};

test('a query ends when its client goes', async () => {
  const leave = new AbortController();
  const asked = post(endless, leave.signal).then(assert.fail, () => 'gone');
  await until(1);
  const [query] = await running();
  assert.deepEqual([query.Text, query.State, query.User], [endless, 'InProgress', 'analyst']);
  leave.abort();
  assert.equal(await asked, 'gone');
  await until(0);
});

test('a user has so many queries at once', async () => {
  const leave = new AbortController();
  const asked = [1, 2].map(() => post(endless, leave.signal).catch(() => 'gone'));
  await until(2);
  const refused = await post('print 1');
  assert.equal(refused.status, 429);
  assert.match((await refused.json()).error['@type'], /Throttled/);
  leave.abort();
  await Promise.all(asked);
  await until(0);
  assert.equal((await post('print 1')).status, 200);
});

test('stored functions are made by those who may, and called by all', async () => {
  const writer = client(linkgate('token', 'create', 'writer', '--scope', 'hunting.write'));
  const make = `.create-or-alter function with (docstring = "twice", folder = 'Numbers') Twice(x:long) { print y = x * 2 }`;
  const forbidden = await client().execute('linkgate', make).then(assert.fail, (error) => error);
  assert.equal(forbidden.response.status, 403);
  const [made] = rows(await writer.execute('linkgate', make));
  assert.deepEqual([made.Name, made.Parameters, made.DocString, made.ModifiedBy], ['Twice', '(x: long)', 'twice', 'writer']);
  assert.equal(rows(await client().execute('linkgate', 'Twice(21)'))[0].y, 42);
  assert.equal(rows(await client().execute('linkgate', 'let Twice = (x:long) { print y = 0 }; Twice(21)'))[0].y, 0);
  assert.deepEqual(rows(await client().execute('linkgate', '.show functions')).map((row) => row.Name), ['Twice']);
  const [schema] = rows(await client().execute('linkgate', '.show database linkgate schema as json'));
  assert.equal(JSON.parse(schema.DatabaseSchema).Databases.linkgate.Functions.Twice.Folder, 'Numbers');
  assert.deepEqual(JSON.parse(schema.DatabaseSchema).Databases.linkgate.Functions.Twice.InputParameters,
    [{ Name: 'x', Type: 'System.Int64', CslType: 'long' }]);
  assert.match(linkgate('kql', 'Twice(4)', '--format', 'csv'), /8/);
  linkgate('kql', '.create function Four() { Twice(2) }');
  assert.match(linkgate('kql', '.show function Four', '--format', 'json'), /Twice\(2\)/);
  const wrong = await writer.execute('linkgate', '.alter function Four() { Twice(2) | where z }').then(assert.fail, (error) => error);
  assert.match(wrong.response.data.error['@message'], /'Four', 1:\d+: no column 'z'/);
  await writer.execute('linkgate', '.alter function with (skipvalidation=true) Twice(x:long) { Four() }');
  const circle = await client().execute('linkgate', 'Four').then(assert.fail, (error) => error);
  assert.match(circle.response.data.error['@message'], /cannot call itself/);
  await writer.execute('linkgate', '.drop function Twice');
  await writer.execute('linkgate', '.drop function Four ifexists');
  await assert.rejects(client().execute('linkgate', 'Twice(21)'), /400/);
});

test('hostile queries cost little', async () => {
  const join = (tables) => `set servertimeout=2s; range k from 1 to 200000 step 1 | extend g = 1 ${
    '| join kind=inner (range k from 1 to 200000 step 1 | extend g = 1) on g '.repeat(tables)} | summarize max(k * k1 % 7919)`;
  const cases = {
    'deep parentheses': `print ${'('.repeat(50_000)}1${')'.repeat(50_000)}`,
    'deep calls': `print ${'not('.repeat(5_000)}true${')'.repeat(5_000)}`,
    'a long text': `print x = "${'a'.repeat(600_000)}"`,
    'many terms': `UrlClickEvents | where ${Array(50_000).fill('Url == "x"').join(' or ')}`,
    'lets that double': Array.from({ length: 60 }, (_, i) => `let t${i + 1} = union t${i}, t${i};`).join('').replace('t0, t0', 'UrlClickEvents, UrlClickEvents') + ' t60 | count',
    'a regular expression that explodes': `print x = "a" matches regex "${'(a{1,1000}){1,1000}'}"`,
    'a long regular expression': `print x = "a" matches regex "${'(a|b)*'.repeat(20_000)}"`,
    'a cross join': join(1),
    'cross joins': join(4),
    'many errors': `UrlClickEvents ${'| where nothing == 1 '.repeat(3_000)}`,
  };
  for (const [name, query] of Object.entries(cases)) {
    const start = Date.now();
    const answer = await post(query);
    const body = await answer.json();
    assert.ok([400, 504].includes(answer.status), `${name}: ${answer.status} ${JSON.stringify(body).slice(0, 300)}`);
    assert.ok((body.error?.['@message'] ?? '').length > 10, name);
    assert.ok(Date.now() - start < 10_000, `${name}: ${Date.now() - start} ms`);
  }
  assert.equal((await post('print 1')).status, 200);
});

test('Ctrl-C cancels a query of the console', async () => {
  const console_ = spawn(program, ['kql', endless, '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  console_.stderr.on('data', (chunk) => (said += chunk));
  await new Promise((wake) => setTimeout(wake, 1_000));
  const ended = new Promise((resolve) => console_.once('exit', resolve));
  console_.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.match(said, /cancelled/);
});

test('the console prints ten thousand rows and says that there are more', async () => {
  const { spawnSync } = await import('node:child_process');
  const ask = (...words) => spawnSync(program, ['kql', 'range x from 1 to 20000 step 1', '--format', 'csv', '--config', config, ...words]);
  const lines = (answer) => answer.stdout.toString().trim().split('\r\n').length - 1;
  const cut = ask();
  assert.equal(lines(cut), 10_000);
  assert.match(cut.stderr.toString(), /10000 of more rows/);
  const whole = ask('--rows', '0');
  assert.equal(lines(whole), 20_000);
  assert.equal(whole.stderr.toString(), '');
  assert.equal(lines(ask('--rows', '7')), 7);
  const own = spawnSync(program, ['kql', 'set truncationmaxrecords=3; range x from 1 to 9 step 1', '--format', 'csv', '--config', config]);
  assert.equal(lines(own), 3);
});

test('a terminal gets charts, and hears that a query takes long', { skip: !existsSync('/usr/bin/script') }, async () => {
  const { spawnSync } = await import('node:child_process');
  const see = (query) => spawnSync('script', ['-qec', `'${program}' kql "${query}" --config '${config}'`, '/dev/null'],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, TERM: 'xterm', NO_COLOR: '1' } }).stdout.toString();
  assert.match(see("print d = 'Monday', n = 3 | render barchart with (title='Days')"), /Days[^]*Monday █+ 3/);
  assert.match(see("print d = 'Monday', n = 3 | render treemap"), /treemap is not drawn; here is the table[^]*Monday/);
  assert.match(see(`set servertimeout=5s; ${endless}`), /asking for 3 s, [0-9,]+ million rows read[^;]*; Ctrl-C cancels/);
});

test('nobody gets in without a token that is known', async () => {
  for (const bearer of ['', 'lg_wrong']) {
    const refused = await client(bearer || 'none').execute('linkgate', 'print 1').then(assert.fail, (error) => error);
    assert.equal(refused.response.status, 401);
  }
  assert.equal((await hunt('{"Query":"print 1"}', {})).status, 401);
  const other = linkgate('token', 'create', 'leaver');
  assert.equal((await hunt('{"Query":"print 1"}', { Authorization: `Bearer ${other}` })).status, 200);
  linkgate('token', 'revoke', 'leaver');
  assert.equal((await hunt('{"Query":"print 1"}', { Authorization: `Bearer ${other}` })).status, 401);
});

test("runHuntingQuery answers in Graph's shape", async () => {
  const answer = await (await hunt(JSON.stringify({ Query: 'datatable(a:string, b:dynamic)["x", dynamic([1])] | extend c = 1.5' }))).json();
  assert.deepEqual(answer, {
    schema: [{ name: 'a', type: 'String' }, { name: 'b', type: 'Object' }, { name: 'c', type: 'Double' }],
    results: [{ a: 'x', b: [1], c: 1.5 }],
  });
  const many = await (await hunt('{"Query":"range x from 1 to 20000 step 1"}')).json();
  assert.equal(many.results.length, 10_000);
  assert.equal(many['@linkgate.truncated'], true);
  const refused = await hunt('{"Query":"Nowhere | take 1"}');
  assert.equal(refused.status, 400);
  const { error } = await refused.json();
  assert.equal(error.code, 'BadRequest');
  assert.match(error.message, /Nowhere/);
  assert.equal((await hunt('no json')).status, 400);
  const two = await (await hunt('{"Query":"print a = 1; print b = 2; print c = 3"}')).json();
  assert.deepEqual(two.results, [{ a: 1 }]);
  assert.equal(two['@linkgate.resultsLeftOut'], 2);
});

test("runHuntingQuery's Timespan holds every table to it", async () => {
  const count = async (Query, Timespan) => {
    const answer = await hunt(JSON.stringify({ Query, Timespan }));
    assert.equal(answer.status, 200, Timespan);
    return (await answer.json()).results[0].Count;
  };
  const clicks = 'union UrlClickEvents, database("linkgate").EmailEvents | summarize Count = count()';
  const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString();
  await insertClicks([day(-10), new Date(Date.now() - 60_000).toISOString()]);
  assert.equal(await count(clicks, null), 2);
  assert.equal(await count(clicks, 'P7D'), 1);
  assert.equal(await count(clicks, 'P30D'), 2);
  assert.equal(await count(clicks, `${day(-11)}/${day(-9)}`), 1);
  assert.equal(await count(clicks, `${day(-11)}/P2D`), 1);
  assert.equal(await count(clicks, `P5D/${day(-8)}`), 1);
  assert.equal(await count(clicks, day(-1)), 1);
  assert.equal(await count(`UrlClickEvents | where Timestamp > ago(30d) | count`, 'PT1H'), 1);
  assert.equal(await count(`UrlClickEvents | where Timestamp < ago(1h) | count`, 'P7D'), 0, 'both count');
  assert.equal((await hunt('{"Query":"print 1","Timespan":null}')).status, 200);
  for (const Timespan of ['P7', 'last week', '', 7]) {
    const answer = await hunt(JSON.stringify({ Query: 'UrlClickEvents | count', Timespan }));
    assert.equal(answer.status, 400, Timespan);
    assert.match((await answer.json()).error.message, /Timespan/);
  }
});
