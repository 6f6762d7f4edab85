SELECT SenderFromDomain, uniqExact(NetworkMessageId) AS Mails, uniqExact(RecipientEmailAddress) AS Recipients FROM linkgate.EmailEvents FINAL
WHERE Timestamp > toDateTime64('2026-10-31 00:00:00', 7, 'UTC') AND EmailDirection = 'Inbound' AND UrlCount > 0
AND (SenderFromDomain, RecipientEmailAddress) NOT IN (SELECT SenderFromDomain, RecipientEmailAddress FROM linkgate.EmailEvents FINAL
WHERE Timestamp >= toDateTime64('2026-10-25 00:00:00', 7, 'UTC') AND Timestamp <= toDateTime64('2026-10-31 00:00:00', 7, 'UTC'))
GROUP BY SenderFromDomain ORDER BY Recipients DESC, SenderFromDomain LIMIT 100
