SELECT ActionType, arrayMap(d -> m[d], range(30)) AS Clicks FROM (
SELECT ActionType, CAST((groupArray(Day), groupArray(N)), 'Map(UInt64, UInt64)') AS m FROM (
SELECT ActionType, toUInt64(dateDiff('day', toDate('2026-10-02'), toDate(Timestamp))) AS Day, count() AS N FROM linkgate.UrlClickEvents FINAL
WHERE Timestamp > toDateTime64('2026-10-02 00:00:00', 7, 'UTC') AND Timestamp < toDateTime64('2026-11-01 00:00:00', 7, 'UTC') GROUP BY ActionType, Day) GROUP BY ActionType) ORDER BY ActionType
