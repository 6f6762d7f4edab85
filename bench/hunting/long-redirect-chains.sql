SELECT JSONExtractString(UrlChain, -1) AS Last, count() AS Clicks, uniqExact(AccountUpn) AS People FROM linkgate.UrlClickEvents FINAL
WHERE Timestamp > toDateTime64('2026-10-25 00:00:00', 7, 'UTC') AND JSONLength(UrlChain) > 3 GROUP BY Last ORDER BY Clicks DESC, Last LIMIT 50
