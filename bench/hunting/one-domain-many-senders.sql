SELECT UrlDomain, uniqExact(SenderFromDomain) AS Senders, uniqExact(NetworkMessageId) AS Mails, uniqExact(RecipientEmailAddress) AS Recipients
FROM (SELECT DISTINCT NetworkMessageId, UrlDomain FROM linkgate.EmailUrlInfo FINAL WHERE Timestamp > toDateTime64('2026-10-31 00:00:00', 7, 'UTC')) AS u
INNER JOIN (SELECT NetworkMessageId, SenderFromDomain, RecipientEmailAddress, Timestamp FROM linkgate.EmailEvents FINAL WHERE Timestamp > toDateTime64('2026-10-31 00:00:00', 7, 'UTC') AND EmailDirection = 'Inbound') AS m ON u.NetworkMessageId = m.NetworkMessageId
GROUP BY UrlDomain, toStartOfDay(Timestamp) HAVING Senders >= 4 ORDER BY Senders DESC, Mails DESC, UrlDomain LIMIT 100
