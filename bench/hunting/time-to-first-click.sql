SELECT count(), round(min(Minutes), 3), round(max(Minutes), 3) FROM (
SELECT date_diff('microsecond', Delivered, FirstClick) / 60000000 AS Minutes
FROM (SELECT NetworkMessageId, min(Timestamp) AS FirstClick FROM linkgate.UrlClickEvents FINAL WHERE Timestamp > toDateTime64('2026-10-25 00:00:00', 7, 'UTC') AND ThreatTypes != '' GROUP BY NetworkMessageId) AS c
INNER JOIN (SELECT NetworkMessageId, min(Timestamp) AS Delivered FROM linkgate.EmailEvents FINAL WHERE Timestamp > toDateTime64('2026-10-25 00:00:00', 7, 'UTC') GROUP BY NetworkMessageId) AS m ON c.NetworkMessageId = m.NetworkMessageId)
