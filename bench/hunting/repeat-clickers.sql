SELECT AccountUpn, uniqExact(NetworkMessageId) AS Messages, count() AS Clicks, countIf(IsClickedThrough) AS WentOn, length(groupUniqArray(UrlDomain)) AS Domains
FROM linkgate.UrlClickEvents FINAL WHERE Timestamp > toDateTime64('2026-10-02 00:00:00', 7, 'UTC') AND ThreatTypes != '' GROUP BY AccountUpn HAVING Messages >= 3
ORDER BY WentOn DESC, Messages DESC, AccountUpn LIMIT 100
