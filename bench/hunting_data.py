"""A seeded month of mail and clicks, made by the event store itself: SELECT gives the rows, INSERT takes them, a chunk at a time. Row n of a
table is a function of n and the seed alone, so every run asks the same rows; the month ends at END."""
import concurrent.futures

SEED = 20261122
END = "2026-11-01 00:00:00"
DAYS = 30
CHUNK = 250_000

# r(salt): 64 random bits of row n. rank(count, salt): a number below `count`, small ones far more often, as senders and sites are.
WITH = f"""WITH
    (x, salt) -> sipHash64(x, salt, {SEED}) AS r,
    (x, count, salt) -> toUInt64(pow(count, r(x, salt) / 18446744073709551616.0)) AS rank,
    (x) -> concat(leftPad(lower(hex(r(x, 'a'))), 16, '0'), leftPad(lower(hex(r(x, 'b'))), 16, '0')) AS digits,
    (x) -> concat(substring(digits(x), 1, 8), '-', substring(digits(x), 9, 4), '-', substring(digits(x), 13, 4), '-', substring(digits(x), 17, 4), '-', substring(digits(x), 21)) AS message,
    (x) -> concat('person', toString(rank(x, 5000, 'recipient')), '@corp.test') AS recipient,
    (x) -> r(x, 'bad') % 100 = 0 AS bad,
    (x) -> concat(if(bad(x), 'login-', 'www.'), 'site', toString(rank(x, 50000, 'site')), '.example') AS host,
    (x) -> concat('https://', host(x), '/', arrayElement(['offers', 'news', 'account', 'reset', 'invoice'], r(x, 'path') % 5 + 1), '?id=', toString(r(x, 'id') % 1000000)) AS link
"""


def moment(number, total):
    """Rows lie evenly over the month."""
    return f"toDateTime64('{END}', 7, 'UTC') - INTERVAL {DAYS} DAY + toIntervalMicrosecond({number} * {DAYS * 86400 * 1_000_000 // total})"


def mails(total):
    return f"""SELECT {moment('n', total)} AS Timestamp, toString(n) AS _RowId, toUInt64(1) AS _Version, message(n) AS NetworkMessageId,
        recipient(n) AS RecipientEmailAddress, 'corp.test' AS RecipientDomain, concat('sender', toString(rank(n, 20000, 'sender')), '.example') AS SenderFromDomain,
        concat('news@', SenderFromDomain) AS SenderFromAddress, concat('Sender ', toString(rank(n, 20000, 'sender'))) AS SenderDisplayName,
        concat(arrayElement(['Your invoice', 'Parcel on its way', 'Weekly news', 'Password expires', 'Meeting notes'], r(n, 'subject') % 5 + 1), ' ', toString(r(n, 'number') % 1000)) AS Subject,
        if(r(n, 'way') % 10 = 0, 'Outbound', 'Inbound') AS EmailDirection, if(r(n, 'junk') % 20 = 0, 'Junked', 'Delivered') AS DeliveryAction,
        if(DeliveryAction = 'Junked', 'Junk folder', 'Inbox/Folder') AS DeliveryLocation, toInt32(r(n, 'urls') % 5) AS UrlCount, toInt32(r(n, 'size') % 200000) AS EmailSize,
        if(r(n, 'caught') % 1000 = 0, 'Phish', '') AS ThreatTypes,
        concat('{{"SPF":"', arrayElement(['pass', 'pass', 'pass', 'softfail'], r(n, 'spf') % 4 + 1), '","DKIM":"pass","DMARC":"', arrayElement(['pass', 'pass', 'pass', 'pass', 'none', 'fail'], r(n, 'dmarc') % 6 + 1), '","CompAuth":"none"}}') AS AuthenticationDetails,
        concat('{{"Links":{{"sealed":', toString(UrlCount), '}}}}') AS AdditionalFields"""


def links(total):
    return f"""SELECT {moment('n', total)} AS Timestamp, toString(n) AS _RowId, toUInt64(1) AS _Version, message(n) AS NetworkMessageId, link(n) AS Url, host(n) AS UrlDomain, 'Body' AS UrlLocation"""


def clicks(total):
    """Click n is on mail 2n or one of some thousand before it: so there are twice as many mails as clicks."""
    return f"""SELECT {moment('n', total)} AS Timestamp, toString(n) AS _RowId, toUInt64(1) AS _Version,
        toUInt64(greatest(0, toInt64(2 * n) - toInt64(r(n, 'which') % 5000))) AS m, message(m) AS NetworkMessageId, recipient(m) AS AccountUpn,
        link(m) AS Url, host(m) AS UrlDomain, 'Email' AS Workload, if(bad(m), 'Phish', '') AS ThreatTypes, bad(m) AND r(n, 'on') % 4 = 0 AS IsClickedThrough,
        multiIf(NOT bad(m), 'ClickAllowed', IsClickedThrough OR r(n, 'block') % 3 = 0, 'ClickAllowed', 'ClickBlocked') AS ActionType,
        concat('192.0.', toString(r(n, 'ip') % 250), '.', toString(r(n, 'ip2') % 250)) AS IPAddress, 'Body' AS SourceId,
        if(r(n, 'chain') % 20 = 0, concat('["', Url, '","https://hop.example/a","https://hop.example/b","https://end', toString(r(n, 'end') % 500), '.example/"]'), concat('["', Url, '"]')) AS UrlChain"""


def fill(store, table, select, total):
    """Rows by row number, two chunks at once; `m` is a name of the SELECT's own and no column."""
    known = store.ask(f"{WITH} {select} FROM (SELECT number AS n FROM numbers(1)) LIMIT 0 FORMAT TabSeparatedWithNames").decode().split()
    columns = ", ".join(name for name in known if name != "m")

    def chunk(first):
        source = f"(SELECT number AS n FROM numbers({first}, {min(CHUNK, total - first)}))"
        rows = store.ask(f"SELECT {columns} FROM ({WITH} {select} FROM {source}) FORMAT Native", wait_end_of_query="1")
        store.ask(f"INSERT INTO linkgate.{table} ({columns}) FORMAT Native", rows)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(chunk, range(0, total, CHUNK)))


def generate(store, click_count):
    fill(store, "EmailEvents", mails(2 * click_count), 2 * click_count)
    fill(store, "EmailUrlInfo", links(2 * click_count), 2 * click_count)
    fill(store, "UrlClickEvents", clicks(click_count), click_count)
